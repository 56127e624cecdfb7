/**
 * JSON that stands in a model's file.
 * @module
 */
import { parseJson } from '../data/json-parse.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';

/**
 * Parses JSON as {@link parseJson} does; what is wrong with it is told as a defect of the file.
 * @throws ModelError FILE_MALFORMED, FILE_LIMIT_EXCEEDED when it is nested deeper than `maxDepth`
 * @example
 * ```ts
 * parseFileJson('{"protocol": 2}', 'model.skops'); // Map { 'protocol' => 2n }
 * ```
 */
export function parseFileJson(text: string, file: string, maxDepth: number = 512, number?: (text: string) => number): Value {
  try {
    return parseJson(text, { maxDepth, ...(number ? { number } : {}) });
  } catch (cause) {
    if (!ModelError.isInstance(cause)) throw cause;
    if (cause.code === 'JSON_TOO_DEEP') throw new ModelError('FILE_LIMIT_EXCEEDED', { file, what: 'the nesting of its JSON', value: `more than ${maxDepth}`, limit: maxDepth }, { cause });
    const { offset, reason } = cause.data;
    throw new ModelError('FILE_MALFORMED', { file, format: 'JSON', where: `character ${String(offset)}`, reason }, { cause });
  }
}

/**
 * JSON of which no integer past 2^53 matters, as plain objects and arrays: `JSON.parse`, and for the rare text with NaN or
 * Infinity in it, or where numbers are to be read in another way, {@link parseFileJson}.
 * @throws ModelError FILE_MALFORMED, FILE_LIMIT_EXCEEDED
 */
export function parsePlainJson(source: Uint8Array | string, file: string, format: string, number?: (text: string) => number): unknown {
  let text: string;
  try {
    text = typeof source === 'string' ? source : new TextDecoder('utf-8', { fatal: true }).decode(source);
  } catch {
    throw new ModelError('FILE_MALFORMED', { file, format, where: 'the text', reason: 'it is not UTF-8' });
  }
  if (number) return plain(parseFileJson(text, file, undefined, number));
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return plain(parseFileJson(text, file));
  }
}

function plain(value: Value): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  return value instanceof Map ? Object.fromEntries([...value].map(([key, item]) => [key, plain(item)])) : value;
}
