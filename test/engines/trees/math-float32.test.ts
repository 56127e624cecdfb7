import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp32, log32 } from '../../../src/engines/trees/math-float32.ts';

/** Pairs of the bits of a float32 and of what glibc 2.36 makes of it; in the first 200 of each the nearest float32 is another. */
const recorded = JSON.parse(readFileSync(new URL('../../golden/data/float32-math.json', import.meta.url), 'utf8')) as Record<'expf' | 'logf', [number, number][]>;
const ofBits = (words: readonly number[]): Float32Array => new Float32Array(Uint32Array.from(words).buffer);

describe.each([['expf', exp32, Math.exp], ['logf', log32, Math.log]] as const)('%s', (name, ours, exact) => {
  const given = ofBits(recorded[name].map(([x]) => x)), expected = ofBits(recorded[name].map(([, y]) => y));

  it(`gives ${recorded[name].length} numbers as the C library does`, () => {
    expect(Float32Array.from(given, ours)).toEqual(expected);
    expect(given.subarray(0, 200).filter((x, i) => Math.fround(exact(x)) === expected[i])).toHaveLength(0);
  });

  it('is within one step of the exact value', () => {
    fc.assert(fc.property(fc.float(), (x) => {
      const y = ours(x), near = Math.fround(exact(x));
      if (Object.is(y, near)) return true;
      const step = ofBits([new Uint32Array(Float32Array.of(near).buffer)[0]! + 1])[0]! - near;
      return Math.abs(y - near) <= Math.abs(step) * 1.001;
    }), { numRuns: 20_000 });
  });
});
