/**
 * A model's signature (mlflow.models.ModelSignature).
 * @module
 */
import type { ParamSchema } from './param-spec.ts';
import type { Schema } from './schema.ts';

/** How input is held against a signature. */
export type Enforcement = 'mlflow' | 'safe' | 'strict';

/**
 * Inputs, outputs and parameters of a model.
 * @example
 * ```ts
 * new ModelSignature({ inputs: new Schema([new ColSpec('double', 'x')]), outputs: new Schema([new ColSpec('long')]) });
 * ```
 */
export class ModelSignature {
  readonly inputs: Schema | undefined;
  readonly outputs: Schema | undefined;
  readonly params: ParamSchema | undefined;
  constructor(parts: { inputs?: Schema | undefined; outputs?: Schema | undefined; params?: ParamSchema | undefined }) {
    this.inputs = parts.inputs;
    this.outputs = parts.outputs;
    this.params = parts.params;
  }
}
