/**
 * Rows of numbers become planes of ranks: per rank column LANES small integers, one a row.
 *
 * A rank r of a plane of type T is stored as r + bias, bias = -2^(bits - 1), so that tests are signed compares.
 */
import { CategoryColumn, Column, Feature, LANES } from './_layout';

/** Rows searched together, so that their latencies overlap. */
const TOGETHER: i32 = 4;

// @ts-ignore: decorator
@inline function bias<T>(): i32 {
  return sizeof<T>() == 1 ? -128 : -32768;
}

// @ts-ignore: decorator
@inline function widen<I>(at: usize): f64 {
  return f64(load<I>(at));
}

/** Whether the cut at `at` is below x (`upTo`: below or equal); a cut of NaN, which fills up the table, never is. */
// @ts-ignore: decorator
@inline function below(at: usize, x: f64, upTo: bool): usize {
  const cut = load<f64>(at - 8);
  return usize(upTo ? x >= cut : x > cut);
}

/** The rank of `rows` values, `stride` bytes apart, among 2^steps - 1 ascending cuts. */
// @ts-ignore: decorator
@inline function search<I, T>(from: usize, stride: usize, rows: i32, cuts: usize, steps: i32, upTo: bool, out: usize, nan: usize): void {
  let r = 0;
  for (; r + TOGETHER <= rows; r += TOGETHER) {
    const x0 = widen<I>(from), x1 = widen<I>(from + stride), x2 = widen<I>(from + 2 * stride), x3 = widen<I>(from + 3 * stride);
    let a = cuts, b = cuts, c = cuts, d = cuts;
    for (let shift = steps + 2; shift > 2; shift--) {
      const half = <usize>1 << shift;
      a += below(a + half, x0, upTo) << shift;
      b += below(b + half, x1, upTo) << shift;
      c += below(c + half, x2, upTo) << shift;
      d += below(d + half, x3, upTo) << shift;
    }
    put<T>(out, nan, r, a - cuts, x0);
    put<T>(out, nan, r + 1, b - cuts, x1);
    put<T>(out, nan, r + 2, c - cuts, x2);
    put<T>(out, nan, r + 3, d - cuts, x3);
    from += stride * TOGETHER;
  }
  for (; r < rows; r++) {
    const x = widen<I>(from);
    let a = cuts;
    for (let shift = steps + 2; shift > 2; shift--) a += below(a + (<usize>1 << shift), x, upTo) << shift;
    put<T>(out, nan, r, a - cuts, x);
    from += stride;
  }
}

// @ts-ignore: decorator
@inline function put<T>(out: usize, nan: usize, row: i32, distance: usize, x: f64): void {
  const at = usize(row) * sizeof<T>();
  store<T>(out + at, <T>(i32(distance >> 3) + bias<T>()));
  store<T>(nan + at, <T>(x != x ? -1 : 0));
}

/** Marks what "zero is missing" takes for missing. */
function markZeros<I, T>(from: usize, stride: usize, rows: i32, threshold: f64, out: usize): void {
  for (let r = 0; r < rows; r++) {
    store<T>(out + usize(r) * sizeof<T>(), <T>(abs(widen<I>(from)) > threshold ? 0 : -1));
    from += stride;
  }
}

/**
 * Fills the planes of numeric columns.
 * @param scratch three planes: places, marks of NaN, marks of NaN and zero
 */
export function rankFeatures<I, T>(values: usize, stride: usize, rows: i32, features: usize, count: i32, upTo: bool, zero: f64, planes: usize, scratch: usize): void {
  const size = usize(LANES) * sizeof<T>(), nan = scratch + size, zeros = nan + size;
  for (let f = 0; f < count; f++) {
    const feature = changetype<Feature>(features + usize(f) * offsetof<Feature>());
    const from = values + feature.column * sizeof<I>();
    if (upTo) search<I, T>(from, stride, rows, feature.cuts, feature.steps, true, scratch, nan);
    else search<I, T>(from, stride, rows, feature.cuts, feature.steps, false, scratch, nan);
    if (feature.zeros != 0) markZeros<I, T>(from, stride, rows, zero, zeros);
    let column = feature.columns;
    for (let c = 0; c < feature.count; c++, column += offsetof<Column>()) {
      const one = changetype<Column>(column), special = v128.splat<T>(<T>one.special), missing = one.zero != 0 ? zeros : nan;
      const out = planes + usize(one.plane) * size;
      for (let at: usize = 0; at < size; at += 16) v128.store(out + at, v128.bitselect(special, v128.load(scratch + at), v128.load(missing + at)));
    }
  }
}

/** Fills the planes of categorical columns: the number of the category among those that the trees name, `none` for others. */
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
          let a = column.cuts;
          for (let shift = column.steps + 2; shift > 2; shift--) a += below(a + (<usize>1 << shift), x, true) << shift;
          if (a != column.cuts && load<f64>(a - 8) == x) code = i32((a - column.cuts) >> 3) - 1;
        }
      }
      store<T>(out, <T>(code + bias<T>()));
    }
  }
}
