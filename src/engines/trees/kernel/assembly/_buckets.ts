/**
 * Ranks by buckets; src/engines/trees/rank-buckets.ts says why they are right.
 */
import { Buckets } from './_layout';

/** Places of `rows` values, `stride` bytes apart, among ascending cuts, and marks of NaN; both of 16 bits, and written up to a multiple of four rows. */
export function searchBuckets<I>(from: usize, stride: usize, rows: i32, buckets: Buckets, upTo: bool, places: usize, nan: usize): void {
  const below = buckets.below, cuts = buckets.cuts;
  if (sizeof<I>() == 4) {
    const low = v128.splat<f32>(f32(buckets.low)), scale = v128.splat<f32>(f32(buckets.scale)), top = v128.splat<f32>(f32(buckets.top));
    const none = v128.splat<f32>(0), magic = v128.splat<f32>(8388608);
    for (let r = 0; r < rows; r += 4, from += 4 * stride, places += 8, nan += 8) {
      let x = v128.load32_zero(from);
      if (r + 1 < rows) x = v128.load32_lane(from + stride, x, 1);
      if (r + 2 < rows) x = v128.load32_lane(from + 2 * stride, x, 2);
      if (r + 3 < rows) x = v128.load32_lane(from + 3 * stride, x, 3);
      // pmax gives its first number for NaN.
      const at = v128.add<f32>(v128.pmin<f32>(top, v128.pmax<f32>(none, v128.mul<f32>(v128.sub<f32>(x, low), scale))), magic);
      store<u16>(places, rank32(below, cuts, v128.extract_lane<i32>(at, 0), v128.shuffle<i32>(x, x, 0, 0, 0, 0), upTo));
      store<u16>(places, rank32(below, cuts, v128.extract_lane<i32>(at, 1), v128.shuffle<i32>(x, x, 1, 1, 1, 1), upTo), 2);
      store<u16>(places, rank32(below, cuts, v128.extract_lane<i32>(at, 2), v128.shuffle<i32>(x, x, 2, 2, 2, 2), upTo), 4);
      store<u16>(places, rank32(below, cuts, v128.extract_lane<i32>(at, 3), v128.shuffle<i32>(x, x, 3, 3, 3, 3), upTo), 6);
      const mark = v128.ne<f32>(x, x);
      v128.store64_lane(nan, v128.narrow<i32>(mark, mark), 0);
    }
  } else {
    const low = v128.splat<f64>(buckets.low), scale = v128.splat<f64>(buckets.scale), top = v128.splat<f64>(buckets.top);
    const none = v128.splat<f64>(0), magic = v128.splat<f64>(4503599627370496);
    for (let r = 0; r < rows; r += 2, from += 2 * stride, places += 4, nan += 4) {
      let x = v128.load64_zero(from);
      if (r + 1 < rows) x = v128.load64_lane(from + stride, x, 1);
      const at = v128.add<f64>(v128.pmin<f64>(top, v128.pmax<f64>(none, v128.mul<f64>(v128.sub<f64>(x, low), scale))), magic);
      store<u16>(places, rank64(below, cuts, v128.extract_lane<i32>(at, 0), v128.shuffle<i64>(x, x, 0, 0), upTo));
      store<u16>(places, rank64(below, cuts, v128.extract_lane<i32>(at, 2), v128.shuffle<i64>(x, x, 1, 1), upTo), 2);
      const mark = v128.ne<f64>(x, x);
      store<u32>(nan, u32(v128.extract_lane<i16>(mark, 0)) & 0xffff | u32(v128.extract_lane<i16>(mark, 4)) << 16);
    }
  }
}

// @ts-ignore: decorator
@inline function rank32(below: usize, cuts: usize, bits: i32, x: v128, upTo: bool): u16 {
  const first = i32(load<u8>(below + usize(bits & 0xffff))), four = v128.load(cuts + (usize(first) << 2));
  return u16(first + popcnt(v128.bitmask<i32>(upTo ? v128.ge<f32>(x, four) : v128.gt<f32>(x, four))));
}

// @ts-ignore: decorator
@inline function rank64(below: usize, cuts: usize, bits: i32, x: v128, upTo: bool): u16 {
  const first = i32(load<u8>(below + usize(bits & 0xffff))), at = cuts + (usize(first) << 3), two = v128.load(at), others = v128.load(at, 16);
  const a = upTo ? v128.ge<f64>(x, two) : v128.gt<f64>(x, two), b = upTo ? v128.ge<f64>(x, others) : v128.gt<f64>(x, others);
  return u16(first + popcnt(v128.bitmask<i64>(a)) + popcnt(v128.bitmask<i64>(b)));
}
