/**
 * A model's signature (mlflow.models.ModelSignature).
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { ParamSchema } from './param-spec.ts';
import { Schema, type SchemaReadOptions } from './schema.ts';

/** How input is held against a signature. */
export type Enforcement = 'mlflow' | 'safe' | 'strict';

/** A signature as MLmodel files hold it: each part a JSON text, or null. */
export interface SignatureDict {
  inputs?: unknown;
  outputs?: unknown;
  params?: unknown;
}

/**
 * Inputs, outputs and parameters of a model; at least one of them.
 * @throws ModelError SCHEMA_INVALID
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
    if (!parts.inputs && !parts.outputs && !parts.params) throw new ModelError('SCHEMA_INVALID', { reason: 'a signature needs inputs, outputs or params' });
    this.inputs = parts.inputs;
    this.outputs = parts.outputs;
    this.params = parts.params;
  }

  /** The parts as JSON texts, null where absent; an empty list of params counts as absent. */
  toDict(): { inputs: string | null; outputs: string | null; params: string | null } {
    const params = this.params && this.params.params.length > 0 ? this.params.toJson() : null;
    return { inputs: this.inputs?.toJson() ?? null, outputs: this.outputs?.toJson() ?? null, params };
  }

  /** The three schemas, as MLflow prints them. */
  toString(): string {
    const show = (part: Schema | ParamSchema | undefined): string => part?.toString() ?? 'None';
    return `inputs: \n  ${show(this.inputs)}\noutputs: \n  ${show(this.outputs)}\nparams: \n  ${show(this.params)}\n`;
  }

  /**
   * Reads the `signature` of an MLmodel file; null and empty texts count as absent, other keys are ignored.
   * @throws ModelError SCHEMA_INVALID, SCHEMA_TYPE_INVALID, JSON_INVALID
   */
  static fromDict(dict: SignatureDict, options: SchemaReadOptions = {}): ModelSignature {
    const inputs = textOf(dict.inputs, 'inputs'), outputs = textOf(dict.outputs, 'outputs'), params = textOf(dict.params, 'params');
    return new ModelSignature({
      inputs: inputs === undefined ? undefined : Schema.fromJson(inputs, options),
      outputs: outputs === undefined ? undefined : Schema.fromJson(outputs, options),
      params: params === undefined ? undefined : ParamSchema.fromJson(params),
    });
  }
}

function textOf(part: unknown, key: string): string | undefined {
  if (part === null || part === undefined || part === '') return undefined;
  if (typeof part === 'string') return part;
  throw new ModelError('SCHEMA_INVALID', { reason: `the ${key} of a signature are not JSON text` });
}
