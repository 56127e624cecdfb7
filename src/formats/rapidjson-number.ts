/**
 * Numbers as RapidJSON reads them without its flag for full precision: 17 digits into a double, then one product with or quotient
 * by a power of ten. The last digits can differ from the nearest double. Source: rapidjson/reader.h, internal/strtod.h.
 * @module
 */

const PARTS = /^-?(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/;
/** Digits that RapidJSON keeps as a 64-bit integer. */
const MAX_WHOLE = 19;

/**
 * A number of JSON text as a double.
 *
 * @example
 * ```ts
 * rapidjsonNumber('0.29999999999999999');
 * ```
 */
export function rapidjsonNumber(text: string): number {
  const [, whole = '', fraction = '', exponent] = PARTS.exec(text) ?? [];
  if ((fraction === '' && exponent === undefined) || whole.length > MAX_WHOLE) return Number(text);
  let significand = Number(whole), digits = whole.length - 1, at = 0;
  while (at < fraction.length && significand <= Number.MAX_SAFE_INTEGER) {
    const digit = fraction.charCodeAt(at++) - 48, next = significand * 10 + digit;
    // Past 2^53 the sum is rounded once, as the conversion of a 64-bit integer is.
    significand = next <= Number.MAX_SAFE_INTEGER ? next : Number(BigInt(significand) * 10n + BigInt(digit));
    if (significand !== 0) digits++;
  }
  let used = at;
  for (; at < fraction.length && digits < 17; at++, used++) {
    significand = significand * 10 + (fraction.charCodeAt(at) - 48);
    if (significand > 0) digits++;
  }
  const value = scaled(significand, Number(exponent ?? 0) - used);
  return text.startsWith('-') ? -value : value;
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
