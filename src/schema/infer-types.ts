/**
 * The column type of a value and of many (mlflow/types/utils.py, _infer_datatype; the _merge methods of mlflow/types/schema.py).
 * @module
 */
import { column } from '../data/column.ts';
import { isDatetime } from '../data/dtype.ts';
import { kindOf } from '../data/numpy-item.ts';
import { Tensor } from '../data/tensor.ts';
import { elementAt } from '../data/value-at.ts';
import { ByteArray, DateTime, Scalar, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { ArrayType, type ColumnType, isScalarType, MapType, ObjectType, Property, sameType, type ScalarType, typeText } from './data-types.ts';
import { isNoneOrNan } from './enforce-cast.ts';

/** Refuses to infer; names types, never values. */
export function cannotInfer(reason: string): never {
  throw new ModelError('SCHEMA_NOT_INFERRED', { reason });
}

/**
 * The type of one value: dicts are objects, lists and arrays arrays of their merged items, missing values and empty
 * containers `any`; scalars go by their exact Python type.
 * @returns undefined for arrays without elements
 * @throws ModelError SCHEMA_NOT_INFERRED
 */
export function inferType(value: Value): ColumnType | undefined {
  if (isNoneOrNan(value)) return 'any';
  if (Array.isArray(value)) return value.length === 0 ? 'any' : arrayOf(value);
  if (value instanceof Tensor) return arrayOf(elementsOf(value));
  if (value instanceof Map) return value.size === 0 ? 'any' : objectOf(value);
  return scalarType(value) ?? cannotInfer(`a value of type ${kindOf(value)} has no column type`);
}

/** The merged type of many values; undefined when none is determined. */
export function inferItems(values: Iterable<Value>): ColumnType | undefined {
  let result: ColumnType | undefined;
  for (const value of values) {
    const type = inferType(value);
    if (type === undefined) continue;
    result = result === undefined ? type : mergeItems(result, type);
  }
  return result;
}

/** Items of an array merge as types do; a scalar type also takes `any`. */
function mergeItems(a: ColumnType, b: ColumnType): ColumnType {
  if (!isScalarType(a)) return merge(a, b);
  return b === 'any' || a === b ? a : differ(a, b);
}

function arrayOf(items: Iterable<Value>): ArrayType | undefined {
  const type = inferItems(items);
  return type === undefined ? undefined : new ArrayType(type);
}

/** What iterating over an array gives: numpy scalars, or arrays of one dimension less. */
function elementsOf(tensor: Tensor): Value[] {
  const [length, ...rest] = tensor.shape;
  if (length === undefined) return cannotInfer('an array without dimensions has no items');
  const size = rest.reduce((a, b) => a * b, 1), { dtype } = tensor;
  return Array.from({ length }, (_, i) => {
    const part = tensor.values.slice(i * size, (i + 1) * size);
    if (rest.length > 0) return new Tensor(dtype, rest, part);
    if (dtype === 'object') return part[0] as Value;
    if (isDatetime(dtype)) return new Scalar(dtype, part[0] as bigint);
    const value = elementAt(dtype, column(dtype, part).values, 0);
    return typeof value === 'object' && !(value instanceof Uint8Array) ? value : new Scalar(dtype, value as Scalar['value']);
  });
}

function objectOf(value: ReadonlyMap<Value, Value>): ObjectType {
  return new ObjectType([...value].map(([key, item]) => {
    const type = inferType(item) ?? cannotInfer('an object holds an array without elements');
    if (typeof key !== 'string') return cannotInfer(`an object has a key of type ${kindOf(key)}, not text`);
    return new Property(key, type, type !== 'any');
  }));
}

const BY_DTYPE: Readonly<Record<string, ScalarType>> = { bool: 'boolean', int64: 'long', int32: 'integer', float64: 'double', float32: 'float', str: 'string', bytes: 'binary' };

/** The type of a scalar by its exact Python type; undefined for those MLflow does not know (int16, Timestamp, Decimal). */
function scalarType(value: Value): ScalarType | undefined {
  switch (typeof value) {
    case 'boolean': return 'boolean';
    case 'bigint': return 'long';
    case 'number': return 'double';
    case 'string': return 'string';
    default:
      if (value instanceof Uint8Array || value instanceof ByteArray) return 'binary';
      if (value instanceof Scalar) return isDatetime(value.dtype) ? 'datetime' : BY_DTYPE[value.dtype];
      return isPythonDate(value) ? 'datetime' : undefined;
  }
}

/** datetime.date and datetime.datetime; pandas' Timestamp is not meant. */
export function isPythonDate(value: Value): boolean {
  return value instanceof DateTime && (value.kind === 'date' || value.kind === 'datetime');
}

function differ(a: ColumnType, b: ColumnType): never {
  return cannotInfer(`a list holds both ${typeText(a)} and ${typeText(b)}; declare Array(any) by hand where a list may mix types`);
}

/**
 * One type for two: equal ones, or with `any`; objects become the union of their properties.
 * @throws ModelError SCHEMA_NOT_INFERRED
 */
function merge(a: ColumnType, b: ColumnType): ColumnType {
  if (a === 'any') return b === 'any' || isScalarType(b) ? b : merge(b, a);
  if (a instanceof ObjectType) return mergeObjects(a, b);
  if (b === 'any' || sameType(a, b)) return a;
  if (a instanceof ArrayType && b instanceof ArrayType) return new ArrayType(mergeInner(a.items, b.items));
  if (a instanceof MapType && b instanceof MapType) return new MapType(mergeInner(a.values, b.values));
  return differ(a, b);
}

function mergeInner(a: ColumnType, b: ColumnType): ColumnType {
  return isScalarType(a) ? mergeItems(a, b) : merge(a, b);
}

function mergeObjects(a: ObjectType, b: ColumnType): ObjectType {
  if (b === 'any') return new ObjectType(a.properties.map((p) => new Property(p.name, p.type, false)));
  if (!(b instanceof ObjectType)) return differ(a, b);
  if (sameType(a, b)) return a;
  const others = new Map(b.properties.map((p) => [p.name, p])), own = new Set(a.properties.map((p) => p.name));
  const merged = a.properties.map((p) => {
    const other = others.get(p.name);
    return other ? new Property(p.name, mergeInner(p.type, other.type), p.required && other.required) : new Property(p.name, p.type, false);
  });
  return new ObjectType([...merged, ...b.properties.filter((p) => !own.has(p.name)).map((p) => new Property(p.name, p.type, false))]);
}
