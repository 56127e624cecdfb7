/**
 * Tables as Arrow buffers, ready for `makeData` of apache-arrow or any other Arrow library.
 * Layout: https://arrow.apache.org/docs/format/Columnar.html
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { cell, type Column, isMissing, validityOf } from './column.ts';
import { isDatetime, isFloat, isInteger, isTimedelta, timeUnit } from './dtype.ts';
import { labelText, type Table } from './table.ts';

/** One column in Arrow's layout. */
export interface ArrowBuffers {
  readonly name: string;
  /** Arrow's name of the type: `bool`, `int64`, `double`, `utf8`, `binary`, `timestamp[ns]`, `duration[us]`, … */
  readonly type: string;
  /** Time zone of a timestamp. */
  readonly timezone?: string;
  readonly length: number;
  readonly nullCount: number;
  /** Validity bits, least significant first; undefined when every value is there. */
  readonly nullBitmap?: Uint8Array;
  /** Values; bits for `bool`, bytes for `utf8` and `binary`. */
  readonly data: Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array | BigInt64Array | BigUint64Array;
  /** Where each text or bytes value begins and ends in `data`. */
  readonly valueOffsets?: Int32Array;
}

/**
 * The columns of a table in Arrow's layout, shared with the table where the layouts agree. NaN stays NaN, not null.
 *
 * @throws ModelError ARROW_TYPE_UNSUPPORTED for complex numbers and object cells of mixed kinds
 * @example
 * ```ts
 * for (const { data, length } of arrowBuffers(table)) makeData({ type: new Float64(), length, data });
 * ```
 */
export function arrowBuffers(table: Table): ArrowBuffers[] {
  return table.columns.map((col, i) => buffersOf(labelText(table.names[i] ?? null), col));
}

function buffersOf(name: string, col: Column): ArrowBuffers {
  const { dtype, length } = col;
  if (isFloat(dtype)) {
    return { name, type: dtype === 'float64' ? 'double' : 'float', length, nullCount: 0, data: (col.values as Float64Array).subarray(0, length) };
  }
  const nullBitmap = validityOf(length, (i) => !isMissing(col, i)) ?? undefined;
  const common = { name, length, nullCount: nullBitmap ? nulls(col) : 0, ...(nullBitmap ? { nullBitmap } : {}) };
  if (dtype === 'bool') return { ...common, type: 'bool', data: packed(length, (i) => col.values[i] === 1) };
  if (dtype === 'int64' || dtype === 'uint64') return { ...common, type: dtype, data: wide(col) };
  if (isInteger(dtype)) return { ...common, type: dtype, data: col.values as Int32Array };
  if (isDatetime(dtype) || isTimedelta(dtype)) {
    const type = `${isDatetime(dtype) ? 'timestamp' : 'duration'}[${timeUnit(dtype)}]`;
    return { ...common, type, data: col.values as BigInt64Array, ...(col.tz === undefined ? {} : { timezone: col.tz }) };
  }
  if (dtype === 'complex64' || dtype === 'complex128') return unsupported(name, dtype);
  return { ...common, ...fromCells(name, col) };
}

function unsupported(name: string, type: string): never {
  throw new ModelError('ARROW_TYPE_UNSUPPORTED', { column: name, type });
}

function nulls(col: Column): number {
  let count = 0;
  for (let i = 0; i < col.length; i++) if (isMissing(col, i)) count++;
  return count;
}

function packed(length: number, set: (i: number) => boolean): Uint8Array {
  const out = new Uint8Array((length + 7) >> 3);
  for (let i = 0; i < length; i++) if (set(i)) out[i >> 3] = (out[i >> 3] ?? 0) | (1 << (i & 7));
  return out;
}

function wide(col: Column): BigInt64Array | BigUint64Array {
  if (col.values instanceof BigInt64Array || col.values instanceof BigUint64Array) return col.values;
  const whole = (x: number): bigint => BigInt(Number.isInteger(x) ? x : 0), values = col.values as Float64Array;
  return col.dtype === 'int64' ? BigInt64Array.from(values, whole) : BigUint64Array.from(values, whole);
}

/** Text, bytes, categories and object cells of one of text, bytes and booleans. */
function fromCells(name: string, col: Column): Pick<ArrowBuffers, 'type' | 'data' | 'valueOffsets'> {
  const cells = Array.from({ length: col.length }, (_, i) => (isMissing(col, i) ? null : cell(col, i)));
  const first = cells.find((value) => value !== null), kind = col.dtype === 'bytes' || first instanceof Uint8Array ? 'binary' : typeof first === 'boolean' ? 'bool' : 'utf8';
  const fits = (value: unknown): boolean => value === null || (kind === 'binary' ? value instanceof Uint8Array : kind === 'bool' ? typeof value === 'boolean' : typeof value === 'string');
  if (!cells.every(fits)) return unsupported(name, col.dtype);
  if (kind === 'bool') return { type: 'bool', data: packed(cells.length, (i) => cells[i] === true) };
  const encoder = new TextEncoder(), parts = cells.map((value) => (value === null ? new Uint8Array(0) : typeof value === 'string' ? encoder.encode(value) : (value as Uint8Array)));
  const valueOffsets = new Int32Array(cells.length + 1);
  parts.forEach((part, i) => { valueOffsets[i + 1] = (valueOffsets[i] ?? 0) + part.length; });
  const data = new Uint8Array(valueOffsets[cells.length] ?? 0);
  parts.forEach((part, i) => data.set(part, valueOffsets[i] ?? 0));
  return { type: kind, data, valueOffsets };
}
