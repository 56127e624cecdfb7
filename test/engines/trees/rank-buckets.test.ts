import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MISSING_LEFT, MISSING_NAN, ONLY_NONNEGATIVE } from '../../../src/engines/trees/forest.ts';
import { ForestBuilder } from '../../../src/engines/trees/forest-builder.ts';
import { startForest } from '../../../src/engines/trees/kernel/kernel.ts';
import { BUCKET_CUTS, rankBuckets } from '../../../src/engines/trees/rank-buckets.ts';

/** A stump a cut: the sum of a row is the number of cuts it passes, its rank. */
function ranks(cuts: Float64Array, values: Float32Array | Float64Array, comparison: '<' | '<='): number[] {
  const input = values instanceof Float32Array ? 'float32' : 'float64';
  const builder = new ForestBuilder({ features: 1, outputs: 1, leafSize: 1, input, comparison, sum: 'float64', base: new Float64Array(1), divisor: 1, categoriesAbove: ONLY_NONNEGATIVE });
  for (const cut of cuts) builder.add({ feature: [0], threshold: [cut], left: [~0], right: [~1], flags: [MISSING_NAN | MISSING_LEFT], value: [0, 1] });
  const forest = builder.build(), out = new Float64Array(values.length);
  startForest(forest)?.margins({ rows: values.length, columns: 1, values }, { first: 0, end: forest.trees }, out, 0, values.length);
  return [...out];
}

const number = fc.oneof(fc.double({ noNaN: true, min: -10, max: 10 }), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, -0, 1e-40, -1e-40, 1, 3.4e38, -3.4e38), fc.integer({ min: -50, max: 50 }));

describe.each([[false, '<'], [false, '<='], [true, '<'], [true, '<=']] as const)('ranks, double: %s, comparison: %s', (wide, comparison) => {
  it('count the cuts that a value passes', () => {
    fc.assert(fc.property(fc.array(number, { minLength: 8, maxLength: 120 }), fc.array(number, { maxLength: 20 }), (list, others) => {
      const store = wide ? Float64Array : Float32Array, cuts = Float64Array.from(new Set(store.from(list).map((x) => x + 0).filter((x) => Number.isFinite(x)))).sort();
      // Values on cuts, next to them, between, and far away.
      const near = [...cuts].flatMap((cut) => [cut, cut * (1 + 2 ** -24), cut * (1 - 2 ** -24), cut + 1e-3]);
      const values = store.from([...near, ...others, Infinity, -Infinity, NaN]);
      const want = [...values].map((x) => cuts.filter((cut) => (comparison === '<' ? x >= cut : x > cut)).length);
      expect(ranks(cuts, values, comparison)).toEqual(want);
    }), { numRuns: 150 });
  });
});

describe('rankBuckets', () => {
  it('serve cuts that are spread out, and only those', () => {
    const even = Float64Array.from({ length: 254 }, (_, i) => i / 4);
    expect(rankBuckets(even, false)?.cuts.slice(254)).toEqual(new Float32Array(BUCKET_CUTS).fill(NaN));
    expect(rankBuckets(even.slice(0, 7), false)).toBeNull();
    expect(rankBuckets(Float64Array.from({ length: 256 }, (_, i) => i), true)).toBeNull();
    // Not of float32, too close for any scale, or so far apart that the scale is lost.
    expect(rankBuckets(even.map((x) => x + 0.1), false)).toBeNull();
    expect(rankBuckets(even.map((x) => x + 0.1), true)).not.toBeNull();
    expect(rankBuckets(Float64Array.from([...even.slice(0, 20).map((x) => x * 1e-9), 1e9]), true)).toBeNull();
    expect(rankBuckets(Float64Array.of(-1.5e308, 1, 2, 3, 4, 5, 6, 1.5e308), true)).toBeNull();
  });
});
