/**
 * Plain JavaScript data as Values: rows, columns, arrays, typed arrays, scalars, Arrow tables.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { columnFromArrow, isArrowTable, isArrowVector, tableFromArrow } from './arrow.ts';
import type { Storage } from './column.ts';
import type { DType } from './dtype.ts';
import { Table } from './table.ts';
import { Tensor } from './tensor.ts';
import { ByteArray, Complex, DateTime, Decimal, Duration, Missing, NaT, PySet, Scalar, Series, Tuple, type Value } from './values.ts';

const MAX_DEPTH = 512;
const OURS: readonly (new (...args: never[]) => object)[] = [Table, Tensor, Series, Scalar, DateTime, Duration, Decimal, Complex, Missing, ByteArray, Tuple, PySet];

/**
 * Plain data as a Value, with what JSON would mean by it: whole numbers are ints, other numbers floats, objects Maps
 * (undefined members left out), Dates moments in UTC.
 *
 * A typed array is typed input: a Tensor at the top, a typed column in an object of columns. Inside rows it is a list, and
 * a Uint8Array bytes. Values of this package and Arrow tables are taken as they are.
 *
 * @throws ModelError PLAIN_DATA_INVALID for functions, symbols, other classes and endless nesting
 * @example
 * ```ts
 * fromPlain([{ x: 1, y: 2.5 }]); // [Map { 'x' => 1n, 'y' => 2.5 }]
 * fromPlain({ x: Float32Array.of(1, 2) }); // Map { 'x' => Tensor }
 * ```
 */
export function fromPlain(data: unknown): Value {
  if (isArrowTable(data)) return tableFromArrow(data);
  const tensor = typedTensor(data);
  if (tensor) return tensor;
  if (!isPlainObject(data)) return valueOf(data, 0);
  const entries = data instanceof Map ? [...(data as Map<unknown, unknown>)] : Object.entries(data);
  if (entries.some(([, value]) => isArrowVector(value))) return arrowColumns(entries);
  return new Map(entries.filter(([, value]) => value !== undefined).map(([key, value]) => [keyOf(key), typedTensor(value) ?? valueOf(value, 1)] as const));
}

function arrowColumns(entries: readonly (readonly [unknown, unknown])[]): Table {
  return new Table(entries.map(([key]) => keyOf(key)), entries.map(([key, value]) => {
    if (isArrowVector(value)) return columnFromArrow(value, String(key));
    return refuse('Arrow columns beside other columns');
  }));
}

function isPlainObject(data: unknown): data is object {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return false;
  if (data instanceof Map) return true;
  const prototype: unknown = Object.getPrototypeOf(data);
  // Objects of another realm have another Object.prototype, itself without one.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function keyOf(key: unknown): Value {
  return typeof key === 'number' && Number.isSafeInteger(key) ? BigInt(key) : (key as Value);
}

function valueOf(data: unknown, depth: number): Value {
  if (depth > MAX_DEPTH) return refuse(`nesting deeper than ${MAX_DEPTH} levels`);
  switch (typeof data) {
    case 'undefined': return null;
    case 'boolean': case 'bigint': case 'string': return data;
    case 'number': return Number.isSafeInteger(data) && !Object.is(data, -0) ? BigInt(data) : data;
    case 'object': return data === null ? null : objectOf(data, depth);
    default: return refuse(`a ${typeof data}`);
  }
}

function objectOf(data: object, depth: number): Value {
  if (Array.isArray(data)) return data.map((item) => valueOf(item, depth + 1));
  if (data instanceof Uint8Array) return data;
  if (OURS.some((kind) => data instanceof kind)) return data as Value;
  if (data instanceof Date) {
    const ms = data.getTime();
    return Number.isNaN(ms) ? NaT : new DateTime('timestamp', BigInt(ms) * 1_000_000n);
  }
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data) && !(data instanceof DataView)) {
    const list = Array.from(data as unknown as ArrayLike<number | bigint>);
    return data instanceof Float32Array || data instanceof Float64Array ? list : list.map((item) => valueOf(item, depth + 1));
  }
  if (!isPlainObject(data)) return refuse(`an object of class ${(data as object).constructor?.name ?? 'without name'}`);
  const entries = data instanceof Map ? [...(data as Map<unknown, unknown>)] : Object.entries(data);
  return new Map(entries.filter(([, value]) => value !== undefined).map(([key, value]) => [keyOf(key), valueOf(value, depth + 1)] as const));
}

const DTYPES: Readonly<Record<string, DType>> = {
  Int8Array: 'int8', Int16Array: 'int16', Int32Array: 'int32', BigInt64Array: 'int64', Uint8Array: 'uint8', Uint8ClampedArray: 'uint8', Uint16Array: 'uint16',
  Uint32Array: 'uint32', BigUint64Array: 'uint64', Float16Array: 'float16', Float32Array: 'float32', Float64Array: 'float64',
};

/** A typed array as a one-dimensional tensor over the same memory; undefined for other data. */
function typedTensor(data: unknown): Tensor | undefined {
  if (!ArrayBuffer.isView(data) || data instanceof DataView) return undefined;
  const dtype = DTYPES[(data as unknown as { [Symbol.toStringTag]: string })[Symbol.toStringTag]];
  if (dtype === undefined) return undefined;
  const array = data as unknown as Uint8Array;
  const values: Storage = dtype === 'float16' ? Float32Array.from(array) : dtype === 'uint8' ? new Uint8Array(array.buffer, array.byteOffset, array.length) : array;
  return new Tensor(dtype, [array.length], values);
}

function refuse(what: string): never {
  throw new ModelError('PLAIN_DATA_INVALID', { what });
}
