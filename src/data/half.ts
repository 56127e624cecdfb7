/**
 * float16 as 16 bits, for libraries and files that hold it so (IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction).
 * @module
 */
import { roundToHalf } from './numbers.ts';

/** The number that 16 bits stand for. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** The 16 bits of the float16 nearest to a number, ties to even. */
export function numberToHalf(x: number): number {
  if (x !== x) return 0x7e00;
  const value = roundToHalf(x), sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0, size = Math.abs(value);
  if (size === Infinity) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | (size * 2 ** 24);
  let exponent = Math.floor(Math.log2(size));
  // log2 may round up just below a power of two.
  if (2 ** exponent > size) exponent--;
  return sign | ((exponent + 15) << 10) | (size * 2 ** (10 - exponent) - 1024);
}
