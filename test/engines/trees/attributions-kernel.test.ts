import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startFloat32 } from '../../../src/engines/trees/attributions-kernel.ts';
import { Float32Attributions } from '../../../src/engines/trees/attributions-float32.ts';
import { FEATURES, forestOf, matrixOf, narrow, rows, splits, treeOf } from '../../support/covered-trees.ts';

describe('the kernel of contributions', () => {
  it('gives the bits of plain TypeScript, one tree after the other, for few rows and for many', () => {
    fc.assert(fc.property(fc.array(splits, { minLength: 1, maxLength: 4 }), rows, fc.constantFrom(1, 3, 50), (lists, table, times) => {
      const forest = forestOf(lists.map((list, i) => ({ ...treeOf(list, 1, i), weight: Math.fround(1 + i / 3) })), narrow), matrix = matrixOf(Array.from({ length: times }, () => table).flat());
      const [kernel, plain] = [startFloat32(forest), new Float32Attributions(forest)].map((one) => {
        if (one === null) throw new Error('no kernel');
        const out = new Float32Array(matrix.rows * (FEATURES + 2));
        for (let t = 0; t < forest.trees; t++) {
          one.tree(t, matrix.rows);
          one.add(matrix, 0, 1, out, 1, FEATURES + 2);
          one.add(matrix, 1, matrix.rows, out, 1, FEATURES + 2);
        }
        return out;
      });
      expect(kernel).toEqual(plain);
    }), { numRuns: 300 });
  });
});
