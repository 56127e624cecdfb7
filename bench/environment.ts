/** The rivals' Python environment and the models, built once into bench/.cache. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
export const cache: string = join(here, '.cache');
export const python: string = join(cache, 'python/bin/python');

const run = (command: string, args: readonly string[]): void => {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
};
const has = (command: string): boolean => {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Builds what is missing or out of date; a stamp of the inputs decides. */
export function prepare(log: (text: string) => void): void {
  mkdirSync(cache, { recursive: true });
  once('python', ['requirements.txt'], () => {
    log('building the rivals\' Python environment (uv, some 20 s) …');
    let uv = 'uv';
    if (!has(uv)) {
      run('python3', ['-m', 'venv', join(cache, 'uv')]);
      run(join(cache, 'uv/bin/pip'), ['install', '-q', 'uv']);
      uv = join(cache, 'uv/bin/uv');
    }
    run(uv, ['venv', '-q', '--clear', '-p', '3.11', join(cache, 'python')]);
    run(uv, ['pip', 'install', '-q', '-p', python, '-r', join(here, 'requirements.txt')]);
  });
  once('models', ['requirements.txt', 'models/build.py'], () => {
    log('building the models with the real libraries …');
    mkdirSync(join(cache, 'models'), { recursive: true });
    run(python, [join(here, 'models/build.py'), join(cache, 'models')]);
  });
}

function once(name: string, inputs: readonly string[], make: () => void): void {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(readFileSync(join(here, input)));
  const stamp = join(cache, `${name}.stamp`), want = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return;
  make();
  writeFileSync(stamp, want);
}
