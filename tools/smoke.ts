#!/usr/bin/env node
/**
 * Installs the packed tarball in an empty folder and uses it as a stranger would: the CLI, an import, a server.
 *
 *   node tools/smoke.ts
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..'), place = mkdtempSync(join(tmpdir(), 'mlmodel-smoke-'));
const run = (command: string, args: readonly string[], cwd: string = place): string => execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const [{ filename, size, entryCount }] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', place], root)) as [{ filename: string; size: number; entryCount: number }];
  writeFileSync(join(place, 'package.json'), '{"name":"stranger","private":true,"type":"module"}\n');
  run('npm', ['install', '--no-audit', '--no-fund', '--silent', `./${filename}`]);
  cpSync(join(root, 'examples/wine-quality'), join(place, 'model'), { recursive: true });

  assert.match(run('node_modules/.bin/mlmodel', ['--version']), /^\d+\.\d+\.\d+/);
  assert.match(run('node_modules/.bin/mlmodel', ['inspect', 'model']), /xgboost/);
  writeFileSync(join(place, 'use.js'), `
    import { loadModel } from 'mlmodel';
    const model = await loadModel('./model');
    const names = model.signature.inputs.inputNames();
    const answer = await model.predict([Object.fromEntries(names.map((name) => [name, 1]))]);
    if (answer.dtype !== 'float32' || !Number.isFinite(answer.values[0])) throw new Error('unexpected answer');
    await model.close();
    console.log('imported');
  `);
  assert.equal(run(process.execPath, ['use.js']).trim(), 'imported');

  const port = await new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
  const server = spawn(join(place, 'node_modules/.bin/mlmodel'), ['serve', 'model', '-p', String(port)], { cwd: place, stdio: 'inherit' });
  try {
    let answered = false;
    for (let i = 0; i < 200 && !answered; i++) {
      answered = await fetch(`http://127.0.0.1:${port}/ping`).then((r) => r.ok, () => false);
      if (!answered) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.ok(answered, 'the server answered /ping');
  } finally {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    assert.equal(await ended, 0);
  }
  console.log(`smoke: ${filename}, ${entryCount} files, ${Math.round(size / 1024)} KB packed: installed, imported, served`);
} finally {
  rmSync(place, { recursive: true, force: true });
}
