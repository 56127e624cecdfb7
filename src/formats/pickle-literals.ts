/**
 * Numbers and text of pickles: the text forms of protocols 0 and 1, and little-endian integers of any length.
 * @module
 */
import type { ByteReader } from './byte-reader.ts';
import { ModelError } from '../errors/model-error.ts';

/** Bytes of the longest integer read (numpy's random states have 16); conversions of longer ones take too long. */
const MAX_LONG = 4096;

/** A little-endian two's complement integer of `count` bytes. */
export function readLong(reader: ByteReader, count: number): bigint {
  if (count > MAX_LONG) throw new ModelError('FILE_LIMIT_EXCEEDED', { file: reader.file, what: 'the length of an integer in bytes', value: count, limit: MAX_LONG });
  const bytes = reader.bytes(count);
  if (count === 0) return 0n;
  let hex = '';
  for (let i = count - 1; i >= 0; i--) hex += bytes[i]!.toString(16).padStart(2, '0');
  return BigInt.asIntN(count * 8, BigInt(`0x${hex}`));
}

/** The rest of the line as `INT` and `LONG` write it: `12`, `-3`, `12L`; `00` and `01` are booleans. */
export function readIntLine(reader: ByteReader, booleans: boolean): bigint | boolean {
  const text = reader.line().trim();
  if (booleans && (text === '00' || text === '01')) return text === '01';
  const digits = text.replace(/L$/, '');
  // Python refuses more digits too.
  if (!/^[-+]?[0-9]{1,4300}$/.test(digits)) reader.fail('an integer in text form is not valid');
  return BigInt(digits.replace(/^\+/, ''));
}

/** The rest of the line as `FLOAT` writes it, Python's repr of a float. */
export function readFloatLine(reader: ByteReader): number {
  const text = reader.line().trim().toLowerCase();
  const special = /^([-+]?)(nan|inf|infinity)$/.exec(text);
  if (special) return special[2] === 'nan' ? NaN : special[1] === '-' ? -Infinity : Infinity;
  if (!/^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?$/.test(text)) reader.fail('a number in text form is not valid');
  return Number(text);
}

/** The rest of the line as a memo index. */
export function readIndexLine(reader: ByteReader): number {
  const text = reader.line().trim();
  return /^[0-9]{1,10}$/.test(text) ? Number(text) : reader.fail('a memo index is not valid');
}

/** Python 2's str: its bytes as Latin-1, which numpy's own pickles expect. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v', a: '\x07', "'": "'", '"': '"', '\\': '\\', '\n': '' };

/** The rest of the line as `STRING` writes it: Python 2's repr of a str. */
export function readStringLine(reader: ByteReader): string {
  const text = reader.line().trim();
  const quote = text[0];
  if (text.length < 2 || (quote !== "'" && quote !== '"') || !text.endsWith(quote)) reader.fail('a string in text form has no quotes');
  return text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|[^])/g, (_, code: string) => {
    if (code[0] === 'x' && code.length === 3) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 255);
    return ESCAPES[code] ?? `\\${code}`;
  });
}

/** The rest of the line as `UNICODE` writes it: raw-unicode-escape. */
export function readUnicodeLine(reader: ByteReader): string {
  let end = 0;
  for (let byte = reader.peek(end); byte !== 10; byte = reader.peek(++end)) if (byte === undefined) reader.skip(end + 1);
  const text = latin1(reader.bytes(end)).replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (match, short?: string, long?: string) => {
    const code = Number.parseInt(short ?? long ?? '', 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : match;
  });
  reader.skip(1);
  return text;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 with lone surrogates let through, as Python's `surrogatepass` writes them. */
export function readText(reader: ByteReader, count: number): string {
  const bytes = reader.bytes(count);
  try {
    return UTF8.decode(bytes);
  } catch {
    return withSurrogates(bytes) ?? reader.fail('the text is not UTF-8');
  }
}

function withSurrogates(bytes: Uint8Array): string | undefined {
  const parts: string[] = [];
  let run = 0;
  try {
    for (let i = 0; i + 2 < bytes.length; i++) {
      // ED A0..BF xx is a surrogate.
      if (bytes[i] !== 0xed || bytes[i + 1]! < 0xa0 || bytes[i + 1]! > 0xbf || (bytes[i + 2]! & 0xc0) !== 0x80) continue;
      parts.push(UTF8.decode(bytes.subarray(run, i)), String.fromCharCode(0xd000 | ((bytes[i + 1]! & 0x3f) << 6) | (bytes[i + 2]! & 0x3f)));
      run = i + 3;
      i += 2;
    }
    parts.push(UTF8.decode(bytes.subarray(run)));
  } catch {
    return undefined;
  }
  return parts.join('');
}
