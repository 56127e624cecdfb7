/** Random trees with covers, and rows for them. */
import fc from 'fast-check';
import { CATEGORICAL, MISSING_LEFT, MISSING_NAN, ONLY_NONNEGATIVE, type Forest, type ForestShape, type TreeNodes } from '../../src/engines/trees/forest.ts';
import { ForestBuilder } from '../../src/engines/trees/forest-builder.ts';
import type { Matrix } from '../../src/engines/trees/predict.ts';

export const FEATURES = 4;

/** A test of a tree, and how it divides the cover: `part` tenths go left. */
export interface Split { readonly feature: number; readonly threshold: number; readonly flags: number; readonly at: number; readonly part: number }

export const split: fc.Arbitrary<Split> = fc.record({
  feature: fc.nat(FEATURES - 2), // the last feature is never tested
  threshold: fc.constantFrom(-1, 0, 0.5, 1, 2),
  flags: fc.constantFrom(MISSING_NAN, MISSING_NAN | MISSING_LEFT, MISSING_NAN | CATEGORICAL),
  at: fc.nat(),
  part: fc.integer({ min: 1, max: 9 }),
});
export const splits: fc.Arbitrary<Split[]> = fc.array(split, { maxLength: 14 });
export const rows: fc.Arbitrary<number[][]> = fc.array(fc.array(fc.constantFrom(NaN, -2, -1, 0, 0.5, 0.75, 1, 2, 3), { minLength: FEATURES, maxLength: FEATURES }), { minLength: 1, maxLength: 3 });

/** Grows a tree: each split replaces one leaf and divides its cover. */
export function treeOf(list: readonly Split[], leafSize: number, shift: number): TreeNodes & { readonly cover: { node: number[]; leaf: number[] } } {
  const left: number[] = [], right: number[] = [], node: number[] = [], sets = [Uint32Array.of(0b1010)];
  const holes: [number[], number, number][] = [];
  for (const [i, s] of list.entries()) {
    let all = 1000;
    if (i > 0) {
      const [[side, parent, cover]] = holes.splice(s.at % holes.length, 1) as [[number[], number, number]];
      side[parent] = i;
      all = cover;
    }
    node.push(all);
    holes.push([left, i, (all * s.part) / 10], [right, i, (all * (10 - s.part)) / 10]);
  }
  if (list.length === 0) holes.push([[], 0, 1]);
  else holes.forEach(([side, parent], leaf) => { side[parent] = ~leaf; });
  return {
    feature: list.map((s) => s.feature), flags: list.map((s) => s.flags), threshold: list.map((s) => ((s.flags & CATEGORICAL) !== 0 ? 0 : s.threshold)), left, right, sets,
    value: Array.from({ length: holes.length * leafSize }, (_, i) => Math.fround(Math.sin(i + 1 + shift))),
    cover: { node, leaf: holes.map(([, , cover]) => cover) },
  };
}

export function forestOf(trees: readonly TreeNodes[], overrides: Partial<ForestShape> = {}): Forest {
  const outputs = overrides.outputs ?? 1;
  const builder = new ForestBuilder({
    features: FEATURES, outputs, leafSize: 1, input: 'float64', comparison: '<', sum: 'float64', base: Float64Array.from({ length: outputs }, (_, k) => k + 0.25), divisor: 1, categoriesAbove: ONLY_NONNEGATIVE, ...overrides,
  });
  for (const tree of trees) builder.add(tree);
  return builder.build();
}

export function matrixOf(table: readonly (readonly number[])[]): Matrix {
  return { rows: table.length, columns: FEATURES, values: Float64Array.from(table.flat()) };
}

/** All in float32. */
export const narrow: Partial<ForestShape> = { input: 'float32', sum: 'float32' };
