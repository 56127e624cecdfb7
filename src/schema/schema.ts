/**
 * A list of column or tensor specifications (mlflow.types.Schema).
 * @module
 */
import { ColSpec } from './col-spec.ts';
import { TensorSpec } from './tensor-spec.ts';

/** Inputs or outputs of a model: all columns or all tensors, all named or all unnamed. */
export class Schema {
  readonly inputs: readonly ColSpec[] | readonly TensorSpec[];
  constructor(inputs: readonly ColSpec[] | readonly TensorSpec[]) {
    this.inputs = inputs;
  }

  /** The column specifications, or undefined for a tensor schema. */
  get columns(): readonly ColSpec[] | undefined {
    return this.inputs[0] instanceof ColSpec ? (this.inputs as readonly ColSpec[]) : undefined;
  }

  /** The tensor specifications, or undefined for a column schema. */
  get tensors(): readonly TensorSpec[] | undefined {
    return this.inputs[0] instanceof TensorSpec ? (this.inputs as readonly TensorSpec[]) : undefined;
  }

  /** True when the specifications have names. */
  get named(): boolean {
    return this.inputs[0] !== undefined && this.inputs[0].name !== null;
  }
}
