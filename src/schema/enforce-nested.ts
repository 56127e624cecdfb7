/**
 * Arrays, objects and maps held against their types, as MLflow does it cell by cell (mlflow/models/utils.py, _enforce_type).
 * @module
 */
import { type Column, column } from '../data/column.ts';
import { isDatetime, isTimedelta, NAT, timeUnit } from '../data/dtype.ts';
import { inferColumn } from '../data/infer-column.ts';
import { asType, numpyArray } from '../data/numpy-array.ts';
import { datetimeNs } from '../data/iso-text.ts';
import { changeSpan } from '../data/numpy-datetime.ts';
import { kindOf, storeItems } from '../data/numpy-item.ts';
import { Tensor } from '../data/tensor.ts';
import { elementAt, valueAt, valuesOf } from '../data/value-at.ts';
import { Complex, DateTime, Decimal, Duration, Scalar, Tuple, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { ArrayType, type ColumnType, isScalarType, MapType, numpyTypeOf, ObjectType, type ScalarType, typeText } from './data-types.ts';
import { castColumn, isNoneOrNan } from './enforce-cast.ts';

/** Holds one value against a type and gives what the model gets. @throws ModelError INPUT_TYPE_INVALID */
export type ValueCheck = (value: Value) => Value;

/** numpy.isscalar: numbers, text, bytes and numpy scalars; None, dates and containers are not. */
export function isScalarValue(value: Value): boolean {
  if (value === null) return false;
  if (typeof value !== 'object') return true;
  return value instanceof Uint8Array || value instanceof Scalar || value instanceof Complex || value instanceof Decimal;
}

/**
 * Builds the check of a type once for a schema.
 *
 * @param name where the value stands, in words
 * @param required false lets None and empty containers pass; it is handed down to items and map values
 */
export function compileCheck(name: string, type: ColumnType, required: boolean): ValueCheck {
  if (isScalarType(type)) return scalarCheck(name, type, required);
  if (type === 'any') return (value) => value;
  if (type instanceof ObjectType) return objectCheck(name, type, required);
  if (type instanceof MapType) return mapCheck(name, type, required);
  return arrayCheck(name, type === 'sparkml_vector' ? 'double' : (type as ArrayType).items, required);
}

function refuse(name: string, expected: string, given: string): never {
  throw new ModelError('INPUT_TYPE_INVALID', { column: name, expected, given });
}

function scalarCheck(name: string, type: ScalarType, required: boolean): ValueCheck {
  return (value) => {
    if (!required && isNoneOrNan(value)) return null;
    if (!isScalarValue(value)) return refuse(name, type, kindOf(value));
    return scalarAt(castColumn(name, inferColumn([value]), type));
  };
}

/** The one cell of a Series as pandas gives it: a numpy scalar for numbers, a Timestamp for datetimes. */
function scalarAt(col: Column): Value {
  const { dtype } = col, value = col.values[0];
  if (dtype === 'object' || dtype === 'str' || dtype === 'bytes') return (value as Value) ?? NaN;
  if (isDatetime(dtype) || isTimedelta(dtype)) return valueAt(col, 0);
  if (dtype === 'bool') return new Scalar(dtype, value === 1);
  return new Scalar(dtype, dtype === 'int64' || dtype === 'uint64' ? BigInt(value as number) : (value as number));
}

function arrayCheck(name: string, items: ColumnType, required: boolean): ValueCheck {
  const lax = !required || items === 'any', expected = typeText(new ArrayType(items));
  const item = isScalarType(items) ? undefined : compileCheck(name, items, required);
  return (value) => {
    if (lax && (value === null || isEmpty(value))) return value;
    if (!Array.isArray(value) && !(value instanceof Tensor && value.shape.length > 0)) return refuse(name, expected, kindOf(value));
    if (item) {
      const out = itemsOf(value).map(item);
      return value instanceof Tensor ? numpyArray(out) : out;
    }
    return isEmpty(value) ? value : scalarItems(name, value, items as ScalarType, expected);
  };
}

function isEmpty(value: Value): boolean {
  return Array.isArray(value) ? value.length === 0 : value instanceof Tensor && value.shape[0] === 0;
}

/** Items of an array of scalars: one column, then an array of the type's dtype, which turns text and bytes cells into that. */
function scalarItems(name: string, value: Value[] | Tensor, type: ScalarType, expected: string): Value {
  if (value instanceof Tensor && value.shape.length > 1) return refuse(name, expected, `an array of shape [${value.shape.join(', ')}]`);
  const source = Array.isArray(value) ? inferColumn(value) : seriesOf(value);
  if (type === 'boolean' && valuesOf(source).some((cell) => cell instanceof Tensor && cell.shape.length > 0)) return refuse(name, expected, 'a list of arrays');
  // numpy makes any object text, but no list bytes.
  if (type === 'binary' && valuesOf(source).some((cell) => Array.isArray(cell) || cell instanceof Tuple || cell instanceof Tensor)) return refuse(name, expected, 'a list of lists');
  const cast = castColumn(name, source, type), dtype = numpyTypeOf(type);
  const plain = !cast.nullable && cast.validity === null && cast.dtype !== 'str' && cast.dtype !== 'object';
  const tensor = plain ? asType(new Tensor(cast.dtype, [cast.length], cast.values), dtype) : new Tensor(dtype, [cast.length], storeItems(textCells(cast), dtype));
  return Array.isArray(value) ? toList(tensor) : tensor;
}

/** Cells on their way to fixed-width text. A text column with missing cells loses all but their first characters there. */
function textCells(col: Column): Value[] {
  const cells = valuesOf(col);
  if (col.dtype !== 'str' || !cells.some((cell) => typeof cell !== 'string')) return cells;
  return cells.map((cell) => (typeof cell === 'string' ? ([...cell][0] ?? '') : 'n'));
}

/** `pd.Series(array)`: text becomes a text column, objects are inferred where they are no numbers. */
function seriesOf(tensor: Tensor): Column {
  if (tensor.dtype === 'object') return inferColumn(tensor.values as Value[], { numeric: false });
  return column(tensor.dtype, tensor.values);
}

/** ndarray.tolist() of one dimension. */
function toList(tensor: Tensor): Value[] {
  return Array.from({ length: tensor.size }, (_, i) => listItem(tensor, i));
}

/** An element as ndarray.tolist() gives it: times of up to microseconds are Python's, finer ones integers, NaT is None. */
export function listItem({ dtype, values }: Tensor, i: number): Value {
  if (!isDatetime(dtype) && !isTimedelta(dtype)) return elementAt(dtype, values, i);
  const count = values[i] as bigint, unit = timeUnit(dtype);
  if (count === NAT) return null;
  if (unit === 'ns' || unit === 'ps' || unit === 'fs' || unit === 'as') return count;
  if (isDatetime(dtype)) return new DateTime('YMWD'.includes(unit) ? 'date' : 'datetime', datetimeNs(count, dtype));
  const ns = changeSpan(count, unit, 'ns');
  return ns === undefined ? count : new Duration('timedelta', ns);
}

/** What iterating over a list or an array gives: items, numpy scalars, or arrays of one dimension less. */
function itemsOf(value: Value[] | Tensor): Value[] {
  if (Array.isArray(value)) return value;
  const [length = 0, ...rest] = value.shape, size = rest.reduce((a, b) => a * b, 1);
  return Array.from({ length }, (_, i) => {
    if (rest.length > 0) return new Tensor(value.dtype, rest, value.values.slice(i * size, (i + 1) * size));
    return value.dtype === 'object' ? (value.values[i] as Value) : scalarAt(column(value.dtype, value.values.slice(i, i + 1)));
  });
}

function objectCheck(name: string, type: ObjectType, required: boolean): ValueCheck {
  const expected = typeText(type);
  const checks = new Map<Value, ValueCheck>(type.properties.map((p) => [p.name, compileCheck(`${name}.${p.name}`, p.type, p.required)]));
  const needed = type.properties.filter((p) => p.required).map((p) => p.name);
  return (value) => {
    if (!required && (value === null || (value instanceof Map && value.size === 0))) return value;
    if (!(value instanceof Map)) return refuse(name, expected, kindOf(value));
    const missing = needed.filter((key) => !value.has(key));
    if (missing.length > 0) return refuse(name, expected, `an object without ${missing.join(', ')}`);
    const out = new Map<Value, Value>();
    for (const [key, item] of value) {
      const check = checks.get(key);
      if (!check) return refuse(name, expected, 'an object with other properties');
      out.set(key, check(item));
    }
    return out;
  };
}

function mapCheck(name: string, type: MapType, required: boolean): ValueCheck {
  const lax = !required || type.values === 'any', expected = typeText(type), check = compileCheck(name, type.values, required);
  return (value) => {
    if (lax && (value === null || (value instanceof Map && value.size === 0))) return value;
    if (!(value instanceof Map)) return refuse(name, expected, kindOf(value));
    const out = new Map<Value, Value>();
    for (const [key, item] of value) {
      if (typeof key !== 'string') return refuse(name, expected, `a key of type ${kindOf(key)}`);
      out.set(key, check(item));
    }
    return out;
  };
}
