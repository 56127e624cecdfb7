/**
 * Numbers as the readers behind MLflow 1.x read them: pandas 1.5's ujson (precise_float off) and its CSV float parser.
 * Neither rounds correctly; enforcement mode `mlflow` answers as they did, the other modes read exactly.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';

const NUMBER = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([-+]?)(\d*))?$/;
/** Powers of ten as ujson and the CSV parser tabulate them (correctly rounded). */
const power = (exponent: number): number => Number(`1e${exponent}`);

/**
 * A JSON number as pandas 1.5's ujson reads it: at most 15 digits after the point count, whole part and fraction are
 * joined by one multiplication and one addition, an exponent by another multiplication.
 * @throws ModelError JSON_INVALID for an integer beyond 64 bits where ujson sees that it is.
 */
export function ujsonNumber(text: string, offset: number = 0): bigint | number {
  const match = NUMBER.exec(text);
  if (!match) return Number(text);
  const [, minus, whole = '', fraction, expSign, expDigits] = match;
  const sign = minus === '-' ? -1 : 1;
  const integer = wholePart(whole, sign < 0, offset);
  if (fraction === undefined && expDigits === undefined) return sign < 0 ? -integer : integer;
  const counted = (fraction ?? '').slice(0, 15);
  let tail = 0;
  for (let i = 0; i < counted.length; i++) tail = tail * 10 + (counted.charCodeAt(i) - 48);
  const value = (Number(integer) + tail * power(-counted.length)) * sign;
  if (expDigits === undefined) return value;
  const exponent = Number(expDigits || '0');
  // C's pow, as here: it is not correctly rounded at 10^23 and 10^210.
  return value * 10 ** (expSign === '-' ? -exponent : exponent);
}

/** Digits in 64 bits, digit by digit: where a digit makes the number smaller it overflowed, other overflows wrap unseen. */
function wholePart(digits: string, negative: boolean, offset: number): bigint {
  let value = BigInt(digits.slice(0, 18));
  for (const digit of digits.slice(18)) {
    const next = BigInt.asUintN(64, value * 10n + BigInt(digit));
    if (negative ? next > 2n ** 63n : next < value) throw new ModelError('JSON_INVALID', { offset, reason: 'an integer is beyond 64 bits' });
    value = next;
  }
  return value;
}

const DECIMAL = /^\s*([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?\s*$/;

/**
 * A CSV cell as pandas 1.5's default float parser reads it: the first 17 digits count (leading zeros too), scaled by one
 * power of ten. NaN when the text is no number or its exponent is out of range.
 */
export function csvFloat15(text: string): number {
  const match = DECIMAL.exec(text);
  if (!match) return NaN;
  const [, minus, whole = '', fraction = '', expText] = match;
  if (whole.length + fraction.length === 0) return NaN;
  let value = 0, digits = 0, exponent = 0;
  for (let i = 0; i < whole.length; i++) {
    if (digits < 17) {
      value = value * 10 + (whole.charCodeAt(i) - 48);
      digits++;
    } else exponent++;
  }
  for (let i = 0; i < fraction.length && digits < 17; i++) {
    value = value * 10 + (fraction.charCodeAt(i) - 48);
    digits++;
    exponent--;
  }
  if (expText !== undefined) exponent += Number(expText);
  if (minus === '-') value = -value;
  if (exponent > 308) return NaN;
  if (exponent > 0) value *= power(exponent);
  else if (exponent < -308) value = value / power(-308 - exponent) / power(308);
  else value /= power(-exponent);
  return Number.isFinite(value) ? value : NaN;
}
