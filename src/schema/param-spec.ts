/**
 * Inference parameters of a signature (mlflow.types.ParamSpec, ParamSchema).
 * @module
 */
import type { Value } from '../data/values.ts';
import type { ObjectType, ScalarType } from './data-types.ts';

/** Name, type, default and shape (null for a scalar, [-1] for a list) of one inference parameter. */
export class ParamSpec {
  readonly name: string;
  readonly type: ScalarType | ObjectType;
  readonly default: Value;
  readonly shape: readonly number[] | null;
  constructor(name: string, type: ScalarType | ObjectType, defaultValue: Value, shape: readonly number[] | null = null) {
    this.name = name;
    this.type = type;
    this.default = defaultValue;
    this.shape = shape;
  }
}

/** The parameters a model takes. */
export class ParamSchema {
  readonly params: readonly ParamSpec[];
  constructor(params: readonly ParamSpec[]) {
    this.params = params;
  }
}
