/**
 * Numbers as CatBoost reads them from its JSON models: with RapidJSON without the flag for full precision (a significand of 17
 * digits in a double, then one product with or quotient by a power of ten), so that last digits can differ from the nearest
 * double. Source: rapidjson/reader.h and internal/strtod.h; drawn from CatBoost 1.2.10.
 * @module
 */

const PARTS = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/;

/**
 * A number of JSON text as a double. Whole numbers past ±2^53 that fit 64 bits give 0: the library's value of that type has no
 * double.
 *
 * @example
 * ```ts
 * catboostNumber('0.29999999999999999');
 * ```
 */
export function catboostNumber(text: string): number {
  const [, sign = '', whole = '', fraction = '', exponent] = PARTS.exec(text) ?? [];
  const [start, fits] = wholeNumber(whole, sign === '' ? 2n ** 64n - 1n : 2n ** 63n);
  if (fits && fraction === '' && exponent === undefined) return BigInt(whole) <= 2n ** 53n ? Number(text) : 0;
  const [significand, used] = fits ? withFraction(start, whole.length - 1, fraction) : [start, 0];
  const value = scaled(significand, Number(exponent ?? 0) - used);
  return sign === '' ? value : -value;
}

/** The digits before the point, and whether they fit `limit`; those past it are added in double. */
function wholeNumber(digits: string, limit: bigint): [value: number, fits: boolean] {
  if (digits.length < 19 || (digits.length <= 20 && BigInt(digits) <= limit)) return [Number(digits), true];
  const kept = BigInt(digits.slice(0, 20)) <= limit ? 20 : 19;
  let value = Number(BigInt(digits.slice(0, kept)));
  for (let at = kept; at < digits.length; at++) value = value * 10 + (digits.charCodeAt(at) - 48);
  return [value, false];
}

/** Adds digits after the point: as whole numbers up to 2^53, then in double up to 17 digits. */
function withFraction(start: number, before: number, fraction: string): [significand: number, used: number] {
  let significand = start, digits = before, at = 0;
  while (at < fraction.length && significand <= Number.MAX_SAFE_INTEGER) {
    const digit = fraction.charCodeAt(at++) - 48, next = significand * 10 + digit;
    // Past 2^53 the sum is rounded once, as the conversion of a 64-bit integer is.
    significand = next <= Number.MAX_SAFE_INTEGER ? next : Number(BigInt(significand) * 10n + BigInt(digit));
    if (significand !== 0) digits++;
  }
  for (; at < fraction.length && digits < 17; at++) {
    significand = significand * 10 + (fraction.charCodeAt(at) - 48);
    if (significand > 0) digits++;
  }
  return [significand, at];
}

function scaled(significand: number, power: number): number {
  if (power > 308 || power < -616) return power > 0 && significand > 0 ? Infinity : 0;
  if (power < -308) return significand / 1e308 / powerOfTen(-308 - power);
  return power < 0 ? significand / powerOfTen(-power) : significand * powerOfTen(power);
}

const powers: number[] = [];

function powerOfTen(exponent: number): number {
  return (powers[exponent] ??= Number(`1e${exponent}`));
}
