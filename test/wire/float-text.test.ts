import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonNumber } from '../../src/data/numbers.ts';
import { floatTexts } from '../../src/wire/float-text.ts';

const bits = (x: bigint): number => new Float64Array(BigUint64Array.of(x).buffer)[0] as number;
const number = fc.oneof(
  fc.double(), fc.float(), fc.integer().map(Number), fc.maxSafeInteger(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(bits),
  fc.tuple(fc.nat(1_000_000), fc.integer({ min: -330, max: 310 })).map(([n, e]) => Number(`${n}e${e}`)),
  // The edges between two powers of two, where the rounding interval is uneven.
  fc.tuple(fc.bigInt({ min: 0n, max: 4095n }), fc.bigInt({ min: -2n, max: 2n })).map(([e, by]) => bits(BigInt.asUintN(64, (e << 52n) + by))),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1e16, 9999999999999998, 1e-4, 9.999999999999999e-5, 5e-324, 1.7976931348623157e308, 1e23, 2 ** 53),
);
const expected = (values: readonly number[], before: readonly string[]): string => values.map((x, i) => before[i % before.length] + jsonNumber(x)).join('');

describe('the text of many floats', () => {
  it('is that of each', () => {
    fc.assert(fc.property(fc.array(number, { minLength: 30, maxLength: 300 }), (values) => {
      expect(floatTexts(values, [', '])).toBe(expected(values, [', ']));
    }), { numRuns: 300 });
  });

  it('of every power of two is that of each', () => {
    const values = Array.from({ length: 2098 }, (_, i) => 2 ** (i - 1074));
    expect(floatTexts(values, [' '])).toBe(expected(values, [' ']));
    expect(floatTexts(values.map((x) => -x * 3), [' '])).toBe(expected(values.map((x) => -x * 3), [' ']));
  });

  it('has the texts of its places, whatever the number of rows, columns and letters', () => {
    const place = fc.string({ unit: fc.constantFrom('a', '"', '{', ',', ' '), maxLength: 40 });
    fc.assert(fc.property(fc.array(place, { minLength: 1, maxLength: 40 }), fc.nat(60), fc.infiniteStream(number), (before, rows, stream) => {
      const values = [...stream.take(rows * before.length)];
      expect(floatTexts(values, before)).toBe(expected(values, before));
    }), { numRuns: 100 });
    for (const [rows, width, letters] of [[20_000, 1, 2], [3, 9000, 2], [40, 2, 30_000], [2, 4096, 1], [60, 100, 300], [9000, 3, 200]] as const) {
      const before = Array.from({ length: width }, (_, j) => 'x'.repeat(letters - (j % 2))), values = Array.from({ length: rows * width }, (_, i) => i / 7);
      expect(floatTexts(values, before) === expected(values, before)).toBe(true);
    }
  });
});
