/**
 * Names of numpy dtypes as numpy.dtype(text) reads them, in numpy's canonical spelling.
 * @module
 */
import type { DType } from '../data/dtype.ts';

const BY_NAME: Readonly<Record<string, string>> = {
  bool: 'bool', bool_: 'bool', byte: 'int8', ubyte: 'uint8', short: 'int16', ushort: 'uint16', intc: 'int32', uintc: 'uint32',
  int: 'int64', int_: 'int64', long: 'int64', longlong: 'int64', intp: 'int64', uint: 'uint64', ulong: 'uint64', ulonglong: 'uint64', uintp: 'uint64',
  half: 'float16', single: 'float32', float: 'float64', double: 'float64', longdouble: 'float128',
  csingle: 'complex64', complex: 'complex128', cdouble: 'complex128', clongdouble: 'complex256',
  object: 'object', object_: 'object', str: 'str', str_: 'str', unicode: 'str', bytes: 'bytes', bytes_: 'bytes', void: 'void',
};
const FULL = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float16', 'float32', 'float64', 'float128', 'complex64', 'complex128', 'complex256'];
// Type characters; those with a size follow below.
const BY_CHARACTER: Readonly<Record<string, string>> = {
  '?': 'bool', b: 'int8', B: 'uint8', h: 'int16', H: 'uint16', i: 'int32', I: 'uint32', l: 'int64', L: 'uint64', q: 'int64', Q: 'uint64', p: 'int64', P: 'uint64',
  n: 'int64', N: 'uint64', e: 'float16', f: 'float32', d: 'float64', g: 'float128', F: 'complex64', D: 'complex128', G: 'complex256', O: 'object', V: 'void',
};
const BY_SIZE: Readonly<Record<string, string>> = {
  b1: 'bool', i1: 'int8', i2: 'int16', i4: 'int32', i8: 'int64', u1: 'uint8', u2: 'uint16', u4: 'uint32', u8: 'uint64',
  f2: 'float16', f4: 'float32', f8: 'float64', f16: 'float128', c8: 'complex64', c16: 'complex128', c32: 'complex256', O4: 'object', O8: 'object',
};
const TIME = /^(M8?|datetime64|m8?|timedelta64)(?:\[(\d*)(Y|M|W|D|h|m|s|ms|us|μs|ns|ps|fs|as|generic)\])?$/;

/**
 * The canonical name of a dtype: `f8` → `float64`, `U` → `str`, `M8[us]` → `datetime64[us]`. Names that no tensor of ours
 * can have (`float128`, `void32`, `datetime64` without a unit) are kept, so that a schema that uses them can be read.
 *
 * @returns undefined when numpy knows no such dtype; `sized` for text or bytes of a fixed length
 * @example
 * ```ts
 * numpyName('<f4'); // { name: 'float32' }
 * ```
 */
export function numpyName(text: string): { name: DType; sized?: true } | undefined {
  const exact = BY_NAME[text] ?? (FULL.includes(text) ? text : undefined);
  if (exact !== undefined) return { name: exact as DType };
  const body = /^[<>=|]/.test(text) ? text.slice(1) : text;
  const short = (body.length === 1 ? BY_CHARACTER[body] : undefined) ?? BY_SIZE[body];
  if (short !== undefined) return { name: short as DType };
  const flexible = /^([USaV])(\d*)$/.exec(body);
  if (flexible) return flexibleName(flexible[1] ?? '', Number(flexible[2] ?? 0));
  const time = TIME.exec(body);
  if (!time) return undefined;
  const kind = time[1]?.startsWith('M') || time[1] === 'datetime64' ? 'datetime64' : 'timedelta64', unit = time[3];
  const name = unit === undefined || unit === 'generic' ? kind : `${kind}[${time[2] === '1' ? '' : (time[2] ?? '')}${unit === 'μs' ? 'us' : unit}]`;
  return { name: name as DType };
}

function flexibleName(kind: string, size: number): { name: DType; sized?: true } {
  if (kind === 'V') return { name: `void${size * 8}` as DType };
  const name: DType = kind === 'U' ? 'str' : 'bytes';
  return size === 0 ? { name } : { name, sized: true };
}
