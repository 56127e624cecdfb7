import { describe, expect, it } from 'vitest';
import { cell, type Column, column, type Storage } from '../../src/data/column.ts';
import { type DType, NAT } from '../../src/data/dtype.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import { Series, type Value } from '../../src/data/values.ts';
import { ColSpec } from '../../src/schema/col-spec.ts';
import { ArrayType, type ColumnType, type ScalarType } from '../../src/schema/data-types.ts';
import { compileTypedEnforcer } from '../../src/schema/enforce-typed.ts';
import type { LosslessMode } from '../../src/schema/enforce-values.ts';
import { Schema } from '../../src/schema/schema.ts';
import { ModelSignature } from '../../src/schema/signature.ts';
import { TensorSpec } from '../../src/schema/tensor-spec.ts';
import { caught } from '../support/caught.ts';

function enforce(specs: readonly ColSpec[] | readonly TensorSpec[], data: Value, mode: LosslessMode = 'safe'): Value {
  const enforcer = compileTypedEnforcer(new ModelSignature({ inputs: new Schema(specs) }), mode);
  if (!enforcer) throw new Error('no enforcer');
  return enforcer(data);
}

const one = (type: ColumnType, given: Column, required = true, mode: LosslessMode = 'safe'): Column => (enforce([new ColSpec(type, 'c', required)], new Table(['c'], [given]), mode) as Table).columns[0] as Column;
const cells = (col: Column): unknown[] => Array.from({ length: col.length }, (_, i) => cell(col, i));

const SAMPLES: Readonly<Record<string, Storage>> = {
  bool: Uint8Array.of(1, 0), int8: Int8Array.of(1, -2), int16: Int16Array.of(1, -2), int32: Int32Array.of(1, -2), int64: Float64Array.of(1, -2), uint8: Uint8Array.of(1, 2), uint16: Uint16Array.of(1, 2), uint32: Uint32Array.of(1, 2), uint64: Float64Array.of(1, 2),
  float16: Float32Array.of(1, 0.5), float32: Float32Array.of(1, 0.5), float64: Float64Array.of(1, 0.5), str: ['a', 'b'], bytes: [Uint8Array.of(1), Uint8Array.of()], 'datetime64[s]': BigInt64Array.of(1n, 2n), 'datetime64[ns]': BigInt64Array.of(1n, 2n),
  'timedelta64[ns]': BigInt64Array.of(1n, 2n), complex128: Float64Array.of(1, 0, 2, 0), category: Int32Array.of(0, 0),
};
const SMALL = ['int8', 'int16', 'int32', 'uint8', 'uint16'];
const PASS: Readonly<Record<ScalarType, readonly [result: DType, from: readonly string[]]>> = {
  boolean: ['bool', ['bool']], integer: ['int32', SMALL], long: ['int64', [...SMALL, 'uint32', 'int64']], float: ['float32', ['float16', 'float32']],
  double: ['float64', [...SMALL, 'uint32', 'float16', 'float32', 'float64']], string: ['str', ['str']], binary: ['object', ['bytes']], datetime: ['datetime64[ns]', ['datetime64[s]', 'datetime64[ns]']],
};

describe('columns by dtype', () => {
  for (const [type, [result, passing]] of Object.entries(PASS) as [ScalarType, (typeof PASS)[ScalarType]][]) {
    it.each(Object.keys(SAMPLES))(`${type} ← %s`, (dtype) => {
      const given = column(dtype as DType, SAMPLES[dtype] as Storage);
      for (const mode of ['safe', 'strict'] as const) {
        if (!passing.includes(dtype)) {
          expect(caught(() => one(type, given, true, mode))).toMatchObject({ code: 'INPUT_TYPE_INVALID', status: 400, data: { column: 'c', expected: type } });
          continue;
        }
        const out = one(type, given, true, mode);
        expect(out).toMatchObject({ dtype: result, validity: null });
        if (type !== 'datetime') expect(cells(out)).toEqual(cells(given));
        if (dtype === result) expect(out.values).toBe(given.values);
      }
    });
  }

  it('takes datetimes of any unit, in range, without a zone', () => {
    expect(one('datetime', column('datetime64[s]', BigInt64Array.of(1n, NAT))).values).toEqual(BigInt64Array.of(1_000_000_000n, NAT));
    expect(caught(() => one('datetime', column('datetime64[s]', BigInt64Array.of(0n, 10n ** 11n))))).toMatchObject({ code: 'INPUT_VALUE_INVALID', data: { row: 1 } });
    expect(caught(() => one('datetime', column('datetime64[ns]', BigInt64Array.of(0n), { tz: 'UTC' }))).code).toBe('INPUT_TYPE_INVALID');
  });

  it('holds missing values by the rules', () => {
    const bits = Uint8Array.of(0b01);
    expect(cells(one('double', column('int32', Int32Array.of(1, 2), { validity: bits })))).toEqual([1, NaN]);
    expect(cells(one('float', column('float32', Float32Array.of(1, 2), { validity: bits })))).toEqual([1, NaN]);
    expect(cells(one('string', column('str', ['a', 'b'], { validity: bits })))).toEqual(['a', null]);
    expect(cells(one('datetime', column('datetime64[ns]', BigInt64Array.of(1n, 2n), { validity: bits })))).toEqual([1n, NAT]);
    for (const [type, given] of [['long', column('int64', Float64Array.of(1, 2), { validity: bits })], ['boolean', column('bool', Uint8Array.of(1, 1), { validity: bits })], ['binary', column('bytes', [Uint8Array.of(1), null])]] as const) {
      expect(caught(() => one(type, given))).toMatchObject({ code: 'INPUT_VALUE_INVALID', data: { row: 1, given: 'null' } });
    }
    expect(one('long', column('int64', Float64Array.of(1, 2), { validity: bits }), false)).toMatchObject({ dtype: 'float64', values: Float64Array.of(1, NaN) });
    expect(caught(() => one('long', column('int64', BigInt64Array.of(2n ** 60n, 2n), { validity: bits }), false)).code).toBe('INPUT_VALUE_INVALID');
    expect(one('boolean', column('bool', Uint8Array.of(1, 1), { validity: bits }), false)).toMatchObject({ dtype: 'object', values: [true, null] });
    expect(one('binary', column('bytes', [Uint8Array.of(1), null]), false)).toMatchObject({ dtype: 'object', values: [Uint8Array.of(1), null] });
  });

  it('casts object cells by value, and leaves any alone', () => {
    expect(one('long', column('object', [1n, 2]))).toMatchObject({ dtype: 'int64', values: Float64Array.of(1, 2) });
    expect(caught(() => one('long', column('object', [1.5])))).toMatchObject({ code: 'INPUT_VALUE_INVALID' });
    expect(cells(one(new ArrayType('double'), column('object', [[1n], [2.5]])))).toEqual([[1], [2.5]]);
    expect(caught(() => one(new ArrayType('double'), column('float64', Float64Array.of(1)))).code).toBe('INPUT_TYPE_INVALID');
    const any = column('uint64', BigUint64Array.of(2n ** 64n - 1n));
    expect(one('any', any)).toBe(any);
  });
});

describe('tables', () => {
  const specs = [new ColSpec('double', 'x'), new ColSpec('long', 'n', false)];
  const x = column('float64', Float64Array.of(1, 2)), n = column('int64', Float64Array.of(3, 4));

  it('are matched by name, reordered, and keep their index', () => {
    const out = enforce(specs, new Table(['z', 'n', 'x'], [x, n, x], 2, ['p', 'q'])) as Table;
    expect(out.names).toEqual(['x', 'n']);
    expect(out.columns[1]?.values).toBe(n.values);
    expect(out.index).toEqual(['p', 'q']);
    expect((enforce(specs, new Table(['x'], [x])) as Table).names).toEqual(['x']);
    expect(caught(() => enforce(specs, new Table(['n'], [n]))).code).toBe('INPUT_MISSING');
    expect(caught(() => enforce(specs, new Table(['x', 'x'], [x, x]))).code).toBe('INPUT_DUPLICATE');
    expect(caught(() => enforce(specs, new Table(['x', 'y'], [x, x]), 'strict')).code).toBe('INPUT_EXTRA');
  });

  it('without names are counted', () => {
    const unnamed = [new ColSpec('double'), new ColSpec('long')];
    expect((enforce(unnamed, new Table(['p', 'q'], [x, n])) as Table).names).toEqual(['p', 'q']);
    expect(caught(() => enforce(unnamed, new Table(['p'], [x]))).code).toBe('INPUT_COUNT');
    expect((enforce([new ColSpec('double'), new ColSpec('double')], new Tensor('float64', [1, 2], Float64Array.of(1, 2))) as Table).columns.map(cells)).toEqual([[1], [2]]);
  });

  it('come from Series and Maps of typed arrays', () => {
    expect((enforce([new ColSpec('double', 'x')], new Series('x', new Table(['x'], [x]))) as Table).columns[0]?.values).toBe(x.values);
    const map = new Map<Value, Value>([['x', new Tensor('float64', [2], Float64Array.of(1, 2))], ['n', [3n, 4.0]]]);
    expect((enforce(specs, map) as Table).rows()).toEqual([{ x: 1, n: 3 }, { x: 2, n: 4 }]);
    expect(caught(() => enforce(specs, new Map<Value, Value>([['x', new Tensor('int64', [1], Float64Array.of(1))]]))).code).toBe('INPUT_TYPE_INVALID');
    expect(caught(() => enforce(specs, new Map<Value, Value>([['x', new Tensor('float64', [1, 1], Float64Array.of(1))]]))).code).toBe('INPUT_FORM_INVALID');
  });

  it('of plain values go by value', () => {
    expect((enforce(specs, [new Map<Value, Value>([['x', 1n], ['n', 2.0]])]) as Table).rows()).toEqual([{ x: 1, n: 2 }]);
  });

  it('are left alone without a signature', () => {
    expect(compileTypedEnforcer(undefined, 'safe')).toBeUndefined();
  });
});

describe('tensors', () => {
  const given = new Tensor('float32', [2, 3], new Float32Array(6)), spec = new TensorSpec('float32', [-1, 3]);

  it('pass untouched where dtype and shape agree', () => {
    expect(enforce([spec], given)).toBe(given);
    expect(caught(() => enforce([spec], new Tensor('float64', [2, 3], new Float64Array(6))))).toMatchObject({ code: 'INPUT_TYPE_INVALID', data: { expected: 'float32', given: 'float64' } });
    expect(caught(() => enforce([spec], new Tensor('float32', [3, 2], new Float32Array(6))))).toMatchObject({ code: 'INPUT_SHAPE_INVALID', data: { expected: '(-1, 3)', given: '(3, 2)' } });
    expect(caught(() => enforce([spec], new Tensor('float32', [6], new Float32Array(6)))).code).toBe('INPUT_SHAPE_INVALID');
    expect(caught(() => enforce([new TensorSpec('datetime64[ns]', [-1])], new Tensor('datetime64[s]', [1], BigInt64Array.of(1n)))).code).toBe('INPUT_TYPE_INVALID');
  });

  it('with names go by name', () => {
    const named = [new TensorSpec('float32', [-1, 3], 'a'), new TensorSpec('int64', [-1], 'b')], b = new Tensor('int64', [1], Float64Array.of(1));
    expect(enforce(named, new Map<Value, Value>([['b', b], ['z', b], ['a', given]]))).toEqual(new Map<Value, Value>([['a', given], ['b', b]]));
    expect(caught(() => enforce(named, new Map<Value, Value>([['b', b]])))).toMatchObject({ code: 'INPUT_MISSING', data: { missing: ['a'] } });
    expect(caught(() => enforce(named, new Map<Value, Value>([['b', b], ['z', b], ['a', given]]), 'strict')).code).toBe('INPUT_EXTRA');
    expect(caught(() => enforce(named, given)).code).toBe('INPUT_FORM_INVALID');
    expect(enforce([named[0] as TensorSpec], given)).toEqual(new Map([['a', given]]));
  });

  it('come from tables of their dtype, and from lists by value', () => {
    const col = column('float32', Float32Array.of(1, 2));
    expect(enforce([spec], new Table(['p', 'q', 'r'], [col, col, col]))).toEqual(new Tensor('float32', [2, 3], Float32Array.of(1, 1, 1, 2, 2, 2)));
    expect(caught(() => enforce([spec], new Table(['p'], [column('float64', Float64Array.of(1))]))).code).toBe('INPUT_TYPE_INVALID');
    expect(enforce([new TensorSpec('float32', [-1, 1], 'a')], new Table(['a'], [col]))).toEqual(new Map([['a', new Tensor('float32', [2, 1], Float32Array.of(1, 2))]]));
    expect(enforce([spec], [[1n, 2, 3]])).toEqual(new Tensor('float32', [1, 3], Float32Array.of(1, 2, 3)));
    expect(enforce([spec], new Table(['a', 'b', 'c'], [column('object', [1n]), column('object', [2]), col].map((c) => ({ ...c, length: 1 }))))).toBeInstanceOf(Tensor);
    expect(enforce([new TensorSpec('int64', [-1, 2])], new Table(['a', 'b'], [column('int64', Float64Array.of(1)), column('int64', BigInt64Array.of(2n ** 60n))]))).toEqual(new Tensor('int64', [1, 2], BigInt64Array.of(1n, 2n ** 60n)));
  });
});
