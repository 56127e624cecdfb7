import { describe, expect, it } from 'vitest';
import { asType, numpyArray } from '../../src/data/numpy-array.ts';
import { parseJson } from '../../src/data/json-parse.ts';

describe('numpyArray', () => {
  it.each([
    ['[1, 9223372036854775808]', 'float64', [2]], ['[true, 9223372036854775808]', 'uint64', [2]], ['[1, 1180591620717411303424]', 'object', [2]],
    ['["a", 0.1, true]', 'str', [3]], ['["a", null]', 'object', [2]], ['[[], []]', 'float64', [2, 0]], ['[[{"a": 1}], ["x"]]', 'object', [2, 1]], ['null', 'object', []],
  ])('%s is %s', (text, dtype, shape) => {
    expect(numpyArray(parseJson(text))).toMatchObject({ dtype, shape });
  });

  it.each(['[[1], [1, 2]]', '[1, [2]]', '[["a", ["b"]]]', '[[], [1]]'])('%s is ragged', (text) => {
    expect(() => numpyArray(parseJson(text))).toThrow(expect.objectContaining({ code: 'ARRAY_RAGGED' }) as Error);
    expect(numpyArray(parseJson(text), 'object').dtype).toBe('object');
  });

  it('writes numbers as str() does', () => {
    expect(numpyArray(['a', 0.1, 1e22, 1e-7, NaN, -0, true, 2n]).values).toEqual(['a', '0.1', '1e+22', '1e-07', 'nan', '-0.0', 'True', '2']);
  });

  it.each([[[300n], 'uint8'], [[null], 'int64'], [[NaN], 'int32'], [['1.0'], 'int64'], [[2n ** 63n], 'int64'], [['é'], 'bytes'], [[0.5], 'datetime64[ns]']] as const)('%s does not become %s', (values, dtype) => {
    expect(() => numpyArray([...values], dtype)).toThrow(expect.objectContaining({ code: 'VALUE_NOT_CONVERTIBLE' }) as Error);
  });
});

describe('asType', () => {
  const odd = numpyArray([1.5, NaN, Infinity, -1.5, 3e9, 1e30, -1e30, 300]);
  it.each([
    ['int32', [1, -2147483648, -2147483648, -1, -2147483648, -2147483648, -2147483648, 300]], ['int8', [1, 0, 0, -1, 0, 0, 0, 44]], ['uint8', [1, 0, 0, 255, 0, 0, 0, 44]],
    ['uint32', [1, 2147483648, 0, 4294967295, 3000000000, 0, 2147483648, 300]], ['bool', [1, 1, 1, 1, 1, 1, 1, 1]],
  ] as const)('floats to %s as x86-64 casts them', (dtype, expected) => {
    expect(Array.from(asType(odd, dtype).values as ArrayLike<number>)).toEqual(expected);
  });

  it('narrow floats print with their own digits', () => {
    expect(asType(numpyArray([0.1, 65504, 1e7, 1e-5], 'float32'), 'str').values).toEqual(['0.1', '65504.0', '1e+07', '1e-05']);
    expect(asType(numpyArray([0.1, 65504, 999, 2048], 'float16'), 'str').values).toEqual(['0.1', '6.55e+04', '999.0', '2.048e+03']);
  });
});
