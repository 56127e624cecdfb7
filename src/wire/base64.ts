/**
 * Base64 as Python's base64.decodebytes reads it.
 * @module
 */

const VALUES = new Int8Array(128).fill(-1);
[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].forEach((c, i) => { VALUES[c.charCodeAt(0)] = i; });
const PAD = 61;

/** True for text that UTF-8 cannot hold. */
export function hasLoneSurrogate(text: string): boolean {
  return /[\ud800-\udfff]/u.test(text);
}

/**
 * Lenient base64: characters outside the alphabet are skipped, data ends at the padding; undefined when the padding is
 * wrong or one character is left over, and for text that UTF-8 cannot hold.
 * @example
 * ```ts
 * lenientBase64('aGVs\nbG8='); // bytes of "hello"
 * ```
 */
export function lenientBase64(text: string): Uint8Array | undefined {
  if (hasLoneSurrogate(text)) return undefined;
  const out = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let size = 0, quad = 0, pads = 0, rest = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === PAD) {
      if (quad >= 2 && quad + ++pads >= 4) return out.slice(0, size);
      continue;
    }
    const value = code < 128 ? (VALUES[code] as number) : -1;
    if (value < 0) continue;
    pads = 0;
    if (quad > 0) out[size++] = ((rest << 6) | value) >> (6 - 2 * quad);
    rest = value;
    quad = (quad + 1) % 4;
  }
  return quad === 0 ? out.slice(0, size) : undefined;
}
