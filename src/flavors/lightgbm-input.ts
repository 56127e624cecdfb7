/**
 * Input as LightGBM's Python package takes it: a frame of numbers, booleans and category columns, or a two-dimensional array.
 * Source: _data_from_pandas, _np2d_to_np1d of lightgbm.basic.
 * @module
 */
import { cell, isValid, type Column } from '../data/column.ts';
import { isFloat, isInteger } from '../data/dtype.ts';
import { asType, numpyArray } from '../data/numpy-array.ts';
import { RowsTable } from '../data/rows-table.ts';
import { labelText, Table } from '../data/table.ts';
import { Tensor } from '../data/tensor.ts';
import type { Value } from '../data/values.ts';
import { ZERO_THRESHOLD } from '../engines/trees/forest.ts';
import type { Matrix } from '../engines/trees/predict.ts';
import { ModelError } from '../errors/model-error.ts';

/** What decides how input is read. */
export interface LightgbmInput {
  readonly features: number;
  /** Categories of the training frame's category columns, in order; null where the model does not say. */
  readonly pandasCategorical: readonly (readonly Value[])[] | null;
  /** Before 4.0 a frame without float columns became float32, which rounds large integers, and nullable columns were refused. */
  readonly legacy: boolean;
  /** A scikit-learn class, whose check_array sees arrays first. */
  readonly estimator: boolean;
}

/** @throws ModelError INPUT_UNSUITABLE */
export function lightgbmMatrix(input: Value, model: LightgbmInput): Matrix {
  const array = Array.isArray(input) ? numpyArray(input) : input;
  const matrix = array instanceof Table ? ofTable(array, model) : array instanceof Tensor ? ofTensor(array, model.estimator) : refuse('it is neither a table nor an array');
  if (matrix.columns !== model.features) refuse(`it has ${matrix.columns} columns, the model has ${model.features} features`);
  return { ...matrix, values: withoutTiny(matrix.values) };
}

/** LightGBM hands a row to its trees as pairs of column and value and leaves out what it takes for zero. */
function withoutTiny(values: Matrix['values']): Matrix['values'] {
  for (let i = 0; i < values.length; i++) if (isTiny(values[i] as number)) return values.map((x) => (isTiny(x) ? 0 : x));
  return values;
}

function isTiny(x: number): boolean {
  return x <= ZERO_THRESHOLD && x >= -ZERO_THRESHOLD && x !== 0;
}

function ofTable(table: Table, model: LightgbmInput): Matrix {
  if (table instanceof RowsTable && (model.pandasCategorical ?? []).length === 0) return ofRows(table, model);
  const { columns, length: rows } = table;
  if (rows === 0) refuse('it has no rows');
  const bad = table.names.filter((_, i) => (!isNumeric(columns[i]!) && columns[i]!.dtype !== 'category') || (model.legacy && columns[i]!.nullable));
  if (bad.length > 0) refuse(`columns must be int, float or bool, but these are not: ${bad.slice(0, 20).map((name) => labelText(name)).join(', ')}`);
  const categories = columns.filter((col) => col.dtype === 'category');
  if (model.pandasCategorical !== null && categories.length !== model.pandasCategorical.length) {
    refuse(`the model was trained with ${model.pandasCategorical.length} category columns, ${categories.length} are given`);
  }
  const width = columns.length;
  const values = model.legacy && !columns.some((col) => isFloat(col.dtype)) ? new Float32Array(rows * width) : new Float64Array(rows * width);
  let category = 0;
  for (const [j, col] of columns.entries()) {
    if (col.dtype === 'category') writeCodes(col, model.pandasCategorical?.[category++], values, j, width);
    else writeNumbers(col, values, j, width);
  }
  return { rows, columns: width, values };
}

function ofRows({ dtypes, values, length: rows }: RowsTable, { legacy }: LightgbmInput): Matrix {
  if (rows === 0) refuse('it has no rows');
  return { rows, columns: dtypes.length, values: legacy && !dtypes.some(isFloat) ? new Float32Array(values) : values };
}

function isNumeric(col: Column): boolean {
  return isFloat(col.dtype) || isInteger(col.dtype) || col.dtype === 'bool';
}

function writeNumbers(col: Column, out: Matrix['values'], at: number, step: number): void {
  const from = col.values as ArrayLike<number | bigint>;
  for (let i = 0, k = at; i < col.length; i++, k += step) out[k] = isValid(col.validity, i) ? Number(from[i]) : NaN;
}

/** Codes in the order of the training frame's categories; others are missing. */
function writeCodes(col: Column, training: readonly Value[] | undefined, out: Matrix['values'], at: number, step: number): void {
  const own = col.categories ?? refuse('a category column has no categories');
  // JSON holds the training categories as bigint, number, text or boolean; cells give integers as numbers.
  const place = training && new Map<unknown, number>(training.map((value, code) => [typeof value === 'bigint' ? Number(value) : value, code]));
  const codes = Float64Array.from({ length: own.length }, (_, code) => (place ? (place.get(cell(own, code)) ?? NaN) : code));
  const from = col.values as Int32Array;
  for (let i = 0, k = at; i < col.length; i++, k += step) out[k] = from[i]! < 0 || !isValid(col.validity, i) ? NaN : codes[from[i]!]!;
}

function ofTensor(tensor: Tensor, estimator: boolean): Matrix {
  const { dtype, shape } = tensor;
  if (shape.length !== 2) refuse(`it has ${shape.length} dimensions instead of 2`);
  if (estimator && (dtype === 'str' || dtype === 'bytes' || dtype.startsWith('complex'))) refuse(`it is an array of ${dtype} instead of numbers`);
  if (estimator && shape[0] === 0) refuse('it has no rows');
  // All but the two float types becomes float32, integers too; check_array makes float64 of objects.
  const numbers = dtype === 'float64' || dtype === 'float32' ? tensor : asType(tensor, estimator && dtype === 'object' ? 'float64' : 'float32');
  return { rows: shape[0]!, columns: shape[1]!, values: numbers.values as Matrix['values'] };
}

function refuse(reason: string): never {
  throw new ModelError('INPUT_UNSUITABLE', { reason });
}
