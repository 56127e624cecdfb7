/**
 * Storing one Python value in an array of a dtype (numpy's setitem).
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { allocate, type Storage } from './column.ts';
import { type DType, integerRange, isComplex, isDatetime, isFloat, isInteger, isTimedelta, NAT, timeUnit } from './dtype.ts';
import { roundToHalf } from './numbers.ts';
import { changeUnit, datetime64Text, parseDatetime64 } from './numpy-datetime.ts';
import { pythonComplex, pythonFloat, pythonInt } from './python-number.ts';
import { pythonStr } from './python-text.ts';
import { Tensor } from './tensor.ts';
import { ByteArray, Complex, DateTime, Decimal, Duration, Missing, PySet, Scalar, Tuple, type Value } from './values.ts';

/**
 * Builds typed storage from Python values, converting each as numpy does when it stores a value in an array of that
 * dtype: text is parsed, None is NaN in floats, integers must be in range, text takes str() of anything.
 * @throws ModelError VALUE_NOT_CONVERTIBLE
 */
export function storeItems(values: readonly Value[], dtype: DType): Storage {
  if (dtype === 'object') return [...values];
  if (dtype === 'str') return values.map((value) => strip(textItem(value)));
  if (dtype === 'bytes') return values.map(bytesItem);
  if (isInteger(dtype)) return integerItems(values, dtype);
  if (isDatetime(dtype) || isTimedelta(dtype)) return BigInt64Array.from(values, (value) => timeItem(value, dtype));
  if (dtype === 'bool') return Uint8Array.from(values, (value) => (truthOf(value) ? 1 : 0));
  if (isComplex(dtype)) {
    const pairs = values.flatMap((value) => [...complexItem(value, dtype)]);
    return Float64Array.from(dtype === 'complex64' ? pairs.map(Math.fround) : pairs);
  }
  if (!isFloat(dtype)) throw new ModelError('DTYPE_UNKNOWN', { dtype });
  const out = allocate(dtype, values.length) as Float64Array;
  for (let i = 0; i < values.length; i++) out[i] = floatItem(values[i] as Value, dtype);
  return dtype === 'float16' ? out.map(roundToHalf) : out;
}

function refuse(value: Value, dtype: DType, reason?: string): never {
  throw new ModelError('VALUE_NOT_CONVERTIBLE', { from: kindOf(value), to: dtype, reason: reason ?? 'the types do not fit' });
}

/** Python's name of a value's type, for messages. */
export function kindOf(value: Value): string {
  if (value === null) return 'None';
  switch (typeof value) {
    case 'boolean': return 'bool';
    case 'bigint': return 'int';
    case 'number': return 'float';
    case 'string': return 'str';
    default:
      if (Array.isArray(value)) return 'list';
      if (value instanceof Map) return 'dict';
      return value instanceof Scalar || value instanceof Tensor ? value.dtype : value instanceof Uint8Array ? 'bytes' : value.constructor.name;
  }
}

/** The Python value inside numpy scalars and arrays of one element. */
function unwrap(value: Value): Value {
  if (value instanceof Tensor && value.size === 1) return unwrap(elementOf(value));
  if (!(value instanceof Scalar)) return value;
  if (Array.isArray(value.value)) return new Complex(value.value[0] as number, value.value[1] as number);
  return isInteger(value.dtype) ? BigInt(value.value as number | bigint) : (value.value as Value);
}

function elementOf(tensor: Tensor): Value {
  const { dtype, values } = tensor;
  if (dtype === 'bool') return values[0] === 1;
  if (isInteger(dtype)) return BigInt(values[0] as number | bigint);
  if (isComplex(dtype)) return new Complex(values[0] as number, values[1] as number);
  if (isDatetime(dtype) || isTimedelta(dtype) || dtype === 'float32' || dtype === 'float16') return new Scalar(dtype, values[0] as bigint | number);
  return values[0] as Value;
}

/** Python's bool(x). */
export function truthOf(given: Value): boolean {
  const value = unwrap(given);
  if (value === null || value === false || value === 0 || value === 0n || value === '') return false;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  if (value instanceof Tuple || value instanceof PySet) return value.items.length > 0;
  if (value instanceof ByteArray) return value.bytes.length > 0;
  if (value instanceof Decimal) return Number(value.text) !== 0;
  if (value instanceof Complex) return value.re !== 0 || value.im !== 0;
  if (value instanceof Duration) return value.ns !== 0n;
  return true;
}

/** Python's int(x) held against the range of the dtype. */
function integerItem(given: Value, dtype: DType): bigint {
  const value = unwrap(given);
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number') return Number.isFinite(value) ? BigInt(Math.trunc(value)) : refuse(value, dtype, 'it is not finite');
  if (typeof value === 'string') return pythonInt(value) ?? refuse(value, dtype, 'the text is not an integer');
  if (value instanceof Uint8Array) return pythonInt(latin(value)) ?? refuse(value, dtype, 'the text is not an integer');
  if (value instanceof Decimal && Number.isFinite(Number(value.text))) return BigInt(Math.trunc(Number(value.text)));
  return refuse(value, dtype);
}

function integerItems(values: readonly Value[], dtype: DType & `${string}int${string}`): Storage {
  const [low, high] = integerRange(dtype);
  let safe = true;
  const exact = values.map((value) => {
    const item = integerItem(value, dtype);
    if (item < low || item > high) refuse(value, dtype, 'it is out of range');
    if (item > 9007199254740991n || item < -9007199254740991n) safe = false;
    return item;
  });
  if (!safe) return dtype === 'uint64' ? BigUint64Array.from(exact) : BigInt64Array.from(exact);
  const out = allocate(dtype, values.length) as Float64Array;
  exact.forEach((item, i) => { out[i] = Number(item); });
  return out;
}

function floatItem(given: Value, dtype: DType): number {
  const value = unwrap(given);
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') {
    const x = Number(value);
    return Number.isFinite(x) ? x : refuse(value, dtype, 'it is out of range');
  }
  if (value === null) return NaN;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string') return pythonFloat(value) ?? refuse(value, dtype, 'the text is not a number');
  if (value instanceof Uint8Array) return pythonFloat(latin(value)) ?? refuse(value, dtype, 'the text is not a number');
  if (value instanceof Decimal) return Number(value.text);
  return refuse(value, dtype);
}

function complexItem(given: Value, dtype: DType): readonly [number, number] {
  const value = unwrap(given);
  if (value instanceof Complex) return [value.re, value.im];
  if (value === null) return [NaN, NaN];
  if (typeof value === 'string') return pythonComplex(value) ?? refuse(value, dtype, 'the text is not a number');
  return [floatItem(value, dtype), 0];
}

/** numpy drops trailing NUL characters of fixed-width text. */
function strip(text: string): string {
  return text.endsWith('\0') ? text.replace(/\0+$/, '') : text;
}

function textItem(given: Value): string {
  const value = given instanceof Tensor && given.size === 1 ? elementOf(given) : given;
  if (Array.isArray(value) || value instanceof Tuple || value instanceof Tensor) return refuse(value, 'str', 'it is a list');
  if (value instanceof Uint8Array) return ascii(value) ?? refuse(value, 'str', 'the bytes are not ASCII');
  if (value instanceof Scalar && isDatetime(value.dtype)) return datetime64Text(value.value as bigint, value.dtype);
  return pythonStr(value);
}

function bytesItem(given: Value): Uint8Array {
  // A float32 is written with its own digits, so only text and bytes are taken out of a scalar.
  const value = given instanceof Scalar && given.dtype !== 'bytes' ? given : unwrap(given);
  if (value instanceof Uint8Array) return stripBytes(value);
  if (value instanceof ByteArray) return stripBytes(value.bytes);
  return encodeAscii(strip(pythonStr(value))) ?? refuse(value, 'bytes', 'the text is not ASCII');
}

/** ASCII text as bytes; undefined when a character is beyond. */
export function encodeAscii(text: string): Uint8Array | undefined {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return undefined;
    out[i] = code;
  }
  return out;
}

/** Bytes as ASCII text; undefined when one is beyond. */
function ascii(bytes: Uint8Array): string | undefined {
  return bytes.some((b) => b > 127) ? undefined : strip(latin(bytes));
}

function latin(bytes: Uint8Array): string {
  let text = '';
  for (const b of bytes) text += String.fromCharCode(b);
  return text;
}

function stripBytes(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return end === bytes.length ? bytes : bytes.subarray(0, end);
}

function timeItem(given: Value, dtype: DType): bigint {
  const value = given instanceof Tensor && given.size === 1 ? elementOf(given) : given;
  if (value === null || value instanceof Missing) return NAT;
  if (typeof value === 'bigint') return value >= NAT && value < -NAT ? value : refuse(value, dtype, 'it is out of range');
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (isDatetime(dtype)) {
    const unit = timeUnit(dtype);
    if (typeof value === 'string') return parseDatetime64(value, unit) ?? refuse(value, dtype, 'the text is not an ISO date');
    if (value instanceof DateTime && value.kind !== 'time') return changeUnit(value.ns - BigInt(value.offset ?? 0) * 1_000_000_000n, 'datetime64[ns]', unit);
    if (value instanceof Scalar && isDatetime(value.dtype)) return changeUnit(value.value as bigint, value.dtype, unit);
  } else if (isTimedelta(dtype)) {
    if (value instanceof Duration) return value.ns / (({ s: 1_000_000_000n, ms: 1_000_000n, us: 1000n } as Record<string, bigint>)[timeUnit(dtype)] ?? 1n);
    if (typeof value === 'string') return pythonInt(value) ?? refuse(value, dtype, 'the text is not a count');
  }
  return refuse(value, dtype);
}
