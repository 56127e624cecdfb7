/**
 * Raw bytes of numpy arrays to tensors.
 * @module
 */
import { allocate, type Storage } from '../data/column.ts';
import { NAT } from '../data/dtype.ts';
import { halfToNumber } from '../data/half.ts';
import { Tensor } from '../data/tensor.ts';
import { Scalar, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { NumpyDType } from './numpy-dtype.ts';
import { StructuredArray } from './python-object.ts';

/** Layout of an array in bytes. */
export interface ArrayLayout {
  readonly dtype: NumpyDType;
  readonly shape: readonly number[];
  /** Fortran order: the first index varies fastest. */
  readonly fortran: boolean;
}

/** Elements of a shape; NaN or a number past 2^53 where that is no size. */
export function shapeSize(shape: readonly number[]): number {
  let size = 1;
  for (const d of shape) size *= Number.isInteger(d) && d >= 0 ? d : NaN;
  return size;
}

/**
 * Decodes the bytes of an array; float16 is widened to float32 storage, `S` loses trailing zero bytes and `U` trailing
 * zero characters as in numpy, multiples of a time unit become that unit.
 *
 * @param bytes exactly the array's bytes
 * @throws ModelError DATA_SHAPE_INVALID, DTYPE_UNKNOWN, FILE_LIMIT_EXCEEDED
 */
export function decodeArray(bytes: Uint8Array, layout: ArrayLayout, budget: MemoryBudget): Tensor | StructuredArray {
  const { dtype, shape } = layout;
  const count = shapeSize(shape);
  if (shape.length > 64 || !(count * Math.max(dtype.itemSize, 1) <= 2 ** 47)) throw new ModelError('DATA_SHAPE_INVALID', { reason: `the shape [${shape.join(', ')}] is not valid` });
  if (count * dtype.itemSize !== bytes.length) {
    throw new ModelError('DATA_SHAPE_INVALID', { reason: `shape [${shape.join(', ')}] of ${dtype.text} needs ${count * dtype.itemSize} bytes, ${bytes.length} are there` });
  }
  return decodeStrided(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), layout, count, dtype.itemSize, 0, budget);
}

/** The only element of an array without dimensions, as a numpy scalar. */
export function decodeScalar(bytes: Uint8Array, dtype: NumpyDType, budget: MemoryBudget): Scalar | StructuredArray {
  const array = decodeArray(bytes, { dtype, shape: [], fortran: false }, budget);
  return array instanceof Tensor ? scalarOf(array) : array;
}

/** A tensor of one element as a scalar. */
export function scalarOf(tensor: Tensor): Scalar {
  const { values, dtype } = tensor;
  const value = values[0] as Value;
  if (dtype === 'bool') return new Scalar(dtype, value === 1);
  if (dtype === 'complex64' || dtype === 'complex128') return new Scalar(dtype, [values[0] as number, values[1] as number]);
  if (dtype === 'int64' || dtype === 'uint64') return new Scalar(dtype, BigInt(value as number | bigint));
  return new Scalar(dtype, value as Scalar['value']);
}

/** Elements lie `stride` bytes apart, each at `offset` into its stride. */
function decodeStrided(view: DataView, layout: ArrayLayout, count: number, stride: number, offset: number, budget: MemoryBudget): Tensor | StructuredArray {
  const { dtype, shape } = layout;
  if (dtype.fields) {
    budget.charge(200 * dtype.fields.length);
    return new StructuredArray(shape, new Map(dtype.fields.map((f) => [f.name, decodeStrided(view, { ...layout, dtype: f.dtype }, count, stride, offset + f.offset, budget)])));
  }
  if (dtype.sub) return decodeSub(view, layout, count, stride, offset, budget);
  const at = layout.fortran && shape.length > 1 ? fortranOrder(shape, count, budget) : undefined;
  const type = dtype.tensorDType;
  budget.charge(100 + count * bytesPerElement(dtype));
  const little = !dtype.bigEndian;
  // The usual case in one copy: a contiguous float64 or float32 array in this machine's order.
  if (at === undefined && little && stride === dtype.itemSize && (type === 'float64' || type === 'float32')) {
    const copy = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) as ArrayBuffer;
    return new Tensor(type, shape, type === 'float64' ? new Float64Array(copy) : new Float32Array(copy));
  }
  const position = (i: number): number => (at ? at[i]! : i) * stride + offset;
  return new Tensor(type, shape, fill(view, dtype, type, count, position));
}

/** An array field: the elements' dimensions follow the array's. */
function decodeSub(view: DataView, layout: ArrayLayout, count: number, stride: number, offset: number, budget: MemoryBudget): Tensor | StructuredArray {
  const { dtype, shape } = layout;
  const { dtype: base, shape: inner } = dtype.sub!;
  const each = shapeSize(inner), total = count * each;
  const order = layout.fortran && shape.length > 1 ? fortranOrder(shape, count, budget) : undefined;
  // Gather into one contiguous block, then decode that.
  budget.charge(total * base.itemSize);
  const block = new Uint8Array(total * base.itemSize);
  const size = each * base.itemSize;
  for (let i = 0; i < count; i++) {
    block.set(new Uint8Array(view.buffer, view.byteOffset + (order ? order[i]! : i) * stride + offset, size), i * size);
  }
  return decodeStrided(new DataView(block.buffer), { dtype: base, shape: [...shape, ...inner], fortran: false }, total, base.itemSize, 0, budget);
}

function bytesPerElement(dtype: NumpyDType): number {
  switch (dtype.kind) {
    case 'U': return 24 + dtype.itemSize / 2;
    case 'S': case 'V': return 96;
    case 'f': return dtype.itemSize === 2 ? 4 : dtype.itemSize;
    default: return Math.max(dtype.itemSize, 1);
  }
}

/** For each index in C order, where it lies in Fortran order. */
function fortranOrder(shape: readonly number[], count: number, budget: MemoryBudget): Float64Array {
  budget.charge(8 * count);
  const out = new Float64Array(count);
  const strides: number[] = [];
  let step = 1;
  for (const d of shape) {
    strides.push(step);
    step *= d;
  }
  const index = shape.map(() => 0);
  let at = 0;
  for (let i = 0; i < count; i++) {
    out[i] = at;
    for (let d = shape.length - 1; d >= 0; d--) {
      index[d]!++;
      at += strides[d]!;
      if (index[d]! < shape[d]!) break;
      at -= strides[d]! * shape[d]!;
      index[d] = 0;
    }
  }
  return out;
}

function fill(view: DataView, dtype: NumpyDType, type: Tensor['dtype'], count: number, position: (i: number) => number): Storage {
  const little = !dtype.bigEndian;
  switch (type) {
    case 'int64': case 'uint64': return fill64(view, type, little, count, position);
    case 'str': return Array.from({ length: count }, (_, i) => utf32(view, position(i), dtype.itemSize, little));
    case 'bytes': return Array.from({ length: count }, (_, i) => rawBytes(view, position(i), dtype));
    case 'object': throw new ModelError('DTYPE_UNKNOWN', { dtype: 'object in raw bytes' });
    default: break;
  }
  const out = allocate(type, count);
  if (dtype.kind === 'M' || dtype.kind === 'm') {
    const step = BigInt(dtype.step), values = out as BigInt64Array;
    for (let i = 0; i < count; i++) {
      const v = view.getBigInt64(position(i), little);
      values[i] = v === NAT ? v : v * step;
    }
    return values;
  }
  const values = out as Float64Array;
  if (dtype.kind === 'c') {
    const half = dtype.itemSize / 2;
    for (let i = 0; i < count; i++) {
      values[2 * i] = half === 4 ? view.getFloat32(position(i), little) : view.getFloat64(position(i), little);
      values[2 * i + 1] = half === 4 ? view.getFloat32(position(i) + 4, little) : view.getFloat64(position(i) + 8, little);
    }
    return values;
  }
  const read = reader(view, type, little);
  for (let i = 0; i < count; i++) values[i] = read(position(i));
  return values;
}

function reader(view: DataView, type: Tensor['dtype'], little: boolean): (at: number) => number {
  switch (type) {
    case 'float64': return (at) => view.getFloat64(at, little);
    case 'float32': return (at) => view.getFloat32(at, little);
    case 'float16': return (at) => halfToNumber(view.getUint16(at, little));
    case 'int8': return (at) => view.getInt8(at);
    case 'int16': return (at) => view.getInt16(at, little);
    case 'int32': return (at) => view.getInt32(at, little);
    case 'uint8': return (at) => view.getUint8(at);
    case 'uint16': return (at) => view.getUint16(at, little);
    case 'uint32': return (at) => view.getUint32(at, little);
    case 'bool': return (at) => (view.getUint8(at) === 0 ? 0 : 1);
    default: throw new ModelError('DTYPE_UNKNOWN', { dtype: type });
  }
}

/** A Float64Array while every value is a safe integer, else 64-bit storage. */
function fill64(view: DataView, type: 'int64' | 'uint64', little: boolean, count: number, position: (i: number) => number): Storage {
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const at = position(i);
    const low = view.getUint32(little ? at : at + 4, little), high = little ? at + 4 : at;
    const v = (type === 'int64' ? view.getInt32(high, little) : view.getUint32(high, little)) * 4294967296 + low;
    if (!Number.isSafeInteger(v)) return fillBig(view, type, little, count, position);
    out[i] = v;
  }
  return out;
}

function fillBig(view: DataView, type: 'int64' | 'uint64', little: boolean, count: number, position: (i: number) => number): Storage {
  const out = type === 'int64' ? new BigInt64Array(count) : new BigUint64Array(count);
  for (let i = 0; i < count; i++) out[i] = type === 'int64' ? view.getBigInt64(position(i), little) : view.getBigUint64(position(i), little);
  return out;
}

function utf32(view: DataView, at: number, size: number, little: boolean): string {
  let end = size;
  while (end > 0 && view.getUint32(at + end - 4, little) === 0) end -= 4;
  let text = '';
  for (let i = 0; i < end; i += 4) {
    const code = view.getUint32(at + i, little);
    if (code > 0x10ffff) throw new ModelError('DATA_SHAPE_INVALID', { reason: `a text element holds ${code}, which is no character` });
    text += String.fromCodePoint(code);
  }
  return text;
}

function rawBytes(view: DataView, at: number, dtype: NumpyDType): Uint8Array {
  let end = dtype.itemSize;
  if (dtype.kind === 'S') while (end > 0 && view.getUint8(at + end - 1) === 0) end--;
  return new Uint8Array(view.buffer, view.byteOffset + at, end);
}
