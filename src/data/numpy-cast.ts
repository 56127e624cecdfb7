/**
 * Changing the dtype of an array, as ndarray.astype does it.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { allocate, type Storage } from './column.ts';
import { type DType, integerRange, type IntegerDType, isComplex, isDatetime, isFloat, isInteger, isTimedelta, NAT, timeUnit } from './dtype.ts';
import { floatRepr, roundToHalf } from './numbers.ts';
import { changeSpan, changeUnit, datetime64Text } from './numpy-datetime.ts';
import { encodeAscii, storeItems } from './numpy-item.ts';
import { float16Repr, float32Repr, pythonStr } from './python-text.ts';
import { Tensor } from './tensor.ts';
import { elementAt } from './value-at.ts';
import { Complex, type Value } from './values.ts';

/**
 * `tensor.astype(dtype)` with numpy's unsafe casting: floats are truncated, integers wrap, what does not fit becomes the
 * value x86-64 gives (the smallest integer), numbers become text as str() writes them, text and objects are parsed.
 * @throws ModelError VALUE_NOT_CONVERTIBLE for text or objects that do not parse
 * @example
 * ```ts
 * asType(new Tensor('float64', [1], new Float64Array([300.7])), 'uint8'); // 44
 * ```
 */
export function asType(tensor: Tensor, dtype: DType): Tensor {
  if (tensor.dtype === dtype) return tensor;
  return new Tensor(dtype, tensor.shape, castStorage(tensor.dtype, tensor.values, dtype));
}

/** {@link asType} on bare storage. */
export function castStorage(from: DType, values: Storage, to: DType): Storage {
  if (from === to) return values;
  if (from === 'object' || from === 'str' || from === 'bytes') return storeItems(values as Value[], to);
  const length = isComplex(from) ? values.length / 2 : values.length;
  if (to === 'object') return Array.from({ length }, (_, i) => elementAt(from, values, i));
  if (to === 'str') return Array.from({ length }, (_, i) => numberText(from, values, i));
  if (to === 'bytes') return Array.from({ length }, (_, i) => encodeAscii(numberText(from, values, i)) as Uint8Array);
  if (isDatetime(from) || isTimedelta(from)) return castTime(from, values as BigInt64Array, to);
  if (isDatetime(to) || isTimedelta(to)) return toTime(from, values, length, to);
  if (isComplex(to)) return toComplex(from, values, length, to);
  if (isInteger(to)) return toInteger(from, values, length, to);
  const per = isComplex(from) ? 2 : 1, out = allocate(to, length) as Float64Array;
  for (let i = 0; i < length; i++) {
    const x = Number(values[i * per]);
    if (to === 'bool') out[i] = x !== 0 || (per === 2 && values[2 * i + 1] !== 0) ? 1 : 0;
    else out[i] = to === 'float16' ? roundToHalf(x) : x;
  }
  return out;
}

function numberText(dtype: DType, values: Storage, i: number): string {
  const value = values[i] as number | bigint;
  if (dtype === 'bool') return value === 1 ? 'True' : 'False';
  if (isDatetime(dtype)) return datetime64Text(value as bigint, dtype);
  if (dtype === 'float64') return floatRepr(value as number);
  if (dtype === 'float32') return float32Repr(value as number);
  if (dtype === 'float16') return float16Repr(value as number);
  if (isComplex(dtype)) return pythonStr(new Complex(value as number, values[2 * i + 1] as number));
  return value === NAT && isTimedelta(dtype) ? 'NaT' : String(value);
}

function castTime(from: DType, values: BigInt64Array, to: DType): Storage {
  if (isDatetime(from) && isDatetime(to)) return values.map((v) => changeUnit(v, from, timeUnit(to)));
  if (isTimedelta(from) && isTimedelta(to)) {
    return values.map((v) => changeSpan(v, timeUnit(from), timeUnit(to)) ?? refuse(from, to));
  }
  if (isDatetime(to) || isTimedelta(to)) return isDatetime(from) ? refuse(from, to) : values;
  if (isFloat(to)) return castStorage('float64', Float64Array.from(values, (v) => (v === NAT ? NaN : Number(v))), to);
  return castStorage('int64', values, to);
}

function refuse(from: DType, to: DType): never {
  throw new ModelError('VALUE_NOT_CONVERTIBLE', { from, to, reason: 'the types do not fit' });
}

function toTime(from: DType, values: Storage, length: number, to: DType): BigInt64Array {
  if (isComplex(from)) refuse(from, to);
  return BigInt64Array.from({ length }, (_, i) => {
    const value = values[i] as number | bigint;
    return typeof value === 'bigint' ? BigInt.asIntN(64, value) : value === value ? truncate64(value) : NAT;
  });
}

function toComplex(from: DType, values: Storage, length: number, to: DType): Float64Array {
  const narrow = to === 'complex64' ? Math.fround : (x: number): number => x, per = isComplex(from) ? 2 : 1;
  const out = new Float64Array(2 * length);
  for (let i = 0; i < length; i++) {
    out[2 * i] = narrow(Number(values[i * per]));
    out[2 * i + 1] = per === 2 ? narrow(values[2 * i + 1] as number) : 0;
  }
  return out;
}

function toInteger(from: DType, values: Storage, length: number, to: IntegerDType): Storage {
  const real = isFloat(from) || isComplex(from), per = isComplex(from) ? 2 : 1;
  if (to !== 'int64' && to !== 'uint64') {
    const out = allocate(to, length) as Float64Array;
    // Typed arrays wrap integers as C does; only what is beyond 2^53 needs care.
    for (let i = 0; i < length; i++) {
      const value = values[i * per] as number | bigint;
      out[i] = typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : real ? narrowInteger(value, to) : value;
    }
    return out;
  }
  const exact = Array.from({ length }, (_, i) => {
    const value = values[i * per] as number | bigint;
    if (typeof value === 'bigint') return value;
    return real ? (to === 'int64' ? truncate64(value) : unsigned64(value)) : BigInt(value);
  });
  const [low, high] = integerRange(to), wrap = to === 'int64' ? BigInt.asIntN : BigInt.asUintN;
  const fitted = exact.map((v) => (v < low || v > high ? wrap(64, v) : v));
  if (fitted.every((v) => v <= 9007199254740991n && v >= -9007199254740991n)) return Float64Array.from(fitted, Number);
  return to === 'int64' ? BigInt64Array.from(fitted) : BigUint64Array.from(fitted);
}

/** cvttsd2si to 32 bits, then C's narrowing; uint32 as compilers split it at 2^31. */
function narrowInteger(x: number, to: IntegerDType): number {
  if (to === 'uint32') return x >= 2147483648 ? truncate32(x - 2147483648) ^ -2147483648 : truncate32(x);
  return truncate32(x);
}

function truncate32(x: number): number {
  const whole = Math.trunc(x);
  return whole >= -2147483648 && whole <= 2147483647 ? whole : -2147483648;
}

/** cvttsd2si to 64 bits: out of range and NaN give −2^63. */
function truncate64(x: number): bigint {
  return x >= -9223372036854775808 && x < 9223372036854775808 ? BigInt(Math.trunc(x)) : NAT;
}

function unsigned64(x: number): bigint {
  const value = x >= 9223372036854775808 ? truncate64(x - 9223372036854775808) ^ NAT : truncate64(x);
  return BigInt.asUintN(64, value);
}
