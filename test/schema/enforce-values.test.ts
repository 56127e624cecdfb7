import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cell, type Column } from '../../src/data/column.ts';
import { parseJson } from '../../src/data/json-parse.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import { DateTime, type Value } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import { ColSpec } from '../../src/schema/col-spec.ts';
import { ArrayType, type ColumnType, MapType, ObjectType, Property } from '../../src/schema/data-types.ts';
import { compileValueEnforcer, type LosslessMode, type ValueEnforcer } from '../../src/schema/enforce-values.ts';
import { enforceParamsLossless } from '../../src/schema/enforce-values-params.ts';
import { ParamSchema, ParamSpec } from '../../src/schema/param-spec.ts';
import { Schema } from '../../src/schema/schema.ts';
import { ModelSignature } from '../../src/schema/signature.ts';
import { TensorSpec } from '../../src/schema/tensor-spec.ts';
import { caught } from '../support/caught.ts';

function enforcerOf(specs: readonly ColSpec[] | readonly TensorSpec[], mode: LosslessMode = 'safe'): ValueEnforcer {
  const enforcer = compileValueEnforcer(new ModelSignature({ inputs: new Schema(specs) }), mode);
  if (!enforcer) throw new Error('no enforcer');
  return enforcer;
}

const cells = (col: Column | undefined): unknown[] => Array.from({ length: col?.length ?? 0 }, (_, i) => cell(col as Column, i));
const ns = (text: string): bigint => BigInt(Date.parse(`${text}Z`)) * 1_000_000n;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** type, JSON cell → expected cell; REFUSED for a 400. `required: false` after a `?`. */
const REFUSED = Symbol('refused');
const CELLS: [type: string, json: string, expected: unknown, dtype?: string][] = [
  ['boolean', 'true', true, 'bool'], ['boolean', 'false', false], ['boolean', '1', true], ['boolean', '0', false], ['boolean', '1.0', true], ['boolean', '0.0', false], ['boolean', '-0.0', false],
  ['boolean', '2', REFUSED], ['boolean', '0.5', REFUSED], ['boolean', '"true"', REFUSED], ['boolean', '""', REFUSED], ['boolean', 'null', REFUSED], ['boolean', '[]', REFUSED],
  ['boolean?', 'null', null, 'object'],
  ['integer', '3', 3, 'int32'], ['integer', '3.0', 3], ['integer', '3e0', 3], ['integer', '-0', 0], ['integer', '-0.0', 0], ['integer', '2147483647', 2147483647], ['integer', '-2147483648', -2147483648],
  ['integer', '2147483648', REFUSED], ['integer', '3000000000', REFUSED], ['integer', '1.5', REFUSED], ['integer', 'true', REFUSED], ['integer', '"3"', REFUSED], ['integer', 'null', REFUSED], ['integer', 'NaN', REFUSED],
  ['integer?', 'null', NaN, 'float64'],
  ['long', '3', 3, 'int64'], ['long', '1.0', 1], ['long', '9007199254740993', 9007199254740993n], ['long', '9223372036854775807', 9223372036854775807n], ['long', '-9223372036854775808', -9223372036854775808n],
  ['long', '9223372036854775808', REFUSED], ['long', '1e300', REFUSED], ['long', '9007199254740993.0', REFUSED], ['long', '0.1', REFUSED], ['long', 'false', REFUSED], ['long', '"1"', REFUSED], ['long', 'null', REFUSED], ['long', 'Infinity', REFUSED],
  ['long?', 'null', NaN, 'float64'],
  ['double', '1', 1, 'float64'], ['double', '1.5', 1.5], ['double', '-0.0', -0], ['double', '-0', 0], ['double', '9007199254740993', 9007199254740992], ['double', 'null', NaN], ['double', 'NaN', NaN], ['double', '-Infinity', -Infinity],
  ['double', '"2.5"', 2.5], ['double', '"-1e3"', -1000], ['double', '" 2.5 "', REFUSED], ['double', '"0x10"', REFUSED], ['double', '""', REFUSED], ['double', '"NaN"', REFUSED], ['double', '"1e999"', REFUSED], ['double', '"1_0"', REFUSED], ['double', '"01"', REFUSED],
  ['double', 'true', REFUSED], ['double', `1${'0'.repeat(400)}`, REFUSED], ['double', '[1]', REFUSED], ['double', '{}', REFUSED],
  ['float', '0.1', Math.fround(0.1), 'float32'], ['float', '16777217', 16777216], ['float', '1e39', REFUSED], ['float', '-1e39', REFUSED], ['float', 'Infinity', Infinity], ['float', 'null', NaN], ['float', '"1.5"', 1.5], ['float', 'true', REFUSED],
  ['string', '"a"', 'a', 'str'], ['string', '""', ''], ['string', 'null', null], ['string', '1', REFUSED], ['string', 'true', REFUSED], ['string', '[]', REFUSED], ['string', '{}', REFUSED],
  ['datetime', '"2021-03-04T05:06:07"', ns('2021-03-04T05:06:07'), 'datetime64[ns]'], ['datetime', '"2021-03-04 05:06:07.5"', ns('2021-03-04T05:06:07.500')], ['datetime', '"2021-03-04"', ns('2021-03-04T00:00:00')],
  ['datetime', '"2021-03-04T05:06:07.123456789"', ns('2021-03-04T05:06:07') + 123456789n], ['datetime', '"20210304T050607"', ns('2021-03-04T05:06:07')], ['datetime', 'null', -(2n ** 63n)],
  ['datetime', '"2021-03-04T05:06:07Z"', REFUSED], ['datetime', '"2021-03-04T05:06:07+02:00"', REFUSED], ['datetime', '"03/04/2021"', REFUSED], ['datetime', '"2021-02-29"', REFUSED], ['datetime', '"1066-10-14"', REFUSED], ['datetime', '"2300-01-01"', REFUSED],
  ['datetime', '"2021-03-04T05:06:07.1234567891"', REFUSED], ['datetime', '0', REFUSED], ['datetime', '""', REFUSED], ['datetime', '"now"', REFUSED], ['datetime', '"NaT"', REFUSED],
  ['binary', '"aGVsbG8="', bytes('hello'), 'object'], ['binary', '""', bytes('')], ['binary', '"aGVsbG8"', REFUSED], ['binary', '"aGVs\\nbG8="', REFUSED], ['binary', '"_-8="', REFUSED], ['binary', '"aGVsbG9="', REFUSED], ['binary', '"hello!"', REFUSED], ['binary', '1', REFUSED], ['binary', 'null', REFUSED],
  ['binary?', 'null', null, 'object'],
  ['any', '{"a": [1, 2.0]}', new Map<string, Value>([['a', [1n, 2]]]), 'object'], ['any', 'null', null],
];

describe('cells by value', () => {
  const forms: Readonly<Record<string, (e: ValueEnforcer, v: Value) => Value>> = {
    split: (e, v) => e.split(['c'], [[v]]),
    records: (e, v) => e.records([new Map([['c', v]])]),
    inputs: (e, v) => e.inputs([new Map([['c', v]])]),
    'inputs (columns)': (e, v) => e.inputs(new Map([['c', [v]]])),
    instances: (e, v) => e.instances(new Map([['c', [v]]])),
  };
  for (const [form, run] of Object.entries(forms)) {
    it.each(CELLS)(`${form}: %s ← %s`, (type, json, expected, dtype) => {
      for (const mode of ['safe', 'strict'] as const) {
        const enforcer = enforcerOf([new ColSpec(type.replace('?', '') as ColumnType, 'c', !type.endsWith('?'))], mode);
        const go = (): Value => run(enforcer, parseJson(json));
        if (expected === REFUSED) {
          const error = caught(go);
          expect(error).toMatchObject({ code: 'INPUT_VALUE_INVALID', status: 400, data: { column: 'c', row: 0, expected: type.replace('?', '') } });
          continue;
        }
        const col = (go() as Table).columns[0] as Column;
        expect(cells(col)).toEqual([expected]);
        if (dtype) expect(col.dtype).toBe(dtype);
      }
    });
  }

  it('never repeats a value', () => {
    for (const [type, json, expected] of CELLS) {
      if (expected !== REFUSED || !/[a-z0-9]{3}/i.test(json)) continue;
      const secret = JSON.stringify('hunter2 swordfish');
      const enforcer = enforcerOf([new ColSpec(type as ColumnType, 'c')]);
      if (type === 'string' || type === 'any') continue;
      expect(JSON.stringify(caught(() => enforcer.split(['c'], [[parseJson(secret)]])))).not.toContain('hunter2');
    }
  });

  it('names the row', () => {
    const enforcer = enforcerOf([new ColSpec('long', 'age')]);
    expect(caught(() => enforcer.split(['age'], [[1n], [2n], ['x']]))).toMatchObject({ message: 'Column age, row 2: expected long, given text.' });
  });

  it('keeps int64 exact in a column of small and large ones', () => {
    const table = enforcerOf([new ColSpec('long', 'a')]).split(['a'], [[1n], [2n ** 62n + 1n], [3]]) as Table;
    expect(table.columns[0]?.values).toEqual(BigInt64Array.of(1n, 2n ** 62n + 1n, 3n));
  });

  it('refuses missing cells beside integers that a float cannot hold', () => {
    const enforcer = enforcerOf([new ColSpec('long', 'a', false)]);
    expect(caught(() => enforcer.split(['a'], [[null], [2n ** 53n + 1n]]))).toMatchObject({ code: 'INPUT_VALUE_INVALID', data: { row: 1 } });
    expect(cells((enforcer.split(['a'], [[null], [7n]]) as Table).columns[0])).toEqual([NaN, 7]);
  });
});

describe('nested types', () => {
  const type = new ObjectType([new Property('k', 'long'), new Property('t', new ArrayType('datetime'), false), new Property('m', new MapType('double'), false)]);
  const one = (value: string, required = true): unknown => cells((enforcerOf([new ColSpec(type, 'o', required)]).records([new Map([['o', parseJson(value)]])]) as Table).columns[0])[0];

  it('casts recursively', () => {
    expect(one('{"k": 1.0, "t": ["2021-03-04"], "m": {"x": 1, "y": "2.5"}}')).toEqual(new Map<string, Value>([
      ['k', 1n], ['t', [new DateTime('timestamp', ns('2021-03-04T00:00:00'))]], ['m', new Map([['x', 1], ['y', 2.5]])],
    ]));
  });

  it.each(['{"k": 1.5}', '{}', '{"k": 1, "z": 2}', '{"k": 1, "t": [1]}', '{"k": 1, "m": {"x": true}}', '[]', 'null', '"x"'])('refuses %s', (json) => {
    expect(caught(() => one(json)).code).toBe('INPUT_VALUE_INVALID');
  });

  it('lets an optional one be null', () => {
    expect(one('null', false)).toBeNull();
  });

  it('reads a dict as one record where a column is nested', () => {
    const enforcer = enforcerOf([new ColSpec(new ArrayType('double'), 'a')]);
    expect(cells((enforcer.inputs(new Map([['a', [1n, 2.5]]])) as Table).columns[0])).toEqual([[1, 2.5]]);
    expect(cells((enforcer.inputs([[1n], [2n, 3n]]) as Table).columns[0])).toEqual([[1], [2, 3]]);
    expect(cells((enforcer.inputs([1n, 2n]) as Table).columns[0])).toEqual([[1, 2]]);
  });
});

describe('columns', () => {
  const specs = [new ColSpec('double', 'x'), new ColSpec('long', 'n', false), new ColSpec('string', 's')];
  const strict = enforcerOf(specs, 'strict'), safe = enforcerOf(specs);

  it('are matched by name and put in schema order', () => {
    const table = safe.split(['s', 'extra', 'x'], [['a', 9n, 1n]]) as Table;
    expect(table.names).toEqual(['x', 's']);
    expect(table.rows()).toEqual([{ x: 1, s: 'a' }]);
  });

  it('that are missing are all named', () => {
    expect(caught(() => safe.records([new Map([['y', 1n]])]))).toMatchObject({ code: 'INPUT_MISSING', data: { missing: ['x', 's'], extra: ['y'] } });
    expect(caught(() => safe.records([])).code).toBe('INPUT_MISSING');
  });

  it('that are too many are refused in strict only', () => {
    expect(caught(() => strict.split(['s', 'extra', 'x'], [['a', 9n, 1n]]))).toMatchObject({ code: 'INPUT_EXTRA', data: { extra: ['extra'] } });
  });

  it('given twice are refused', () => {
    expect(caught(() => safe.split(['x', 's', 'x'], [[1n, 'a', 2n]])).code).toBe('INPUT_DUPLICATE');
  });

  it('missing in some records are missing cells', () => {
    const table = safe.records([new Map<Value, Value>([['x', 1n], ['s', 'a']]), new Map([['n', 2n]])]) as Table;
    expect(table.columns.map(cells)).toEqual([[1, NaN], [NaN, 2], ['a', null]]);
  });

  it('named 0 or "" are not lost', () => {
    const odd = enforcerOf([new ColSpec('double', '0'), new ColSpec('double', ''), new ColSpec('double', 7)]);
    const table = odd.records([new Map([['', 2n], ['0', 1n], ['7', 3n]])]) as Table;
    expect(table.names).toEqual(['0', '', 7n]);
    expect(table.columns.map(cells)).toEqual([[1], [2], [3]]);
  });

  it('without names go by position, and their number counts', () => {
    const unnamed = enforcerOf([new ColSpec('double'), new ColSpec('long')]);
    expect((unnamed.split(undefined, [[1n, 2n]]) as Table).names).toEqual([0n, 1n]);
    expect((unnamed.inputs([[1n, 2n], [3n, 4n]]) as Table).columns.map(cells)).toEqual([[1, 3], [2, 4]]);
    expect((unnamed.split(['p', 'q'], [[1n, 2n]]) as Table).names).toEqual(['p', 'q']);
    expect(caught(() => unnamed.inputs([[1n, 2n, 3n]]))).toMatchObject({ code: 'INPUT_COUNT', data: { expected: 2, given: 3 } });
    expect(caught(() => unnamed.inputs(new Map([['a', 1n]]))).code).toBe('INPUT_FORM_INVALID');
  });

  it('whose names count from 0 take a list of rows', () => {
    const counted = enforcerOf([0n, 1n].map((name) => new ColSpec('double', name)));
    const table = counted.inputs([[1n, 0.5], [2n, 1.5]]) as Table;
    expect(table.names).toEqual([0n, 1n]);
    expect(cells(table.columns[1])).toEqual([0.5, 1.5]);
    expect(caught(() => enforcerOf([1n, 0n].map((name) => new ColSpec('double', name))).inputs([[1n, 0.5]])).code).toBe('INPUT_FORM_INVALID');
  });

  it('alone take a plain list or scalar', () => {
    const named = enforcerOf([new ColSpec('double', 'x')]), unnamed = enforcerOf([new ColSpec('string')]);
    expect(cells((named.inputs([1n, 2.5]) as Table).columns[0])).toEqual([1, 2.5]);
    expect((named.inputs([]) as Table).length).toBe(0);
    expect(cells((unnamed.inputs('a') as Table).columns[0])).toEqual(['a']);
    expect(cells((unnamed.instances(['a', 'b']) as Table).columns[0])).toEqual(['a', 'b']);
    expect(caught(() => named.inputs(1n)).code).toBe('INPUT_FORM_INVALID');
  });

  it('come as a dict of lists of one length, or of scalars', () => {
    const dict = new Map<Value, Value>([['x', [1n, 2n]], ['s', ['a', 'b']]]);
    expect((safe.inputs(dict) as Table).rows()).toEqual([{ x: 1, s: 'a' }, { x: 2, s: 'b' }]);
    expect((safe.inputs(new Map<Value, Value>([['x', 1n], ['s', 'a']])) as Table).rows()).toEqual([{ x: 1, s: 'a' }]);
    expect((safe.inputs(new Map<Value, Value>([['x', [1n, 2n]], ['s', 'a']])) as Table).columns.map(cells)).toEqual([[1, 2], ['a', 'a']]);
    expect(caught(() => safe.instances(new Map<Value, Value>([['x', [1n, 2n]], ['s', 'a']]))).code).toBe('INPUT_FORM_INVALID');
    expect(caught(() => safe.inputs(new Map<Value, Value>([['x', [1n, 2n]], ['s', ['a']]]))).code).toBe('INPUT_FORM_INVALID');
  });

  it('of rows with other lengths are refused', () => {
    expect(caught(() => safe.split(['x', 's'], [[1n, 'a'], [1n]])).code).toBe('INPUT_FORM_INVALID');
    expect(caught(() => safe.split(['x', 's'], new Map())).code).toBe('INPUT_FORM_INVALID');
    expect(caught(() => safe.inputs([[1n, 2n]])).code).toBe('INPUT_FORM_INVALID');
    expect(caught(() => safe.records('x')).code).toBe('INPUT_FORM_INVALID');
  });

  it('sparse or repeated do not cost more memory than was sent', () => {
    const many = enforcerOf(Array.from({ length: 1000 }, (_, i) => new ColSpec('double', `c${i}`, false)));
    const sparse = Array.from({ length: 10_000 }, (_, i) => new Map<Value, Value>([[`c${i % 1000}`, 1n]]));
    expect(caught(() => many.records(sparse)).code).toBe('INPUT_FORM_INVALID');
    const repeated = new Map<Value, Value>([['c0', Array.from({ length: 10_000 }, () => 1n)], ...Array.from({ length: 999 }, (_, i): [Value, Value] => [`c${i + 1}`, 1n])]);
    expect(caught(() => many.inputs(repeated)).code).toBe('INPUT_FORM_INVALID');
  });

  it('are left alone without a signature', () => {
    expect(compileValueEnforcer(undefined, 'safe')).toBeUndefined();
  });
});

describe('CSV cells', () => {
  const one = (type: ColumnType, text: string | null, required = true): unknown => cells((enforcerOf([new ColSpec(type, 'c', required)]).csv(['c'], [[text]]) as Table).columns[0])[0];
  it.each<readonly [ColumnType, string | null, unknown]>([
    ['boolean', 'True', true], ['boolean', 'false', false], ['boolean', '1', true], ['boolean', '0.0', false], ['integer', '3', 3], ['integer', '007', 7], ['integer', '3.0', 3], ['integer', '-3e2', -300],
    ['long', '9007199254740993.0', 9007199254740993n], ['long', '1e18', 10n ** 18n], ['long', '0.12e2', 12], ['double', '1.5', 1.5], ['double', '-inf', -Infinity], ['double', '.5', 0.5], ['double', null, NaN],
    ['float', '0.1', Math.fround(0.1)], ['string', '1', '1'], ['string', null, null], ['datetime', '2021-03-04', ns('2021-03-04T00:00:00')], ['binary', 'aGVsbG8=', bytes('hello')],
  ])('%s ← %s', (type, text, expected) => {
    expect(one(type, text)).toEqual(expected);
  });
  it.each<readonly [ColumnType, string | null]>([
    ['boolean', 'yes'], ['boolean', '2'], ['boolean', null], ['integer', '1.5'], ['integer', '3000000000'], ['integer', 'True'], ['integer', null], ['long', '9223372036854775808'], ['long', '1e999'], ['double', 'x'], ['double', '1e999'], ['float', '1e39'], ['datetime', '04.03.2021'], ['binary', 'hello'],
  ])('%s refuses %s', (type, text) => {
    expect(caught(() => one(type, text)).code).toBe('INPUT_VALUE_INVALID');
  });
  it('leaves the index column of to_csv() out', () => {
    const unnamed = enforcerOf([new ColSpec('double')]);
    expect(cells((unnamed.csv(['Unnamed: 0', 'x'], [['0', '1'], ['2.5', '3']]) as Table).columns[0])).toEqual([2.5, 3]);
    expect(cells((enforcerOf([new ColSpec('double', 'x')]).csv(['Unnamed: 0', 'x'], [['0'], ['2.5']]) as Table).columns[0])).toEqual([2.5]);
  });
});

describe('tensors by value', () => {
  const tensor = (dtype: ConstructorParameters<typeof TensorSpec>[0], shape: readonly number[], json: string): Tensor => enforcerOf([new TensorSpec(dtype, shape)]).inputs(parseJson(json)) as Tensor;

  it.each([
    ['float64', [-1, 2], '[[1, 2.5], [null, "x"]]', undefined], ['float64', [-1, 2], '[[1, 2.5], [null, 4]]', [1, 2.5, NaN, 4]], ['float32', [-1], '[0.1]', [Math.fround(0.1)]], ['float32', [-1], '[1e39]', undefined], ['float16', [-1], '[0.1]', [0.0999755859375]], ['float16', [-1], '[70000]', undefined],
    ['uint8', [-1], '[255, 3.0]', [255, 3]], ['uint8', [-1], '[256]', undefined], ['uint8', [-1], '[-1]', undefined], ['int32', [-1], '[1.5]', undefined], ['int32', [-1], '[true]', undefined], ['int64', [-1], '[9007199254740993]', [9007199254740993n]], ['uint64', [-1], '[18446744073709551615]', [18446744073709551615n]],
    ['bool', [-1], '[true, 0]', [1, 0]], ['bool', [-1], '[2]', undefined], ['str', [-1], '["a"]', ['a']], ['str', [-1], '[1]', undefined], ['bytes', [-1], '["aGVsbG8="]', [bytes('hello')]],
    ['datetime64[s]', [-1], '["2021-03-04", null]', [ns('2021-03-04T00:00:00') / 1_000_000_000n, -(2n ** 63n)]], ['datetime64[s]', [-1], '["2021-03-04T00:00:00.5"]', undefined], ['datetime64[s]', [-1], '["1066-10-14"]', [-28502755200n]], ['datetime64[D]', [-1], '["1970-01-03"]', [2n]], ['complex128', [-1], '[1.5]', [1.5, 0]], ['object', [-1], '[{"a": 1}]', [new Map([['a', 1n]])]],
    ['float64', [], '1', [1]],
  ] as const)('%s %j ← %s', (dtype, shape, json, expected) => {
    if (expected === undefined) expect(caught(() => tensor(dtype, shape, json)).code).toBe('INPUT_VALUE_INVALID');
    else expect([...tensor(dtype, shape, json).values]).toEqual(expected);
  });

  it.each([[[-1, 2], '[[1, 2, 3]]'], [[-1, 2], '[1, 2]'], [[-1, 2], '[[1, 2], [3]]'], [[-1, -1], '[[1, 2], [3]]'], [[2, 2], '[[1, 2]]'], [[-1], '1'], [[-1], '[[1]]']] as const)('checks the shape %j of %s', (shape, json) => {
    expect(caught(() => tensor('float64', shape, json)).code).toMatch(/INPUT_(SHAPE|VALUE)_INVALID/);
  });

  it('takes named ones by name, from dicts, records and frames', () => {
    const named = enforcerOf([new TensorSpec('float32', [-1, 2], 'a'), new TensorSpec('int64', [-1], 'b')]);
    const dict = named.inputs(parseJson('{"b": [1], "a": [[1, 2]], "z": 0}')) as Map<string, Tensor>;
    expect([...dict].map(([name, t]) => [name, t.dtype, t.shape])).toEqual([['a', 'float32', [1, 2]], ['b', 'int64', [1]]]);
    expect(named.instances(parseJson('[{"a": [1, 2], "b": 1}]'))).toEqual(dict);
    expect(named.split(['b', 'a'], parseJson('[[1, [1, 2]]]'))).toEqual(dict);
    expect(caught(() => named.inputs(parseJson('{"a": [[1, 2]]}')))).toMatchObject({ code: 'INPUT_MISSING', data: { missing: ['b'] } });
  });

  it('lays frames out as one matrix, and flat cells along the fixed dimensions', () => {
    expect(enforcerOf([new TensorSpec('float64', [-1, 3])]).split(undefined, parseJson('[[1, 2, 3], [4, 5, 6]]'))).toEqual(new Tensor('float64', [2, 3], Float64Array.of(1, 2, 3, 4, 5, 6)));
    expect(enforcerOf([new TensorSpec('uint8', [-1, 2, 2], 'img')]).split(['img'], parseJson('[[[1, 2, 3, 4]]]'))).toEqual(new Map([['img', new Tensor('uint8', [1, 2, 2], Uint8Array.of(1, 2, 3, 4))]]));
  });
});

describe('params', () => {
  const schema = new ParamSchema([new ParamSpec('n', 'long', 3n), new ParamSpec('t', 'double', 0.5), new ParamSpec('l', 'string', [], [-1]), new ParamSpec('d', 'datetime', null), new ParamSpec('b', 'boolean', false), new ParamSpec('i', 'integer', 0n)]);
  const run = (json: string, mode: LosslessMode = 'safe'): Map<string, Value> | null => enforceParamsLossless(schema, parseJson(json), mode);

  it('come first as given, then the defaults', () => {
    expect([...(run('{"t": 1, "x": 9, "n": 4}') ?? [])]).toEqual([['t', 1], ['n', 4n], ['l', []], ['d', null], ['b', false], ['i', 0n]]);
    expect(enforceParamsLossless(undefined, undefined, 'safe')).toBeNull();
    expect(run('null')?.get('n')).toBe(3n);
  });

  it.each(['{"n": 1.5}', '{"n": true}', '{"n": "1"}', '{"n": 9223372036854775808}', '{"i": 2147483648}', '{"t": "0.5"}', '{"t": true}', '{"b": 1}', '{"l": "x"}', '{"l": [1]}', '{"l": {}}', '{"d": "tomorrow"}', '{"d": "2021-03-04T05:06:07Z"}', '{"d": "2021-03-04T05:06:07.1234567"}', '[]'])('refuses %s', (json) => {
    expect(caught(() => run(json))).toMatchObject({ code: 'PARAM_VALUE_INVALID', status: 400 });
  });

  it('unknown are refused in strict', () => {
    expect(caught(() => run('{"x": 1}', 'strict'))).toMatchObject({ code: 'PARAM_UNKNOWN', data: { unknown: ['x'] } });
  });

  it('keep dates and whole numbers', () => {
    const params = run('{"d": "2021-03-04", "n": 4.0}');
    expect(params?.get('d')).toEqual(new DateTime('date', ns('2021-03-04T00:00:00')));
    expect(params?.get('n')).toBe(4n);
  });
});

it('accepts what it accepts without loss, whatever the JSON', () => {
  const types: ColumnType[] = ['boolean', 'integer', 'long', 'float', 'double', 'string', 'datetime', 'binary'];
  fc.assert(fc.property(fc.constantFrom(...types), fc.jsonValue(), (type, value) => {
    const parsed = parseJson(JSON.stringify(value));
    let out: unknown;
    try {
      out = cells((enforcerOf([new ColSpec(type, 'c')]).split(['c'], [[parsed]]) as Table).columns[0])[0];
    } catch (error) {
      expect(ModelError.isInstance(error) && error.status).toBe(400);
      return;
    }
    // JSON.stringify writes -0 as 0, which is the same number.
    if (typeof value === 'number') expect(Number(out) === (type === 'float' ? Math.fround(value) : value)).toBe(true);
    if (value === null) expect(out === null || out !== out || out === -(2n ** 63n)).toBe(true);
    if (typeof value === 'boolean') expect(out).toBe(value);
  }), { numRuns: 3000 });
});
