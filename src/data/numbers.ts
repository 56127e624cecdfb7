/**
 * Numbers as text in Python's manner.
 * @module
 */

/** A double as Python's repr writes it: `1.0`, `1e+16`, `1e-05`, `-0.0`, `nan`, `inf`. */
export function floatRepr(x: number): string {
  const size = x < 0 ? -x : x;
  // Here JavaScript and Python write the same shortest digits; only the point of whole numbers is Python's own.
  if (size >= 1e-4 && size < 1e16) return x === Math.trunc(x) ? `${x}.0` : `${x}`;
  if (x === 0) return Object.is(x, -0) ? '-0.0' : '0.0';
  if (x !== x) return 'nan';
  if (size === Infinity) return x > 0 ? 'inf' : '-inf';
  return scientific(`${x}`);
}

/** JavaScript's shortest digits, rewritten with Python's exponent. */
function scientific(text: string): string {
  const mark = text.indexOf('e');
  if (mark > 0) {
    // 1e-7 → 1e-07; JavaScript's mantissa already has one digit before the point.
    return text.length - mark === 3 ? `${text.slice(0, mark + 2)}0${text.slice(mark + 2)}` : text;
  }
  const sign = text.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = text.slice(sign.length).split('.');
  const lead = whole === '0' ? fraction.search(/[^0]/) : 0;
  const exponent = whole === '0' ? -1 - lead : whole.length - 1;
  const digits = whole === '0' ? fraction.slice(lead) : whole.replace(/0+$/, '');
  const power = Math.abs(exponent);
  return `${sign}${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e${exponent < 0 ? '-' : '+'}${power < 10 ? '0' : ''}${power}`;
}

/** A double as Python's json.dumps writes it: as repr, but `NaN`, `Infinity`, `-Infinity`. */
export function jsonNumber(x: number): string {
  const size = x < 0 ? -x : x;
  if (size >= 1e-4 && size < 1e16) return x === Math.trunc(x) ? `${x}.0` : `${x}`;
  if (x !== x) return 'NaN';
  if (size === Infinity) return x > 0 ? 'Infinity' : '-Infinity';
  return floatRepr(x);
}

/** Rounds to the nearest float16, ties to even; overflow gives ±Infinity. */
export function roundToHalf(x: number): number {
  if (x === 0 || x !== x || !Number.isFinite(x)) return x;
  const size = Math.abs(x);
  const exponent = Math.max(Math.floor(Math.log2(size)), -14);
  const step = 2 ** (exponent - 10);
  const scaled = size / step;
  let whole = Math.floor(scaled);
  const rest = scaled - whole;
  if (rest > 0.5 || (rest === 0.5 && whole % 2 === 1)) whole++;
  const result = whole * step;
  return Math.sign(x) * (result >= 65520 ? Infinity : result);
}

/** A number to be stored as float32, which rounds once: a bigint past 2^53 does not go by way of double. */
export function toFloat32(value: number | bigint): number {
  if (typeof value === 'number') return value;
  const size = value < 0n ? -value : value, spare = size.toString(2).length - 30;
  if (spare <= 23) return Number(value);
  const low = BigInt(spare), rounded = (size >> low) | ((size & ((1n << low) - 1n)) === 0n ? 0n : 1n);
  return (value < 0n ? -1 : 1) * Math.fround(Number(rounded)) * 2 ** spare;
}
