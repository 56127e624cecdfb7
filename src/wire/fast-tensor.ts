/**
 * The bytes of nested lists straight into the one tensor of a signature.
 * @module
 */
import { allocate } from '../data/column.ts';
import { type DType, integerRange, isInteger } from '../data/dtype.ts';
import { Tensor } from '../data/tensor.ts';
import type { Value } from '../data/values.ts';
import type { Schema } from '../schema/schema.ts';
import type { TensorSpec } from '../schema/tensor-spec.ts';
import { CLOSE_LIST, CLOSE_MAP, COMMA, type Cursor, keyBytes, OPEN_LIST, OPEN_MAP } from './fast-cursor.ts';
import type { FastForms } from './fast-columns.ts';
import { scratch } from './fast-scratch.ts';

const FLOAT_LIMIT = 3.4028235677973366e38;

/** The forms of a signature of one numeric or boolean tensor; else undefined. */
export function compileFastTensor(schema: Schema): FastForms | undefined {
  const [spec, ...others] = schema.tensors ?? [];
  if (!spec || others.length > 0 || spec.shape.length === 0 || spec.shape.length > 32) return undefined;
  if (!isInteger(spec.dtype) && spec.dtype !== 'float64' && spec.dtype !== 'float32' && spec.dtype !== 'bool') return undefined;
  const name = spec.name === null ? null : typeof spec.name === 'string' && spec.name !== '' ? keyBytes(spec.name) : undefined;
  return name === undefined ? undefined : new FastTensor(spec, name);
}

class FastTensor implements FastForms {
  readonly #spec: TensorSpec;
  readonly #name: Uint8Array | null;
  readonly #read: (cursor: Cursor) => number;
  readonly #shape: number[];
  #size = 0;

  constructor(spec: TensorSpec, name: Uint8Array | null) {
    this.#spec = spec;
    this.#name = name;
    this.#read = reader(spec.dtype);
    this.#shape = spec.shape.map(() => -1);
  }

  split(): undefined {
    return undefined;
  }

  records(): undefined {
    return undefined;
  }

  free(cursor: Cursor): Value | undefined {
    const named = cursor.peek() === OPEN_MAP;
    if (named) {
      cursor.at++;
      if (!this.#name || !cursor.key(this.#name)) return undefined;
    }
    const tensor = this.#tensor(cursor);
    if (!tensor || (named && !cursor.take(CLOSE_MAP))) return undefined;
    return this.#name ? new Map([[this.#spec.name, tensor]]) : tensor;
  }

  #tensor(cursor: Cursor): Tensor | undefined {
    const { dtype, shape } = this.#spec;
    this.#shape.fill(-1);
    this.#size = 0;
    if (!this.#list(cursor, 0)) return undefined;
    const found = [...this.#shape];
    if (!shape.every((d, i) => d === -1 || d === found[i])) return undefined;
    const values = allocate(dtype, this.#size) as Float64Array;
    values.set(scratch.values.subarray(0, this.#size));
    return new Tensor(dtype, found, values);
  }

  #list(cursor: Cursor, axis: number): boolean {
    if (!cursor.take(OPEN_LIST)) return false;
    let length = 0;
    if (axis < this.#shape.length - 1) {
      do {
        if (!this.#list(cursor, axis + 1)) return false;
        length++;
      } while (cursor.take(COMMA));
    } else {
      const read = this.#read;
      do {
        cursor.peek();
        const x = read(cursor);
        if (x !== x || !scratch.reserve(this.#size + 1)) return false;
        scratch.values[this.#size++] = x;
        length++;
      } while (cursor.take(COMMA));
    }
    if (this.#shape[axis] === -1) this.#shape[axis] = length;
    return this.#shape[axis] === length && cursor.take(CLOSE_LIST);
  }
}

/** One element of a dtype; NaN where it is out of the ordinary. */
function reader(dtype: DType): (cursor: Cursor) => number {
  if (dtype === 'float64') return (cursor) => cursor.number();
  if (dtype === 'float32') return (cursor) => {
    const x = cursor.number();
    return x < FLOAT_LIMIT && x > -FLOAT_LIMIT ? x : NaN;
  };
  if (!isInteger(dtype)) return (cursor) => {
    if (cursor.word(116, 114, 117, 101)) return 1;
    if (cursor.bytes[cursor.at] !== 102) return NaN;
    cursor.at++;
    return cursor.word(97, 108, 115, 101) ? 0 : NaN;
  };
  const [low, high] = integerRange(dtype).map(Number) as [number, number];
  return (cursor) => {
    const x = cursor.number();
    return cursor.integral && Number.isSafeInteger(x) && x >= low && x <= high ? x : NaN;
  };
}
