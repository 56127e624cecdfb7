/**
 * Bytes of a body to text, and how its JSON is read.
 * @module
 */
import type { JsonParseOptions } from '../data/json-parse.ts';
import { ModelError } from '../errors/model-error.ts';
import type { Enforcement } from '../schema/signature.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Text of a CSV body: strict UTF-8, a byte order mark is kept.
 * @throws ModelError TEXT_INVALID
 */
export function utf8Text(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw new ModelError('TEXT_INVALID', { encoding: 'UTF-8' }, { cause });
  }
}

/**
 * Text of a JSON body as Python's json.loads decodes bytes: UTF-8, UTF-16 or UTF-32, told by a byte order mark or by the
 * zero bytes of the first characters; surrogates on their own pass.
 * @throws ModelError TEXT_INVALID
 */
export function jsonText(bytes: Uint8Array): string {
  // Both starts of plain JSON that is not UTF-16 or UTF-32.
  if (bytes.length > 3 && bytes[0] !== 0 && bytes[1] !== 0 && (bytes[0] as number) < 0xef) return utf8Lenient(bytes);
  const [encoding, skip] = detect(bytes), rest = skip > 0 ? bytes.subarray(skip) : bytes;
  switch (encoding) {
    case 'utf-8': return utf8Lenient(rest);
    case 'utf-16le': case 'utf-16be': return utf16(rest, encoding === 'utf-16le');
    default: return utf32(rest, encoding === 'utf-32le');
  }
}

/** How JSON bodies are parsed: what keeps every value also refuses keys of which only the last would count. */
export function jsonOptions(enforcement: Enforcement, maxDepth: number = 512): Required<Omit<JsonParseOptions, 'number'>> {
  return { maxDepth, duplicates: enforcement === 'mlflow' ? 'last' : 'refuse' };
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be';

/** json.detect_encoding of Python, and the length of the byte order mark. */
function detect(b: Uint8Array): readonly [Encoding, number] {
  const [b0, b1, b2, b3] = b;
  if (b0 === 0xff && b1 === 0xfe) return b2 === 0 && b3 === 0 && b.length >= 4 ? ['utf-32le', 4] : ['utf-16le', 2];
  if (b0 === 0xfe && b1 === 0xff) return ['utf-16be', 2];
  if (b0 === 0 && b1 === 0 && b2 === 0xfe && b3 === 0xff) return ['utf-32be', 4];
  if (b0 === 0xef && b1 === 0xbb && b2 === 0xbf) return ['utf-8', 3];
  if (b.length >= 4) {
    if (b0 === 0) return [b1 === 0 ? 'utf-32be' : 'utf-16be', 0];
    if (b1 === 0) return [b2 === 0 && b3 === 0 ? 'utf-32le' : 'utf-16le', 0];
  } else if (b.length === 2) {
    if (b0 === 0) return ['utf-16be', 0];
    if (b1 === 0) return ['utf-16le', 0];
  }
  return ['utf-8', 0];
}

function utf8Lenient(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    return withSurrogates(bytes, cause);
  }
}

/** UTF-8 in which surrogates are encoded as characters of their own (Python's surrogatepass). */
function withSurrogates(bytes: Uint8Array, cause: unknown): string {
  const parts: string[] = [];
  let from = 0;
  try {
    for (let i = 0; i + 2 < bytes.length; i++) {
      const second = bytes[i + 1] as number, third = bytes[i + 2] as number;
      if (bytes[i] !== 0xed || second < 0xa0 || second > 0xbf || third < 0x80 || third > 0xbf) continue;
      parts.push(UTF8.decode(bytes.subarray(from, i)), String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f)));
      from = i + 3;
      i += 2;
    }
    parts.push(UTF8.decode(bytes.subarray(from)));
  } catch {
    throw new ModelError('TEXT_INVALID', { encoding: 'UTF-8' }, { cause });
  }
  return parts.join('');
}

function utf16(bytes: Uint8Array, little: boolean): string {
  if (bytes.length % 2 !== 0) throw new ModelError('TEXT_INVALID', { encoding: 'UTF-16' });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), units = new Uint16Array(bytes.length / 2);
  for (let i = 0; i < units.length; i++) units[i] = view.getUint16(2 * i, little);
  return join(units, (chunk) => String.fromCharCode(...chunk));
}

function utf32(bytes: Uint8Array, little: boolean): string {
  if (bytes.length % 4 !== 0) throw new ModelError('TEXT_INVALID', { encoding: 'UTF-32' });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), points = new Uint32Array(bytes.length / 4);
  for (let i = 0; i < points.length; i++) {
    points[i] = view.getUint32(4 * i, little);
    if ((points[i] as number) > 0x10ffff) throw new ModelError('TEXT_INVALID', { encoding: 'UTF-32' });
  }
  return join(points, (chunk) => String.fromCodePoint(...chunk));
}

function join<T extends Uint16Array | Uint32Array>(codes: T, text: (chunk: T) => string): string {
  const parts: string[] = [];
  for (let i = 0; i < codes.length; i += 4096) parts.push(text(codes.subarray(i, i + 4096) as T));
  return parts.join('');
}
