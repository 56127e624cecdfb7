/**
 * Numbers as text in Python's manner.
 * @module
 */

/** A double as Python's repr writes it: `1.0`, `1e+16`, `1e-05`, `-0.0`, `nan`, `inf`. */
export function floatRepr(x: number): string {
  if (Number.isInteger(x) && x < 1e16 && x > -1e16) return Object.is(x, -0) ? '-0.0' : `${x}.0`;
  const text = String(x);
  if (!Number.isFinite(x)) return x !== x ? 'nan' : x > 0 ? 'inf' : '-inf';
  const size = Math.abs(x);
  if (size >= 1e-4 && size < 1e16) return text;
  return scientific(text);
}

/** JavaScript's shortest digits, rewritten with Python's exponent. */
function scientific(text: string): string {
  const sign = text.startsWith('-') ? '-' : '';
  const [mantissa = '', exponentText] = text.slice(sign.length).split('e');
  let exponent = Number(exponentText ?? 0);
  const [whole = '', fraction = ''] = mantissa.split('.');
  let digits = whole + fraction;
  const lead = digits.length - digits.replace(/^0+/, '').length;
  exponent += whole.length - 1 - lead;
  digits = digits.slice(lead).replace(/0+$/, '');
  const body = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  const power = Math.abs(exponent);
  return `${sign}${body}e${exponent < 0 ? '-' : '+'}${power < 10 ? '0' : ''}${power}`;
}

/** A double as Python's json.dumps writes it: as repr, but `NaN`, `Infinity`, `-Infinity`. */
export function jsonNumber(x: number): string {
  if (x !== x) return 'NaN';
  if (x === Infinity) return 'Infinity';
  if (x === -Infinity) return '-Infinity';
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
