/**
 * Input and parameters held against a model's signature.
 * @module
 */
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { compileColumns } from './enforce-columns.ts';
import { enforceParams } from './enforce-params.ts';
import { compileTensors } from './enforce-tensors.ts';
import { compileTypedEnforcer } from './enforce-typed.ts';
import { enforceParamsLossless } from './enforce-values-params.ts';
import type { Schema } from './schema.ts';
import type { Enforcement, ModelSignature } from './signature.ts';

/** Enforcement of one signature, worked out once. */
export interface Enforcer {
  /**
   * What the model gets for this input: a Table for a column signature, a Tensor or a Map of tensors for a tensor one, the
   * input itself without one.
   * @throws ModelError INPUT_…, always with MLflow's code INVALID_PARAMETER_VALUE
   */
  input(data: Value): Value;
  /**
   * The parameters the model gets, defaults filled in; null where there are none and no schema.
   * @throws ModelError PARAM_VALUE_INVALID, PARAM_FORM_INVALID, PARAM_UNKNOWN
   */
  params(params: Value | undefined): Map<string, Value> | null;
}

/**
 * Builds the enforcement of typed data as `PyFuncModel.predict` does it, in one of three modes.
 * @example
 * ```ts
 * const enforcer = compileEnforcer(model.signature, 'safe');
 * enforcer.input(table);
 * ```
 */
export function compileEnforcer(signature: ModelSignature | undefined, mode: Enforcement): Enforcer {
  const enforce = mode === 'mlflow' ? compileInput(signature?.inputs) : compileTypedEnforcer(signature, mode);
  return {
    input: (data) => (!enforce ? data : mode === 'mlflow' ? asInputError(() => enforce(data)) : enforce(data)),
    params: (params) => (mode === 'mlflow' ? enforceParams(signature?.params, params) : enforceParamsLossless(signature?.params, params, mode)),
  };
}

function compileInput(schema: Schema | undefined): ((data: Value) => Value) | undefined {
  if (!schema) return undefined;
  return schema.tensors ? compileTensors(schema) : compileColumns(schema);
}

/** MLflow answers every failure of enforcement with one code, whatever failed inside. */
function asInputError<T>(enforce: () => T): T {
  try {
    return enforce();
  } catch (error) {
    if (!ModelError.isInstance(error) || error.mlflowCode === 'INVALID_PARAMETER_VALUE') throw error;
    throw new ModelError('INPUT_INVALID', { reason: error.message.replace(/\.$/, '') }, { cause: error });
  }
}
