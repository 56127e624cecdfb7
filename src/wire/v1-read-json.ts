/**
 * `pandas.read_json` of pandas 1.5 as MLflow 1.x calls it: the frame, its labels, dates guessed by column name, dtypes forced by the schema.
 * Source: pandas/io/json/_json.py (FrameParser), mlflow/utils/proto_json_utils.py (_dataframe_from_json).
 * @module
 */
import { type Column, column } from '../data/column.ts';
import { type DType, isInteger, NAT } from '../data/dtype.ts';
import { frameFromColumns, frameFromRows } from '../data/frame.ts';
import { parseJson } from '../data/json-parse.ts';
import { type Label, Table } from '../data/table.ts';
import { DateTime, NaT, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import type { Schema } from '../schema/schema.ts';
import { lenientBase64 } from './base64.ts';
import { castColumn, fillMissing, toNumeric } from './v1-cast.ts';
import { asPandas15, cellsOf, inferColumn15, widened } from './v1-cells.ts';
import { datetimes, guessDates } from './v1-dates.ts';
import { ujsonNumber } from './v1-numbers.ts';

/** A dtype forced on a column; `datetime64` without a unit takes dates and text, no numbers. */
export type ForcedDType = DType | 'datetime64';
/** dtypes forced on columns: one for all, or by label. */
export type ForcedDTypes = DType | ReadonlyMap<Value, ForcedDType>;

const SPLIT_KEYS: ReadonlySet<Value> = new Set(['columns', 'index', 'data']);

/** How {@link readJson15} reads. */
export interface ReadJsonOptions {
  /** dtypes forced by the schema; undefined without one. */
  readonly dtypes: ForcedDTypes | undefined;
  readonly maxDepth: number;
}

/**
 * Reads a frame from JSON text, its binary columns decoded from lenient base64.
 * @throws ModelError JSON_INVALID, JSON_TOO_DEEP, FRAME_INVALID
 */
export function readJson15(text: string, orient: 'split' | 'records', options: ReadJsonOptions, schema: Schema | undefined): Table {
  const { dtypes, maxDepth } = options;
  const tree = withoutNaN(parseJson(text, { maxDepth, number: ujsonNumber }));
  const raw = orient === 'split' ? splitFrame(tree) : recordsFrame(tree);
  const names = convertLabels(raw.names, false);
  const binary = new Set(schema?.columns?.map((spec, i) => (spec.type === 'binary' ? (schema.named ? spec.name : BigInt(i)) : undefined)));
  const index = raw.index && convertLabels(givenIndex(tree) ?? (raw.index as readonly Label[]), orient === 'split');
  const columns = raw.columns.map((col, j) => {
    const plain = widened(asPandas15(col)), name = names[j] ?? null;
    if (dtypes === undefined) return fillMissing(isDateName(name) ? (guessDates(plain) ?? plain) : plain);
    const typed = forced(plain, typeof dtypes === 'string' ? dtypes : dtypes.get(name));
    return binary.has(name) ? decodeBinary(typed) : typed;
  });
  return new Table(names, columns, raw.length, index);
}

/** The index of a split body as written: pandas 1.5 keeps None in one of text. */
function givenIndex(tree: Value): readonly Label[] | undefined {
  const index = tree instanceof Map ? tree.get('index') : undefined;
  return Array.isArray(index) && index.every((label) => typeof label === 'string' || label === null) && !index.every((label) => label === null) ? (index as Label[]) : undefined;
}

/** NaN of the text is None, as ujson reads it; lists and objects are changed in place. */
function withoutNaN(value: Value): Value {
  if (Array.isArray(value)) value.forEach((item, i) => { value[i] = withoutNaN(item); });
  else if (value instanceof Map) for (const [key, item] of value) value.set(key, withoutNaN(item));
  return value !== value ? null : value;
}

function decodeBinary(col: Column): Column {
  return column('object', cellsOf(col).map((cell) => (typeof cell === 'string' ? lenientBase64(cell) : undefined) ?? fail('a binary cell is not base64 text')));
}

function fail(reason: string): never {
  throw new ModelError('FRAME_INVALID', { reason });
}

function splitFrame(tree: Value): Table {
  if (!(tree instanceof Map)) fail('a split body is an object with data, columns and index');
  for (const key of tree.keys()) if (!SPLIT_KEYS.has(key)) fail('a split body has only the keys data, columns and index');
  const data = tree.get('data') ?? [], labels = { columns: tree.get('columns') ?? undefined, index: tree.get('index') ?? undefined };
  if (data instanceof Map) return frameFromColumns(data, labels);
  return Array.isArray(data) ? frameFromRows(data, labels) : fail('data must be a list of rows');
}

function recordsFrame(tree: Value): Table {
  if (tree === null) return new Table([], [], 0);
  if (tree instanceof Map) return frameFromColumns(tree);
  if (!Array.isArray(tree)) return fail('records must be a list');
  const table = frameFromRows(tree);
  if (!(tree[0] instanceof Map)) return table;
  // Text is an object here, where an absent key is NaN and null stays None.
  const gap = (name: Label, i: number): Value => ((tree[i] as Map<Value, Value>).has(name) ? null : NaN);
  const columns = table.columns.map((col, j) => (col.dtype === 'str' ? column('object', (col.values as Value[]).map((v, i) => v ?? gap(table.names[j] ?? null, i))) : col));
  return new Table(table.names, columns, table.length, table.index);
}

/**
 * Labels of an axis: dates where all read as dates, then numbers where all read as numbers; the index of a split body only
 * becomes dates.
 */
function convertLabels(labels: readonly Label[], onlyDates: boolean): readonly Label[] {
  if (labels.length === 0 || labels.some((label) => label !== null && typeof label === 'object')) return labels;
  const col = inferColumn15(labels), dates = guessDates(col);
  if (dates) return Array.from(dates.values as BigInt64Array, (ns) => (ns === NAT ? NaT : new DateTime('timestamp', ns)));
  const numbers = onlyDates || col.dtype === 'bool' ? undefined : castColumn(col, 'float64');
  if (numbers === undefined || isInteger(col.dtype)) return labels;
  const floats = Array.from(numbers.values as Float64Array);
  return floats.every(Number.isSafeInteger) ? floats.map((x) => BigInt(x)) : floats;
}

/** A column with a dtype of the schema, or as read_json coerces one without. */
function forced(col: Column, dtype: ForcedDType | undefined): Column {
  if (dtype === 'datetime64') return col.dtype === 'object' ? (datetimes(col) ?? col) : col;
  if (dtype !== undefined) return castColumn(col, dtype) ?? col;
  const numeric = col.dtype === 'object' && col.length > 0 ? (toNumeric(col) ?? col) : col;
  if (numeric.dtype !== 'float64' || numeric.length === 0) return numeric;
  const values = numeric.values as Float64Array;
  return values.every((v) => Number.isSafeInteger(v)) ? column('int64', Float64Array.from(values, (v) => v + 0)) : numeric;
}

function isDateName(name: Label): boolean {
  if (typeof name !== 'string') return false;
  const lower = name.toLowerCase();
  return lower.endsWith('_at') || lower.endsWith('_time') || lower === 'modified' || lower === 'date' || lower === 'datetime' || lower.startsWith('timestamp');
}
