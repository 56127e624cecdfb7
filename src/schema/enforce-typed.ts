/**
 * Typed input (tables from Arrow and Parquet, typed arrays, tensors) judged by its type, in the modes safe and strict.
 * @module
 */
import { allocate, type Column, column } from '../data/column.ts';
import { frameFromTensor } from '../data/frame.ts';
import { labelText, type Label, Table } from '../data/table.ts';
import { Tensor } from '../data/tensor.ts';
import { valueAt } from '../data/value-at.ts';
import { Series, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import type { ColSpec } from './col-spec.ts';
import { type ColumnJudge, compileColumnJudge } from './enforce-typed-column.ts';
import { compileValueEnforcer, type LosslessMode, type ValueEnforcer } from './enforce-values.ts';
import { compileColumnMatch } from './enforce-values-names.ts';
import { nestedTensor } from './enforce-values-tensors.ts';
import type { ModelSignature } from './signature.ts';
import type { TensorSpec } from './tensor-spec.ts';

/**
 * Works out once how input held in memory becomes what the model is given: tables, Series, tensors and Maps of tensors by
 * type, object columns and plain lists and Maps by value.
 *
 * int → long and int → double pass, float → double and lossless widening of integers too; long → double does not, a float
 * never becomes an integer, text, bytes and booleans are exact. Datetimes of any unit become nanoseconds in columns; in
 * tensors dtype and unit are exact and −1 is a free dimension.
 *
 * The function throws ModelError INPUT_TYPE_INVALID, INPUT_VALUE_INVALID, INPUT_SHAPE_INVALID, INPUT_MISSING, INPUT_EXTRA,
 * INPUT_DUPLICATE, INPUT_COUNT or INPUT_FORM_INVALID.
 *
 * @returns undefined without an input signature: the input then stays as it is
 * @example
 * ```ts
 * const enforce = compileTypedEnforcer(signature, 'safe');
 * enforce?.(new Table(['x'], [column('int32', Int32Array.of(1, 2))])); // x is float64 where the signature says double
 * ```
 */
export function compileTypedEnforcer(signature: ModelSignature | undefined, mode: LosslessMode): ((data: Value) => Value) | undefined {
  const schema = signature?.inputs, values = compileValueEnforcer(signature, mode);
  if (!schema || !values) return undefined;
  return schema.tensors ? tensorEnforcer(schema.tensors, values, mode) : columnEnforcer(schema.columns ?? [], schema.named, values, mode);
}

function columnEnforcer(specs: readonly ColSpec[], named: boolean, values: ValueEnforcer, mode: LosslessMode): (data: Value) => Value {
  const match = compileColumnMatch(specs, named, mode);
  const judges: readonly ColumnJudge[] = specs.map((spec, i) => compileColumnJudge(labelText(spec.name ?? BigInt(i)), spec.type, Boolean(spec.required)));
  return (data) => {
    const table = tableOf(data);
    if (!table) return values.inputs(data);
    const chosen = match(table.names), names: Label[] = [], columns: Column[] = [];
    for (const [i, at] of chosen.entries()) {
      const given = table.columns[at];
      if (!given) continue;
      names.push(named ? (specs[i]?.name ?? null) : (table.names[at] ?? null));
      columns.push((judges[i] as ColumnJudge)(given));
    }
    return new Table(names, columns, table.length, table.index);
  };
}

/** Data that has types as a table; undefined for plain values. */
function tableOf(data: Value): Table | undefined {
  if (data instanceof Table) return data;
  if (data instanceof Series) return new Table([data.name ?? 0n], data.table.columns, data.table.length, data.table.index);
  if (data instanceof Tensor) return frameFromTensor(data);
  if (!(data instanceof Map) || data.size === 0 || ![...data.values()].some((v) => v instanceof Tensor)) return undefined;
  const columns = [...data].map(([name, value]) => {
    if (Array.isArray(value)) return column('object', value);
    if (value instanceof Tensor && value.shape.length === 1) return column(value.dtype, value.values);
    throw new ModelError('INPUT_FORM_INVALID', { form: labelText(name), expected: 'a list or a one-dimensional array', given: value instanceof Tensor ? `an array of ${value.shape.length} dimensions` : 'another value' });
  });
  return new Table([...data.keys()], columns);
}

function tensorEnforcer(specs: readonly TensorSpec[], values: ValueEnforcer, mode: LosslessMode): (data: Value) => Value {
  const [first] = specs, names = specs.map((spec) => labelText(spec.name)), named = first !== undefined && first.name !== null;
  return (data) => {
    const given = data instanceof Series ? data.table : data;
    if (given instanceof Table) return fromTable(given, specs, named, values, mode);
    if (given instanceof Tensor && first && specs.length === 1) {
      const tensor = judgeTensor(first, given);
      return named ? new Map([[first.name, tensor]]) : tensor;
    }
    if (named && given instanceof Map && given.size > 0 && [...given.values()].some((v) => v instanceof Tensor)) return namedTensors(given, specs, names, mode);
    if (given instanceof Tensor) throw new ModelError('INPUT_FORM_INVALID', { form: 'input', expected: `tensors named ${names.join(', ')}`, given: 'one tensor' });
    return values.inputs(given);
  };
}

function namedTensors(given: ReadonlyMap<Value, Value>, specs: readonly TensorSpec[], names: readonly string[], mode: LosslessMode): Map<Value, Value> {
  const byName = new Map([...given].map(([key, value]) => [labelText(key), value] as const));
  const missing = names.filter((name) => !byName.has(name)), extra = [...byName.keys()].filter((name) => !names.includes(name));
  if (missing.length > 0) throw new ModelError('INPUT_MISSING', { missing, extra: extra.length > 0 ? extra : 'none' });
  if (mode === 'strict' && extra.length > 0) throw new ModelError('INPUT_EXTRA', { extra });
  return new Map(specs.map((spec, i) => {
    const value = byName.get(names[i] ?? '');
    return [spec.name, value instanceof Tensor ? judgeTensor(spec, value) : nestedTensor(spec, value ?? null)] as const;
  }));
}

/** dtype exact, each dimension equal or −1. */
function judgeTensor(spec: TensorSpec, tensor: Tensor): Tensor {
  const name = spec.name === null ? 'the tensor' : labelText(spec.name);
  if (tensor.dtype !== spec.dtype) throw new ModelError('INPUT_TYPE_INVALID', { column: name, expected: spec.dtype, given: tensor.dtype });
  if (tensor.shape.length !== spec.shape.length || !spec.shape.every((d, i) => d === -1 || d === tensor.shape[i])) {
    throw new ModelError('INPUT_SHAPE_INVALID', { name, expected: `(${spec.shape.join(', ')})`, given: `(${tensor.shape.join(', ')})` });
  }
  return tensor;
}

/** A frame for tensors: all columns as one matrix where the tensor has no name, else a column a tensor. */
function fromTable(table: Table, specs: readonly TensorSpec[], named: boolean, values: ValueEnforcer, mode: LosslessMode): Value {
  if (table.columns.some((col) => col.dtype === 'object')) {
    return values.split([...table.names], Array.from({ length: table.length }, (_, i) => table.columns.map((col) => valueAt(col, i))));
  }
  const [first] = specs;
  if (!named && first) return judgeTensor(first, matrix(table, first));
  const tensors = new Map<Value, Value>(table.names.map((name, j) => {
    const col = table.columns[j] as Column, spec = specs.find((s) => labelText(s.name) === labelText(name));
    return [name, new Tensor(col.dtype, spec?.shape.length === 2 ? [table.length, 1] : [table.length], col.values)] as const;
  }));
  return namedTensors(tensors, specs, specs.map((spec) => labelText(spec.name)), mode);
}

function matrix(table: Table, spec: TensorSpec): Tensor {
  const width = table.columns.length, other = table.columns.find((col) => col.dtype !== spec.dtype);
  if (other) throw new ModelError('INPUT_TYPE_INVALID', { column: labelText(table.names[table.columns.indexOf(other)] ?? null), expected: spec.dtype, given: other.dtype });
  if (width === 1 && spec.shape.length === 1) return new Tensor(spec.dtype, [table.length], table.columns[0]?.values ?? []);
  const wide = table.columns.some((col) => col.values instanceof BigInt64Array || col.values instanceof BigUint64Array);
  const out = wide ? (spec.dtype === 'uint64' ? new BigUint64Array(table.length * width) : new BigInt64Array(table.length * width)) : allocate(spec.dtype, table.length * width);
  for (const [j, col] of table.columns.entries()) {
    for (let i = 0; i < table.length; i++) (out as Value[])[i * width + j] = (wide ? BigInt(col.values[i] as number) : col.values[i]) as Value;
  }
  return new Tensor(spec.dtype, [table.length, width], out);
}
