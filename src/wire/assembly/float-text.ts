/**
 * Doubles as Python's json writes them: the shortest digits that read back as the same double.
 *
 * The memory, laid out by ../float-text.ts:
 *
 *     0      DIGITS   17 digits of the present number, and room to copy by words of 8 bytes
 *     64     POWERS   10^−292 … 10^324 as 128 bits (low, high), normalised to the top bit, rounded up
 *     10240  PLACES   of the text before each cell of a row: address and length, as 32-bit words; then the texts
 *     65536  VALUES   the numbers, row after row
 *     131072 the text
 *
 * Digits by Giulietti's Schubfach ("The Schubfach way to render doubles", 2022): scale the double's rounding interval by a power
 * of ten so that it holds at least one and at most ten integers of 17 digits; three 64 × 128 bit products decide.
 */

const DIGITS: usize = 0;
const POWERS: usize = 64;
const LOWEST: i32 = -292;
const PLACES: usize = 10240;
const VALUES: usize = 65536;

const ZEROS: u64 = 0x3030303030303030;

/** Writes rows of numbers, each after the text of its place; gives the end. */
export function write(rows: i32, width: i32, out: usize): usize {
  let from = VALUES;
  for (let i = 0; i < rows; i++) {
    let place = PLACES;
    for (let j = 0; j < width; j++) {
      const text = load<u32>(place) as usize, length = load<u32>(place + 4) as usize;
      // A few bytes too many are written over by what follows.
      for (let at: usize = 0; at < length; at += 8) store<u64>(out + at, load<u64>(text + at));
      out = number(load<u64>(from), out + length);
      place += 8;
      from += 8;
    }
  }
  return out;
}

function number(bits: u64, out: usize): usize {
  const significand = bits & 0xfffffffffffff, exponent = ((bits >> 52) as i32) & 0x7ff;
  if (exponent == 0x7ff && significand != 0) {
    store<u32>(out, 0x004e614e); // NaN
    return out + 3;
  }
  store<u8>(out, 45); // -
  out += (bits >> 63) as usize;
  if (exponent == 0x7ff) {
    store<u64>(out, 0x7974696e69666e49); // Infinity
    return out + 8;
  }
  if (exponent == 0 && significand == 0) {
    store<u32>(out, 0x00302e30); // 0.0
    return out + 3;
  }
  // The number is c · 2^q.
  let c = significand, q = -1074, power = 0, digits: u64;
  if (exponent != 0) {
    c |= 0x10000000000000;
    q = exponent - 1075;
  }
  if (q <= 0 && q > -53 && (c & ((1 << (-q as u64)) - 1)) == 0) digits = c >> (-q as u64);
  else {
    digits = shortest(c, q, significand == 0 && exponent > 1);
    power = found;
  }
  return written(digits, power, out);
}

/** Power of ten of the last {@link shortest}. */
let found: i32 = 0;

/** The shortest decimal within the rounding interval of c · 2^q, of several the closest: digits, and the power of ten in `found`. */
function shortest(c: u64, q: i32, narrowBelow: bool): u64 {
  const odd = c & 1;
  // floor(log10(2^q)), or of ¾ · 2^q where the interval is narrower below.
  let k = (q * 1262611 - (narrowBelow ? 524031 : 0)) >> 22;
  const shift = (q + ((-k * 1741647) >> 19) + 1) as u64;
  const entry = POWERS + (((-k - LOWEST) as usize) << 4), low = load<u64>(entry), high = load<u64>(entry + 8);
  const four = c << 2;
  const lower = product(low, high, (four - 2 + (narrowBelow as u64)) << shift) + odd;
  const middle = product(low, high, four << shift);
  const upper = product(low, high, (four + 2) << shift) - odd;
  const s = middle >> 2;
  found = k;
  if (s >= 10) {
    const ten = s / 10, below = lower <= 40 * ten, above = 40 * ten + 40 <= upper;
    if (below != above) {
      found = k + 1;
      return ten + (above as u64);
    }
  }
  const below = lower <= s << 2, above = (s << 2) + 4 <= upper;
  if (below != above) return s + (above as u64);
  const half = (s << 2) + 2;
  return s + ((middle > half || (middle == half && (s & 1) != 0)) as u64);
}

/** The upper 64 bits of a product. */
// @ts-ignore: decorator
@inline
function upper64(x: u64, y: u64): u64 {
  const a = x & 0xffffffff, b = x >> 32, c = y & 0xffffffff, d = y >> 32, bc = b * c, ad = a * d;
  return b * d + (bc >> 32) + (ad >> 32) + (((a * c >> 32) + (bc & 0xffffffff) + (ad & 0xffffffff)) >> 32);
}

/** The upper 64 of (low, high) · x / 2^128, with the last bit set where the rest is not negligible. */
// @ts-ignore: decorator
@inline
function product(low: u64, high: u64, x: u64): u64 {
  const xl = x & 0xffffffff, xh = x >> 32;
  const carry = upper64(low, x), a = high & 0xffffffff, b = high >> 32, ax = a * xl, bx = b * xl, ay = a * xh;
  const middle = (ax >> 32) + (bx & 0xffffffff) + (ay & 0xffffffff);
  let top = b * xh + (bx >> 32) + (ay >> 32) + (middle >> 32), bottom = (middle << 32) | (ax & 0xffffffff);
  bottom += carry;
  top += (bottom < carry) as u64;
  return top | ((bottom > 1) as u64);
}

/** Eight digits, the first in the lowest byte. */
// @ts-ignore: decorator
@inline
function spread(x: u32): u64 {
  const halves = ((x / 10000) as u64) | (((x % 10000) as u64) << 32);
  let pairs = ((halves * 10486) >> 20) & 0x7f0000007f;
  pairs |= (halves - pairs * 100) << 16;
  const tens = ((pairs * 103) >> 10) & 0xf000f000f000f;
  return tens | ((pairs - tens * 10) << 8);
}

// @ts-ignore: decorator
@inline
function copy24(from: usize, to: usize): void {
  store<u64>(to, load<u64>(from));
  store<u64>(to + 8, load<u64>(from + 8));
  store<u64>(to + 16, load<u64>(from + 16));
}

/** digits · 10^power in Python's form. */
function written(digits: u64, power: i32, out: usize): usize {
  const front = (digits / 100000000) as u32, first = front / 100000000;
  const upper = spread(front - first * 100000000), lower = spread((digits - (front as u64) * 100000000) as u32);
  store<u8>(DIGITS, first + 48);
  store<u64>(DIGITS + 1, upper | ZEROS);
  store<u64>(DIGITS + 9, lower | ZEROS);
  const lead = (first != 0 ? 0 : upper != 0 ? 1 + (ctz(upper) >> 3) : 9 + (ctz(lower) >> 3)) as i32;
  const trail = (lower != 0 ? clz(lower) >> 3 : upper != 0 ? 8 + (clz(upper) >> 3) : 16) as i32;
  const from = DIGITS + (lead as usize), count = 17 - lead - trail;
  // The number is 0.ddd · 10^point.
  const point = 17 - lead + power;
  if (point > 16 || point <= -4) return scientific(from, count, point - 1, out);
  if (point <= 0) {
    store<u64>(out, 0x303030302e30); // 0.0000
    out += (2 - point) as usize;
    copy24(from, out);
    return out + count;
  }
  copy24(from, out);
  if (point < count) {
    store<u8>(out + point, 46);
    copy24(from + point, out + point + 1);
    return out + count + 1;
  }
  out += count;
  store<u64>(out, ZEROS);
  store<u64>(out + 8, ZEROS);
  out += point - count;
  store<u16>(out, 0x302e); // .0
  return out + 2;
}

/** d.ddde±xx */
function scientific(from: usize, count: i32, exponent: i32, out: usize): usize {
  store<u8>(out++, load<u8>(from));
  if (count > 1) {
    store<u8>(out, 46);
    copy24(from + 1, out + 1);
    out += count;
  }
  store<u8>(out, 101);
  store<u8>(out + 1, exponent < 0 ? 45 : 43);
  out += 2;
  exponent = abs(exponent);
  if (exponent > 99) {
    store<u8>(out++, (48 + exponent / 100) as u8);
    exponent %= 100;
  }
  store<u8>(out, (48 + exponent / 10) as u8);
  store<u8>(out + 1, (48 + exponent % 10) as u8);
  return out + 2;
}
