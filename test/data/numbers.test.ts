import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floatRepr, jsonNumber, roundToHalf } from '../../src/data/numbers.ts';

const recorded = JSON.parse(readFileSync(new URL('../golden/data/float-repr.json', import.meta.url), 'utf8')) as string[];

describe('floatRepr', () => {
  it(`writes ${recorded.length} doubles as Python does`, () => {
    for (const text of recorded) expect(floatRepr(Number(text))).toBe(text);
  });

  it('names what is not a number', () => {
    expect([NaN, Infinity, -Infinity].map(floatRepr)).toEqual(['nan', 'inf', '-inf']);
    expect([NaN, Infinity, -Infinity].map(jsonNumber)).toEqual(['NaN', 'Infinity', '-Infinity']);
  });

  it('reads back to the same double and always shows that it is a float', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
      const text = floatRepr(x);
      expect(Object.is(Number(text), x)).toBe(true);
      expect(text).toMatch(/^-?\d+(\.\d+)?(e[+-]\d{2,3})?$/);
      expect(text).toMatch(/[.e]/);
      expect(jsonNumber(x)).toBe(text);
    }), { numRuns: 5000 });
  });
});

describe('roundToHalf', () => {
  it('rounds to the nearest float16, ties to even', () => {
    expect([0.1, 65519, 65520, 2049, 2051, 1e-8, -0].map(roundToHalf)).toEqual([0.0999755859375, 65504, Infinity, 2048, 2052, 0, -0]);
  });
});
