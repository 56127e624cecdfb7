/**
 * An n-dimensional array.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import type { Storage } from './column.ts';
import { type DType, isComplex } from './dtype.ts';

/**
 * An n-dimensional array in C order; storage by dtype as in {@link Storage}.
 *
 * @example
 * ```ts
 * const images = new Tensor('float32', [2, 3], new Float32Array([1, 2, 3, 4, 5, 6]));
 * ```
 */
export class Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: Storage;

  constructor(dtype: DType, shape: readonly number[], values: Storage) {
    const size = sizeOf(shape), have = isComplex(dtype) ? values.length / 2 : values.length;
    if (size !== have) throw new ModelError('DATA_SHAPE_INVALID', { reason: `shape [${shape.join(', ')}] holds ${size} values, ${have} were given` });
    this.dtype = dtype;
    this.shape = shape;
    this.values = values;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }
}

function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const d of shape) size *= d;
  return size;
}
