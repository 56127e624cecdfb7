/** `mlmodel verify --record` asks the real MLflow; what it wrote, verify then agrees with. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { python } from './python.ts';

const place = mkdtempSync(join(tmpdir(), 'mlmodel-record-')), model = 'examples/wine-quality', file = join(place, 'requests.jsonl');
afterAll(() => rmSync(place, { recursive: true }));

const cli = async (...args: string[]): Promise<{ stdout: string; stderr: string }> => promisify(execFile)(process.execPath, ['src/cli/main.ts', ...args], { encoding: 'utf8' });

it('records the answers of MLflow to the saved example, and agrees with them', async () => {
  expect(python, 'MLMODEL_PYTHON').not.toBe('');
  expect((await cli('verify', model, '--record', file, '--python', python)).stderr).toContain('recorded 1 answers');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ name: 'serving_input_example', status: 200, response: expect.stringContaining('"predictions"') });
  const { stdout } = await cli('verify', model, file);
  expect(stdout).toContain('1 of 1 answers agree');
});
