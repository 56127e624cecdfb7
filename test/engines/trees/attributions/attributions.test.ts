import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileAttributions, type TreeAttributions } from '../../../../src/engines/trees/attributions/attributions.ts';
import { CATEGORICAL, MISSING_NAN, type Forest, type TreeNodes } from '../../../../src/engines/trees/forest.ts';
import { compileForest } from '../../../../src/engines/trees/predict.ts';
import { inSlices, type Steps } from '../../../../src/engines/steps.ts';
import { caught } from '../../../support/caught.ts';
import { FEATURES, forestOf, matrixOf, narrow, rows, split, type Split, splits, treeOf } from '../../../support/covered-trees.ts';
import { interaction, recursion, shapley } from '../../../support/tree-shap.ts';

/** All of it, whatever its steps. */
function run<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}


describe('contributions of float64', () => {
  it('are Shapley values, by their definition', () => {
    fc.assert(fc.property(fc.array(splits, { minLength: 1, maxLength: 3 }), rows, fc.boolean(), (lists, table, vector) => {
      const leafSize = vector ? 2 : 1, forest = forestOf(lists.map((list, i) => ({ ...treeOf(list, leafSize, i), group: vector ? 0 : i % 2, weight: 1 + i / 2 })), { outputs: 2, leafSize });
      const matrix = matrixOf(table), got = run(compileAttributions(forest).contributions(matrix));
      for (let r = 0; r < table.length; r++) {
        for (let k = 0; k < 2; k++) {
          const want = Array.from({ length: FEATURES + 1 }, (_, f) => (f === FEATURES ? forest.base[k]! : 0));
          for (let t = 0; t < forest.trees; t++) {
            if (!vector && forest.group[t] !== k) continue;
            shapley(forest, t, Float64Array.from(table[r]!), vector ? k : 0).forEach((x, f) => { want[f] = want[f]! + x * (forest.weight?.[t] ?? 1); });
          }
          want.forEach((x, f) => expect(got[(r * 2 + k) * (FEATURES + 1) + f]).toBeCloseTo(x, 12));
        }
      }
    }), { numRuns: 300 });
  });

  it('add up to margins, and give nothing to a feature that is not tested', () => {
    fc.assert(fc.property(fc.array(splits, { minLength: 1, maxLength: 5 }), rows, fc.nat(4), (lists, table, first) => {
      const forest = forestOf(lists.map((list, i) => treeOf(list, 1, i))), matrix = matrixOf(table), range = { first: Math.min(first, forest.trees), end: forest.trees };
      const got = run(compileAttributions(forest).contributions(matrix, range)), margins = compileForest(forest).margins(matrix, range);
      for (let r = 0; r < table.length; r++) {
        const own = got.subarray(r * (FEATURES + 1), (r + 1) * (FEATURES + 1));
        expect([...own].reduce((a, b) => a + b, 0)).toBeCloseTo(margins[r]!, 12);
        expect(own[FEATURES - 1]).toBe(0);
      }
    }), { numRuns: 500 });
  });

  it('are divided among pairs as the interaction index is defined', () => {
    fc.assert(fc.property(fc.array(splits, { minLength: 1, maxLength: 2 }), rows, (lists, table) => {
      const forest = forestOf(lists.map((list, i) => ({ ...treeOf(list, 2, i), weight: 1 + i / 2 })), { outputs: 2, leafSize: 2 }), own = compileAttributions(forest), matrix = matrixOf(table);
      const got = run(own.interactions(matrix)), contributions = run(own.contributions(matrix)), width = FEATURES + 1;
      for (let at = 0; at < table.length * 2; at++) {
        for (let i = 0; i < width; i++) {
          let sum = 0;
          for (let j = 0; j < width; j++) {
            const value = got[(at * width + i) * width + j]!;
            sum += value;
            if (i === FEATURES || j === FEATURES) expect(value).toBe(i === j ? contributions[at * width + FEATURES] : 0);
            else if (i !== j) {
              let want = 0;
              for (let t = 0; t < forest.trees; t++) want += interaction(forest, t, Float64Array.from(table[at >> 1]!), at % 2, i, j) * (forest.weight?.[t] ?? 1);
              expect(value).toBeCloseTo(want, 12);
            }
          }
          expect(sum).toBeCloseTo(contributions[at * width + i]!, 12);
        }
      }
    }), { numRuns: 80 });
  });

  it('of symmetric trees are the same for all rows at once and one by one', () => {
    fc.assert(fc.property(fc.array(split, { minLength: 1, maxLength: 5 }), fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 32, maxLength: 32 }), fc.array(rows, { minLength: 2, maxLength: 6 }), fc.boolean(), (tests, weights, tables, broken) => {
      const forest = forestOf([symmetric(tests, weights, broken), symmetric(tests.toReversed(), weights, false)], { outputs: 2, leafSize: 2 }), table = tables.flat();
      if (forest.root.some((node) => forest.cover!.node[node] === 0)) return;
      const own = compileAttributions(forest, { skipEmpty: true }), step = 2 * (FEATURES + 1), all = run(own.contributions(matrixOf(table)));
      for (const [r, row] of table.entries()) expect(run(own.contributions(matrixOf([row])))).toEqual(all.slice(r * step, (r + 1) * step));
    }), { numRuns: 200 });
  });

  it('skip nodes without training data where told, else refuse them', () => {
    const tree = treeOf([{ feature: 0, threshold: 0, flags: MISSING_NAN, at: 0, part: 10 }, { feature: 1, threshold: 0, flags: MISSING_NAN, at: 0, part: 4 }], 1, 0), forest = forestOf([tree]);
    expect(forest.cover!.leaf).toContain(0);
    expect(caught(() => compileAttributions(forest)).code).toBe('ATTRIBUTIONS_UNAVAILABLE');
    const got = run(compileAttributions(forest, { skipEmpty: true }).contributions(matrixOf([[-1, 1, 0, 0]])));
    expect([...got].every((x) => x === x)).toBe(true);
    expect(got[0]).toBe(0);
  });
});

describe('contributions of float32', () => {
  const attributions = (lists: readonly (readonly Split[])[]): { forest: Forest; own: TreeAttributions } => {
    const forest = forestOf(lists.map((list, i) => ({ ...treeOf(list, 1, i), group: i % 2, weight: i === 1 ? Math.fround(0.3) : 1 })), { ...narrow, outputs: 2 });
    return { forest, own: compileAttributions(forest) };
  };

  it('equal the recursion to the last bit, for few rows and for many', () => {
    fc.assert(fc.property(fc.array(splits, { minLength: 1, maxLength: 3 }), rows, fc.constantFrom(1, 40), (lists, table, times) => {
      const { forest, own } = attributions(lists), matrix = matrixOf(Array.from({ length: times }, () => table).flat());
      const got = run(own.contributions(matrix)), width = FEATURES + 1;
      for (let r = 0; r < matrix.rows; r++) {
        const want = [new Float32Array(FEATURES), new Float32Array(FEATURES)];
        for (let t = 0; t < forest.trees; t++) recursion(forest, t, Float64Array.from(table[r % table.length]!)).forEach((x, f) => { want[t % 2]![f] = want[t % 2]![f]! + Math.fround(x * Math.fround(forest.weight?.[t] ?? 1)); });
        for (let k = 0; k < 2; k++) expect(got.subarray((r * 2 + k) * width, (r * 2 + k) * width + FEATURES)).toEqual(want[k]);
      }
    }), { numRuns: 60 });
  });

  it('have interactions equal to the recursion\'s, which are symmetric but for rounding and add up to contributions', () => {
    fc.assert(fc.property(fc.array(splits, { minLength: 1, maxLength: 3 }), rows, (lists, table) => {
      const { forest, own } = attributions(lists), matrix = matrixOf(table), got = run(own.interactions(matrix)), contributions = run(own.contributions(matrix));
      const width = FEATURES + 1;
      for (let r = 0; r < table.length; r++) {
        for (let k = 0; k < 2; k++) {
          const at = (r * 2 + k) * width;
          for (let i = 0; i < width; i++) {
            let sum = 0;
            for (let j = 0; j < width; j++) {
              const value = got[(at + i) * width + j]!;
              sum += value;
              expect(value).toBeCloseTo(got[(at + j) * width + i]!, 5);
              if (i !== j && i < FEATURES && j < FEATURES) expect(value + 0).toBe(half(forest, k, Float64Array.from(table[r]!), i, j) + 0);
              else if (i !== j) expect(value).toBe(0);
            }
            expect(sum).toBeCloseTo(contributions[at + i]!, 5);
          }
        }
      }
    }), { numRuns: 100 });
  });

  it('are approximately the changes on the way of the row', () => {
    fc.assert(fc.property(fc.array(splits, { minLength: 1, maxLength: 3 }), rows, (lists, table) => {
      const { forest, own } = attributions(lists), matrix = matrixOf(table), got = run(own.approximate(matrix)), margins = compileForest(forest).margins(matrix);
      const pairs = run(own.approximateInteractions(matrix)), width = FEATURES + 1;
      for (const [i, margin] of margins.entries()) {
        expect([...got.subarray(i * width, (i + 1) * width)].reduce((a, b) => a + b, 0)).toBeCloseTo(margin, 5);
        for (let f = 0; f < width; f++) for (let g = 0; g < width; g++) expect(pairs[(i * width + f) * width + g]).toBe(f === g ? got[i * width + f] : 0);
      }
    }), { numRuns: 200 });
  });

  it('stand leaves to which no training data came', () => {
    const tree = treeOf([{ feature: 0, threshold: 0, flags: MISSING_NAN, at: 0, part: 10 }, { feature: 1, threshold: 0, flags: MISSING_NAN, at: 0, part: 4 }], 1, 0), forest = forestOf([tree], narrow);
    for (const row of [[1, -1, 0, 0], [-1, 1, 0, 0]]) expect([...run(compileAttributions(forest).contributions(matrixOf([row]))).subarray(0, FEATURES)]).toEqual([...recursion(forest, 0, Float64Array.from(row))]);
  });
});

/** Half of what knowing feature i changes about the contribution of j, summed over trees as XGBoost does. */
function half(forest: Forest, output: number, row: Float64Array, i: number, j: number): number {
  const sum = (condition: -1 | 1): number => {
    let total = 0;
    for (let t = 0; t < forest.trees; t++) if (forest.group[t] === output) total = Math.fround(total + Math.fround(recursion(forest, t, row, condition, i)[j]! * Math.fround(forest.weight?.[t] ?? 1)));
    return total;
  };
  return Math.fround(Math.fround(sum(1) - sum(-1)) / 2);
}

describe('attributions are refused', () => {
  const plain = treeOf([{ feature: 0, threshold: 0, flags: MISSING_NAN, at: 0, part: 3 }, { feature: 1, threshold: 0, flags: MISSING_NAN, at: 0, part: 4 }], 1, 0);
  const linear = { features: [[], [], []], coefficients: [[], [], []], constants: [0, 0, 0] };

  it.each<[string, Forest]>([
    ['without covers', forestOf([plain, { ...plain, cover: null }])],
    ['with a cover that is not a number', forestOf([{ ...plain, cover: { node: [1000, NaN], leaf: plain.cover.leaf } }])],
    ['with a negative cover', forestOf([{ ...plain, cover: { node: plain.cover.node, leaf: [1, -1, 1] } }])],
    ['with an infinite cover', forestOf([{ ...plain, cover: { node: [Infinity, 1], leaf: [1, 1, 1] } }])],
    ['with an inner node without training data', forestOf([{ ...plain, cover: { node: [1, 0], leaf: [0, 0, 1] } }], narrow)],
    ['with linear leaves', forestOf([{ ...plain, linear }])],
    ['with vector leaves of float32', forestOf([treeOf([], 2, 0)], { ...narrow, outputs: 2, leafSize: 2 })],
    ['of trees too deep and wide', forestOf([chain(3000)])],
    ['of paths too long in float32', forestOf([{ ...chain(700), feature: Array.from({ length: 700 }, (__, i) => i) }], { ...narrow, features: 700 })],
  ])('%s', (_, forest) => {
    expect(caught(() => compileAttributions(forest)).code).toBe('ATTRIBUTIONS_UNAVAILABLE');
  });

  it('for interactions of too many features', () => {
    const steps = compileAttributions(forestOf([plain], { ...narrow, features: 5000 })).interactions({ rows: 1, columns: 5000, values: new Float32Array(5000) });
    expect(caught(() => run(steps)).code).toBe('ATTRIBUTIONS_UNAVAILABLE');
  });

  it('when the answer would be too large', () => {
    const steps = compileAttributions(forestOf([plain], narrow)).interactions({ rows: 2 ** 24, columns: FEATURES, values: new Float32Array(0) });
    expect(caught(() => run(steps)).code).toBe('INPUT_UNSUITABLE');
  });

  it('never, whatever the covers, with anything but a ModelError', () => {
    const strange = fc.constantFrom(0, 1, 5, 1e-300, 1e300, -1, NaN, Infinity);
    fc.assert(fc.property(splits, fc.array(strange, { minLength: 15, maxLength: 15 }), fc.array(strange, { minLength: 15, maxLength: 15 }), rows, fc.boolean(), fc.boolean(), (list, node, leaf, table, is32, skipEmpty) => {
      const tree = treeOf(list, 1, 0), forest = forestOf([{ ...tree, cover: { node: node.slice(0, list.length), leaf: leaf.slice(0, tree.value.length) } }], is32 ? narrow : {});
      let own: TreeAttributions;
      try {
        own = compileAttributions(forest, { skipEmpty });
      } catch (error) {
        expect((error as { code?: string }).code).toBe('ATTRIBUTIONS_UNAVAILABLE');
        return;
      }
      expect(run(own.contributions(matrixOf(table)))).toHaveLength(table.length * (FEATURES + 1));
    }), { numRuns: 1000 });
  });
});

describe('attributions in slices', () => {
  const deep = forestOf(Array.from({ length: 60 }, (_, i) => treeOf(Array.from({ length: 40 }, (__, k) => ({ feature: k % 3, threshold: (k * 7) % 5, flags: MISSING_NAN, at: k * k, part: 5 })), 1, i)), narrow);
  const matrix = matrixOf(Array.from({ length: 400 }, (_, r) => [r % 7, (r * r) % 5, r % 3, 0]));

  it('answer at once where there is little to do, else later, and the same', async () => {
    const own = compileAttributions(deep), few = matrixOf([[1, 2, 3, 4]]);
    expect(inSlices(compileAttributions(forestOf([chain(2)], narrow)).contributions(few))).toBeInstanceOf(Float32Array);
    const answer = inSlices(own.contributions(matrix));
    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toEqual(run(own.contributions(matrix)));
  });

  it('end with the signal', async () => {
    const own = compileAttributions(deep), stop = new AbortController(), answer = inSlices(own.contributions(matrix), stop.signal);
    stop.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    expect(() => inSlices(own.contributions(matrix), stop.signal)).toThrow(/abort/);
  });
});

/** The same test on each level; `broken`: but for the last node. */
function symmetric(tests: readonly Split[], weights: readonly number[], broken: boolean): TreeNodes {
  const depth = tests.length, nodes = 2 ** depth - 1, levels = Array.from({ length: nodes }, (_, i) => tests[31 - Math.clz32(i + 1)]!), node = new Array<number>(nodes);
  const child = (i: number, side: number): number => (2 * i + 1 + side < nodes ? 2 * i + 1 + side : ~(2 * i + 1 + side - nodes)), cover = (c: number): number => (c < 0 ? weights[~c]! : node[c]!);
  for (let i = nodes - 1; i >= 0; i--) node[i] = cover(child(i, 0)) + cover(child(i, 1));
  return {
    feature: levels.map((s, i) => (broken && i === nodes - 1 ? (s.feature + 1) % 3 : s.feature)), threshold: levels.map((s) => s.threshold), flags: levels.map((s) => s.flags & ~CATEGORICAL),
    left: levels.map((_, i) => child(i, 0)), right: levels.map((_, i) => child(i, 1)), value: Array.from({ length: 2 * (nodes + 1) }, (_, i) => Math.sin(i)), cover: { node, leaf: weights.slice(0, nodes + 1) },
  };
}

/** A tree whose every right child is a leaf. */
function chain(length: number): TreeNodes {
  return treeOf(Array.from({ length }, (_, i) => ({ feature: i % 3, threshold: i, flags: MISSING_NAN, at: Math.max(2 * i - 2, 0) % Math.max(i + 1, 1), part: 5 })), 1, 0);
}
