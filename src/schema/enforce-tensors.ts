/**
 * Tensor schemas as MLflow enforces them (mlflow/models/utils.py, _enforce_tensor_schema): arrays are never cast, table
 * columns are made into arrays.
 * @module
 */
import { type Column, column } from '../data/column.ts';
import { type DType, isFloat, isInteger } from '../data/dtype.ts';
import { frameFromSeries } from '../data/frame.ts';
import { inferColumn } from '../data/infer-column.ts';
import { labelKey } from '../data/labels.ts';
import { asType, numpyArray } from '../data/numpy-array.ts';
import { kindOf } from '../data/numpy-item.ts';
import { promoteDTypes } from '../data/promote.ts';
import { labelText, Table } from '../data/table.ts';
import { Tensor } from '../data/tensor.ts';
import { valueAt, valuesOf } from '../data/value-at.ts';
import { Series, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { isScalarValue } from './enforce-nested.ts';
import type { Schema } from './schema.ts';
import { TensorSpec } from './tensor-spec.ts';

/**
 * Builds the enforcement of a tensor schema.
 * @returns a function from any value to a Tensor, or a Map of name → Tensor where the schema has names
 */
export function compileTensors(schema: Schema): (data: Value) => Tensor | Map<string, Tensor> {
  const specs = schema.tensors ?? [];
  const enforce = schema.named ? compileNamed(schema, specs) : (data: Value) => unnamed(specs[0] as TensorSpec, data);
  return (data) => enforce(data instanceof Series ? frameFromSeries(data) : data);
}

function shapeWords(shape: readonly number[]): string {
  return `[${shape.map((d) => (d === d ? d : '?')).join(', ')}]`;
}

function nameOf(spec: TensorSpec): string {
  return spec.name === null ? 'input' : labelText(spec.name);
}

function badShape(spec: TensorSpec, given: string): never {
  throw new ModelError('INPUT_SHAPE_INVALID', { name: nameOf(spec), expected: shapeWords(spec.shape), given });
}

function badType(spec: TensorSpec, given: string): never {
  throw new ModelError('INPUT_TYPE_INVALID', { column: nameOf(spec), expected: spec.dtype, given });
}

function badForm(expected: string, data: Value): never {
  throw new ModelError('INPUT_FORM_INVALID', { form: 'input', expected, given: kindOf(data) });
}

function compileNamed(schema: Schema, specs: readonly TensorSpec[]): (data: Value) => Map<string, Tensor> {
  const names = schema.inputNames();
  return (given) => {
    const data = given instanceof Tensor && names.length === 1 ? new Map([[names[0] as Value, given as Value]]) : given;
    const keys = data instanceof Table ? data.names : data instanceof Map ? [...data.keys()] : [];
    const have = new Set(keys.map(labelKey)), missing = names.filter((name) => !have.has(labelKey(name)));
    if (missing.length > 0) {
      const extra = keys.filter((key) => !names.some((name) => labelKey(name) === labelKey(key))).map(labelText);
      throw new ModelError('INPUT_MISSING', { missing: missing.map(labelText), extra: extra.length > 0 ? extra : 'none' });
    }
    const out = new Map<string, Tensor>();
    for (const [i, spec] of specs.entries()) out.set(names[i] as string, oneOf(data, names[i] as Value, spec));
    return out;
  };
}

function oneOf(data: Value, name: Value, spec: TensorSpec): Tensor {
  if (data instanceof Map) {
    const value = data.get(name) ?? null;
    return value instanceof Tensor ? checkTensor(spec, value) : badForm(`a tensor named ${labelText(name)}`, value);
  }
  if (!(data instanceof Table)) return badForm('tensors by name, or a table', data);
  const places = data.names.flatMap((label, i) => (labelKey(label) === labelKey(name) ? [i] : []));
  if (places.length !== 1) throw new ModelError('INPUT_DUPLICATE', { column: labelText(name) });
  return fromColumn(spec, data, places[0] as number);
}

function unnamed(spec: TensorSpec, data: Value): Tensor {
  if (data instanceof Tensor) return checkTensor(spec, data);
  if (!(data instanceof Table)) return badForm('a tensor or a table', data);
  if (data.length === 0 || data.columns.length === 0) return badShape(spec, 'a table without rows or columns');
  if (data.columns.length === 1) return fromColumn(spec, data, 0);
  if (spec.shape.length !== 2 || spec.shape[0] !== -1 || spec.shape[1] !== data.columns.length) return badShape(spec, `a table of ${data.columns.length} columns`);
  return checkTensor(spec, tableToTensor(data));
}

/** Shape and dtype as they are; nothing is cast. */
function checkTensor(spec: TensorSpec, tensor: Tensor): Tensor {
  const { shape, dtype } = spec, ragged = tensor.dtype === 'object' && tensor.shape.length === 1;
  if (dtype === 'object' && shape.length === 1 && shape[0] === -1) return tensor;
  if (ragged && shape.length > 1 && shape.slice(1).includes(-1)) return tensor;
  if (shape.length !== tensor.shape.length || shape.some((d, i) => d !== -1 && d !== tensor.shape[i])) return badShape(spec, shapeWords(tensor.shape));
  return tensor.dtype === dtype ? tensor : badType(spec, tensor.dtype);
}

/** DataFrame.to_numpy(): the dtype that holds all columns; text is objects. */
function tableToTensor(table: Table): Tensor {
  const sources = table.columns.map(withoutCategories), dtypes = sources.map(arrayDType), width = dtypes.length;
  const dtype = dtypes.reduce((a, b) => commonDType(a, b));
  const parts = sources.map((col) => (dtype === 'object' ? valuesOf(col) : [...(asType(new Tensor(col.dtype, [col.length], col.values), dtype).values as Iterable<Value>)]));
  const flat = Array.from({ length: table.length * width }, (_, k) => (parts[k % width] as Value[])[Math.floor(k / width)] as Value);
  return numpyArrayOf(dtype, [table.length, width], flat);
}

function arrayDType(col: Column): DType {
  const masked = col.nullable || col.tz !== undefined || col.validity !== null;
  return masked || col.dtype === 'category' || col.dtype === 'str' || col.dtype === 'bytes' ? 'object' : col.dtype;
}

/** pandas finds no common dtype of booleans and numbers. */
function commonDType(a: DType, b: DType): DType {
  return a !== b && (a === 'bool' || b === 'bool') ? 'object' : promoteDTypes(a, b);
}

function numpyArrayOf(dtype: DType, shape: readonly number[], flat: readonly Value[]): Tensor {
  if (dtype === 'object') return new Tensor(dtype, shape, [...flat]);
  const storage = column(dtype, flat as Value[]).values as Value[];
  const like = numpyArray(dtype === 'bool' ? storage.map((v) => (v as unknown) === 1) : storage.map((v) => v), dtype);
  return new Tensor(dtype, shape, like.values);
}

function fromColumn(spec: TensorSpec, table: Table, place: number): Tensor {
  const { shape } = spec, col = table.columns[place] as Column;
  if (shape[0] !== -1 || shape.slice(1).includes(-1)) return badShape(spec, 'a table; its tensors need a free first dimension and fixed others');
  const first = firstCell(spec, table, col);
  if (isScalarValue(first)) return fromScalars(spec, col);
  if (Array.isArray(first) && first.length > 0 && isScalarValue(first[0] ?? null)) return fromLists(spec, col);
  if (first instanceof Tensor) return fromTensors(spec, col);
  return badType(spec, `a column whose first cell is of type ${kindOf(first)}`);
}

/** pandas looks for the row labelled 0, which decides how all are read. */
function firstCell(spec: TensorSpec, table: Table, col: Column): Value {
  const row = table.index ? table.index.findIndex((label) => labelKey(label) === 0n) : 0;
  if (row < 0 || row >= col.length) return badShape(spec, 'a table without a row labelled 0');
  return valueAt(col, row);
}

/** numpy.asarray of a categorical: its values, integers with gaps as floats. */
function withoutCategories(col: Column): Column {
  if (col.dtype !== 'category' || !col.categories) return col;
  const { dtype } = col.categories, cells = valuesOf(col);
  if (!isInteger(dtype) && !isFloat(dtype)) return column('object', cells);
  return isFloat(dtype) || cells.some((cell) => cell !== cell) ? column('float64', Float64Array.from(cells, Number)) : inferColumn(cells);
}

function fromScalars(spec: TensorSpec, given: Column): Tensor {
  const col = withoutCategories(given);
  const { shape } = spec;
  if (shape.length > 2 || (shape.length === 2 && shape[1] !== 1)) return badShape(spec, 'a column of scalars');
  if (col.nullable && col.validity && (spec.dtype === 'bool' || isInteger(spec.dtype))) return badType(spec, `${col.dtype} with missing values`);
  const plain = arrayDType(col) !== 'object';
  const tensor = plain ? asType(new Tensor(col.dtype, [col.length], col.values), spec.dtype) : numpyArray(valuesOf(col), spec.dtype);
  return checkTensor(spec, new Tensor(tensor.dtype, shape.length === 1 ? [col.length] : [col.length, 1], tensor.values));
}

function fromLists(spec: TensorSpec, col: Column): Tensor {
  const rows = stacked(spec, valuesOf(col).map((cell) => (cell instanceof Tensor ? cell : numpyArray(cell))));
  return asType(reshaped(spec, rows, col.length), spec.dtype);
}

function fromTensors(spec: TensorSpec, col: Column): Tensor {
  return reshaped(spec, stacked(spec, valuesOf(col).map((cell) => (cell instanceof Tensor ? cell : numpyArray(cell)))), col.length);
}

/** numpy.vstack: at least two dimensions, one dtype for all. */
function stacked(spec: TensorSpec, rows: readonly Tensor[]): Tensor {
  const parts = rows.map((row) => (row.shape.length >= 2 ? row : new Tensor(row.dtype, [1, row.size], row.values)));
  const [head] = parts, inner = head?.shape.slice(1) ?? [];
  if (parts.some((part) => part.shape.length !== head?.shape.length || part.shape.slice(1).some((d, i) => d !== inner[i]))) return badShape(spec, 'cells of different lengths');
  const dtype = parts.map((part) => part.dtype).reduce((a, b) => promoteDTypes(a, b));
  const flat = parts.flatMap((part) => [...(asType(part, dtype).values as Iterable<Value>)]);
  return numpyArrayOf(dtype, [parts.reduce((n, part) => n + (part.shape[0] ?? 0), 0), ...inner], flat);
}

function reshaped(spec: TensorSpec, tensor: Tensor, rows: number): Tensor {
  const size = spec.shape.slice(1).reduce((a, b) => a * b, 1), count = size > 0 ? tensor.size / size : NaN;
  if (count !== rows) return badShape(spec, shapeWords(tensor.shape));
  return new Tensor(tensor.dtype, [rows, ...spec.shape.slice(1)], tensor.values);
}
