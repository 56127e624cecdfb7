import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor, keyBytes } from '../../src/wire/fast-cursor.ts';

function read(text: string): { value: number; at: number; integral: boolean } {
  const cursor = new Cursor();
  cursor.bytes = new TextEncoder().encode(text);
  const value = cursor.number();
  return { value, at: cursor.at, integral: cursor.integral };
}

describe('numbers', () => {
  const digits = (max: number): fc.Arbitrary<string> => fc.array(fc.nat(9), { minLength: 1, maxLength: max }).map((d) => d.join(''));
  const written = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => JSON.stringify(x)),
    fc.tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.option(digits(24)), fc.option(fc.integer({ min: -40, max: 40 }))).map(([sign, n, fraction, e]) => `${sign}${n}${fraction === null ? '' : `.${fraction}`}${e === null ? '' : `e${e}`}`),
    // Halfway between two doubles, scaled down: the hardest to round.
    fc.tuple(fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n }), fc.integer({ min: -1, max: 1 }), fc.integer({ min: 1, max: 15 })).map(([n, d, cut]) => {
      const text = String(2n * n + 1n + BigInt(d));
      return `${text.slice(0, -cut)}.${text.slice(-cut)}`;
    }),
  );

  it('are rounded as Number does', () => {
    fc.assert(fc.property(written, fc.constantFrom('', ',', ']', ' '), (text, end) => {
      const { value, at } = read(text + end);
      const exact = Number(text);
      expect(at).toBe(text.length);
      expect(value).toBe(!Number.isFinite(exact) ? NaN : exact === 0 && /^-0$/.test(text) ? 0 : exact);
    }), { numRuns: 20000 });
  });

  it('of 15 to 19 digits are rounded as Number does', () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true, minExcluded: true }), fc.integer({ min: -10, max: 10 }), (x, e) => {
      const text = String(x * 10 ** e);
      expect(read(text).value).toBe(Number(text));
    }), { numRuns: 20000 });
  });

  it.each(['', '-', '+1', '.5', '1.', '1.e5', '1e', '1e+', '01', '-01', 'NaN', 'Infinity', 'x', '1e400', '-1e999', `1${'0'.repeat(400)}`])('refuses %s', (text) => {
    expect(read(text).value).toBeNaN();
  });

  it('knows integers by how they are written', () => {
    expect(read('-0')).toEqual({ value: 0, at: 2, integral: true });
    expect(read('-0.0')).toEqual({ value: -0, at: 4, integral: false });
    expect(read('1e2').integral).toBe(false);
  });
});

describe('keys', () => {
  it('are taken only where they need no escape', () => {
    expect(keyBytes('é')).toEqual(Uint8Array.of(0xc3, 0xa9));
    for (const name of ['a"', 'a\\', 'a\n', '\ud800']) expect(keyBytes(name)).toBeUndefined();
  });
});
