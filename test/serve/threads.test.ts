import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../../src/model/load.ts';
import type { Tensor } from '../../src/data/tensor.ts';

const root = join(import.meta.dirname, '../..'), model = join(root, 'test/golden/models/lgb130-booster-multiclass/model');
const COLUMNS = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'];
/** 36 trees: enough rows to go over threads. */
const ROWS = 5000;
const rows = Array.from({ length: ROWS }, (_, i) => COLUMNS.map((_, j) => Math.round(((i * (7 + j)) % 83) * 10) / 100));
const body = JSON.stringify({ dataframe_split: { columns: COLUMNS, data: rows } });

let server: ChildProcess, port = 0;
beforeAll(async () => {
  server = spawn(process.execPath, ['--no-warnings', 'src/cli/main.ts', 'models', 'serve', '-m', model, '-p', '0', '--threads', '2'], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of createInterface({ input: server.stderr! })) {
    port = Number(/http:\/\/[^:]+:(\d+)/.exec(line)?.[1] ?? 0);
    if (port > 0) break;
  }
});
afterAll(() => {
  server.kill('SIGKILL');
});

const ask = async (): Promise<number[][]> => {
  const response = await fetch(`http://127.0.0.1:${port}/invocations`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  expect(response.status).toBe(200);
  return ((await response.json()) as { predictions: number[][] }).predictions;
};

describe('a server with threads', () => {
  it('answers large batches as one thread does', async () => {
    const one = await loadModel(model, { threads: 1 }), table = Object.fromEntries(COLUMNS.map((name, j) => [name, rows.map((row) => row[j] as number)]));
    const want = (await one.predict(table)) as Tensor, width = want.shape[1] as number;
    const answers = await Promise.all([ask(), ask(), ask()]);
    for (const answer of answers) {
      expect(answer.length).toBe(ROWS);
      expect(answer.every((row, r) => row.every((x, k) => x === want.values[r * width + k]))).toBe(true);
    }
    await one.close();
  });

  it('ends with status 0 while its threads are at work', async () => {
    const pending = Array.from({ length: 2 }, () => ask().catch(() => undefined));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const begin = performance.now(), exit = once(server, 'exit');
    server.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect(performance.now() - begin).toBeLessThan(5000);
    await Promise.all(pending);
  });
});

describe('loadModel', () => {
  it('refuses a number of threads that is none', async () => {
    for (const threads of [0, 1.5, NaN, 1000]) await expect(loadModel(model, { threads })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});
