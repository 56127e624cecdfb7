/**
 * Arrays from Python values, as numpy.array makes them.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { allocate } from './column.ts';
import type { DType } from './dtype.ts';
import { asType } from './numpy-cast.ts';
import { storeItems } from './numpy-item.ts';
import { promoteDTypes } from './promote.ts';
import { Tensor } from './tensor.ts';
import { elementAt } from './value-at.ts';
import { Complex, Scalar, Tuple, type Value } from './values.ts';

export { asType } from './numpy-cast.ts';

const MAX_DIMENSIONS = 64;
const INT64_MAX = 2n ** 63n - 1n, INT64_MIN = -(2n ** 63n), UINT64_MAX = 2n ** 64n - 1n;

/**
 * `numpy.array(value)`, or `numpy.array(value, dtype)`: lists, tuples and arrays nest to dimensions, anything else is one
 * element. Without a dtype bool < int < float < complex, text takes in all of them as str() writes them, None and other
 * objects make `object`, an empty list is float64; integers are int64, uint64 above 2^63−1, object beyond.
 * With a dtype each element is converted as numpy stores it, out of range is an error.
 * @throws ModelError ARRAY_RAGGED, VALUE_NOT_CONVERTIBLE
 * @example
 * ```ts
 * numpyArray([[1n, 2.5], [true, 4n]]); // float64, shape [2, 2]
 * ```
 */
export function numpyArray(value: Value, dtype?: DType): Tensor {
  if (value instanceof Tensor) return dtype === undefined ? value : asType(value, dtype);
  if (!isSequence(value)) return new Tensor(dtype ?? elementDType(value), [], storeItems([value], dtype ?? elementDType(value)));
  const shape = shapeOf(value, dtype === 'object');
  const found = new Collector(shape.length);
  found.take(value, 0);
  const type = dtype ?? found.dtype ?? 'float64';
  return new Tensor(type, shape, found.items.length === 0 ? allocate(type, 0) : storeItems(found.items, type));
}

function isSequence(value: Value): value is Value[] | Tuple | Tensor {
  return Array.isArray(value) || value instanceof Tuple || (value instanceof Tensor && value.shape.length > 0);
}

function itemsOf(value: Value[] | Tuple): readonly Value[] {
  return value instanceof Tuple ? value.items : value;
}

/** The common shape of a nest; where the nest is uneven it ends there for objects and fails otherwise. */
function shapeOf(value: Value, cut: boolean): number[] {
  const shape: number[] = [];
  let end = Infinity, even = true;
  const visit = (item: Value, depth: number): void => {
    if (depth > end) return;
    if (depth > MAX_DIMENSIONS) throw new ModelError('ARRAY_RAGGED', { reason: `lists are nested deeper than ${MAX_DIMENSIONS} levels` });
    if (!isSequence(item)) {
      if (shape.length > depth && end > depth) even = false;
      end = Math.min(end, depth);
      return;
    }
    if (depth === end) {
      even = false;
      return;
    }
    const sizes = item instanceof Tensor ? item.shape : [itemsOf(item).length];
    for (const [k, size] of sizes.entries()) {
      if (depth + k === shape.length && end === Infinity) shape.push(size);
      else if (depth + k >= end || shape[depth + k] !== size) {
        even = false;
        end = Math.min(end, depth + k);
        return;
      }
    }
    if (item instanceof Tensor) {
      if (end > depth + sizes.length && shape.length > depth + sizes.length) even = false;
      end = Math.min(end, depth + sizes.length);
    } else for (const inner of itemsOf(item)) visit(inner, depth + 1);
  };
  visit(value, 0);
  if (!even && !cut) throw new ModelError('ARRAY_RAGGED', { reason: `the lists have different lengths after ${Math.min(end, shape.length)} dimensions` });
  return shape.slice(0, end);
}

/** Walks a nest down to a depth, gathering elements and their common dtype. */
class Collector {
  readonly items: Value[] = [];
  dtype: DType | undefined;
  readonly #depth: number;
  constructor(depth: number) {
    this.#depth = depth;
  }

  take(value: Value, depth: number): void {
    if (depth === this.#depth || !isSequence(value)) {
      this.#join(elementDType(value));
      this.items.push(value);
    } else if (value instanceof Tensor) {
      this.#join(value.dtype);
      for (let i = 0; i < value.size; i++) this.items.push(tensorItem(value, i));
    } else for (const inner of itemsOf(value)) this.take(inner, depth + 1);
  }

  #join(dtype: DType): void {
    if (this.dtype !== dtype) this.dtype = this.dtype === undefined ? dtype : promoteDTypes(this.dtype, dtype);
  }
}

/** An element that keeps its dtype, so that a float32 prints as one. */
function tensorItem(tensor: Tensor, i: number): Value {
  const { dtype, values } = tensor;
  if (dtype === 'object' || dtype === 'str' || dtype === 'bytes' || dtype === 'bool' || dtype === 'float64') return elementAt(dtype, values, i);
  if (dtype === 'complex64' || dtype === 'complex128') return elementAt(dtype, values, i);
  return new Scalar(dtype, values[i] as number | bigint);
}

/** The dtype numpy gives one Python object. */
function elementDType(value: Value): DType {
  switch (typeof value) {
    case 'boolean': return 'bool';
    case 'number': return 'float64';
    case 'string': return 'str';
    case 'bigint': return value <= INT64_MAX && value >= INT64_MIN ? 'int64' : value > 0n && value <= UINT64_MAX ? 'uint64' : 'object';
    default:
      if (value instanceof Scalar) return value.dtype;
      if (value instanceof Tensor) return value.dtype;
      if (value instanceof Uint8Array) return 'bytes';
      return value instanceof Complex ? 'complex128' : 'object';
  }
}
