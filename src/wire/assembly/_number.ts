/**
 * Numbers as JSON writes them, from the bytes at an address.
 *
 * Tables that the caller has laid out (../number-tables.ts):
 *
 *     256    UNITS   10^0 … 10^22 as f64, exact
 *     512    TENS    10^0 … 10^8 as u64
 *     640    FIVES   10^−64 … 10^44 as 128 bits (low, high), normalised to the top bit
 *
 * Numbers are rounded correctly: up to 15 digits with a power of ten to ±22 by one exact operation (Clinger, 1990), up to 19 digits
 * with powers from −64 to 44 by a 128-bit product (Lemire, "Number Parsing at a Gigabyte per Second", 2021; Mushtak & Lemire,
 * "Fast Number Parsing Without Fallback", 2023). Any other is slow, left for the caller to convert.
 */
const UNITS: usize = 256;
const TENS: usize = 512;
const FIVES: usize = 640;
const LOWEST: i32 = -64;
const HIGHEST: i32 = 44;

/** From here on a double rounds to an infinite float32. */
export const FLOAT_LIMIT: f64 = 3.4028235677973366e38;
export const MAX_SAFE: f64 = 9007199254740991;

// @ts-ignore: decorator
@inline
export function isDigit(c: u32): bool {
  return c - 48 <= 9;
}

/** High bits of the bytes that are no digits; the lowest one is right, whatever follows it. */
// @ts-ignore: decorator
@inline
function noDigits(t: u64): u64 {
  return ((t + 0x7676767676767676) | t) & 0x8080808080808080;
}

/** Eight digits 0…9, the first in the lowest byte. */
// @ts-ignore: decorator
@inline
function eight(t: u64): u64 {
  t = (t * 10 + (t >> 8)) & 0x00ff00ff00ff00ff;
  t = (t * 100 + (t >> 16)) & 0x0000ffff0000ffff;
  return (t * 10000 + (t >> 32)) & 0xffffffff;
}

/** What the last number was: its value is in `value`, whether it was written as an integer in `integral`, slow in `slow`. */
export let value: f64 = 0;
export let integral: bool = false;
export let slow: bool = false;

/** A JSON number at p. The integer `-0` is 0, as Python's int is. Signs and lengths differ from number to number: no branch on them. */
// @ts-ignore: decorator
@inline
export function number(p: usize): usize {
  slow = false;
  const negative = (load<u8>(p) == 45) as u32;
  p += negative as usize;
  const first = p;
  let c = load<u8>(p) as u32, w: u64 = c - 48;
  if (w > 9) return 0;
  c = load<u8>(++p);
  while (isDigit(c)) {
    w = w * 10 + (c - 48);
    c = load<u8>(++p);
  }
  let digits = (p - first) as i32, q: i32 = 0;
  const zero = load<u8>(first) == 48;
  if (zero && digits > 1) return 0;
  digits -= zero as i32;
  integral = c != 46;
  if (c == 46) {
    const from = ++p;
    let t = load<u64>(p) ^ 0x3030303030303030, rest = noDigits(t);
    while (rest == 0) {
      w = w * 100000000 + eight(t);
      p += 8;
      t = load<u64>(p) ^ 0x3030303030303030;
      rest = noDigits(t);
    }
    const bits = ctz(rest) & 56;
    w = w * load<u64>(TENS + (bits as usize)) + eight((t << (56 - bits)) << 8);
    p += (bits >> 3) as usize;
    q = (from - p) as i32;
    if (q == 0) return 0;
    digits -= q;
    c = load<u8>(p);
  }
  if ((c | 32) == 101) {
    integral = false;
    c = load<u8>(++p);
    const down = c == 45;
    if (down || c == 43) c = load<u8>(++p);
    if (!isDigit(c)) return 0;
    let power: i32 = 0;
    do {
      if (power < 1000) power = power * 10 + ((c - 48) as i32);
      c = load<u8>(++p);
    } while (isDigit(c));
    q += down ? -power : power;
  }
  if (digits > 19) {
    // Zeros in front count for nothing.
    for (let at = first; load<u8>(at) == 48 || load<u8>(at) == 46; at++) if (at > first + 1) digits--;
    if (digits > 19) {
      slow = true;
      return p;
    }
  }
  const sign = (negative as u64) << 63;
  if (digits <= 15 && q >= -22 && q <= 22) {
    let x = (w as i64) as f64;
    if (q <= 0) x /= load<f64>(UNITS + ((-q) << 3));
    else x *= load<f64>(UNITS + (q << 3));
    value = reinterpret<f64>(reinterpret<u64>(x) | sign);
    if (integral) value += 0;
  } else if (w == 0) value = reinterpret<f64>(sign);
  else if (q >= LOWEST && q <= HIGHEST) value = scaled(w, q, sign);
  else slow = true;
  return p;
}

// @ts-ignore: decorator
@inline
function low32(x: u64): u64 {
  return x & 0xffffffff;
}

/** w · 10^q, rounded to even: the compute_float of Lemire. */
function scaled(w: u64, q: i32, sign: u64): f64 {
  const zeros = clz(w);
  w <<= zeros;
  const entry = FIVES + ((q - LOWEST) << 4);
  // The upper 128 of 192 bits: as exact as any double needs.
  let factor = load<u64>(entry + 8);
  const a = w >> 32, b = low32(w);
  let c = factor >> 32, d = low32(factor);
  let bd = b * d, ad = a * d, bc = b * c;
  let middle = (bd >> 32) + low32(ad) + low32(bc);
  let high = a * c + (ad >> 32) + (bc >> 32) + (middle >> 32), low = (middle << 32) | low32(bd);
  if ((high & 0x1ff) == 0x1ff) {
    factor = load<u64>(entry);
    c = factor >> 32;
    d = low32(factor);
    bd = b * d;
    ad = a * d;
    bc = b * c;
    middle = (bd >> 32) + low32(ad) + low32(bc);
    const more = a * c + (ad >> 32) + (bc >> 32) + (middle >> 32);
    low += more;
    if (low < more) high++;
  }
  const upper = high >> 63, shift = upper + 9;
  let mantissa = high >> shift;
  let exponent = (((217706 * q) >> 16) as i64) + 63 + 1023 + (upper as i64) - (zeros as i64);
  // Exactly halfway: the even one.
  if (low <= 1 && q >= -4 && q <= 23 && (mantissa & 3) == 1 && mantissa << shift == high) mantissa &= ~1;
  mantissa = (mantissa + (mantissa & 1)) >> 1;
  if (mantissa >= 1 << 53) {
    mantissa = 1 << 52;
    exponent++;
  }
  return reinterpret<f64>((mantissa & 0xfffffffffffff) | ((exponent as u64) << 52) | sign);
}
