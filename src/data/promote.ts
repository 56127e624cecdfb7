/**
 * numpy's promotion of two dtypes (numpy.promote_types).
 * @module
 */
import { type DType, isComplex, isDatetime, isFloat, isInteger, isTimedelta, timeUnit, type TimeUnit } from './dtype.ts';

const UNITS: readonly TimeUnit[] = ['Y', 'M', 'W', 'D', 'h', 'm', 's', 'ms', 'us', 'ns', 'ps', 'fs', 'as'];

/**
 * The dtype that holds both: bool < integers < floats < complex; text takes in every number, bool and bytes; anything with
 * object, and time with a number or text, is object.
 * @example
 * ```ts
 * promoteDTypes('int64', 'float32'); // 'float64'
 * ```
 */
export function promoteDTypes(a: DType, b: DType): DType {
  if (a === b) return a;
  if (a === 'object' || b === 'object' || a === 'category' || b === 'category') return 'object';
  if (isText(a) || isText(b)) return promoteText(a, b);
  if (isTime(a) || isTime(b)) return promoteTime(a, b);
  if (a === 'bool') return b;
  if (b === 'bool') return a;
  if (isComplex(a) || isComplex(b)) return a === 'complex128' || b === 'complex128' || floatWidth(a) > 32 || floatWidth(b) > 32 ? 'complex128' : 'complex64';
  if (isFloat(a) || isFloat(b)) return floatOf(Math.max(floatWidth(a), floatWidth(b)));
  return promoteIntegers(a, b);
}

function isText(dtype: DType): boolean {
  return dtype === 'str' || dtype === 'bytes';
}
function isTime(dtype: DType): boolean {
  return isDatetime(dtype) || isTimedelta(dtype);
}

function promoteText(a: DType, b: DType): DType {
  const other = isText(a) ? b : a;
  if (isTime(other)) return 'object';
  return a === 'str' || b === 'str' ? 'str' : 'bytes';
}

function promoteTime(a: DType, b: DType): DType {
  if (isDatetime(a) && isDatetime(b)) return `datetime64[${finer(timeUnit(a), timeUnit(b))}]`;
  if (isTimedelta(a) && isTimedelta(b)) return `timedelta64[${finer(timeUnit(a), timeUnit(b))}]`;
  const [span, other] = isTimedelta(a) ? [a, b] : [b, a];
  return isTimedelta(span) && (isInteger(other) || other === 'bool') ? span : 'object';
}

function finer(a: TimeUnit, b: TimeUnit): TimeUnit {
  return UNITS.indexOf(a) > UNITS.indexOf(b) ? a : b;
}

/** Bits of the float that holds a real dtype exactly (numpy keeps 64-bit integers in float64). */
function floatWidth(dtype: DType): number {
  switch (dtype) {
    case 'int8': case 'uint8': case 'float16': case 'bool': return 16;
    case 'int16': case 'uint16': case 'float32': case 'complex64': return 32;
    default: return 64;
  }
}

function floatOf(width: number): DType {
  return width === 16 ? 'float16' : width === 32 ? 'float32' : 'float64';
}

function promoteIntegers(a: DType, b: DType): DType {
  const unsigned = [a, b].filter((d) => d.startsWith('u')), wide = Math.max(bits(a), bits(b));
  if (unsigned.length !== 1) return (unsigned.length === 2 ? `uint${wide}` : `int${wide}`) as DType;
  const need = Math.max(bits(unsigned[0] ?? 'uint8') * 2, bits(a === unsigned[0] ? b : a));
  return need > 64 ? 'float64' : (`int${need}` as DType);
}

function bits(dtype: DType): number {
  return Number(dtype.replace(/^\D+/, ''));
}
