import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATEGORICAL, MISSING_LEFT, MISSING_NAN, MISSING_NONE, MISSING_ZERO, ONLY_NONNEGATIVE, ZERO_THRESHOLD, type Forest, type ForestShape, type TreeNodes } from '../../../src/engines/trees/forest.ts';
import { ForestBuilder } from '../../../src/engines/trees/forest-builder.ts';
import { leafOf } from '../../../src/engines/trees/plain-walk.ts';
import { compileForest } from '../../../src/engines/trees/predict.ts';
import { caught } from '../../support/caught.ts';

const FEATURES = 3;
/** Values on and around every border: thresholds, zero, its neighbourhood, infinities, what float32 cannot hold. */
const VALUES = [NaN, 0, -0, 1, -1, 0.1, Math.fround(0.1), 0.3, ZERO_THRESHOLD, -ZERO_THRESHOLD, 1.0000000180025095e-35, 2e-35, 1e-40, Infinity, -Infinity, 3e38, 1e39, -0.5, 31, 32, 33.9, 2 ** 31, -7];

function shapeOf(overrides: Partial<ForestShape> = {}): ForestShape {
  return { features: FEATURES, outputs: 1, leafSize: 1, input: 'float64', comparison: '<=', sum: 'float64', base: new Float64Array(overrides.outputs ?? 1), divisor: 1, categoriesAbove: -1, ...overrides };
}

interface Split { readonly feature: number; readonly threshold: number; readonly flags: number; readonly at: number; readonly set: readonly number[] }

const split: fc.Arbitrary<Split> = fc.record({
  feature: fc.nat(FEATURES - 1),
  threshold: fc.constantFrom(...VALUES.filter((x) => x === x)),
  flags: fc.tuple(fc.constantFrom(0, CATEGORICAL, 0), fc.constantFrom(0, MISSING_LEFT), fc.constantFrom(MISSING_NONE, MISSING_ZERO, MISSING_NAN)).map(([kind, way, missing]) => kind | way | missing),
  at: fc.nat(),
  set: fc.uniqueArray(fc.nat(40), { maxLength: 8 }),
});

/** Grows a tree: each split replaces one leaf. */
function treeOf(splits: readonly Split[], leafSize: number, numeric: boolean): TreeNodes {
  const left: number[] = [], right: number[] = [], sets: Uint32Array[] = [];
  const feature = splits.map((s) => s.feature), flags = splits.map((s) => (numeric ? s.flags & ~CATEGORICAL : s.flags));
  const threshold = splits.map((s, i) => {
    if ((flags[i]! & CATEGORICAL) === 0) return s.threshold;
    const words = new Uint32Array(2);
    for (const c of s.set) words[c >> 5] = words[c >> 5]! | (1 << (c & 31));
    return sets.push(words) - 1;
  });
  const holes: [number[], number][] = [];
  for (const [i, s] of splits.entries()) {
    if (i > 0) {
      const [[side, node]] = holes.splice(s.at % holes.length, 1) as [[number[], number]];
      side[node] = i;
    }
    holes.push([left, i], [right, i]);
  }
  holes.forEach(([side, node], leaf) => { side[node] = ~leaf; });
  const leaves = splits.length + 1;
  return { feature, threshold, left, right, flags, sets, value: Array.from({ length: leaves * leafSize }, (_, i) => (i + 1) / 7) };
}

const rows = fc.array(fc.tuple(...Array.from({ length: FEATURES }, () => fc.constantFrom(...VALUES))), { minLength: 1, maxLength: 4 });
const trees = fc.array(fc.tuple(fc.array(split, { maxLength: 12 }), fc.boolean()), { minLength: 1, maxLength: 11 });

describe('a compiled forest', () => {
  it('reaches the leaves of the plain walk, whatever the rules', () => {
    fc.assert(fc.property(trees, rows, fc.constantFrom('<' as const, '<=' as const), fc.constantFrom('float32' as const, 'float64' as const), fc.constantFrom(-1, ONLY_NONNEGATIVE), (specs, table, comparison, input, categoriesAbove) => {
      const builder = new ForestBuilder(shapeOf({ comparison, input, categoriesAbove }));
      for (const [splits, numeric] of specs) builder.add(treeOf(splits, 1, numeric));
      const forest = builder.build(), values = Float64Array.from(table.flat());
      const leaves = compileForest(forest).leaves({ rows: table.length, columns: FEATURES, values });
      for (let r = 0; r < table.length; r++) {
        for (let t = 0; t < forest.trees; t++) expect(leaves[r * forest.trees + t]).toBe(leafOf(forest, t, values, r * FEATURES) - forest.leafStart[t]!);
      }
    }), { numRuns: 1500 });
  });

  it('adds what the leaves hold, in order, rounded as told', () => {
    fc.assert(fc.property(trees, rows, fc.boolean(), fc.boolean(), fc.integer({ min: 1, max: 3 }), (specs, table, narrow, vector, outputs) => {
      const leafSize = vector ? outputs : 1, base = Float64Array.from({ length: outputs }, (_, k) => Math.fround(0.1 * k));
      const builder = new ForestBuilder(shapeOf({ outputs, leafSize, base, sum: narrow ? 'float32' : 'float64', divisor: 3 }));
      const weights = specs.map((_, t) => (t % 3 === 0 ? 1 : Math.fround(t / 7)));
      for (const [t, [splits, numeric]] of specs.entries()) builder.add({ ...treeOf(splits, leafSize, numeric), group: vector ? 0 : t % outputs, weight: weights[t]! });
      const forest = builder.build(), values = Float64Array.from(table.flat());
      const round = narrow ? Math.fround : (x: number) => x;
      const range = { first: Math.min(1, forest.trees), end: forest.trees };
      const margins = compileForest(forest).margins({ rows: table.length, columns: FEATURES, values }, range);
      for (let r = 0; r < table.length; r++) {
        for (let k = 0; k < outputs; k++) {
          let sum = round(base[k]!);
          for (let t = range.first; t < range.end; t++) {
            if (leafSize === 1 && forest.group[t] !== k) continue;
            const value = forest.value[leafOf(forest, t, values, r * FEATURES) * leafSize + (leafSize === 1 ? 0 : k)]!;
            sum = round(sum + round(round(value) * weights[t]!));
          }
          expect(margins[r * outputs + k]).toBe(round(sum / 3));
        }
      }
    }), { numRuns: 500 });
  });

  it('runs linear leaves, and takes the plain value where a feature is missing', () => {
    const forest = build({ feature: [0], threshold: [0], left: [~0], right: [~1], flags: [MISSING_NAN], value: [5, 6], linear: { features: [[1, 2], []], coefficients: [[2, 3], []], constants: [1, 9] } });
    const margins = compileForest(forest).margins({ rows: 3, columns: 3, values: new Float64Array([-1, 10, 100, -1, NaN, 100, 1, 0, 0]) });
    expect([...margins]).toEqual([321, 5, 9]);
  });

  it('takes trees of one leaf, and forests of no trees', () => {
    expect([...compileForest(build({ feature: [], threshold: [], left: [], right: [], flags: [], value: [4] })).margins({ rows: 2, columns: 3, values: new Float64Array(6) })]).toEqual([4, 4]);
    expect([...compileForest(new ForestBuilder(shapeOf()).build()).margins({ rows: 1, columns: 3, values: new Float64Array(3) })]).toEqual([0]);
  });

  it('walks trees plainly that are too large for the packed form', () => {
    // 5000 features leave 19 bits for the distance to the children.
    const features = 5000, count = 150_000;
    const each = <T>(make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
    const chain: TreeNodes = { feature: each((i) => i % features), threshold: each((i) => Math.floor(i / features)), left: each((i) => ~i), right: each((i) => (i + 1 < count ? i + 1 : ~count)), flags: each(() => MISSING_NAN), value: Array.from({ length: count + 1 }, (_, i) => i) };
    const builder = new ForestBuilder(shapeOf({ features }));
    builder.add(chain);
    const values = new Float64Array(features).fill(100);
    values[2500] = 7;
    expect(compileForest(builder.build()).margins({ rows: 1, columns: features, values })[0]).toBe(7 * features + 2500);
  });
});

function build(tree: TreeNodes, shape: Partial<ForestShape> = {}): Forest {
  const builder = new ForestBuilder(shapeOf(shape));
  builder.add(tree);
  return builder.build();
}

describe('the builder', () => {
  const good: TreeNodes = { feature: [0, 1], threshold: [0, 1], left: [1, ~0], right: [~2, ~1], flags: [MISSING_NAN, MISSING_NAN], value: [1, 2, 3] };

  it('takes a good tree', () => {
    const forest = build(good);
    expect([forest.trees, [...forest.depth], forest.categorical, forest.weight, forest.linear]).toEqual([1, [2], false, null, null]);
  });

  it.each<[string, Partial<TreeNodes>]>([
    ['a cycle', { left: [1, 0] }],
    ['a node that is its own child', { left: [0, ~0] }],
    ['a shared leaf', { right: [~2, ~0] }],
    ['a child that is not there', { left: [2, ~0] }],
    ['a leaf that is not there', { right: [~3, ~1] }],
    ['a child that is no whole number', { left: [0.5, ~0] }],
    ['a child that is NaN', { left: [NaN, ~0] }],
    ['a feature that is not there', { feature: [0, 3] }],
    ['a negative feature', { feature: [0, -1] }],
    ['a threshold NaN', { threshold: [0, NaN] }],
    ['unknown flags', { flags: [MISSING_NAN, 16] }],
    ['two missing rules', { flags: [MISSING_NAN, 12] }],
    ['a set that is not there', { flags: [MISSING_NAN, CATEGORICAL] }],
    ['a list that is too short', { threshold: [0] }],
    ['too few leaf values', { value: [1, 2] }],
    ['too few leaf numbers', { leafId: [1] }],
    ['a group that is not there', { group: 1 }],
    ['linear models of too few leaves', { linear: { features: [[]], coefficients: [[]], constants: [0] } }],
    ['a linear feature that is not there', { linear: { features: [[9], [], []], coefficients: [[1], [], []], constants: [0, 0, 0] } }],
    ['more features than coefficients', { linear: { features: [[1], [], []], coefficients: [[], [], []], constants: [0, 0, 0] } }],
  ])('refuses %s', (_, change) => {
    expect(caught(() => build({ ...good, ...change })).code).toBe('FOREST_INVALID');
  });

  it.each<[string, Partial<ForestShape>]>([
    ['no outputs', { outputs: 0, base: new Float64Array(0) }],
    ['too few base values', { outputs: 2, base: new Float64Array(1) }],
    ['a leaf size of its own', { outputs: 3, leafSize: 2, base: new Float64Array(3) }],
    ['a divisor of 0', { divisor: 0 }],
    ['absurd features', { features: 2 ** 40 }],
  ])('refuses %s', (_, shape) => {
    expect(caught(() => new ForestBuilder(shapeOf(shape))).code).toBe('FOREST_INVALID');
  });
});
