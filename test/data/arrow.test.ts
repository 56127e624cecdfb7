import * as arrow from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ArrowTable, columnFromArrow, isArrowTable, isArrowVector, tableFromArrow } from '../../src/data/arrow.ts';
import { type ArrowBuffers, arrowBuffers } from '../../src/data/arrow-columns.ts';
import { cell, type Column, column } from '../../src/data/column.ts';
import { NAT } from '../../src/data/dtype.ts';
import { fromPlain } from '../../src/data/from-plain.ts';
import { Table } from '../../src/data/table.ts';
import { ModelError } from '../../src/errors/model-error.ts';

const cells = (col: Column): unknown[] => Array.from({ length: col.length }, (_, i) => cell(col, i));
const read = (vector: arrow.Vector): Column => columnFromArrow(vector, 'c');

describe('from Arrow', () => {
  it('shares the memory of one chunk', () => {
    const x = Float64Array.of(1, 2), i = BigInt64Array.of(1n, 2n);
    const given = arrow.tableFromArrays({ x, i }), table = tableFromArrow(given as unknown as ArrowTable);
    expect(table.columns.map((col) => col.dtype)).toEqual(['float64', 'int64']);
    expect((table.columns[0]?.values as Float64Array | undefined)?.buffer).toBe(given.getChildAt(0)?.data[0]?.values.buffer);
    expect(table.columns.map(cells)).toEqual([[1, 2], [1, 2]]);
  });

  it.each([
    ['int8', new arrow.Int8(), [1, null, -3], [1, null, -3]], ['int16', new arrow.Int16(), [1, -2], [1, -2]], ['int32', new arrow.Int32(), [1, null], [1, null]], ['int64', new arrow.Int64(), [1n, 2n ** 62n, null], [1, 2n ** 62n, null]],
    ['uint8', new arrow.Uint8(), [255], [255]], ['uint16', new arrow.Uint16(), [65535], [65535]], ['uint32', new arrow.Uint32(), [4294967295], [4294967295]], ['uint64', new arrow.Uint64(), [2n ** 64n - 1n], [2n ** 64n - 1n]],
    ['float16', new arrow.Float16(), [1.5, -0.25, 65504], [1.5, -0.25, 65504]], ['float32', new arrow.Float32(), [0.5, null], [0.5, NaN]], ['float64', new arrow.Float64(), [0.1, null, NaN], [0.1, NaN, NaN]],
    ['bool', new arrow.Bool(), [true, null, false], [true, null, false]], ['str', new arrow.Utf8(), ['a', 'é', null, ''], ['a', 'é', null, '']], ['bytes', new arrow.Binary(), [Uint8Array.of(1, 2), null], [Uint8Array.of(1, 2), null]],
    ['str', new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()), ['a', 'b', 'a', null], ['a', 'b', 'a', null]],
    ['datetime64[s]', new arrow.DateDay(), [new Date(86_400_000), null], [86_400n, NAT]], ['datetime64[ms]', new arrow.DateMillisecond(), [new Date(5), null], [5n, NAT]],
    ['datetime64[us]', new arrow.TimestampMicrosecond(), [1, null], [1000n, NAT]], ['timedelta64[ns]', new arrow.DurationNanosecond(), [5n], [5n]],
    ['object', new arrow.List(new arrow.Field('item', new arrow.Int32())), [[1, 2], null, []], [[1n, 2n], null, []]], ['object', new arrow.Struct([new arrow.Field('k', new arrow.Float64()), new arrow.Field('t', new arrow.Utf8())]), [{ k: 1, t: 'a' }], [new Map<string, unknown>([['k', 1], ['t', 'a']])]],
  ] as const)('%s', (dtype, type, given, expected) => {
    const vector = arrow.vectorFromArray(given as never, type as arrow.DataType) as arrow.Vector;
    const col = read(vector);
    expect(col.dtype).toBe(dtype);
    expect(cells(col)).toEqual(expected);
    expect(cells(read(vector.slice(1)))).toEqual(expected.slice(1));
    expect(cells(read(vector.concat(vector)))).toEqual([...expected, ...expected]);
  });

  it('keeps the zone of timestamps', () => {
    expect(read(arrow.vectorFromArray([1], new arrow.TimestampMillisecond('UTC')))).toMatchObject({ dtype: 'datetime64[ms]', tz: 'UTC' });
  });

  it('takes record batches, and vectors in an object of columns', () => {
    const table = arrow.tableFromArrays({ x: Int32Array.of(1, 2) });
    expect(tableFromArrow(table.batches[0] as unknown as ArrowTable).rows()).toEqual([{ x: 1 }, { x: 2 }]);
    expect((fromPlain(table) as Table).rows()).toEqual([{ x: 1 }, { x: 2 }]);
    expect((fromPlain({ y: table.getChildAt(0) }) as Table).rows()).toEqual([{ y: 1 }, { y: 2 }]);
    expect(isArrowTable({ numRows: 1 })).toBe(false);
    expect(isArrowVector(null)).toBe(false);
  });

  it('refuses what has no form here', () => {
    const time = arrow.vectorFromArray([1], new arrow.TimeMillisecond());
    expect(() => read(time)).toThrow(ModelError);
  });
});

const TYPES: Readonly<Record<string, () => arrow.DataType>> = {
  bool: () => new arrow.Bool(), int8: () => new arrow.Int8(), int16: () => new arrow.Int16(), int32: () => new arrow.Int32(), int64: () => new arrow.Int64(), uint8: () => new arrow.Uint8(), uint16: () => new arrow.Uint16(), uint32: () => new arrow.Uint32(), uint64: () => new arrow.Uint64(),
  float: () => new arrow.Float32(), double: () => new arrow.Float64(), utf8: () => new arrow.Utf8(), binary: () => new arrow.Binary(), 'timestamp[us]': () => new arrow.TimestampMicrosecond(), 'duration[ns]': () => new arrow.DurationNanosecond(),
};

function toArrow(buffers: readonly ArrowBuffers[]): arrow.Table {
  return new arrow.Table(Object.fromEntries(buffers.map(({ name, type, length, nullCount, nullBitmap, data, valueOffsets }) => {
    const make = TYPES[type];
    if (!make) throw new Error(type);
    return [name, new arrow.Vector([arrow.makeData({ type: make(), length, nullCount, nullBitmap, data, valueOffsets } as never)])];
  })));
}

describe('to Arrow and back', () => {
  it('is the same table', () => {
    const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value);
    fc.assert(fc.property(fc.array(fc.record({ b: fc.boolean(), i: fc.maxSafeInteger(), u: fc.nat(), f: fc.float(), d: fc.double(), s: optional(fc.string({ unit: 'grapheme' })), y: optional(fc.uint8Array()), t: optional(fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n })) }), { minLength: 1, maxLength: 20 }), (rows) => {
      const pick = <K extends keyof (typeof rows)[number]>(key: K): (typeof rows)[number][K][] => rows.map((row) => row[key]);
      const table = new Table(['b', 'i', 'u', 'f', 'd', 's', 'y', 't'], [
        column('bool', Uint8Array.from(pick('b'), Number)), column('int64', Float64Array.from(pick('i'))), column('uint32', Uint32Array.from(pick('u'))), column('float32', Float32Array.from(pick('f'))), column('float64', Float64Array.from(pick('d'))),
        column('str', pick('s')), column('bytes', pick('y')), column('datetime64[us]', BigInt64Array.from(pick('t'), (t) => t ?? NAT)),
      ]);
      const back = tableFromArrow(toArrow(arrowBuffers(table)) as unknown as ArrowTable);
      expect(back.names).toEqual(table.names);
      expect(back.columns.map((col) => col.dtype)).toEqual(table.columns.map((col) => col.dtype));
      expect(back.columns.map(cells)).toEqual(table.columns.map(cells));
    }), { numRuns: 200 });
  });

  it('shares memory, counts nulls, and packs cells of one kind', () => {
    const values = Int32Array.of(1, 2, 3);
    const [ints, flags, blobs, kinds] = arrowBuffers(new Table(['i', 'f', 'b', 'k'], [
      column('int32', values, { validity: Uint8Array.of(0b101) }), column('object', [true, null, false]), column('object', [Uint8Array.of(7), null, Uint8Array.of()]),
      column('category', Int32Array.of(1, -1, 0), { categories: column('str', ['p', 'q']) }),
    ]));
    expect(ints).toMatchObject({ type: 'int32', nullCount: 1, data: values });
    expect(flags).toMatchObject({ type: 'bool', nullCount: 1, data: Uint8Array.of(1) });
    expect(blobs).toMatchObject({ type: 'binary', nullCount: 1, data: Uint8Array.of(7), valueOffsets: Int32Array.of(0, 1, 1, 1) });
    expect(kinds).toMatchObject({ type: 'utf8', data: new TextEncoder().encode('qp'), valueOffsets: Int32Array.of(0, 1, 1, 2) });
  });

  it.each([column('complex128', Float64Array.of(1, 2)), column('object', ['a', 1n]), column('object', [[1n]])])('refuses what Arrow cannot hold', (col) => {
    expect(() => arrowBuffers(new Table(['c'], [col]))).toThrow(ModelError);
  });
});
