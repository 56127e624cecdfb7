/**
 * Buckets for ranks: a value's place on an even scale from the first cut of a feature to the last says how many cuts are surely
 * below it, and only few cuts share its bucket. What the kernel computes is computed here for the cuts, in the same width and
 * order; since each step keeps the order of values, a cut of a lower bucket is below the value and one of a higher bucket above.
 * @module
 */

/** Cuts that the kernel compares with a value at once. */
export const BUCKET_CUTS = 4;
const MOST_BUCKETS = 2048;
/** Fewer cuts are found as fast by halving. */
const FEWEST_CUTS = 8;

/** Buckets of one feature. */
export interface RankBuckets {
  /** Per bucket: the number of cuts in lower ones. */
  readonly below: Uint8Array;
  /** The cuts, and as many NaN as are compared at once. */
  readonly cuts: Float32Array | Float64Array;
  /** A value's bucket is `(x − low) · scale`, kept from 0 to `top`, rounded to a whole number. */
  readonly low: number;
  readonly scale: number;
  readonly top: number;
}

/**
 * Buckets for ascending cuts of a feature, in the width of the input; null where they would not help: few cuts, more than a byte
 * counts, cuts that the width does not hold, or too many in one bucket.
 */
export function rankBuckets(list: Float64Array, wide: boolean): RankBuckets | null {
  const round = wide ? (x: number): number => x : Math.fround, count = list.length;
  if (count < FEWEST_CUTS || count > 255 || list.some((cut) => round(cut) !== cut)) return null;
  const low = list[0] as number, span = round((list[count - 1] as number) - low);
  for (let buckets = 64; buckets <= MOST_BUCKETS; buckets *= 2) {
    const top = buckets - 1, scale = round(top / span), below = new Uint8Array(buckets), own = new Uint8Array(buckets);
    for (const cut of list) {
      const place = bucketOf(cut, low, scale, top, round);
      own[place] = (own[place] as number) + 1;
    }
    if (own.some((n) => n > BUCKET_CUTS)) continue;
    for (let i = 1; i < buckets; i++) below[i] = (below[i - 1] as number) + (own[i - 1] as number);
    const cuts = wide ? new Float64Array(count + BUCKET_CUTS) : new Float32Array(count + BUCKET_CUTS);
    cuts.fill(NaN);
    cuts.set(list);
    return { below, cuts, low, scale, top };
  }
  return null;
}

/** Adding 2^23 (or 2^52) leaves a whole number in the low bits, ties to even. */
function bucketOf(x: number, low: number, scale: number, top: number, round: (x: number) => number): number {
  const place = round(round(x - low) * scale), kept = place > 0 ? Math.min(place, top) : 0, magic = round === Math.fround ? 2 ** 23 : 2 ** 52;
  return round(kept + magic) - magic;
}
