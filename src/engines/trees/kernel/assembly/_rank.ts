/**
 * Rows of numbers become planes of ranks: per rank column LANES small integers, one a row.
 *
 * A rank r of a plane of type T is stored as r + bias, bias = -2^(bits - 1), so that tests are signed compares.
 */
import { searchBuckets } from './_buckets';
import { Buckets, CategoryColumn, Column, Feature, LANES } from './_layout';

/** Types that stand for which cuts count: those below or equal, or those below. */
type UpTo = u16;
type Below = u8;

/** Values searched for together, so that their latencies overlap. */
const TOGETHER: i32 = 8;

// @ts-ignore: decorator
@inline function bias<T>(): i32 {
  return sizeof<T>() == 1 ? -128 : -32768;
}

// @ts-ignore: decorator
@inline function widen<I>(at: usize): f64 {
  return f64(load<I>(at));
}

/** Whether the cut before `at` is below x (`upTo`: below or equal); a cut of NaN, which fills up the table, never is. */
// @ts-ignore: decorator
@inline function below(at: usize, x: f64, upTo: bool): usize {
  const cut = load<f64>(at - 8);
  return usize(upTo ? x >= cut : x > cut);
}

/** The address after the cuts that are below x, of the 2^steps - 1 at `cuts`. */
// @ts-ignore: decorator
@inline function find(cuts: usize, steps: i32, x: f64, upTo: bool): usize {
  let at = cuts;
  for (let shift = steps + 2; shift > 2; shift--) at += below(at + (<usize>1 << shift), x, upTo) << shift;
  return at;
}

/** Places of `rows` values, `stride` bytes apart, among ascending cuts, and marks of NaN; both of 16 bits. */
function search<I, U>(from: usize, stride: usize, rows: i32, cuts: usize, steps: i32, places: usize, nan: usize): void {
  const upTo = sizeof<U>() == 2;
  let r = 0;
  for (; r + TOGETHER <= rows; r += TOGETHER) {
    const x0 = widen<I>(from), x1 = widen<I>(from + stride), x2 = widen<I>(from + 2 * stride), x3 = widen<I>(from + 3 * stride);
    from += 4 * stride;
    const x4 = widen<I>(from), x5 = widen<I>(from + stride), x6 = widen<I>(from + 2 * stride), x7 = widen<I>(from + 3 * stride);
    from += 4 * stride;
    let a = cuts, b = cuts, c = cuts, d = cuts, e = cuts, f = cuts, g = cuts, h = cuts;
    for (let shift = steps + 2; shift > 2; shift--) {
      const half = <usize>1 << shift;
      a += below(a + half, x0, upTo) << shift;
      b += below(b + half, x1, upTo) << shift;
      c += below(c + half, x2, upTo) << shift;
      d += below(d + half, x3, upTo) << shift;
      e += below(e + half, x4, upTo) << shift;
      f += below(f + half, x5, upTo) << shift;
      g += below(g + half, x6, upTo) << shift;
      h += below(h + half, x7, upTo) << shift;
    }
    put(places, nan, r, a - cuts, x0);
    put(places, nan, r + 1, b - cuts, x1);
    put(places, nan, r + 2, c - cuts, x2);
    put(places, nan, r + 3, d - cuts, x3);
    put(places, nan, r + 4, e - cuts, x4);
    put(places, nan, r + 5, f - cuts, x5);
    put(places, nan, r + 6, g - cuts, x6);
    put(places, nan, r + 7, h - cuts, x7);
  }
  for (; r < rows; r++, from += stride) {
    const x = widen<I>(from);
    put(places, nan, r, find(cuts, steps, x, upTo) - cuts, x);
  }
}

// @ts-ignore: decorator
@inline function put(places: usize, nan: usize, row: i32, distance: usize, x: f64): void {
  store<u16>(places + usize(row) * 2, u16(distance >> 3));
  store<i16>(nan + usize(row) * 2, i16(x != x ? -1 : 0));
}

/** Marks what "zero is missing" takes for missing. */
function markZeros<I>(from: usize, stride: usize, rows: i32, threshold: f64, out: usize): void {
  for (let r = 0; r < rows; r++, from += stride) store<i16>(out + usize(r) * 2, i16(abs(widen<I>(from)) > threshold ? 0 : -1));
}

/**
 * Fills the planes of numeric columns.
 * @param scratch three planes of 16 bits: places, marks of NaN, marks of NaN and zero
 */
export function rankFeatures<I, T>(values: usize, stride: usize, rows: i32, features: usize, count: i32, upTo: bool, zero: f64, planes: usize, scratch: usize): void {
  const size = usize(LANES) * sizeof<T>(), nan = scratch + LANES * 2, zeros = nan + LANES * 2;
  for (let f = 0; f < count; f++) {
    const feature = changetype<Feature>(features + usize(f) * offsetof<Feature>());
    const from = values + feature.column * sizeof<I>();
    if (sizeof<T>() == 1 && feature.buckets != 0) {
      if (upTo) searchBuckets<I>(from, stride, rows, changetype<Buckets>(feature.buckets), true, scratch, nan);
      else searchBuckets<I>(from, stride, rows, changetype<Buckets>(feature.buckets), false, scratch, nan);
    } else if (upTo) search<I, UpTo>(from, stride, rows, feature.cuts, feature.steps, scratch, nan);
    else search<I, Below>(from, stride, rows, feature.cuts, feature.steps, scratch, nan);
    if (feature.zeros != 0) markZeros<I>(from, stride, rows, zero, zeros);
    let column = feature.columns;
    for (let c = 0; c < feature.count; c++, column += offsetof<Column>()) {
      const one = changetype<Column>(column), special = v128.splat<T>(<T>one.special), missing = one.zero != 0 ? zeros : nan;
      const out = planes + usize(one.plane) * size, shift = v128.splat<T>(<T>bias<T>());
      for (let at: usize = 0; at < size; at += 16) {
        if (sizeof<T>() == 1) {
          const places = v128.narrow<u16>(v128.load(scratch + 2 * at), v128.load(scratch + 2 * at, 16));
          const mask = v128.narrow<i16>(v128.load(missing + 2 * at), v128.load(missing + 2 * at, 16));
          v128.store(out + at, v128.bitselect(special, v128.xor(places, shift), mask));
        } else v128.store(out + at, v128.bitselect(special, v128.xor(v128.load(scratch + at), shift), v128.load(missing + at)));
      }
    }
  }
}

/** The same for one row, whose ranks stand LANES apart. Four features of as many steps are searched together. */
export function rankRow<I, T>(values: usize, features: usize, count: i32, upTo: bool, zero: f64, planes: usize): void {
  let f = 0;
  for (; f + 4 <= count; f += 4) {
    const a = changetype<Feature>(features), b = changetype<Feature>(features + offsetof<Feature>());
    const c = changetype<Feature>(features + 2 * offsetof<Feature>()), d = changetype<Feature>(features + 3 * offsetof<Feature>());
    const x = widen<I>(values + a.column * sizeof<I>()), y = widen<I>(values + b.column * sizeof<I>());
    const z = widen<I>(values + c.column * sizeof<I>()), w = widen<I>(values + d.column * sizeof<I>());
    if (a.steps == d.steps) {
      let p = a.cuts, q = b.cuts, r = c.cuts, s = d.cuts;
      for (let shift = a.steps + 2; shift > 2; shift--) {
        const half = <usize>1 << shift;
        p += below(p + half, x, upTo) << shift;
        q += below(q + half, y, upTo) << shift;
        r += below(r + half, z, upTo) << shift;
        s += below(s + half, w, upTo) << shift;
      }
      putRow<T>(a, p - a.cuts, x, zero, planes);
      putRow<T>(b, q - b.cuts, y, zero, planes);
      putRow<T>(c, r - c.cuts, z, zero, planes);
      putRow<T>(d, s - d.cuts, w, zero, planes);
    } else {
      putRow<T>(a, find(a.cuts, a.steps, x, upTo) - a.cuts, x, zero, planes);
      putRow<T>(b, find(b.cuts, b.steps, y, upTo) - b.cuts, y, zero, planes);
      putRow<T>(c, find(c.cuts, c.steps, z, upTo) - c.cuts, z, zero, planes);
      putRow<T>(d, find(d.cuts, d.steps, w, upTo) - d.cuts, w, zero, planes);
    }
    features += 4 * offsetof<Feature>();
  }
  for (; f < count; f++, features += offsetof<Feature>()) {
    const a = changetype<Feature>(features), x = widen<I>(values + a.column * sizeof<I>());
    putRow<T>(a, find(a.cuts, a.steps, x, upTo) - a.cuts, x, zero, planes);
  }
}

// @ts-ignore: decorator
@inline function putRow<T>(feature: Feature, distance: usize, x: f64, zero: f64, planes: usize): void {
  const place = i32(distance >> 3) + bias<T>();
  let column = feature.columns;
  for (let c = 0; c < feature.count; c++, column += offsetof<Column>()) {
    const one = changetype<Column>(column), missing = x != x || (one.zero != 0 && abs(x) <= zero);
    store<T>(planes + usize(one.plane) * (LANES * sizeof<T>()), <T>(missing ? one.special : place));
  }
}

/** Fills the two planes of each categorical column; `none` is the code of what the trees do not name. */
export function rankCategories<I, T>(values: usize, stride: usize, rows: i32, columns: usize, count: i32, above: f64, zero: f64, planes: usize): void {
  const size = usize(LANES) * sizeof<T>();
  for (let c = 0; c < count; c++) {
    const column = changetype<CategoryColumn>(columns + usize(c) * offsetof<CategoryColumn>());
    let from = values + column.column * sizeof<I>(), out = planes + usize(column.plane) * size;
    for (let r = 0; r < rows; r++, from += stride, out += sizeof<T>()) {
      let x = widen<I>(from), code = column.none;
      const nan = x != x;
      if ((nan && column.nan != 0) || (column.zero != 0 && abs(x) <= zero)) code = column.missing;
      else {
        if (nan) x = 0;
        if (x > above) {
          x = trunc(x);
          const at = find(column.cuts, column.steps, x, true);
          if (at != column.cuts && load<f64>(at - 8) == x) code = i32((at - column.cuts) >> 3) - 1;
        }
      }
      store<T>(out, <T>(code >> 3));
      store<T>(out + size, <T>(<i32>1 << (code & 7)));
    }
  }
}
