/**
 * Text to numbers as Python's int(), float() and complex() read it.
 * @module
 */

// str.strip() of Python: Unicode white space and the four information separators, without the BOM that \s has.
const EDGES = /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;
const INTEGER = /^[+-]?[0-9]+(?:_[0-9]+)*$/;
const FLOAT = /^[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)(?:[eE][+-]?[0-9]+(?:_[0-9]+)*)?$/;
const WORD = /^([+-]?)(inf|infinity|nan)$/i;

/** Longest integer text that Python converts (sys.int_info.default_max_str_digits). */
const MAX_DIGITS = 4300;

/** `int(text)`: undefined when it is not an integer or has more than 4300 digits. */
export function pythonInt(text: string): bigint | undefined {
  const plain = asciiDigits(text.replace(EDGES, ''));
  if (!INTEGER.test(plain)) return undefined;
  const digits = plain.replaceAll('_', '');
  if (digits.length > MAX_DIGITS + 1) return undefined;
  return digits.startsWith('+') ? BigInt(digits.slice(1)) : BigInt(digits);
}

/**
 * `float(text)`: undefined when it is not a number; beyond the range it is infinite.
 * @example
 * ```ts
 * pythonFloat(' 1_0.5e3 '); // 10500
 * ```
 */
export function pythonFloat(text: string): number | undefined {
  const plain = asciiDigits(text.replace(EDGES, ''));
  if (FLOAT.test(plain)) return Number(plain.replaceAll('_', ''));
  const word = WORD.exec(plain);
  if (!word) return undefined;
  const value = word[2]?.toLowerCase() === 'nan' ? NaN : Infinity;
  return word[1] === '-' ? -value : value;
}

const PART = String.raw`(?:[0-9]+(?:_[0-9]+)*\.?(?:[0-9]+(?:_[0-9]+)*)?|\.[0-9]+(?:_[0-9]+)*)(?:[eE][+-]?[0-9]+)?|inf(?:inity)?|nan`;
const COMPLEX = new RegExp(`^([+-]?(?:${PART}))?(?:([+-]?(?:${PART})?)j)?$`, 'i');

/** `complex(text)` as [re, im]; undefined when it is none. */
export function pythonComplex(text: string): readonly [number, number] | undefined {
  let plain = asciiDigits(text.replace(EDGES, ''));
  if (plain.startsWith('(') && plain.endsWith(')')) plain = plain.slice(1, -1).replace(EDGES, '');
  const match = COMPLEX.exec(plain);
  if (!match || plain === '') return undefined;
  const [, re, im] = match;
  if (im === undefined) return re === undefined ? undefined : [pythonFloat(re) ?? NaN, 0];
  // "1j" has the number in the real group's place when no sign parts the two.
  if (re !== undefined && im !== '' && !/^[+-]/.test(im)) return undefined;
  if (re !== undefined && im === '') return [0, pythonFloat(re) ?? NaN];
  return [re === undefined ? 0 : (pythonFloat(re) ?? NaN), im === '' || im === '+' ? 1 : im === '-' ? -1 : (pythonFloat(im) ?? NaN)];
}

/** Decimal digits of every script become 0…9. */
function asciiDigits(text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    let zero = code;
    // Digits stand in runs of ten; runs that touch are whole tens apart.
    while (zero > 0 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
    return String((code - zero) % 10);
  });
}
