/** What the golden pickles and skops files hold: the values of test/golden/pickle/make.py. */
import { expect } from 'vitest';
import { NAT } from '../../src/data/dtype.ts';
import { Tensor } from '../../src/data/tensor.ts';
import { ByteArray, Complex, DateTime, Decimal, Duration, PySet, Scalar, Tuple } from '../../src/data/values.ts';
import { NumpyDType } from '../../src/formats/numpy-dtype.ts';
import { MaskedArray, PyGlobal, PyObject, PySlice, SparseMatrix, StructuredArray, type PyValue } from '../../src/formats/python-object.ts';

const ns = (iso: string): bigint => BigInt(Date.parse(iso)) * 1_000_000n;

export function expectPlain(value: PyValue): void {
  const v = value as Map<string, PyValue>;
  expect(v.get('datetime')).toEqual(new DateTime('datetime', ns('2020-01-02T03:04:05Z') + 6000n));
  expect(v.get('zoned')).toEqual(new DateTime('datetime', ns('2020-01-02T00:00:00Z'), 7200));
  expect(v.get('date')).toEqual(new DateTime('date', ns('2020-02-29T00:00:00Z')));
  expect(v.get('time')).toEqual(new DateTime('time', 3_723_000_000_000n));
  expect(v.get('timedelta')).toEqual(new Duration('timedelta', -86_400_000_000_000n + 5_000_006_000n));
  expect(v.get('decimal')).toEqual(new Decimal('1.10'));
  expect(v.get('complex')).toEqual(new Complex(1, 2));
  expect(v.get('frozenset')).toEqual(new PySet([1n]));
  expect(v.get('range')).toEqual(new PySlice('range', 0n, 3n, 1n));
  expect(v.get('text')).toBe('é\n\\ \udcff 😀');
  expect(v.get('dict')).toEqual(new Map<unknown, unknown>([[1n, 2n], [2.5, null], [new Tuple(['a', 1n]), 'b']]));
  expect(v.get('counter')).toEqual(new Map([['a', 2n], ['b', 1n]]));
  expect(v.get('deque')).toEqual([1n, 2n]);
  const cycle = v.get('cycle') as PyValue[];
  expect(cycle[0]).toBe(cycle);
  expectPlainOfSkops(value);
}

/** Those that skops can write too. */
export function expectPlainOfSkops(value: PyValue): void {
  const v = value as Map<string, PyValue>;
  expect(v.get('set')).toEqual(new PySet(['a']));
  expect(v.get('slice')).toEqual(new PySlice('slice', 1n, null, 2n));
  expect(v.get('bytes')).toEqual(Uint8Array.of(0, 255));
  expect(v.get('bytearray')).toEqual(new ByteArray(Uint8Array.of(113)));
  expect(v.get('numbers')).toEqual([null, true, false, 0n, -1n, 255n, 256n, 70000n, -70000n, 2n ** 40n, -(2n ** 80n), 1.5, Infinity, -0, 1e-300]);
  expect(v.get('tuple')).toEqual(new Tuple([new Tuple([]), new Tuple([1n]), new Tuple([1n, 2n]), new Tuple([1n, 2n, 3n]), new Tuple([1n, 2n, 3n, 4n])]));
  expect(v.get('ordered')).toEqual(new Map([['a', 1n]]));
  expect(v.get('default')).toEqual(new Map([['a', [1n]]]));
  expect(v.get('type')).toEqual(new PyGlobal('builtins', 'str'));
  const [first, second] = v.get('shared') as PyValue[];
  expect(first).toEqual([1n]);
  expect(second).toBe(first);
}

const tensor = (dtype: Tensor['dtype'], shape: number[], values: Tensor['values']): Tensor => new Tensor(dtype, shape, values);

export const structuredArray: StructuredArray = new StructuredArray([2], new Map([
  ['x', tensor('float64', [2], Float64Array.of(1, 5))], ['y', tensor('int16', [2], Int16Array.of(2, 6))], ['z', tensor('uint8', [2, 2], Uint8Array.of(3, 4, 7, 8))],
]));
export const objectArray: Tensor = tensor('object', [2, 2], ['a', 1n, null, 2.5]);
export const fortranArray: Tensor = tensor('int64', [2, 3], Float64Array.of(0, 1, 2, 3, 4, 5));
export const floatArray: Tensor = tensor('float64', [3], Float64Array.of(1.5, NaN, -0));

export function expectArrays(value: PyValue): void {
  const v = value as Map<string, PyValue>;
  const expected: Record<string, PyValue> = {
    float64: floatArray,
    float32: tensor('float32', [2, 1], Float32Array.of(1.5, Infinity)),
    float16: tensor('float16', [3], Float32Array.of(1.5, -Infinity, 2 ** -24)),
    int64: tensor('int64', [2], Float64Array.of(1, -(2 ** 53) + 1)),
    big: tensor('int64', [1], BigInt64Array.of(2n ** 62n)),
    uint64: tensor('uint64', [1], BigUint64Array.of(2n ** 64n - 1n)),
    int8: tensor('int8', [1], Int8Array.of(-1)),
    bool: tensor('bool', [2], Uint8Array.of(1, 0)),
    bigEndian: tensor('int32', [3], Int32Array.of(0, 1, 2)),
    fortran: fortranArray,
    cube: tensor('int64', [2, 3, 4], Float64Array.from({ length: 24 }, (_, i) => i)),
    strided: tensor('int64', [4], Float64Array.of(0, 3, 6, 9)),
    scalar: tensor('float64', [], Float64Array.of(7)),
    empty: tensor('float64', [0, 3], new Float64Array(0)),
    complex: tensor('complex64', [1], Float64Array.of(1, 2)),
    text: tensor('str', [3], ['aé', 'b😀', '']),
    bytes: tensor('bytes', [2], [Uint8Array.of(97, 0, 98), Uint8Array.of(99)]),
    datetime: tensor('datetime64[D]', [2], BigInt64Array.of(18262n, NAT)),
    timedelta: tensor('timedelta64[s]', [1], BigInt64Array.of(125n)),
    objects: objectArray,
    structured: structuredArray,
    padded: new StructuredArray([1], new Map([['a', tensor('int8', [1], Int8Array.of(1))], ['b', tensor('float64', [1], Float64Array.of(2))]])),
    masked: new MaskedArray(tensor('float64', [2], Float64Array.of(1, 2)), tensor('bool', [2], Uint8Array.of(1, 0))),
    'np.float64': new Scalar('float64', 2.5),
    'np.int64': new Scalar('int64', -3n),
    'np.float32': new Scalar('float32', Math.fround(0.1)),
    'np.str_': new Scalar('str', 'é'),
    'np.bool_': new Scalar('bool', true),
    'np.datetime64': new Scalar('datetime64[D]', 18262n),
    dtype: new NumpyDType('M', 8, { unit: 'ns' }),
  };
  for (const [name, want] of Object.entries(expected)) expect(v.get(name), name).toEqual(want);
  const type = v.get('dtypeStructured') as NumpyDType;
  expect(type.fields?.map((f) => [f.name, f.offset, f.dtype.itemSize])).toEqual([['a', 0, 8], ['b', 8, 8]]);
  for (const [format, names] of [['csr', ['data', 'indices', 'indptr']], ['csc', ['data', 'indices', 'indptr']], ['coo', ['data', 'row', 'col']], ['dia', ['data', 'offsets']]] as const) {
    const matrix = v.get(format) as SparseMatrix;
    expect([matrix.format, matrix.shape, [...matrix.parts.keys()]]).toEqual([format, [2, 2], names]);
  }
  expect((v.get('csr') as SparseMatrix).parts.get('indices')).toEqual(tensor('int32', [2], Int32Array.of(1, 0)));
  expect((v.get('random') as PyObject).path).toBe('numpy.random.mtrand.RandomState');
  expect((v.get('generator') as PyObject).path).toBe('numpy.random._generator.Generator');
}
