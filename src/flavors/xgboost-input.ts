/**
 * Input as XGBoost's Python package takes it: a frame of numbers, booleans and category columns, or a two-dimensional array;
 * all becomes float32, NaN is missing. A Booster gets it through a DMatrix, an estimator's predict by inplace_predict.
 * Source: xgboost.data, Booster._validate_features and Booster.inplace_predict; drawn from 1.7 and 3.2.
 * @module
 */
import { isValid, type Column } from '../data/column.ts';
import { isFloat, isInteger } from '../data/dtype.ts';
import { toFloat32 } from '../data/numbers.ts';
import { RowsTable } from '../data/rows-table.ts';
import { float32Array } from '../data/small-arrays.ts';
import { type Label, labelText, Table } from '../data/table.ts';
import { Tensor } from '../data/tensor.ts';
import type { Value } from '../data/values.ts';
import type { Matrix } from '../engines/trees/predict.ts';
import { ModelError } from '../errors/model-error.ts';
import type { XgboostModel } from '../formats/xgboost-model.ts';
import { categoryCodes } from './xgboost-categories.ts';

/** How input is read. */
export interface XgboostInput {
  readonly model: Pick<XgboostModel, 'features' | 'featureNames' | 'categories'>;
  /** The way of a DMatrix: infinities are refused, arrays have no names, fewer columns do where there are no names. */
  readonly dmatrix: boolean;
  /** Whether category columns are taken. */
  readonly categorical: boolean;
  /** This value counts as missing too; NaN for none. */
  readonly missing: number;
  readonly validateFeatures: boolean;
}

/**
 * Reads input as rows × features float32.
 * @throws ModelError INPUT_UNSUITABLE, INPUT_ROW_UNSUITABLE
 */
export function xgboostMatrix(input: Value, options: XgboostInput): Matrix {
  const given = input instanceof Table ? ofTable(input, options) : input instanceof Tensor ? ofTensor(input, options) : refuse('it is neither a table nor a numeric array');
  checkCount(given.columns, options);
  const { features } = options.model, missing = Math.fround(options.missing);
  // NaN is missing as it stands, and only a DMatrix minds infinities.
  if (options.dmatrix || missing === missing) mark(given, missing, options.dmatrix);
  return given.columns === features ? given : widen(given, features);
}

/** Makes the value that counts as missing NaN; of a DMatrix refuses infinities. */
function mark({ values, columns }: Matrix, missing: number, finite: boolean): void {
  for (let i = 0; i < values.length; i++) {
    const x = values[i] as number;
    if (x === missing) values[i] = NaN;
    else if (finite && (x === Infinity || x === -Infinity)) throw new ModelError('INPUT_ROW_UNSUITABLE', { row: Math.floor(i / columns), reason: 'has an infinite number, or one too large for float32' });
  }
}

function ofTable(table: Table, options: XgboostInput): Matrix {
  if (table instanceof RowsTable && options.model.categories === null) return ofRows(table, options);
  const { columns, names, length: rows } = table, width = columns.length;
  const bad = names.filter((_, j) => !isNumeric(columns[j] as Column) && !(options.categorical && (columns[j] as Column).dtype === 'category'));
  if (bad.length > 0) refuse(`columns must be int, float or bool${options.categorical ? ' or category' : ''}, but these are not: ${bad.slice(0, 20).map(labelText).join(', ')}`);
  if (options.validateFeatures) checkNames(names, options.model.featureNames);
  const values = new Float32Array(rows * width), { categories } = options.model;
  for (const [j, col] of columns.entries()) {
    const name = labelText(names[j] ?? null), training = categories?.[j] ?? null, isCategory = col.dtype === 'category';
    if (categories !== null && (isCategory ? training === null : training !== null && !options.dmatrix)) refuse(`column ${name} was ${training ? '' : 'not '}a category column in training`);
    if (isCategory) writeCodes(col, categoryCodes(col.categories ?? refuse(`column ${name} has no categories`), training, name), values, j, width);
    else writeNumbers(col, values, j, width);
  }
  return { rows, columns: width, values };
}

function ofRows({ names, dtypes, values, length }: RowsTable, { model, validateFeatures }: XgboostInput): Matrix {
  if (validateFeatures) checkNames(names, model.featureNames);
  const narrow = float32Array(values.length);
  for (let i = 0; i < narrow.length; i++) narrow[i] = values[i] as number;
  return { rows: length, columns: dtypes.length, values: narrow };
}

function isNumeric({ dtype }: Column): boolean {
  return isFloat(dtype) || isInteger(dtype) || dtype === 'bool';
}

function writeNumbers(col: Column, out: Float32Array, at: number, step: number): void {
  const from = col.values as ArrayLike<number | bigint>, { validity, length } = col;
  for (let i = 0, k = at; i < length; i++, k += step) out[k] = validity === null || isValid(validity, i) ? toFloat32(from[i] as number | bigint) : NaN;
}

function writeCodes(col: Column, codes: Float32Array, out: Float32Array, at: number, step: number): void {
  const from = col.values as Int32Array;
  for (let i = 0, k = at; i < col.length; i++, k += step) {
    const code = from[i] as number;
    out[k] = code < 0 || !isValid(col.validity, i) ? NaN : (codes[code] as number);
  }
}

function ofTensor({ dtype, shape, values }: Tensor, options: XgboostInput): Matrix {
  const [rows = 0, columns = 0] = shape;
  if (shape.length !== 2) refuse(`it has ${shape.length} dimensions instead of 2`);
  if (dtype !== 'object' && !isFloat(dtype) && !isInteger(dtype) && dtype !== 'bool') refuse(`it is an array of ${dtype} instead of numbers`);
  if (options.dmatrix && options.validateFeatures && options.model.featureNames) refuse(`the model was trained with column names (${options.model.featureNames.slice(0, 20).join(', ')}); give a table that has them`);
  const out = new Float32Array(rows * columns);
  for (let i = 0; i < out.length; i++) out[i] = toFloat32(dtype === 'object' ? numberOf(values[i] as Value) : (values[i] as number | bigint));
  return { rows, columns, values: out };
}

/** A cell of an object array as numpy's astype(float32) reads it. */
function numberOf(value: Value): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return Number(value);
  return value === null ? NaN : refuse('it is an array of objects, not all of which are numbers');
}

/** Frozen lists of names that were found to be a model's: the tables of a server all bring the same one. */
const checked = new WeakMap<readonly string[], readonly Label[]>();

function checkNames(labels: readonly Label[], expected: readonly string[] | null): void {
  if (expected === null || checked.get(expected) === labels) return;
  const given = labels.map(labelText);
  if (given.length === expected.length && given.every((name, i) => name === expected[i])) {
    if (Object.isFrozen(labels)) checked.set(expected, labels);
    return;
  }
  const lacks = expected.filter((name) => !given.includes(name)), more = given.filter((name) => !expected.includes(name));
  refuse(lacks.length + more.length === 0 ? `its columns are in another order than in training: ${expected.join(', ')}` : `its columns are not those of training; missing: ${lacks.join(', ') || 'none'}; unknown: ${more.join(', ') || 'none'}`);
}

function checkCount(columns: number, { dmatrix, model, validateFeatures }: XgboostInput): void {
  if (columns === model.features || (dmatrix && columns < model.features)) return;
  // Without validation the library reads on past such rows or stops; neither is an answer.
  refuse(`it has ${columns} columns, the model has ${model.features} features${validateFeatures ? '' : ' (validate_features does not change that)'}`);
}

/** A DMatrix of fewer columns than features: the rest is missing. */
function widen({ rows, columns, values }: Matrix, features: number): Matrix {
  const out = new Float32Array(rows * features).fill(NaN);
  for (let r = 0; r < rows; r++) out.set(values.subarray(r * columns, (r + 1) * columns), r * features);
  return { rows, columns: features, values: out };
}

function refuse(reason: string): never {
  throw new ModelError('INPUT_UNSUITABLE', { reason });
}
