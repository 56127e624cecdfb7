/**
 * The fast path of JSON bodies: bytes to what the model is given in one pass, without values in between.
 *
 * It has no errors of its own: whatever is out of the ordinary (an unknown key, another type, an escape in a key, a key
 * twice, a missing column, an odd number) ends it, and the general path reads the body anew and decides.
 * @module
 */
import { type JsonParseOptions, parseJson } from '../data/json-parse.ts';
import type { Value } from '../data/values.ts';
import type { Enforcement, ModelSignature } from '../schema/signature.ts';
import { compileFastColumns, type FastForms } from './fast-columns.ts';
import { CLOSE_MAP, COMMA, type Cursor, OPEN_MAP } from './fast-cursor.ts';
import { openScanner, releaseScanner, type Scanner } from './fast-kernel.ts';
import { jsonOptions } from './text.ts';
import { compileFastTensor } from './fast-tensor.ts';

/** What the model is given, already enforced, and the request's `params` as they came. */
export interface FastDecoded {
  readonly data: Value;
  readonly params: Value | undefined;
}

/** Reads a UTF-8 JSON body; undefined where the general path must. */
export type FastDecoder = (body: Uint8Array) => FastDecoded | undefined;

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const SPLIT = bytesOf('dataframe_split'), RECORDS = bytesOf('dataframe_records'), INSTANCES = bytesOf('instances'), INPUTS = bytesOf('inputs'), PARAMS = bytesOf('params');
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Compiles the fast path of a signature with scalar columns or one tensor. Not for models whose signature comes from type
 * hints.
 *
 * @returns undefined for other signatures
 * @example
 * ```ts
 * const fast = compileFastDecoder(signature, 'safe');
 * const decoded = fast?.(body) ?? general(body);
 * ```
 */
export function compileFastDecoder(signature: ModelSignature | undefined, mode: Enforcement): FastDecoder | undefined {
  const schema = signature?.inputs;
  const forms = schema && (schema.tensors ? compileFastTensor(schema) : compileFastColumns(schema, mode));
  if (!forms) return undefined;
  const json = jsonOptions(mode);
  return (body) => {
    const scanner = openScanner(forms.plan, body);
    if (scanner === undefined) return undefined;
    const decoded = document(scanner, forms, json);
    releaseScanner();
    return decoded;
  };
}

function document(scanner: Scanner, forms: FastForms, json: JsonParseOptions): FastDecoded | undefined {
  if (!scanner.take(OPEN_MAP)) return undefined;
  const data = scanner.key(SPLIT) ? forms.split(scanner)
    : scanner.key(INPUTS) || scanner.key(INSTANCES) ? forms.free(scanner)
      : scanner.key(RECORDS) ? forms.records(scanner) : undefined;
  if (data === undefined) return undefined;
  let params: Value | undefined;
  if (scanner.take(COMMA)) {
    if (!scanner.key(PARAMS)) return undefined;
    params = lastValue(scanner, json);
    if (params === undefined) return undefined;
  }
  return scanner.take(CLOSE_MAP) && scanner.peek() === -1 ? { data, params } : undefined;
}

/** The value from here up to the last brace of the body; another key behind it makes it no JSON. */
function lastValue(cursor: Cursor, json: JsonParseOptions): Value | undefined {
  const { bytes, at } = cursor, end = bytes.lastIndexOf(CLOSE_MAP);
  if (end < at) return undefined;
  cursor.at = end;
  try {
    return parseJson(utf8.decode(bytes.subarray(at, end)), json);
  } catch {
    return undefined;
  }
}
