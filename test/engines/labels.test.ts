import { describe, expect, it } from 'vitest';
import { Tensor } from '../../src/data/tensor.ts';
import { argmaxRows, takeLabels } from '../../src/engines/labels.ts';

describe('argmaxRows', () => {
  it('takes the first of equals, and NaN before all', () => {
    expect([...argmaxRows([1, 3, 3, 5, 5, 1, NaN, 9, NaN, 1, NaN, 2, -Infinity, -Infinity, -Infinity], 3)]).toEqual([1, 0, 0, 1, 0]);
    expect(argmaxRows([], 3).length).toBe(0);
    expect(argmaxRows([], 0).length).toBe(0);
  });
});

describe('takeLabels', () => {
  it('keeps the dtype and storage', () => {
    const at = Int32Array.of(1, 0, 1);
    expect(takeLabels(new Tensor('str', [2], ['a', 'b']), at)).toEqual(new Tensor('str', [3], ['b', 'a', 'b']));
    expect(takeLabels(new Tensor('int64', [2], Float64Array.of(5, 6)), at)).toEqual(new Tensor('int64', [3], Float64Array.of(6, 5, 6)));
    expect(takeLabels(new Tensor('int64', [2], BigInt64Array.of(2n ** 60n, 1n)), at)).toEqual(new Tensor('int64', [3], BigInt64Array.of(1n, 2n ** 60n, 1n)));
    expect(takeLabels(new Tensor('bool', [2], Uint8Array.of(0, 1)), at)).toEqual(new Tensor('bool', [3], Uint8Array.of(1, 0, 1)));
  });
});
