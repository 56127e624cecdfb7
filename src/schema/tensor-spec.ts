/**
 * The specification of one tensor (mlflow.types.TensorSpec).
 * @module
 */
import type { DType } from '../data/dtype.ts';
import type { Value } from '../data/values.ts';

/**
 * dtype, shape (−1 for a free dimension) and optional name of one tensor.
 * @example
 * ```ts
 * new TensorSpec('uint8', [-1, 28, 28, 1]);
 * ```
 */
export class TensorSpec {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly name: Value;
  constructor(dtype: DType, shape: readonly number[], name: Value | undefined = null) {
    this.dtype = dtype;
    this.shape = shape;
    this.name = name;
  }
}
