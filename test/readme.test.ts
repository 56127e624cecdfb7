import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadModel } from '../src/model/load.ts';
import { App } from '../src/serve/app.ts';
import { ModelHost } from '../src/serve/model-host.ts';

const root = join(import.meta.dirname, '..'), readme = readFileSync(join(root, 'README.md'), 'utf8');
const block = (language: string, i = 0): string => [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))][i]?.[1] ?? '';

describe('README', () => {
  it('shows a request and the answer it gets', async () => {
    const host = new ModelHost({ scoringProtocol: '2' });
    host.add('model', await loadModel(join(root, 'examples/wine-quality')));
    const body = /-d '(\{.*\})'/.exec(block('sh', 1))?.[1] ?? '';
    const app = new App(host, { timeout: 60, scoringProtocol: '2' });
    const answer = await app.handle({ method: 'POST', url: '/invocations', contentType: 'application/json', body: new TextEncoder().encode(body) });
    expect(String(answer.body)).toBe(block('json').trim());
  });
  it('has a program that runs and prints what it says', () => {
    const source = block('ts').replace("from 'mlmodel'", `from ${JSON.stringify(join(root, 'src/index.ts'))}`);
    const out = execFileSync(process.execPath, ['--input-type=module-typescript', '-e', source], { cwd: root, encoding: 'utf8' });
    const shown = /\/\/ Tensor (\{.*\})/.exec(block('ts'))?.[1] ?? 'nothing';
    expect(out.replace(/\s+/g, ' ')).toContain(`Tensor ${shown.replace('Float32Array [', 'Float32Array(1) [')}`);
  });
  it('names files that are there', () => {
    for (const [, path = ''] of readme.matchAll(/\]\(([^)#:]+)\)/g)) expect(existsSync(join(root, path)), path).toBe(true);
  });
});

describe('examples', () => {
  it.each(readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.ts')))('%s runs', (name) => {
    const out = execFileSync(process.execPath, [join(root, 'examples', name)], { encoding: 'utf8' });
    expect(out.length).toBeGreaterThan(20);
  });
});
