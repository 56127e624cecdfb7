/**
 * Nested lists cast to the tensors of a signature value by value, without loss.
 * @module
 */
import { allocate, integerStorage, type Storage } from '../data/column.ts';
import { type DType, integerRange, isComplex, isDatetime, isFloat, isInteger, isTimedelta, NAT, timeUnit } from '../data/dtype.ts';
import { roundToHalf } from '../data/numbers.ts';
import { labelText } from '../data/table.ts';
import { Tensor } from '../data/tensor.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import type { LosslessMode, ValueEnforcer } from './enforce-values.ts';
import { base64Of, booleanOf, type Cell, doubleOf, givenWords, isoMoment, wholeOf } from './enforce-values-cells.ts';
import type { TensorSpec } from './tensor-spec.ts';

/** The forms of a request for a tensor signature. */
export function compileTensorForms(specs: readonly TensorSpec[], mode: LosslessMode): ValueEnforcer {
  return new TensorForms(specs, mode === 'strict');
}

class TensorForms implements ValueEnforcer {
  readonly #specs: readonly TensorSpec[];
  readonly #strict: boolean;
  readonly #names: readonly string[] | undefined;

  constructor(specs: readonly TensorSpec[], strict: boolean) {
    this.#specs = specs;
    this.#strict = strict;
    this.#names = specs[0]?.name === null ? undefined : specs.map((spec) => labelText(spec.name));
  }

  split(columns: Value | undefined, data: Value): Value {
    if (!Array.isArray(data) || !data.every(Array.isArray)) return wrongForm('dataframe_split', 'a list of rows in data', givenWords(data));
    const rows = data as Value[][];
    const names = Array.isArray(columns) ? columns : Array.from({ length: rows[0]?.length ?? 0 }, (_, i) => BigInt(i));
    rows.forEach((row, i) => {
      if (row.length !== names.length) wrongForm('dataframe_split', `${names.length} values in each row`, `${row.length} in row ${i}`);
    });
    if (!this.#names && names.length !== 1) return this.#one(rows);
    return this.#columns(names, (at) => rows.map((row) => row[at] as Value));
  }

  records(rows: Value): Value {
    if (!Array.isArray(rows) || !rows.every((row) => row instanceof Map)) return wrongForm('dataframe_records', 'a list of records', givenWords(rows));
    const records = rows as Map<Value, Value>[], keys = new Set<Value>();
    for (const row of records) for (const key of row.keys()) keys.add(key);
    const names = [...keys];
    const cellsOf = (name: Value): Value[] => records.map((row) => row.get(name) ?? null);
    if (!this.#names && names.length !== 1) return this.#one(records.map((row) => names.map((name) => row.get(name) ?? null)));
    return this.#columns(names, (at) => cellsOf(names[at] as Value));
  }

  inputs(value: Value): Value {
    return this.#free('inputs', value);
  }

  instances(value: Value): Value {
    return this.#free('instances', value);
  }

  csv(): Value {
    return wrongForm('text/csv', 'a signature of columns; send JSON', 'a signature of tensors');
  }

  #free(form: string, value: Value): Value {
    if (!this.#names) return value instanceof Map ? wrongForm(form, 'one nested list', 'an object') : this.#one(value);
    if (value instanceof Map) return this.#named([...value.keys()], (at) => [...value.values()][at] as Value);
    if (Array.isArray(value) && value.length > 0 && value.every((item) => item instanceof Map)) return this.records(value);
    if (this.#names.length === 1) return this.#named([this.#names[0] as string], () => value);
    return wrongForm(form, `an object with ${this.#names.join(', ')}`, givenWords(value));
  }

  #one(value: Value): Value {
    return nestedTensor(this.#specs[0] as TensorSpec, value);
  }

  /** Columns of a frame: each cell is one item along axis 0, flat lists take the shape the signature gives an item. */
  #columns(names: readonly Value[], cellsOf: (at: number) => Value[]): Value {
    const shaped = (spec: TensorSpec, at: number): Value => cellsOf(at).map((cell) => itemOf(cell, spec.shape.slice(1)));
    if (!this.#names) return nestedTensor(this.#specs[0] as TensorSpec, shaped(this.#specs[0] as TensorSpec, 0));
    return this.#named(names, (at, spec) => shaped(spec, at));
  }

  #named(names: readonly Value[], valueOf: (at: number, spec: TensorSpec) => Value): Value {
    const known = this.#names ?? [], given = names.map(labelText);
    const extra = given.filter((name) => !known.includes(name)), missing = known.filter((name) => !given.includes(name));
    const twice = given.find((name, i) => given.indexOf(name) !== i);
    if (twice !== undefined) throw new ModelError('INPUT_DUPLICATE', { column: twice });
    if (missing.length > 0) throw new ModelError('INPUT_MISSING', { missing, extra: extra.length > 0 ? extra : 'none' });
    if (this.#strict && extra.length > 0) throw new ModelError('INPUT_EXTRA', { extra });
    return new Map(this.#specs.map((spec, i) => [spec.name, nestedTensor(spec, valueOf(given.indexOf(known[i] ?? ''), spec))] as const)) as Map<Value, Value>;
  }
}

function wrongForm(form: string, expected: string, given: string): never {
  throw new ModelError('INPUT_FORM_INVALID', { form, expected, given });
}

/** A cell in the shape of one item: a scalar for [] and [1], a flat list laid out along fixed dimensions. */
function itemOf(cell: Value, dims: readonly number[]): Value {
  if (!Array.isArray(cell)) return dims.length === 1 && (dims[0] === 1 || dims[0] === -1) ? [cell] : cell;
  if (dims.length < 2 || dims.includes(-1) || Array.isArray(cell[0]) || cell.length !== dims.reduce((a, b) => a * b, 1)) return cell;
  let items: Value[] = cell;
  for (const d of dims.slice(1).reverse()) items = Array.from({ length: items.length / d }, (_, i) => items.slice(i * d, (i + 1) * d));
  return items;
}

/**
 * A nested list as a tensor of the specification's dtype and shape.
 * @throws ModelError INPUT_SHAPE_INVALID, INPUT_VALUE_INVALID
 */
export function nestedTensor(spec: TensorSpec, value: Value): Tensor {
  const name = spec.name === null ? 'the tensor' : labelText(spec.name);
  const shape: number[] = [];
  let level: Value = value;
  for (const d of spec.shape) {
    if (!Array.isArray(level)) throw wrongShape(name, spec, `${shape.length} dimensions`, value);
    if (d !== -1 && level.length !== d) {
      if (level.length > 0 || shape.length === 0 || !shape.includes(0)) throw wrongShape(name, spec, `${level.length} along axis ${shape.length}`, value);
    }
    shape.push(shape.includes(0) ? Math.max(d, 0) : level.length);
    level = level[0] ?? [];
  }
  const cells: Value[] = [], starts = shape.length > 0 ? shape.slice(1).reduce((a, b) => a * b, 1) : 1;
  flatten(value, 0, shape, cells, () => wrongShape(name, spec, 'lists of different lengths', value));
  const values = cast(spec.dtype, cells, (i, given) => {
    throw new ModelError('INPUT_VALUE_INVALID', { column: name, row: Math.floor(i / Math.max(starts, 1)), expected: spec.dtype, given });
  });
  return new Tensor(spec.dtype, shape, values);
}

/** MLflow converts before it looks at the shape, so a value that does not convert is told first. */
function wrongShape(name: string, spec: TensorSpec, given: string, value: Value): ModelError {
  (Array.isArray(value) ? value : [value]).forEach((item, row) => {
    cast(spec.dtype, leavesOf(item, []), (_, found) => {
      throw new ModelError('INPUT_VALUE_INVALID', { column: name, row, expected: spec.dtype, given: found });
    });
  });
  return new ModelError('INPUT_SHAPE_INVALID', { name, expected: `(${spec.shape.join(', ')})`, given });
}

function leavesOf(value: Value, out: Value[]): Value[] {
  if (Array.isArray(value)) for (const item of value) leavesOf(item, out);
  else out.push(value);
  return out;
}

function flatten(value: Value, axis: number, shape: readonly number[], out: Value[], ragged: () => ModelError): void {
  if (axis === shape.length) {
    out.push(value);
    return;
  }
  if (!Array.isArray(value) || value.length !== shape[axis]) throw ragged();
  for (const item of value) flatten(item, axis + 1, shape, out, ragged);
}

type Refuse = (i: number, given: string) => never;

function cast(dtype: DType, cells: readonly Value[], refuse: Refuse): Storage {
  const each = <T>(read: (cell: Cell) => T | undefined, put: (i: number, item: T) => void): void => {
    for (let i = 0; i < cells.length; i++) put(i, read(cells[i]) ?? refuse(i, givenWords(cells[i])));
  };
  if (dtype === 'object') return [...cells];
  if (isInteger(dtype)) {
    const [low, high] = integerRange(dtype), whole: bigint[] = [];
    each((cell) => inRange(wholeOf(cell), low, high), (_, n) => whole.push(n));
    if (dtype === 'int64' || dtype === 'uint64') return integerStorage(dtype, whole);
    const out = allocate(dtype, whole.length) as Int32Array;
    whole.forEach((n, i) => { out[i] = Number(n); });
    return out;
  }
  if (isDatetime(dtype) || isTimedelta(dtype)) {
    const out = new BigInt64Array(cells.length);
    each((cell) => momentOf(dtype, cell), (i, n) => { out[i] = n; });
    return out;
  }
  if (dtype === 'str' || dtype === 'bytes') {
    const out: (string | Uint8Array)[] = [];
    each((cell) => (typeof cell !== 'string' ? undefined : dtype === 'str' ? cell : base64Of(cell)), (_, item) => out.push(item));
    return out as Storage;
  }
  const out = allocate(dtype, cells.length) as Float64Array, step = isComplex(dtype) ? 2 : 1;
  each((cell) => (dtype === 'bool' ? booleanOf(cell) : realOf(dtype, cell)), (i, x) => { out[i * step] = x; });
  return out;
}

function inRange(n: bigint | undefined, low: bigint, high: bigint): bigint | undefined {
  return n !== undefined && n >= low && n <= high ? n : undefined;
}

/** Rounding to the width is allowed, overflow and text are not; null is NaN. */
function realOf(dtype: DType, cell: Cell): number | undefined {
  if (cell === null) return NaN;
  const x = typeof cell === 'string' ? undefined : doubleOf(cell);
  if (x === undefined) return undefined;
  const rounded = dtype === 'float16' ? roundToHalf(x) : dtype === 'float32' || dtype === 'complex64' ? Math.fround(x) : x;
  if (Number.isFinite(x) && !Number.isFinite(rounded)) return undefined;
  return isFloat(dtype) || isComplex(dtype) ? rounded : undefined;
}

const PER_UNIT: Readonly<Record<string, bigint>> = { ns: 1n, us: 1000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n, D: 86_400_000_000_000n };

/** ISO text that the unit holds exactly; timedeltas as whole counts of the unit; null is NaT. */
function momentOf(dtype: DType, cell: Cell): bigint | undefined {
  if (cell === null) return NAT;
  if (isTimedelta(dtype)) return inRange(wholeOf(cell), NAT + 1n, -NAT - 1n);
  const per = isDatetime(dtype) ? PER_UNIT[timeUnit(dtype)] : undefined, ns = typeof cell === 'string' ? isoMoment(cell) : undefined;
  return ns === undefined || per === undefined || ns % per !== 0n ? undefined : inRange(ns / per, NAT + 1n, -NAT - 1n);
}
