/**
 * Schemas and signatures from data (mlflow/models/signature.py, infer_signature; mlflow/types/utils.py, _infer_schema).
 * @module
 */
import { frameFromColumns } from '../data/frame.ts';
import { fromPlain } from '../data/from-plain.ts';
import { labelKey } from '../data/labels.ts';
import { truthOf, kindOf } from '../data/numpy-item.ts';
import { labelText, Table } from '../data/table.ts';
import { Tensor } from '../data/tensor.ts';
import { Series, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { ColSpec } from './col-spec.ts';
import { hasMissing, isNoneOrNan } from './enforce-cast.ts';
import { inferColumnType } from './infer-columns.ts';
import { inferParams } from './infer-params.ts';
import { cannotInfer, inferItems, inferType } from './infer-types.ts';
import { Schema } from './schema.ts';
import { ModelSignature } from './signature.ts';
import { TensorSpec } from './tensor-spec.ts';

/** Something to know about an inferred signature. */
export interface InferenceWarning {
  readonly part: 'inputs' | 'outputs';
  /** `integers`: a column is integer or long and cannot hold missing values; `any`: no schema could be inferred. */
  readonly kind: 'integers' | 'any';
  readonly message: string;
}

/** Options of {@link inferSignature}. */
export interface InferOptions {
  onWarning?: (warning: InferenceWarning) => void;
}

/**
 * Infers a signature from plain data: rows (an array of objects), columns (an object of arrays or typed arrays), arrays,
 * typed arrays, text, numbers, Tables and Tensors. Whole numbers are long where all numbers beside them are whole, else
 * double. Where MLflow would set an unnamed `any`, so does this, with a warning.
 *
 * @throws ModelError SCHEMA_INVALID when nothing is given, PARAMS_NOT_INFERRED, PARAM_FORM_INVALID
 * @example
 * ```ts
 * const signature = inferSignature([{ alcohol: 9.4, city: 'Porto' }], [5.2], { threshold: 0.5 });
 * ```
 */
export function inferSignature(input?: unknown, output?: unknown, params?: unknown, options: InferOptions = {}): ModelSignature {
  const read = (data: unknown): Value | undefined => (data === undefined || data === null ? undefined : dataOf(data));
  return inferSignatureOf(read(input), read(output), params === undefined || params === null ? undefined : unify(fromPlain(params)), options);
}

/** Infers a signature from Values, with MLflow's results: a bigint is a Python int, a number a float. */
export function inferSignatureOf(input?: Value, output?: Value, params?: Value, options: InferOptions = {}): ModelSignature {
  return new ModelSignature({
    inputs: inferPart('inputs', input, options),
    outputs: inferPart('outputs', output, options),
    params: params !== undefined && params !== null && truthOf(params) ? inferParams(params) : undefined,
  });
}

function inferPart(part: 'inputs' | 'outputs', data: Value | undefined, options: InferOptions): Schema | undefined {
  if (data === undefined || data === null) return undefined;
  try {
    const schema = inferSchema(data), whole = schema.columns?.filter(({ type }) => type === 'integer' || type === 'long') ?? [];
    if (whole.length > 0) {
      const names = whole.slice(0, 5).map((spec) => (spec.name === null ? 'the column' : labelText(spec.name))).join(', ');
      const message = `Integer columns (${names}) cannot hold missing values. Declare them as double where values may be missing.`;
      options.onWarning?.({ part, kind: 'integers', message });
    }
    return schema;
  } catch (error) {
    if (!ModelError.isInstance(error)) throw error;
    options.onWarning?.({ part, kind: 'any', message: `No schema could be inferred for ${part}, so any value will be taken: ${error.message}` });
    return new Schema([new ColSpec('any')]);
  }
}

/**
 * Infers the schema of one Value.
 * @throws ModelError SCHEMA_NOT_INFERRED, SCHEMA_INVALID, SCHEMA_TYPE_INVALID
 */
export function inferSchema(data: Value): Schema {
  if (Array.isArray(data)) return inferList(data);
  if (data instanceof Map) return inferDict(data);
  if (data instanceof Series) return inferTable(data.table, [data.name]);
  if (data instanceof Table) return inferTable(data, data.names);
  if (data instanceof Tensor) return new Schema([tensorSpec(data)]);
  return new Schema([new ColSpec(inferType(data) ?? cannotInfer(`a value of type ${kindOf(data)}`))]);
}

function inferList(data: readonly Value[]): Schema {
  // An empty list has been a text since before lists could be inferred.
  if (data.length === 0) return new Schema([new ColSpec('string')]);
  if (!data.every((item) => item instanceof Map)) return new Schema([new ColSpec(inferItems(data) ?? cannotInfer('arrays without elements'))]);
  const rows = data as Map<Value, Value>[], cells = new Map<Value, Value[]>();
  for (const row of rows) {
    for (const [key, value] of row) {
      const list = cells.get(key);
      if (list) list.push(value);
      else cells.set(key, [value]);
    }
  }
  return new Schema([...cells].map(([name, values]) => {
    const type = inferItems(values) ?? cannotInfer('a column of arrays without elements');
    return new ColSpec(type, name, values.length === rows.length && !values.includes(null));
  }));
}

function inferDict(data: ReadonlyMap<Value, Value>): Schema {
  const entries = [...data];
  if (entries.every(([, value]) => value instanceof Tensor)) return new Schema(entries.map(([name, value]) => tensorSpec(value as Tensor, name)));
  if (entries.some(([name]) => typeof name !== 'string')) return cannotInfer('the keys are not all text');
  return new Schema(entries.map(([name, value]) => {
    const type = inferType(value) ?? cannotInfer(`${String(name)} is an array without elements`);
    return new ColSpec(type, name, !(Array.isArray(value) ? value.some(isNoneOrNan) : isNoneOrNan(value)));
  }));
}

function inferTable(table: Table, names: readonly Value[]): Schema {
  if (new Set(names.map(labelKey)).size < names.length) return cannotInfer('two columns have one name');
  return new Schema(names.map((name, i) => {
    const col = table.columns[i];
    if (!col) return cannotInfer('a table without columns');
    return new ColSpec(inferColumnType(col), name, !hasMissing(col));
  }));
}

function tensorSpec(tensor: Tensor, name: Value = null): TensorSpec {
  if (tensor.shape.length === 0) return cannotInfer('an array without dimensions');
  return new TensorSpec(tensor.dtype, [-1, ...tensor.shape.slice(1)], name);
}

/** Plain data as a Value; an object of equally long arrays of scalars is a table of columns. */
function dataOf(data: unknown): Value {
  const value = unify(fromPlain(data));
  if (!(value instanceof Map) || data instanceof Map || value.size === 0) return value;
  const views = Object.values(data as object).some((item) => ArrayBuffer.isView(item)), columns = [...value.values()];
  const isColumn = (item: Value): boolean => (item instanceof Tensor ? views && item.shape.length === 1 : Array.isArray(item) && item.every((cell) => !Array.isArray(cell) && !(cell instanceof Map)));
  const lengths = new Set(columns.map((item) => (item instanceof Tensor ? item.size : Array.isArray(item) ? item.length : -1)));
  return columns.every(isColumn) && lengths.size === 1 ? frameFromColumns(value) : value;
}

/** Whole numbers beside other numbers become floats: in one list, and under one key of all rows. */
function unify(value: Value): Value {
  if (Array.isArray(value)) return value.every((item) => item instanceof Map) ? unifyRows(value as Map<Value, Value>[]) : hasFloat(value) ? (toFloats(value) as Value[]) : value.map(unify);
  return value instanceof Map ? new Map([...value].map(([key, item]) => [key, unify(item)])) : value;
}

function unifyRows(rows: readonly Map<Value, Value>[]): Value[] {
  const floats = new Set<Value>();
  for (const row of rows) for (const [key, value] of row) if (typeof value === 'number' || (Array.isArray(value) && hasFloat(value))) floats.add(key);
  return rows.map((row) => new Map([...row].map(([key, value]) => [key, floats.has(key) ? toFloats(value) : unify(value)])));
}

/** True for a nest of lists with a float in it. */
function hasFloat(value: readonly Value[]): boolean {
  return value.some((item) => typeof item === 'number' || (Array.isArray(item) && hasFloat(item)));
}

function toFloats(value: Value): Value {
  if (typeof value === 'bigint') return Number(value);
  return Array.isArray(value) ? value.map(toFloats) : value;
}
