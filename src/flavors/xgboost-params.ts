/**
 * Inference parameters that mlflow.xgboost hands to predict; it drops names that predict does not know.
 * Source: _XGBModelWrapper of mlflow.xgboost, Booster.predict and XGBModel.predict.
 * @module
 */
import { Tensor } from '../data/tensor.ts';
import { Scalar, Tuple, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import type { Rounds } from './xgboost-booster.ts';

/** What a call asks for. */
export interface XgboostCall {
  readonly output: 'predict' | 'margin' | 'leaf' | 'contributions' | 'interactions';
  /** Of contributions and interactions. */
  readonly approximate: boolean;
  readonly strict: boolean;
  readonly validateFeatures: boolean;
  /** null: the model's own. */
  readonly rounds: Rounds | null;
}

/** What a Booster's predict may be asked for, by parameter. */
const OUTPUTS = [['output_margin', 'margin'], ['pred_leaf', 'leaf'], ['pred_contribs', 'contributions'], ['pred_interactions', 'interactions']] as const;

/**
 * Reads the parameters of a Booster or an estimator.
 * @throws ModelError PARAM_UNSUPPORTED, INPUT_UNSUITABLE
 */
export function readParams(params: ReadonlyMap<string, Value> | undefined, target: 'booster' | 'estimator', dart: boolean): XgboostCall {
  const flag = (name: string): boolean => truth(params?.get(name) ?? null);
  const booster = target === 'booster';
  if (!booster && (params?.get('base_margin') ?? null) !== null) throw new ModelError('PARAM_UNSUPPORTED', { param: 'base_margin', flavor: 'xgboost' });
  if (booster && dart && flag('training')) throw new ModelError('PARAM_UNSUPPORTED', { param: 'training', flavor: 'xgboost' });
  // The wrapper itself gives these, so that Python refuses them twice.
  for (const name of booster ? ['data', 'validate_features'] : ['X']) {
    if (params?.has(name)) throw new ModelError('INPUT_UNSUITABLE', { reason: `predict got several values for ${name}` });
  }
  const asked = OUTPUTS.filter(([name, output]) => (booster || output === 'margin') && flag(name));
  if (asked.length > 1) throw new ModelError('INPUT_UNSUITABLE', { reason: `${asked.map(([name]) => name).join(' and ')} exclude each other` });
  const range = params?.get('iteration_range') ?? null;
  return { output: asked[0]?.[1] ?? 'predict', approximate: booster && flag('approx_contribs'), strict: booster && flag('strict_shape'), validateFeatures: booster || !params?.has('validate_features') || flag('validate_features'), rounds: range === null ? null : roundsOf(range) };
}

/** Python's truth. */
function truth(value: Value): boolean {
  if (value instanceof Scalar) return Boolean(value.value);
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function roundsOf(value: Value): Rounds {
  const items: ArrayLike<unknown> = value instanceof Tensor ? value.values : value instanceof Tuple ? value.items : Array.isArray(value) ? value : [];
  const [begin, end] = [0, 1].map((i) => {
    const item = items[i];
    return Math.trunc(Number(item instanceof Scalar ? item.value : (item ?? NaN)));
  }) as [number, number];
  if (begin !== begin || end !== end) throw new ModelError('INPUT_UNSUITABLE', { reason: 'iteration_range must be two whole numbers' });
  return [begin, end];
}
