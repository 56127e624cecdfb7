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
export function parseFileJson(text: string, file: string, maxDepth: number = 512): Value {
  try {
    return parseJson(text, { maxDepth });
  } catch (cause) {
    if (!ModelError.isInstance(cause)) throw cause;
    if (cause.code === 'JSON_TOO_DEEP') throw new ModelError('FILE_LIMIT_EXCEEDED', { file, what: 'the nesting of its JSON', value: `more than ${maxDepth}`, limit: maxDepth }, { cause });
    const { offset, reason } = cause.data;
    throw new ModelError('FILE_MALFORMED', { file, format: 'JSON', where: `character ${String(offset)}`, reason }, { cause });
  }
}
