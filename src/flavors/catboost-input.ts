/**
 * Input as CatBoost's Python package takes it: a frame, an array, or one object as a list of its features. Every given column must
 * be readable, those that the model does not use too. Columns of a frame are found by name where the names allow, else they must
 * stand as in training; which are categories goes by position.
 * Source: catboost.core.Pool, _catboost.pyx, catboost/libs/data/model_dataset_compatibility.cpp; drawn from 1.2.10.
 * @module
 */
import { column, isValid, type Column, type Storage } from '../data/column.ts';
import { isFloat, isInteger } from '../data/dtype.ts';
import { toFloat32 } from '../data/numbers.ts';
import { numpyArray } from '../data/numpy-array.ts';
import { Table, type Label } from '../data/table.ts';
import { Tensor } from '../data/tensor.ts';
import { valuesOf } from '../data/value-at.ts';
import { Series, type Value } from '../data/values.ts';
import type { CatboostColumns } from '../engines/trees/catboost/catboost-columns.ts';
import type { Matrix } from '../engines/trees/predict.ts';
import { ModelError } from '../errors/model-error.ts';
import type { CatboostModel } from '../formats/catboost-model.ts';
import { CatboostArrangements } from './catboost-arrangement.ts';
import { CategoryHashes, categoryOf, numberOf, textNumber } from './catboost-cells.ts';

/** Rows as the forest takes them. */
export interface CatboostRows extends Matrix {
  /** Whether one object was given and not a list of them. */
  readonly single: boolean;
  /** Columns of the input, those that the model does not use too. */
  readonly given: number;
}

/** Rows written together, so that they stay in the cache while columns are written one by one. */
const BLOCK = 512;

/** Reads input for one model. */
export class CatboostInput {
  readonly #columns: CatboostColumns;
  readonly #arrangements: CatboostArrangements;
  /** Positions of categorical features. */
  readonly #categorical: ReadonlySet<number>;
  readonly #hashes = new CategoryHashes();

  constructor(model: CatboostModel, columns: CatboostColumns) {
    this.#columns = columns;
    this.#arrangements = new CatboostArrangements(model, columns);
    this.#categorical = this.#arrangements.categorical;
  }

  /** @throws ModelError INPUT_UNSUITABLE, INPUT_ROW_UNSUITABLE */
  read(input: Value): CatboostRows {
    if (input instanceof Table) return this.#columnsOf(input.columns, input.length, input.names, false);
    if (input instanceof Series) return this.#array(new Tensor('object', [input.table.length], input.table.columns.flatMap(valuesOf)));
    if (Array.isArray(input)) return this.#array(numpyArray(input, 'object'));
    return input instanceof Tensor ? this.#array(input) : refuse('it is neither a table nor an array');
  }

  #array(array: Tensor): CatboostRows {
    const single = array.shape.length === 1, tensor = single ? new Tensor(array.dtype, [1, ...array.shape], array.values) : array;
    const [rows = 0, width = 0] = tensor.shape, { dtype } = tensor;
    if (tensor.shape.length !== 2) refuse(`it has ${tensor.shape.length} dimensions instead of 1 or 2`);
    if (isFloat(dtype) && this.#categorical.size > 0) refuse('it is an array of real numbers, and the model has categorical features; give a table, or an array of objects');
    if (isNumber(dtype) && this.#categorical.size === 0) return this.#numbers(tensor, rows, width, single);
    const columns = Array.from({ length: width }, (_, j) => columnOf(tensor, j, rows, width));
    return this.#columnsOf(columns, rows, null, single);
  }

  #numbers({ values: from }: Tensor, rows: number, width: number, single: boolean): CatboostRows {
    const { targets, identity } = this.#arrangements.of(width, null), { count } = this.#columns;
    if (identity && from instanceof Float32Array) return { rows, columns: count, values: from, single, given: width };
    const values = new Float32Array(rows * count);
    for (let r = 0, at = 0, out = 0; r < rows; r++, out += count) {
      for (let j = 0; j < width; j++, at++) {
        const target = targets[j] as number;
        if (target >= 0) values[out + target] = toFloat32(from[at] as number | bigint);
      }
    }
    return { rows, columns: count, values, single, given: width };
  }

  #columnsOf(given: readonly Column[], rows: number, labels: readonly Label[] | null, single: boolean): CatboostRows {
    const { targets, names } = this.#arrangements.of(given.length, labels), { count } = this.#columns;
    const values = new Float32Array(rows * count), hashes = Array.from(this.#columns.categoricals, () => new Int32Array(rows));
    const plain: [from: ArrayLike<number>, target: number][] = [];
    for (let j = 0; j < given.length; j++) {
      const col = given[j] as Column, target = targets[j] as number, from = col.values;
      if (this.#categorical.has(j)) this.#writeHashes(col, names?.[j] ?? String(j), target < 0 ? null : (hashes[target] as Int32Array));
      else if (isNumber(col.dtype) && col.validity === null && !(from instanceof BigInt64Array || from instanceof BigUint64Array)) {
        if (target >= 0) plain.push([from as ArrayLike<number>, target]);
      } else writeNumbers(col, names?.[j] ?? String(j), target < 0 ? null : values, target, count);
    }
    for (let first = 0; first < rows; first += BLOCK) {
      const end = Math.min(first + BLOCK, rows);
      for (const [from, target] of plain) for (let i = first, k = first * count + target; i < end; i++, k += count) values[k] = from[i] as number;
    }
    this.#columns.fill(values, rows, hashes);
    return { rows, columns: count, values, single, given: given.length };
  }

  #writeHashes(col: Column, name: string, out: Int32Array | null): void {
    const hash = (cell: string | Uint8Array | undefined, row: number): number =>
      (cell === undefined ? undefined : this.#hashes.of(cell)) ?? refuseRow(row, `is no category in column ${name}: it must be a whole number or text, other values (NaN too) have to be made text`);
    const { dtype, length, validity } = col, from = col.values;
    if (dtype === 'category' && col.categories) {
      const own = new Int32Array(col.categories.length);
      this.#writeHashes(col.categories, `${name} (its categories)`, own);
      for (let i = 0; i < length; i++) {
        const code = isValid(validity, i) ? (from[i] as number) : -1;
        if (code < 0) hash(undefined, i);
        if (out) out[i] = own[code] as number;
      }
      return;
    }
    const text = textsOf(dtype);
    if (!text && length > 0) refuse(`column ${name} has the dtype ${dtype}; categories must be whole numbers or text`);
    for (let i = 0; i < length; i++) {
      const value = hash(isValid(validity, i) ? text?.(from[i]) : undefined, i);
      if (out) out[i] = value;
    }
  }
}

/** How stored values of a dtype become categories; undefined for dtypes that hold none. */
function textsOf(dtype: Column['dtype']): ((value: unknown) => string | Uint8Array | undefined) | undefined {
  if (isInteger(dtype)) return String;
  if (dtype === 'bool') return (value) => (value === 1 ? '1' : '0');
  if (dtype === 'str' || dtype === 'bytes') return (value) => (value as string | Uint8Array | null) ?? undefined;
  return dtype === 'object' ? (value) => categoryOf(value as Value) : undefined;
}

function isNumber(dtype: Column['dtype']): boolean {
  return isFloat(dtype) || isInteger(dtype) || dtype === 'bool';
}

function writeNumbers(col: Column, name: string, out: Float32Array | null, at: number, step: number): void {
  const { dtype, length, validity } = col, from = col.values as ArrayLike<number | bigint>;
  if (isNumber(dtype)) {
    if (out) for (let i = 0, k = at; i < length; i++, k += step) out[k] = validity === null || isValid(validity, i) ? toFloat32(from[i] as number | bigint) : NaN;
    return;
  }
  if (dtype !== 'str' && dtype !== 'bytes' && dtype !== 'object') refuse(`column ${name} has the dtype ${dtype}, and is not among the categorical features of the model`);
  for (let i = 0, k = at; i < length; i++, k += step) {
    const value = cellNumber(col, i) ?? refuseRow(i, `is not a number in column ${name}`);
    if (out) out[k] = value;
  }
}

function cellNumber({ dtype, values, validity, nullable }: Column, i: number): number | undefined {
  if (!isValid(validity, i)) return nullable ? undefined : NaN;
  const value = values[i] as Value | undefined;
  if (dtype === 'str' && (value === null || value === undefined)) return nullable ? undefined : NaN;
  return typeof value === 'string' ? textNumber(value) : numberOf(value ?? null);
}

/** One column of an array. */
function columnOf({ dtype, values }: Tensor, j: number, rows: number, width: number): Column {
  if (dtype.startsWith('complex')) return refuse(`it is an array of ${dtype}`);
  const out = Array.isArray(values) ? new Array<Value>(rows) : new (values.constructor as new (length: number) => Float64Array)(rows);
  for (let i = 0; i < rows; i++) out[i] = values[i * width + j] as never;
  return column(dtype, out as Storage);
}

function refuseRow(row: number, reason: string): never {
  throw new ModelError('INPUT_ROW_UNSUITABLE', { row, reason });
}

function refuse(reason: string): never {
  throw new ModelError('INPUT_UNSUITABLE', { reason });
}
