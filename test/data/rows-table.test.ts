import { describe, expect, it } from 'vitest';
import { RowsTable } from '../../src/data/rows-table.ts';
import { float32Array, float64Array } from '../../src/data/small-arrays.ts';
import { Table } from '../../src/data/table.ts';

describe('a table of rows', () => {
  const table = (): RowsTable => new RowsTable(['x', 'f', 'n', 'i', 'b'], ['float64', 'float32', 'int64', 'int32', 'bool'], new Float64Array([0.1, 0.5, 2 ** 53 - 1, -1, 1, NaN, NaN, -0, 7, 0]));

  it('is a Table whose columns have the storage of their dtype', () => {
    expect(table()).toBeInstanceOf(Table);
    expect(table().length).toBe(2);
    expect(table().columns).toEqual([
      { dtype: 'float64', length: 2, values: new Float64Array([0.1, NaN]), validity: null }, { dtype: 'float32', length: 2, values: new Float32Array([0.5, NaN]), validity: null },
      { dtype: 'int64', length: 2, values: new Float64Array([2 ** 53 - 1, -0]), validity: null }, { dtype: 'int32', length: 2, values: new Int32Array([-1, 7]), validity: null },
      { dtype: 'bool', length: 2, values: new Uint8Array([1, 0]), validity: null },
    ]);
  });

  it('makes its columns once', () => {
    const once = table();
    expect(once.columns).toBe(once.columns);
    expect(once.column('i')).toBe(once.columns[3]);
    expect(once.rows()[0]).toEqual({ x: 0.1, f: 0.5, n: 2 ** 53 - 1, i: -1, b: true });
  });
});

describe('small arrays', () => {
  it('are zeros, aligned and apart, whatever their number and length', () => {
    const made: (Float32Array | Float64Array)[] = [];
    for (let i = 0; i < 3000; i++) {
      const array = i % 2 === 0 ? float64Array(i % 700) : float32Array(i % 1300);
      expect(array.length).toBe(i % (i % 2 === 0 ? 700 : 1300));
      expect(array.every((x) => x === 0)).toBe(true);
      made.push(array.fill(i));
    }
    expect(made.every((array, i) => array.every((x) => x === i))).toBe(true);
  });
});
