import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startFloat32 } from '../../../../src/engines/trees/attributions/attributions-kernel.ts';
import { Float32Attributions } from '../../../../src/engines/trees/attributions/attributions-float32.ts';
import { Float64Attributions } from '../../../../src/engines/trees/attributions/attributions-float64.ts';
import type { Matrix } from '../../../../src/engines/trees/predict.ts';
import type { TreeContributions } from '../../../../src/engines/trees/attributions/tree-contributions.ts';
import { FEATURES, forestOf, matrixOf, narrow, rows, splits, treeOf } from '../../../support/covered-trees.ts';

/** Contributions of each tree in turn, the first row apart from the rest; numbers between rows are to stay 0. */
function contributionsOf<T extends Float32Array | Float64Array>(one: TreeContributions<T> | null, trees: number, matrix: Matrix, out: T, step: number): T {
  if (one === null) throw new Error('no kernel');
  for (let t = 0; t < trees; t++) {
    one.tree(t, matrix.rows);
    one.add(matrix, 0, 1, out, 1, step);
    one.add(matrix, 1, matrix.rows, out, 1, step);
  }
  return out;
}

describe('the kernel of contributions gives the bits of plain TypeScript', () => {
  it('in float32, for few rows and for many', () => {
    fc.assert(fc.property(fc.array(splits, { minLength: 1, maxLength: 4 }), rows, fc.constantFrom(1, 3, 50), (lists, table, times) => {
      const forest = forestOf(lists.map((list, i) => ({ ...treeOf(list, 1, i), weight: Math.fround(1 + i / 3) })), narrow), matrix = matrixOf(Array.from({ length: times }, () => table).flat());
      const of = (one: TreeContributions<Float32Array> | null): Float32Array => contributionsOf(one, forest.trees, matrix, new Float32Array(matrix.rows * (FEATURES + 2)), FEATURES + 2);
      expect(of(startFloat32(forest))).toEqual(of(new Float32Attributions(forest)));
    }), { numRuns: 300 });
  });

  it('in float64, with leaves of one value and of several', () => {
    fc.assert(fc.property(fc.array(splits, { minLength: 1, maxLength: 4 }), rows, fc.constantFrom(1, 3), (lists, table, outputs) => {
      const forest = forestOf(lists.map((list, i) => ({ ...treeOf(list, outputs, i), weight: 1 + i / 3 })), { outputs, leafSize: outputs }), matrix = matrixOf(table), step = outputs * (FEATURES + 1) + 1;
      const of = (plain: boolean): Float64Array => contributionsOf(new Float64Attributions(forest, { plain }), forest.trees, matrix, new Float64Array(matrix.rows * step), step);
      expect(of(false)).toEqual(of(true));
    }), { numRuns: 300 });
  });
});
