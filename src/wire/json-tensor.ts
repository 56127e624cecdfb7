/**
 * Arrays as JSON text: what ndarray.tolist() gives, written in one loop a row.
 * @module
 */
import { type DatetimeDType, type DType, isComplex, isDatetime, isFloat, isTimedelta, NAT, timeUnit } from '../data/dtype.ts';
import { datetimeNs, isoDate, isoDateTime, yearOf } from '../data/iso-text.ts';
import { jsonStrings } from '../data/json-write.ts';
import { jsonNumber } from '../data/numbers.ts';
import type { Tensor } from '../data/tensor.ts';
import type { Value } from '../data/values.ts';
import { floatTexts } from './float-text.ts';
import { refuse } from './json-rules.ts';

/** Writes the values from `from` to `to` between brackets. */
type RowWriter = (from: number, to: number) => string;

const AFTER_COMMA: readonly string[] = Array.from({ length: 256 }, (_, i) => `, ${i}`);

/** Writes one cell of bytes or objects. */
export type CellWriter = (cell: Value) => string;

/**
 * An array of any shape as nested lists; of no dimensions as the bare value.
 * @throws ModelError NOT_SERIALIZABLE for complex numbers and time differences that Python has as timedelta
 */
export function tensorText(tensor: Tensor, cell: CellWriter): string {
  const { shape, dtype } = tensor;
  if (isFloat(dtype) && tensor.size > 0 && (shape.length === 1 || shape.length === 2)) return floatsText(tensor.values as Float64Array, shape[1]);
  const row = rowWriter(tensor, cell);
  if (shape.length === 0) return row(0, 1).slice(1, -1);
  return nested(shape, 0, 0, tensor.size, row);
}

function nested(shape: readonly number[], axis: number, from: number, to: number, row: RowWriter): string {
  if (axis === shape.length - 1) return row(from, to);
  const count = shape[axis] ?? 0, step = count === 0 ? 0 : (to - from) / count;
  let text = '[';
  for (let i = 0; i < count; i++) text += (i > 0 ? ', ' : '') + nested(shape, axis + 1, from + i * step, from + (i + 1) * step, row);
  return `${text}]`;
}

function rowWriter(tensor: Tensor, cell: CellWriter): RowWriter {
  const { dtype, values } = tensor;
  if (isFloat(dtype)) return (from, to) => floatRow(values as Float64Array, from, to);
  if (dtype === 'bool') return (from, to) => boolRow(values as Uint8Array, from, to);
  if (isDatetime(dtype) || isTimedelta(dtype)) return (from, to) => timeRow(values as BigInt64Array, dtype, from, to);
  if (isComplex(dtype)) return (from, to) => (to > from ? refuse('complex') : '[]');
  if (dtype === 'str') return (from, to) => textRow(values as (string | null)[], from, to);
  if (dtype === 'bytes' || dtype === 'object') return (from, to) => valueRow(values as Value[], cell, from, to);
  return (from, to) => integerRow(values as Float64Array, from, to);
}

function floatsText(values: Float64Array | Float32Array, width: number | undefined): string {
  if (width === undefined) return `[${floatTexts(values, [', ']).slice(2)}]`;
  return `[[${floatTexts(values, ['], [', ...Array<string>(width - 1).fill(', ')]).slice(4)}]]`;
}

function floatRow(values: Float64Array | Float32Array, from: number, to: number): string {
  let text = '[';
  for (let i = from; i < to; i++) text += i > from ? `, ${jsonNumber(values[i] as number)}` : jsonNumber(values[i] as number);
  return `${text}]`;
}

function integerRow(values: ArrayLike<number | bigint>, from: number, to: number): string {
  let text = '[';
  for (let i = from; i < to; i++) {
    const value = values[i] as number | bigint;
    // The texts of small ones, such as classes, are at hand.
    text += i > from ? (AFTER_COMMA[value as number] ?? `, ${value}`) : `${value}`;
  }
  return `${text}]`;
}

function boolRow(values: Uint8Array, from: number, to: number): string {
  let text = '[';
  for (let i = from; i < to; i++) text += (i > from ? ', ' : '') + (values[i] === 0 ? 'false' : 'true');
  return `${text}]`;
}

function textRow(values: readonly (string | null)[], from: number, to: number): string {
  const cells = jsonStrings(from === 0 && to === values.length ? values : values.slice(from, to), 'null');
  return `[${cells.join(', ')}]`;
}

function valueRow(values: readonly Value[], cell: CellWriter, from: number, to: number): string {
  let text = '[';
  for (let i = from; i < to; i++) text += (i > from ? ', ' : '') + cell(values[i] ?? null);
  return `${text}]`;
}

function timeRow(values: BigInt64Array, dtype: DType, from: number, to: number): string {
  let text = '[';
  for (let i = from; i < to; i++) text += (i > from ? ', ' : '') + timeText(values[i] as bigint, dtype);
  return `${text}]`;
}

/** What datetime64.item() and timedelta64.item() give: a date, a datetime, or an integer where Python's classes cannot hold the value. */
function timeText(value: bigint, dtype: DType): string {
  if (value === NAT) return 'null';
  if (isTimedelta(dtype)) return /\[(?:W|D|h|m|s|ms|us)\]$/.test(dtype) ? refuse('timedelta') : `${value}`;
  const unit = timeUnit(dtype as DatetimeDType);
  if (unit === 'ns' || unit === 'ps' || unit === 'fs' || unit === 'as') return `${value}`;
  const ns = datetimeNs(value, dtype as DatetimeDType), year = yearOf(ns);
  if (year < 1 || year > 9999) return `${value}`;
  return unit === 'Y' || unit === 'M' || unit === 'W' || unit === 'D' ? `"${isoDate(ns)}"` : `"${isoDateTime(ns, null)}"`;
}
