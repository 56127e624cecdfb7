/**
 * What a model is given → tensors by input name, by the rules of MLflow's ONNX wrapper (mlflow/onnx/__init__.py):
 * a table is one two-dimensional tensor for a model of one input, and a one-dimensional tensor a column for a model of several;
 * an array is the only input; a mapping has an array for every input.
 * @module
 */
import { allocate, type Column, isMissing, type Storage } from '../data/column.ts';
import { type DType, isFloat, isInteger } from '../data/dtype.ts';
import { promoteDTypes } from '../data/promote.ts';
import { labelText, Table } from '../data/table.ts';
import { Tensor } from '../data/tensor.ts';
import { valueAt } from '../data/value-at.ts';
import { Series, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import type { InputSpec } from './onnx-tensors.ts';

/**
 * Tensors for a model's inputs.
 * @throws ModelError INPUT_UNSUITABLE, INPUT_NAMES_MISMATCH, INPUT_TYPE_MISMATCH
 */
export function feedsOf(specs: readonly InputSpec[], input: Value): ReadonlyMap<string, Tensor> {
  const [only] = specs;
  if (input instanceof Table) {
    return new Map(specs.map((spec) => [spec.name, specs.length === 1 ? matrix(input.columns, input.length, spec.name) : columnOf(input, spec.name, specs)]));
  }
  if (input instanceof Tensor) {
    if (specs.length !== 1 || !only) throw unsuitable(`a table or named tensors for its ${specs.length} inputs`, 'one tensor');
    return new Map([[only.name, input]]);
  }
  if (input instanceof Map) return named(specs, input);
  throw unsuitable('a table, a tensor or named tensors', formOf(input));
}

function unsuitable(expected: string, given: string): ModelError {
  return new ModelError('INPUT_UNSUITABLE', { reason: `it takes ${expected}; it was given ${given}` });
}

function named(specs: readonly InputSpec[], input: ReadonlyMap<Value, Value>): ReadonlyMap<string, Tensor> {
  const wanted = specs.map((spec) => spec.name);
  const missing = wanted.filter((name) => !input.has(name)), unknown = [...input.keys()].filter((name) => !wanted.includes(name as string));
  if (missing.length > 0 || unknown.length > 0) throw mismatch(wanted, missing, unknown.map(labelText));
  return new Map(wanted.map((name) => {
    const value = input.get(name);
    if (!(value instanceof Tensor)) throw unsuitable('named tensors', `${name}: ${formOf(value ?? null)}`);
    return [name, value];
  }));
}

function mismatch(expected: readonly string[], missing: readonly string[], unknown: readonly string[]): ModelError {
  const shown = (names: readonly string[]): readonly string[] | string => (names.length > 0 ? names : 'none');
  return new ModelError('INPUT_NAMES_MISMATCH', { expected, missing: shown(missing), unknown: shown(unknown) });
}

function columnOf(table: Table, name: string, specs: readonly InputSpec[]): Tensor {
  const found = table.columns.filter((_, i) => table.names[i] === name);
  const wanted = specs.map((spec) => spec.name);
  if (found.length === 0) throw mismatch(wanted, wanted.filter((one) => table.column(one) === undefined), []);
  // pandas gives all columns of a name that occurs twice.
  const tensor = matrix(found, table.length, name);
  return found.length === 1 ? new Tensor(tensor.dtype, [table.length], tensor.values) : tensor;
}

/** `DataFrame.values`: all columns in the dtype that holds them, row after row. */
function matrix(columns: readonly Column[], rows: number, input: string): Tensor {
  const dtype = columns.length === 0 ? 'float64' : columns.map((col) => arrayDType(col, input)).reduce(commonDType);
  const width = columns.length, first = columns[0];
  if (width === 1 && first && first.dtype === dtype) return new Tensor(dtype, [rows, 1], first.values);
  return new Tensor(dtype, [rows, width], interleave(dtype, columns, rows));
}

/** The dtype of a column's array; text is an array of objects there. */
function arrayDType(col: Column, input: string): DType {
  if (col.dtype === 'category' || col.nullable || col.validity) {
    // An integer or boolean column has no array while something in it is missing.
    for (let i = 0; i < col.length; i++) if (isMissing(col, i)) throw new ModelError('INPUT_TYPE_MISMATCH', { input, expected: 'a value in every row', given: `a ${col.dtype} column with missing values` });
  }
  if (col.dtype === 'category') return col.categories?.dtype ?? 'object';
  return col.dtype === 'str' ? 'object' : col.dtype;
}

/** pandas' common dtype: numbers promote as numpy's, everything else (bool with numbers too) is object. */
function commonDType(a: DType, b: DType): DType {
  if (a === b) return a;
  const numeric = (dtype: DType): boolean => isInteger(dtype) || isFloat(dtype);
  return numeric(a) && numeric(b) ? promoteDTypes(a, b) : 'object';
}

function interleave(dtype: DType, columns: readonly Column[], rows: number): Storage {
  const width = columns.length;
  if (isFloat(dtype) || dtype === 'bool' || (isInteger(dtype) && !wide(columns))) {
    const out = allocate(dtype, rows * width) as Float64Array;
    for (const [j, col] of columns.entries()) {
      const values = col.dtype === 'category' ? Array.from({ length: rows }, (_, i) => Number(valueAt(col, i))) : (col.values as ArrayLike<number | bigint>);
      for (let i = 0, at = j; i < rows; i++, at += width) out[at] = Number(values[i]);
    }
    return out;
  }
  if (dtype === 'int64' || dtype === 'uint64') {
    const out = dtype === 'int64' ? new BigInt64Array(rows * width) : new BigUint64Array(rows * width);
    for (const [j, col] of columns.entries()) for (let i = 0; i < rows; i++) out[i * width + j] = BigInt(col.values[i] as number | bigint);
    return out;
  }
  const out = Array.from<Value>({ length: rows * width });
  for (const [j, col] of columns.entries()) for (let i = 0; i < rows; i++) out[i * width + j] = valueAt(col, i);
  return out;
}

function wide(columns: readonly Column[]): boolean {
  return columns.some((col) => col.values instanceof BigInt64Array || col.values instanceof BigUint64Array);
}

function formOf(value: Value): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Series) return 'a series';
  return value instanceof Map ? 'a mapping' : `a single value of type ${typeof value}`;
}
