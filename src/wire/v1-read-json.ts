/**
 * `pandas.read_json` of pandas 1.5 as MLflow 1.x calls it: the frame, its labels, dates guessed by column name, dtypes forced by the schema.
 * Source: pandas/io/json/_json.py (FrameParser), mlflow/utils/proto_json_utils.py (_dataframe_from_json).
 * @module
 */
import { type Column, column } from '../data/column.ts';
import { parseIso } from '../data/datetime.ts';
import { type DType, isFloat, isInteger, NAT } from '../data/dtype.ts';
import { frameFromColumns, frameFromRows } from '../data/frame.ts';
import { parseJson } from '../data/json-parse.ts';
import { pythonFloat, pythonInt } from '../data/python-number.ts';
import { type Label, Table } from '../data/table.ts';
import { DateTime, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import type { Schema } from '../schema/schema.ts';
import { lenientBase64 } from './base64.ts';
import { asPandas15, castColumn, cellsOf, fillMissing, isNull, toNumeric } from './v1-cast.ts';
import { ujsonNumber } from './v1-numbers.ts';

/** dtypes forced on columns: one for all, or by label. */
export type ForcedDTypes = DType | ReadonlyMap<Value, DType>;

const SPLIT_KEYS: ReadonlySet<Value> = new Set(['columns', 'index', 'data']);
/** Seconds below which pandas does not take a number for a date: the year 1971. */
const MIN_STAMP = 31_536_000;

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
  const tree = parseJson(text, { maxDepth, number: ujsonNumber });
  const raw = orient === 'split' ? splitFrame(tree) : recordsFrame(tree);
  const names = convertLabels(raw.names);
  const binary = new Set(schema?.columns?.filter((spec) => spec.type === 'binary').map((spec) => spec.name));
  const columns = raw.columns.map((col, j) => {
    const plain = asPandas15(col), name = names[j] ?? null;
    if (dtypes === undefined) return fillMissing(isDateName(name) ? (guessDates(plain) ?? plain) : plain);
    const typed = forced(plain, typeof dtypes === 'string' ? dtypes : dtypes.get(name));
    return binary.has(name) ? decodeBinary(typed) : typed;
  });
  return new Table(names, columns, raw.length, raw.index);
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
  if (tree instanceof Map) return frameFromColumns(tree);
  if (!Array.isArray(tree)) return fail('records must be a list');
  const table = frameFromRows(tree);
  if (!(tree[0] instanceof Map)) return table;
  // Text is an object here, where an absent key is NaN and null stays None.
  const gap = (name: Label, i: number): Value => ((tree[i] as Map<Value, Value>).has(name) ? null : NaN);
  const columns = table.columns.map((col, j) => (col.dtype === 'str' ? column('object', (col.values as Value[]).map((v, i) => v ?? gap(table.names[j] ?? null, i))) : col));
  return new Table(table.names, columns, table.length, table.index);
}

/** Labels that all read as dates or numbers become dates or numbers. */
function convertLabels(names: readonly Label[]): readonly Label[] {
  if (names.length === 0 || !names.every((name) => typeof name === 'string')) return names;
  const texts = names as readonly string[], whole = texts.map(pythonInt);
  if (whole.every((n) => n !== undefined)) return whole.every((n) => n > BigInt(MIN_STAMP)) ? texts.map((t) => moment(t) ?? t) : (whole as bigint[]);
  const moments = texts.map(moment);
  if (moments.every((m) => m !== undefined)) return moments;
  const floats = texts.map(pythonFloat);
  return floats.every((x) => x !== undefined) ? floats.map((x) => (Number.isInteger(x) ? BigInt(x) : x)) : names;
}

function moment(text: string): DateTime | undefined {
  const ns = stampNs(text);
  return ns === undefined ? undefined : new DateTime('timestamp', ns);
}

/** Numbers as seconds, texts as ISO dates. */
function stampNs(text: string): bigint | undefined {
  const number = pythonFloat(text);
  if (number !== undefined) return Number.isFinite(number) ? secondsToNs(number) : undefined;
  return parseIso(text)?.ns;
}

function secondsToNs(seconds: number): bigint {
  const whole = Math.trunc(seconds);
  return BigInt(whole) * 1_000_000_000n + BigInt(Math.round((seconds - whole) * 1e9));
}

/** A column with a dtype of the schema, or as read_json coerces one without. */
function forced(col: Column, dtype: DType | undefined): Column {
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

const UNITS = [1_000_000_000n, 1_000_000n, 1000n, 1n];

/** The column as dates, when every cell reads as one. */
function guessDates(col: Column): Column | undefined {
  const cells = cellsOf(col);
  if (cells.length === 0) return undefined;
  if (isInteger(col.dtype) || isFloat(col.dtype)) return stamps(cells as (bigint | number)[]);
  if (col.dtype !== 'object') return undefined;
  const whole = cells.map((cell) => (typeof cell === 'string' ? pythonInt(cell) : undefined));
  if (whole.every((n) => n !== undefined)) return stamps(whole);
  return textDates(cells);
}

/** Numbers beyond 1971 as seconds, or the finest larger unit that does not overflow. */
function stamps(cells: readonly (bigint | number)[]): Column | undefined {
  if (!cells.every((cell) => cell !== cell || cell > MIN_STAMP)) return undefined;
  for (const scale of UNITS) {
    const out = new BigInt64Array(cells.length);
    const fits = cells.every((cell, i) => {
      const ns = cell !== cell ? NAT : typeof cell === 'bigint' ? cell * scale : Number.isFinite(cell) ? (secondsToNs(cell) * scale) / 1_000_000_000n : 2n ** 64n;
      out[i] = BigInt.asIntN(64, ns);
      return out[i] === ns;
    });
    if (fits) return column('datetime64[ns]', out);
  }
  return undefined;
}

function textDates(cells: readonly Value[]): Column | undefined {
  const out = new BigInt64Array(cells.length).fill(NAT), offsets = new Set<number | null>();
  for (const [i, cell] of cells.entries()) {
    if (isNull(cell)) continue;
    if (typeof cell !== 'string') return undefined;
    const iso = parseIso(cell), ns = iso?.ns ?? stampNs(cell);
    if (ns === undefined) return undefined;
    out[i] = ns - BigInt(iso?.offset ?? 0) * 1_000_000_000n;
    offsets.add(iso?.offset ?? null);
  }
  const [offset = null] = offsets;
  if (offsets.size > 1 || (offset !== null && offset !== 0)) return undefined;
  return column('datetime64[ns]', out, offset === 0 ? { tz: 'UTC' } : {});
}
