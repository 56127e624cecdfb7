import { describe, expect, it } from 'vitest';
import type { Forest } from '../../../../src/engines/trees/forest.ts';
import { startForest } from '../../../../src/engines/trees/kernel/kernel.ts';
import { leafOf } from '../../../../src/engines/trees/plain-walk.ts';
import { compilePlain } from '../../../../src/engines/trees/plain-forest.ts';
import { compileForest, type ForestRunner, type Matrix, type TreeRange } from '../../../../src/engines/trees/predict.ts';
import { caught } from '../../../support/caught.ts';
import { drawForest, drawRows, type ForestPlan } from '../../../support/forests.ts';

/** Numbers of rows on both sides of every limit: few rows walk, 16 and 64 are tested together, 512 go in at once. */
const COUNTS = [1, 3, 6, 7, 16, 17, 32, 33, 64, 65, 130];

const PLANS: Readonly<Record<string, ForestPlan>> = {
  'stumps': { trees: 20, leaves: 2, growth: 'ragged' },
  'trees of one leaf among others': { trees: 9, leaves: 3, growth: 'deep' },
  'complete trees': { trees: 30, leaves: 64, growth: 'complete' },
  'ragged trees': { trees: 30, leaves: 63, growth: 'ragged' },
  'deep trees': { trees: 12, leaves: 70, growth: 'deep' },
  'trees of 256 leaves': { trees: 5, leaves: 256, growth: 'complete' },
  'trees of more leaves than a byte numbers': { trees: 6, leaves: 900, growth: 'ragged', thresholds: 60 },
  'trees of many leaves and thresholds': { trees: 3, leaves: 4500, growth: 'ragged', thresholds: 5000 },
  'more thresholds than 8 bits in several parts': { trees: 120, leaves: 40, growth: 'ragged', features: 3, thresholds: 3000 },
  'more thresholds than 8 bits in too small parts': { trees: 10, leaves: 60, growth: 'complete', features: 1, thresholds: 30_000 },
  'symmetric trees': { trees: 60, leaves: 64, growth: 'symmetric', narrow: false },
  'symmetric trees in float32': { trees: 40, leaves: 256, growth: 'symmetric', narrow: true },
  'symmetric trees of more leaves than a byte numbers': { trees: 12, leaves: 1024, growth: 'symmetric' },
  'symmetric trees of so many leaves, many of them': { trees: 40, leaves: 512, growth: 'symmetric', narrow: false },
  'symmetric trees of several outputs': { trees: 40, leaves: 32, growth: 'symmetric', outputs: 3 },
  'symmetric trees of vector leaves': { trees: 30, leaves: 32, growth: 'symmetric', outputs: 3, vector: true, weights: true },
  'symmetric trees among categories': { trees: 40, leaves: 16, growth: 'symmetric', categorical: 0.1 },
  'categories': { trees: 25, leaves: 40, growth: 'ragged', categorical: 0.5 },
  'categories alone': { trees: 25, leaves: 20, growth: 'ragged', categorical: 1, categories: 250 },
  'many categories': { trees: 20, leaves: 60, growth: 'ragged', categorical: 0.4, categories: 1500 },
  'more categories than 8 bits find': { trees: 60, leaves: 60, growth: 'ragged', categorical: 0.9, categories: 5000, features: 2 },
  'categories in large trees': { trees: 3, leaves: 2500, growth: 'ragged', categorical: 0.3, categories: 100 },
  'several outputs': { trees: 30, leaves: 16, growth: 'ragged', outputs: 4, categorical: 0.1 },
  'more outputs than rows of a block': { trees: 90, leaves: 4, growth: 'ragged', outputs: 300 },
  'vector leaves': { trees: 20, leaves: 16, growth: 'ragged', outputs: 5, vector: true },
  'weights and a divisor': { trees: 20, leaves: 16, growth: 'ragged', weights: true, divisor: 3, outputs: 2 },
  'linear leaves': { trees: 20, leaves: 16, growth: 'ragged', linear: true, weights: true, narrow: false },
  'more columns than a slot of a word numbers': { trees: 40, leaves: 30, growth: 'ragged', features: 5000 },
};

describe('the kernel', () => {
  it.each(Object.entries(PLANS))('gives the bits of the plain way: %s', (_, plan) => {
    const seeds = plan.leaves > 500 || (plan.features ?? 0) > 500 ? 2 : 8;
    for (let seed = 1; seed <= seeds; seed++) {
      const forest = drawForest(seed, plan), kernel = startForest(forest), plain = compilePlain(forest);
      expect(kernel).not.toBeNull();
      for (const rows of COUNTS) {
        const matrix = matrixOf(forest, drawRows(seed * 1000 + rows, rows, plan), rows);
        const ranges = [{ first: 0, end: forest.trees }, { first: Math.floor(forest.trees / 3), end: forest.trees - 1 }];
        for (const range of rows === 65 ? [...ranges, { first: 1, end: 1 }] : ranges.slice(0, 1 + (seed % 2))) {
          expect(differs(marginsOf(forest, kernel!, matrix, range), marginsOf(forest, plain, matrix, range)), `margins of ${rows} rows, seed ${seed}`).toBe(-1);
          expect(differs(leavesOf(kernel!, matrix, range), leavesOf(plain, matrix, range)), `leaves of ${rows} rows, seed ${seed}`).toBe(-1);
        }
      }
    }
  });

  it('reaches the leaves of the definition', () => {
    for (const [name, plan] of Object.entries(PLANS).filter(([, { leaves, features = 0 }]) => leaves < 500 && features < 500)) {
      const forest = drawForest(77, plan), rows = 70, matrix = matrixOf(forest, drawRows(5, rows, plan), rows);
      const leaves = leavesOf(startForest(forest)!, matrix, { first: 0, end: forest.trees });
      for (let r = 0; r < rows; r++) {
        for (let t = 0; t < forest.trees; t++) {
          const leaf = leafOf(forest, t, matrix.values, r * forest.features);
          if (leaves[r * forest.trees + t] !== forest.leafId[leaf]) expect.fail(`${name}: row ${r}, tree ${t}`);
        }
      }
    }
  });

  it('takes rows of the other width, rounded or widened', () => {
    for (let seed = 0; seed < 20; seed++) {
      const plan = PLANS['ragged trees']!, forest = drawForest(seed, plan), values = drawRows(seed, 40, plan);
      const other = forest.input === 'float32' ? values : Float32Array.from(values);
      const matrix = { rows: 40, columns: forest.features, values: other }, all = { first: 0, end: forest.trees };
      expect(differs(marginsOf(forest, startForest(forest)!, matrix, all), marginsOf(forest, compilePlain(forest), matrix, all))).toBe(-1);
    }
  });

  it('takes more rows than go in at once', () => {
    const plan = PLANS['several outputs']!, forest = drawForest(3, plan), rows = 1300, all = { first: 0, end: forest.trees };
    const matrix = matrixOf(forest, drawRows(3, rows, plan), rows);
    expect(differs(marginsOf(forest, startForest(forest)!, matrix, all), marginsOf(forest, compilePlain(forest), matrix, all))).toBe(-1);
    expect(differs(leavesOf(startForest(forest)!, matrix, all), leavesOf(compilePlain(forest), matrix, all))).toBe(-1);
  });

  it('is not started for a forest beyond its memory, which is then scored plainly', () => {
    const plan: ForestPlan = { trees: 2, leaves: 4, growth: 'ragged', features: 2 ** 26, narrow: false };
    expect(startForest(drawForest(1, plan))).toBeNull();
    const wide: ForestPlan = { trees: 20, leaves: 4, growth: 'ragged', outputs: 10_000 }, forest = drawForest(1, wide), values = drawRows(1, 3, wide);
    expect(startForest(forest)).toBeNull();
    expect(compileForest(forest).margins({ rows: 3, columns: 7, values }).length).toBe(30_000);
  });
});

describe('a compiled forest', () => {
  const plan = PLANS['ragged trees']!, forest = drawForest(5, plan), predictor = compileForest(forest);

  it('refuses rows that are shorter than its features, and trees that are not there', () => {
    const short = { rows: 2, columns: 6, values: new Float64Array(12) };
    for (const call of [() => predictor.margins(short), () => predictor.leaves(short), () => predictor.batchMargins(short, {}), () => predictor.batchLeaves(short, {})]) {
      expect(caught(call).code).toBe('INPUT_UNSUITABLE');
    }
    expect(caught(() => predictor.margins({ rows: 2, columns: 7, values: new Float64Array(13) })).code).toBe('INPUT_UNSUITABLE');
    expect(caught(() => predictor.margins({ rows: NaN, columns: 7, values: new Float64Array(13) })).code).toBe('INPUT_UNSUITABLE');
    const row = { rows: 1, columns: 7, values: new Float64Array(7) };
    for (const range of [{ first: -1, end: 2 }, { first: 0, end: 31 }, { first: 3, end: 2 }, { first: 0, end: NaN }]) expect(caught(() => predictor.margins(row, range)).code).toBe('INPUT_UNSUITABLE');
  });

  it('answers small batches at once, large ones in slices between which others have their turn', async () => {
    const rows = 100_000, matrix = matrixOf(forest, drawRows(1, 1000, plan), 1000);
    expect(predictor.batchMargins(matrix, {})).not.toBeInstanceOf(Promise);
    const values = new (matrix.values.constructor as Float64ArrayConstructor)(rows * forest.features);
    for (let at = 0; at < values.length; at += matrix.values.length) values.set(matrix.values, at);
    const large = { rows, columns: forest.features, values };
    let turns = 0;
    setImmediate(() => turns++);
    const answer = predictor.batchMargins(large, {});
    expect(answer).toBeInstanceOf(Promise);
    expect(differs(await answer, predictor.margins(large))).toBe(-1);
    expect(turns).toBe(1);
    expect(differs(await predictor.batchLeaves(large, {}), predictor.leaves(large))).toBe(-1);
  });

  it('stops between slices when the call is given up', async () => {
    const rows = 400_000, large = { rows, columns: forest.features, values: new Float64Array(rows * forest.features) };
    const controller = new AbortController(), answer = predictor.batchMargins(large, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
  });
});

function matrixOf(forest: Forest, values: Float64Array, rows: number): Matrix {
  return { rows, columns: forest.features, values: forest.input === 'float32' ? Float32Array.from(values) : values };
}

function marginsOf(forest: Forest, runner: ForestRunner, matrix: Matrix, range: TreeRange): Float32Array | Float64Array {
  const count = matrix.rows * forest.outputs, out = forest.sum === 'float32' ? new Float32Array(count) : new Float64Array(count);
  runner.margins(matrix, range, out, 0, matrix.rows);
  return out;
}

function leavesOf(runner: ForestRunner, matrix: Matrix, range: TreeRange): Int32Array {
  const out = new Int32Array(matrix.rows * (range.end - range.first));
  runner.leaves(matrix, range, out, 0, matrix.rows);
  return out;
}

/** The first place where two arrays are not the same bits; -1 for none. */
function differs(a: ArrayLike<number>, b: ArrayLike<number>): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (!Object.is(a[i], b[i])) return i;
  return -1;
}
