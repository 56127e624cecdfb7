import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catboostNumber } from '../../src/formats/catboost-number.ts';
import { golden } from '../support/golden-files.ts';

describe('catboostNumber', () => {
  it('reads recorded texts as the library does', () => {
    const view = new DataView(new ArrayBuffer(8)), rows = JSON.parse(new TextDecoder().decode(golden('catboost/numbers.json'))) as [string, string][];
    let inexact = 0;
    for (const [text, hex] of rows) {
      view.setBigUint64(0, BigInt(`0x${hex}`));
      expect([text, catboostNumber(text) + 0]).toEqual([text, view.getFloat64(0)]);
      if (view.getFloat64(0) !== Number(text)) inexact++;
    }
    expect(inexact).toBeGreaterThan(20);
  });

  it('is near the nearest double', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e290, max: 1e290 }).filter((x) => Math.abs(x) > 1e-290), (x) => {
      const got = catboostNumber(x.toExponential(16));
      return Math.abs(got - x) <= 1e-15 * Math.abs(x);
    }), { numRuns: 3000 });
  });

  it('ends for numbers of any length', () => {
    const long = '7'.repeat(100_000);
    expect(catboostNumber(long)).toBe(Infinity);
    expect(catboostNumber(`0.${long}`)).toBeCloseTo(7 / 9, 15);
    expect(catboostNumber(`1e${long}`)).toBe(Infinity);
    expect(catboostNumber(`-1e-${long}`)).toBe(-0);
  });
});
