import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, column, validityOf } from '../../src/data/column.ts';
import { type DType, NAT } from '../../src/data/dtype.ts';
import { parseJson } from '../../src/data/json-parse.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import { DateTime, Duration, NA, NaT, Scalar, Series, Tuple, type Value } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import { formatOutput, formatPredictions } from '../../src/wire/response.ts';
import { handler } from '../../tools/replay/dtype-json.ts';
import { decodeValue, parseLine } from '../support/protocol-values.ts';

const protocol = (file: string): Map<string, Value>[] => readFileSync(new URL(`../golden/protocol/${file}`, import.meta.url), 'utf8').split('\n').filter(Boolean).map(parseLine);
const bare = (value: Value): string => formatPredictions(value, { unwrapped: true });
const bareV1 = (value: Value): string => formatPredictions(value, { protocol: '1' });
const objects = (...values: Value[]): Table => new Table(['a'], [column('object', values)]);
const times = (unit: string, ...values: bigint[]): Tensor => new Tensor(unit as DType, [values.length], BigInt64Array.from(values));

describe('recorded answers', () => {
  const lines = protocol('dtype_json.jsonl');
  it(`${lines.length} lines of dtype_json.jsonl`, async () => {
    for (const line of lines) expect({ id: line.get('id'), ...await handler.run(line) }).toEqual({ id: line.get('id'), ok: true });
  });

  const returns = protocol('http_v1.jsonl').filter((line) => (line.get('model') as Map<string, Value>).get('kind') === 'returns');
  it(`${returns.length} answers of MLflow 1`, () => {
    expect(returns.length).toBeGreaterThan(100);
    for (const line of returns) {
      const value = decodeValue((line.get('model') as Map<string, Value>).get('value') as Value);
      const expected = line.get('expect') as Map<string, Value>;
      if (expected.get('status') === 200n) expect(bareV1(value)).toBe(expected.get('body'));
      else expect(() => bareV1(value)).toThrow(ModelError);
    }
  });
});

// Recorded ad hoc from MLflow 3.17.2 (pandas 3.1) and 1.30.1 (pandas 1.5).
describe('dates and time differences of arrays', () => {
  it.each([
    ['Y', 50n, '"2020-01-01"'], ['M', 602n, '"2020-03-01"'], ['W', 2617n, '"2020-02-27"'], ['D', 18325n, '"2020-03-04"'],
    ['h', 439800n, '"2020-03-04T00:00:00"'], ['m', 26388000n, '"2020-03-04T00:00:00"'], ['s', 1583280000n, '"2020-03-04T00:00:00"'],
    ['ms', 1583280000001n, '"2020-03-04T00:00:00.001000"'], ['us', -1n, '"1969-12-31T23:59:59.999999"'], ['ns', 1583280000000000000n, '1583280000000000000'],
    ['ps', 5n, '5'], ['fs', 5n, '5'], ['as', 5n, '5'], ['s', 300000000000n, '300000000000'], ['s', -300000000000n, '-300000000000'], ['D', 30000000n, '30000000'],
  ])('datetime64[%s] %s', (unit, value, text) => {
    expect(bare(times(`datetime64[${unit}]`, value, NAT))).toBe(`[${text}, null]`);
    expect(bare(new Map([['x', new Scalar(`datetime64[${unit}]` as DType, value)]]))).toBe(`{"x": ${text}}`);
  });

  it.each(['Y', 'M', 'ns', 'ps', 'fs', 'as'])('timedelta64[%s] is a number', (unit) => {
    expect(bare(times(`timedelta64[${unit}]`, 5n, NAT))).toBe('[5, null]');
  });

  it.each(['W', 'D', 'h', 'm', 's', 'ms', 'us'])('timedelta64[%s] is refused, NaT alone is null', (unit) => {
    expect(() => bare(times(`timedelta64[${unit}]`, 5n))).toThrow('timedelta');
    expect(bare(times(`timedelta64[${unit}]`, NAT))).toBe('[null]');
  });
});

describe('cells of tables', () => {
  it('writes missing object cells as pandas of the time hands them out', () => {
    const cells = objects(NA, 1n, null, NaT, NaN);
    expect(bare(cells)).toBe('[{"a": null}, {"a": 1}, {"a": null}, {"a": "NaT"}, {"a": NaN}]');
    expect(() => bareV1(cells)).toThrow('NAType');
  });

  it('unpacks numpy scalars', () => {
    const cells = objects(new Scalar('int64', 3n), new Scalar('float32', Math.fround(0.1)), new Scalar('bool', true), new Scalar('datetime64[D]', 18262n), new Scalar('bytes', new Uint8Array([120])));
    expect(bare(cells)).toBe('[{"a": 3}, {"a": 0.10000000149011612}, {"a": true}, {"a": "2020-01-01T00:00:00"}, {"a": "eA==\\n"}]');
    expect(() => bare(objects(new Scalar('timedelta64[s]', 3n)))).toThrow('Timedelta');
    expect(() => bare(objects(new Duration('timedelta', 5n)))).toThrow('timedelta');
  });

  it('has NaT, NaN and null where pandas has them', () => {
    const nat = (dtype: DType): Table => new Table(['a'], [column(dtype, BigInt64Array.of(NAT))]);
    expect(bare(nat('timedelta64[ns]'))).toBe('[{"a": "NaT"}]');
    expect(bare(nat('datetime64[us]'))).toBe('[{"a": "NaT"}]');
    const category = (of: ReturnType<typeof column>): Table => new Table(['a'], [column('category', Int32Array.of(0, -1), { categories: of })]);
    expect(bare(category(column('str', ['x'])))).toBe('[{"a": "x"}, {"a": NaN}]');
    expect(bare(category(column('datetime64[ns]', BigInt64Array.of(1577836800000000000n))))).toBe('[{"a": "2020-01-01T00:00:00"}, {"a": "NaT"}]');
    const nullable = new Table(['a'], [column('float64', Float64Array.of(0.5, NaN), { nullable: true, validity: validityOf(2, (i) => i === 0) })]);
    expect(bare(nullable)).toBe('[{"a": 0.5}, {"a": null}]');
    expect(() => bareV1(nullable)).toThrow('NAType');
  });

  it('writes zoned times with the offset of the moment', () => {
    const zoned = new Table(['a'], [column('datetime64[ns]', BigInt64Array.of(1593554400000000000n, 1577836923000000004n), { tz: 'Europe/Berlin' })]);
    expect(bare(zoned)).toBe('[{"a": "2020-07-01T00:00:00+02:00"}, {"a": "2020-01-01T01:02:03.000000004+01:00"}]');
  });

  it('writes labels as Python writes keys', () => {
    const one = column('int64', Float64Array.of(1));
    expect(bare(new Table([1.5, null, true, 0n], [one, one, one, one]))).toBe('[{"1.5": 1, "null": 1, "true": 1, "0": 1}]');
    expect(() => bare(new Table([new Tuple(['a', 'b'])], [one]))).toThrow('dict key of type tuple');
    expect(bare(new Table([], [], 2))).toBe('[{}, {}]');
    expect(bareV1(new Table([], [], 2))).toBe('[]');
    expect(bare(new Series(true, new Table([''], [one])))).toBe('[{"true": 1}]');
  });
});

describe('values', () => {
  it('writes dict keys that are subclasses of Python types, and refuses others', () => {
    expect(bare(new Map<Value, Value>([[new Scalar('float64', 1.5), 1n], [new Scalar('str', 'x'), 2n], [NaN, 3n]]))).toBe('{"1.5": 1, "x": 2, "NaN": 3}');
    for (const key of [new Scalar('float32', 1.5), new Uint8Array(1), new DateTime('timestamp', 0n)]) expect(() => bare(new Map<Value, Value>([[key, 1n]]))).toThrow('dict key of type');
  });

  it('wraps long base64 in lines of 76 characters', () => {
    const lines = (n: number): number => (JSON.parse(bare(new Uint8Array(n))) as string).split('\n').length - 1;
    expect([0, 1, 57, 58, 114, 115].map(lines)).toEqual([0, 1, 1, 2, 2, 3]);
  });

  it('fails with a 500 that names the type', () => {
    expect(() => formatPredictions(new Duration('timedelta', 1n))).toThrow(expect.objectContaining({ code: 'NOT_SERIALIZABLE', status: 500 }));
  });
});

describe('formatOutput', () => {
  it('is bare: arrays as lists, tables as records, a Series as a list', () => {
    expect(formatOutput(new Tensor('float32', [1, 2], Float32Array.of(0.25, 0.75)))).toBe('[[0.25, 0.75]]');
    expect(formatOutput(new Table(['x'], [column('int64', Float64Array.of(1))]))).toBe('[{"x": 1}]');
    expect(formatOutput(new Series(null, new Table([0n], [column('float64', Float64Array.of(1, NaN))])))).toBe('[1.0, NaN]');
    expect(formatOutput([new Tensor('int32', [1], Int32Array.of(7))])).toBe('[[7]]');
  });
});

describe('arrays of any shape', () => {
  const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
  it('nest as their shape says', () => {
    fc.assert(fc.property(shape, fc.constantFrom<DType>('float64', 'float32', 'int64', 'int8', 'bool'), (dims, dtype) => {
      const size = dims.reduce((a, b) => a * b, 1), values = allocate(dtype, size) as Float64Array;
      for (let i = 0; i < size; i++) values[i] = i % 2;
      const nest = (axis: number): Value => (axis === dims.length ? 0n : Array.from({ length: dims[axis] ?? 0 }, () => nest(axis + 1)));
      const strip = (value: Value): Value => (Array.isArray(value) ? value.map(strip) : 0n);
      expect(strip(parseJson(bare(new Tensor(dtype, dims, values))))).toEqual(nest(0));
    }));
  });
});
