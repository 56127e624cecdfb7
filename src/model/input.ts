/**
 * What a caller gives {@link LoadedModel.predict} as the data a model takes.
 * @module
 */
import { fromPlain } from '../data/from-plain.ts';
import { frameFromColumns, frameFromRows } from '../data/frame.ts';
import { Table } from '../data/table.ts';
import { Tensor } from '../data/tensor.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import type { Enforcement, ModelSignature } from '../schema/signature.ts';
import { compileTableCasts } from '../wire/table-casts.ts';
import { compileRows } from './input-rows.ts';

/** Rows, columns, typed arrays, a Tensor, {name: Tensor}, a Table, an Arrow table, or any other value a model takes. */
export type PlainInput = unknown;

/** Inference parameters by name. */
export type PlainParams = Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;

/** What a model is given, or, not `enforced` yet, what its signature is held against. */
export interface ReadInput {
  readonly data: Value;
  readonly enforced: boolean;
}

/** Reads what a caller gives. */
export interface InputReader {
  data(input: PlainInput): ReadInput;
  /** @throws ModelError PARAM_FORM_INVALID when they are no object of names and values */
  params(params: PlainParams | undefined): Value | undefined;
}

/**
 * Compiles the reading of plain data for a signature.
 *
 * @param fromTypeHint the signature was made from type hints, so its columns say nothing
 */
export function compileInput(signature: ModelSignature | undefined, enforcement: Enforcement, fromTypeHint: boolean): InputReader {
  const rows = fromTypeHint ? undefined : compileRows(signature?.inputs), general = compileGeneral(signature, enforcement);
  return {
    data(input) {
      const data = rows?.(input);
      return data === undefined ? { data: general(input), enforced: false } : { data, enforced: true };
    },
    params: readParams,
  };
}

/**
 * Plain data as the value that enforcement takes: it judges what is typed (Tables, tensors, typed arrays, Arrow) by type and
 * casts the rest by value. Without a signature rows and columns become a Table, everything else stays.
 */
function compileGeneral(signature: ModelSignature | undefined, enforcement: Enforcement): (input: PlainInput) => Value {
  const schema = signature?.inputs;
  if (schema === undefined) return (input) => free(fromPlain(input));
  if (enforcement !== 'mlflow' || schema.columns === undefined) return fromPlain;
  // JavaScript does not tell 3 from 3.0, so plain rows and columns are cast as the server casts those of a JSON body.
  const cast = compileTableCasts(schema);
  return (input) => {
    const data = fromPlain(input), table = free(data);
    return table !== data && table instanceof Table ? cast(table) : data;
  };
}

function readParams(params: PlainParams | undefined): Value | undefined {
  if (params === undefined) return undefined;
  const value = fromPlain(params);
  if (!(value instanceof Map)) throw new ModelError('PARAM_FORM_INVALID', { given: Array.isArray(value) ? 'a list' : typeof params });
  return value;
}

function free(data: Value): Value {
  if (Array.isArray(data)) return data.length > 0 && data.every((row) => row instanceof Map) ? frameFromRows(data) : data;
  // A map of tensors alone is input for a model that takes tensors by name.
  const columns = data instanceof Map && data.size > 0 && [...data.values()].some((value) => Array.isArray(value));
  return columns && [...data.values()].every((value) => Array.isArray(value) || value instanceof Tensor) ? frameFromColumns(data) : data;
}
