import { execFile } from 'node:child_process';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { Forest } from '../../src/engines/trees/forest.ts';
import { forestWasm } from '../../src/engines/trees/kernel/forest-wasm.ts';
import { startKernel } from '../../src/data/wasm.ts';
import { compileForest, type Matrix } from '../../src/engines/trees/predict.ts';
import { WorkerThreads } from '../../src/workers/threads.ts';
import { drawForest, drawRows, type ForestPlan } from '../support/forests.ts';

const root = join(import.meta.dirname, '../..');
const pool = new WorkerThreads(2);
const folder = mkdtempSync(join(tmpdir(), 'threads-'));
afterAll(async () => {
  await pool.close();
  rmSync(folder, { recursive: true });
});

function matrixOf(forest: Forest, rows: number, plan: ForestPlan): Matrix {
  const values = drawRows(rows, rows, plan);
  return { rows, columns: forest.features, values: forest.input === 'float32' ? Float32Array.from(values) : values };
}

const PLANS: readonly ForestPlan[] = [
  { trees: 300, leaves: 31, growth: 'ragged', categorical: 0.1, categories: 300 },
  { trees: 200, leaves: 16, growth: 'complete', outputs: 3, weights: true },
  { trees: 60, leaves: 900, growth: 'ragged', thresholds: 4000 },
];

describe('threads', () => {
  it.each(PLANS)('give the bits of one thread: %o', async (plan) => {
    const forest = drawForest(9, plan), one = compileForest(forest), many = compileForest(forest, { threads: pool });
    for (const rows of [300, 999, 5000]) {
      const matrix = matrixOf(forest, rows, plan), range = { first: 3, end: forest.trees };
      for (const given of [undefined, range]) {
        const margins = many.batchMargins(matrix, {}, given), leaves = many.batchLeaves(matrix, {}, given);
        expect(Buffer.from((await margins).buffer).equals(Buffer.from(one.margins(matrix, given).buffer))).toBe(true);
        expect(Buffer.from((await leaves).buffer).equals(Buffer.from(one.leaves(matrix, given).buffer))).toBe(true);
      }
    }
    many.close();
  });

  it('take the large batches only', () => {
    const plan = PLANS[0] as ForestPlan, forest = drawForest(9, plan), many = compileForest(forest, { threads: pool });
    expect(many.batchMargins(matrixOf(forest, 200, plan), {})).not.toBeInstanceOf(Promise);
    expect(many.batchMargins(matrixOf(forest, 1000, plan), {})).toBeInstanceOf(Promise);
    many.close();
  });

  it('serve many batches at once', async () => {
    const plan = PLANS[1] as ForestPlan, forest = drawForest(2, plan), one = compileForest(forest), many = compileForest(forest, { threads: pool });
    const matrices = Array.from({ length: 20 }, (_, i) => matrixOf(forest, 700 + 300 * i, plan));
    const answers = await Promise.all(matrices.map((matrix) => many.batchMargins(matrix, {})));
    for (const [i, answer] of answers.entries()) expect(Buffer.from(answer.buffer).equals(Buffer.from(one.margins(matrices[i] as Matrix).buffer))).toBe(true);
    many.close();
  });

  it('let a call be given up, and go on with the others', async () => {
    const plan = PLANS[1] as ForestPlan, forest = drawForest(2, plan), one = compileForest(forest), many = compileForest(forest, { threads: pool });
    const matrix = matrixOf(forest, 50_000, plan), controller = new AbortController();
    const given = many.batchMargins(matrix, { signal: controller.signal }), other = many.batchMargins(matrix, {});
    controller.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    expect(Buffer.from((await other).buffer).equals(Buffer.from(one.margins(matrix).buffer))).toBe(true);
    expect(() => many.batchMargins(matrix, { signal: controller.signal })).toThrow('enough');
    many.close();
  });

  it('tell of a call that fails there, and work on', async () => {
    const kernel = startKernel<object>(forestWasm, 65_536, { shared: true }), shared = pool.share(forestWasm, kernel!.handle);
    // The header is beyond the memory.
    await expect(shared.call('margins', [1 << 24, 0, 0, 64, 0, 1, 0])).rejects.toMatchObject({ code: 'THREAD_FAILED', status: 500 });
    await expect(shared.call('unheard', [])).rejects.toMatchObject({ code: 'THREAD_FAILED' });
    await shared.call('prepare', [0]);
    shared.close();
    await expect(shared.call('prepare', [0])).rejects.toMatchObject({ code: 'THREAD_FAILED' });
  });

  it('fail the batch of a thread that dies, and are replaced', async () => {
    const script = join(folder, 'dies.mjs');
    writeFileSync(script, `import { existsSync, writeFileSync } from 'node:fs';
      if (existsSync(${JSON.stringify(`${script}.died`)})) await import(${JSON.stringify(pathToFileURL(join(root, 'src/workers/thread-main.ts')).href)});
      else {
        const { parentPort } = await import('node:worker_threads');
        parentPort.on('message', () => { writeFileSync(${JSON.stringify(`${script}.died`)}, ''); process.exit(3); });
      }`);
    const mortal = new WorkerThreads(1, pathToFileURL(script)), plan = PLANS[1] as ForestPlan, forest = drawForest(2, plan);
    const many = compileForest(forest, { threads: mortal }), matrix = matrixOf(forest, 5000, plan);
    await expect(many.batchMargins(matrix, {})).rejects.toMatchObject({ code: 'THREAD_FAILED' });
    expect(Buffer.from((await many.batchMargins(matrix, {})).buffer).equals(Buffer.from(compileForest(forest).margins(matrix).buffer))).toBe(true);
    await mortal.close();
    await expect(many.batchMargins(matrix, {})).rejects.toMatchObject({ code: 'THREAD_FAILED' });
  });

  it('neither keep a process alive nor let it end before an answer', async () => {
    const script = join(folder, 'ends.mjs'), url = (path: string): string => JSON.stringify(pathToFileURL(join(root, path)).href);
    writeFileSync(script, `import { compileForest } from ${url('src/engines/trees/predict.ts')};
      import { WorkerThreads } from ${url('src/workers/threads.ts')};
      import { drawForest, drawRows } from ${url('test/support/forests.ts')};
      const plan = ${JSON.stringify(PLANS[1])}, forest = drawForest(2, plan), many = compileForest(forest, { threads: new WorkerThreads(2) });
      many.batchMargins({ rows: 9000, columns: forest.features, values: drawRows(1, 9000, plan) }, {}).then((out) => console.log(out.length));`);
    const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', script], { timeout: 20_000 });
    expect(stdout.trim()).toBe(String(9000 * 3));
  });
});
