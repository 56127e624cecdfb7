/**
 * JSON text as Python's json.dumps writes it: `", "` and `": "`, ASCII escapes, floats as repr, NaN and Infinity bare.
 * @module
 */
import { jsonNumber } from './numbers.ts';

/** Texts that stand in JSON as they are. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** A text as a JSON string with everything outside space…~ escaped. */
export function jsonString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  // JSON.stringify escapes quotes, control characters and lone surrogates as Python does; the rest follows.
  return JSON.stringify(text).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Most different texts of a list that are looked up before the rest is written one by one. */
const MOST_KNOWN = 256;

/** Texts as JSON strings, as {@link jsonString} writes them: of a list of labels each only once. */
export function jsonStrings(texts: readonly (string | null)[], missing: string): string[] {
  const known = new Map<string, string>(), out: string[] = [];
  for (const text of texts) {
    let written = text === null ? missing : known.get(text);
    if (written === undefined) {
      written = jsonString(text as string);
      if (known.size < MOST_KNOWN) known.set(text as string, written);
    }
    out.push(written);
  }
  return out;
}

/** Plain values that {@link writeJson} takes: numbers are floats, bigints are ints. */
export type PlainJson = null | boolean | bigint | number | string | readonly PlainJson[] | ReadonlyMap<unknown, unknown> | { readonly [key: string]: PlainJson };

/**
 * Writes plain values as Python's json.dumps does.
 * @example
 * ```ts
 * writeJson(new Map([['a', [1n, 1]]])); // '{"a": [1, 1.0]}'
 * ```
 */
export function writeJson(value: PlainJson, indent?: number): string {
  return write(value, indent, 0);
}

/**
 * JSON text of one line, as {@link writeJson} gives it, as json.dumps writes it with `indent`. Works on the text, so that keys
 * that Python writes twice (`true` and `"true"`) both stay.
 */
export function indentJson(text: string, indent: number): string {
  let out = '', level = 0;
  for (const token of text.match(/"(?:[^"\\]|\\.)*"|[[{][\]}]|[[{]|[\]}]|, |[^"[\]{},]+/g) ?? []) {
    if (token === '[' || token === '{') out += `${token}\n${' '.repeat(indent * ++level)}`;
    else if (token === ']' || token === '}') out += `\n${' '.repeat(indent * --level)}${token}`;
    else out += token === ', ' ? `,\n${' '.repeat(indent * level)}` : token;
  }
  return out;
}

function write(value: unknown, indent: number | undefined, level: number): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return jsonString(value);
  if (typeof value === 'number') return jsonNumber(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return wrap('[', ']', value.map((item) => write(item, indent, level + 1)), indent, level);
  const entries = value instanceof Map ? [...value] : Object.entries(value as object).filter(([, v]) => v !== undefined);
  return wrap('{', '}', entries.map(([k, v]) => `${jsonString(keyText(k))}: ${write(v, indent, level + 1)}`), indent, level);
}

function keyText(key: unknown): string {
  return typeof key === 'number' ? jsonNumber(key) : String(key);
}

function wrap(open: string, close: string, items: string[], indent: number | undefined, level: number): string {
  if (items.length === 0) return open + close;
  if (indent === undefined) return open + items.join(', ') + close;
  const pad = `\n${' '.repeat(indent * (level + 1))}`;
  return `${open}${pad}${items.join(`,${pad}`)}\n${' '.repeat(indent * level)}${close}`;
}
