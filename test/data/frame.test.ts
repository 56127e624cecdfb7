import { describe, expect, it } from 'vitest';
import { frameFromColumns, frameFromRows, frameFromTensor, inferColumn } from '../../src/data/frame.ts';
import { numpyArray } from '../../src/data/numpy-array.ts';
import { valuesOf } from '../../src/data/value-at.ts';
import { DateTime, NaT, Tuple, type Value } from '../../src/data/values.ts';

describe('inferColumn', () => {
  it.each([
    [[1n, 2n], 'int64'], [[2n ** 63n, 1n], 'uint64'], [[2n ** 63n, -1n], 'object'], [[2n ** 64n], 'object'], [[1n, null], 'float64'], [[1n, 0.5], 'float64'], [[null, null], 'object'], [[NaN, null], 'float64'],
    [[true, false], 'bool'], [[true, null], 'object'], [[true, 1n], 'object'], [['a', null], 'str'], [['a', 1n], 'object'], [[NaT, null], 'datetime64[s]'], [[new DateTime('datetime', 0n), null], 'datetime64[us]'],
    [[new DateTime('date', 0n)], 'object'],
  ] as [Value[], string][])('%s is %s', (values, dtype) => {
    expect(inferColumn(values).dtype).toBe(dtype);
  });
});

describe('frames', () => {
  it('fill short rows with None and absent keys with NaN', () => {
    expect(frameFromRows([[1n, true], [2n]]).columns.map(valuesOf)).toEqual([[1n, 2n], [true, null]]);
    expect(frameFromRows([new Map([['a', true]]), new Map()]).columns.map(valuesOf)).toEqual([[true, NaN]]);
  });

  it('unify labels', () => {
    expect(frameFromRows([[1n, 2n]], { columns: [1n, 2.5] }).names).toEqual([1, 2.5]);
    expect(frameFromRows([[1n, 2n]], { columns: ['x', null] }).names).toEqual(['x', NaN]);
    expect(frameFromRows([[1n, 2n]], { columns: [['a', 'b']] }).names).toEqual([new Tuple(['a']), new Tuple(['b'])]);
  });

  it('align dict columns, repeat scalars, select names', () => {
    const table = frameFromColumns(new Map<Value, Value>([['a', [1n, 2n]], ['b', 'x']]), { columns: ['b', 'c', 'a'] });
    expect(table.columns.map(valuesOf)).toEqual([['x', 'x'], [NaN, NaN], [1n, 2n]]);
  });

  it('keep the dtype of arrays', () => {
    expect(frameFromTensor(numpyArray([[1n, 2n], [3n, 4n]], 'int8')).columns.map((col) => [col.dtype, valuesOf(col)])).toEqual([['int8', [1n, 3n]], ['int8', [2n, 4n]]]);
  });

  it.each([() => frameFromRows([[1n]], { columns: ['a', 'b'] }), () => frameFromRows([[1n], 2n]), () => frameFromColumns(new Map([['a', 1n]])), () => frameFromTensor(numpyArray([[[1n]]]))])('refuse what does not fit', (make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'FRAME_INVALID' }) as Error);
  });
});
