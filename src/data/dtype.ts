/**
 * Names of element types, as numpy writes them.
 * @module
 */

/** Units of numpy's datetime64 and timedelta64. */
export type TimeUnit = 'Y' | 'M' | 'W' | 'D' | 'h' | 'm' | 's' | 'ms' | 'us' | 'ns' | 'ps' | 'fs' | 'as';

export type IntegerDType = 'int8' | 'int16' | 'int32' | 'int64' | 'uint8' | 'uint16' | 'uint32' | 'uint64';
export type FloatDType = 'float16' | 'float32' | 'float64';
export type ComplexDType = 'complex64' | 'complex128';
export type DatetimeDType = `datetime64[${TimeUnit}]`;
export type TimedeltaDType = `timedelta64[${TimeUnit}]`;

/** Element type of a column or tensor. `str` is text of any length, `object` any {@link Value} a cell. */
export type DType = 'bool' | IntegerDType | FloatDType | ComplexDType | DatetimeDType | TimedeltaDType | 'str' | 'bytes' | 'object' | 'category';

const INTEGER_RANGES: Readonly<Record<IntegerDType, readonly [bigint, bigint]>> = {
  int8: [-128n, 127n],
  int16: [-32768n, 32767n],
  int32: [-2147483648n, 2147483647n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint8: [0n, 255n],
  uint16: [0n, 65535n],
  uint32: [0n, 4294967295n],
  uint64: [0n, 2n ** 64n - 1n],
};

/** Smallest and largest value of an integer dtype. */
export function integerRange(dtype: IntegerDType): readonly [bigint, bigint] {
  return INTEGER_RANGES[dtype];
}
export function isInteger(dtype: DType): dtype is IntegerDType {
  return dtype in INTEGER_RANGES;
}
export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === 'float64' || dtype === 'float32' || dtype === 'float16';
}
export function isComplex(dtype: DType): dtype is ComplexDType {
  return dtype === 'complex128' || dtype === 'complex64';
}
export function isDatetime(dtype: DType): dtype is DatetimeDType {
  return dtype.startsWith('datetime64');
}
export function isTimedelta(dtype: DType): dtype is TimedeltaDType {
  return dtype.startsWith('timedelta64');
}

/** The unit between the brackets of a datetime64 or timedelta64 dtype. */
export function timeUnit(dtype: DatetimeDType | TimedeltaDType): TimeUnit {
  return dtype.slice(dtype.indexOf('[') + 1, -1) as TimeUnit;
}

/** The integer that stands for NaT in datetime64 and timedelta64 storage. */
export const NAT: bigint = -(2n ** 63n);
