/**
 * What XGBoost's scikit-learn estimators add to a Booster: best iteration, class labels, probabilities.
 * Source: XGBModel, XGBClassifier and XGBRanker of xgboost.sklearn, 1.7 and 3.2.
 * @module
 */
import { integerStorage } from '../data/column.ts';
import { andThen, type MaybePromise } from '../data/maybe-promise.ts';
import { Tensor } from '../data/tensor.ts';
import type { Value } from '../data/values.ts';
import { argmaxRows, takeLabels } from '../engines/labels.ts';
import { softmax32 } from '../engines/trees/links-float32.ts';
import type { Abortable, Matrix } from '../engines/trees/predict.ts';
import { ModelError } from '../errors/model-error.ts';
import { parseFileJson } from '../formats/json-text.ts';
import type { Rounds, XgboostBooster } from './xgboost-booster.ts';

/** Estimator types by class. */
export type EstimatorKind = 'classifier' | 'regressor' | 'ranker';

const CLASSES: Readonly<Record<string, EstimatorKind>> = {
  XGBClassifier: 'classifier', XGBRFClassifier: 'classifier', XGBRegressor: 'regressor', XGBRFRegressor: 'regressor', XGBRanker: 'ranker',
};

/** The kind of `xgboost.sklearn.XGB…`, or undefined. */
export function estimatorKind(modelClass: string): EstimatorKind | undefined {
  const name = /^xgboost\.sklearn\.(\w+)$/.exec(modelClass)?.[1];
  return name !== undefined && Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
}

/** An estimator as its file describes it. */
export interface Estimator {
  readonly kind: EstimatorKind;
  /** Rounds that its predict uses. */
  readonly rounds: Rounds;
  readonly classes: number;
  /** Labels by class number, from the label encoder of libraries before 1.6; null: the number is the label. */
  readonly labels: Tensor | null;
  /** A value that counts as missing, which libraries before 2.0 kept; else NaN. */
  readonly missing: number;
}

/**
 * Reads what the file says of the estimator (attributes `scikit_learn`, `best_iteration`).
 * @throws ModelError FLAVOR_CONFIG_INVALID
 */
export function readEstimator(booster: XgboostBooster, kind: EstimatorKind): Estimator {
  const { attributes, classes, booster: type } = booster.model;
  const meta = readMeta(attributes.get('scikit_learn'));
  const given = meta.get('_estimator_type');
  if (typeof given === 'string' && given !== kind) invalid(`model_class is a ${kind}, the model file a ${given}`);
  const best = attributes.get('best_iteration');
  let end = 0;
  if (best !== undefined && type !== 'gblinear') {
    end = /^\d+$/.test(best) ? Number(best) + 1 : invalid('best_iteration is not a whole number');
    if (end > booster.rounds) invalid(`best_iteration is ${best}, the model has ${booster.rounds} rounds`);
  }
  const own = meta.get('n_classes_'), missing = meta.get('missing'), encoder = meta.get('_le');
  return {
    kind,
    rounds: [0, end],
    classes: typeof own === 'bigint' ? Number(own) : Math.max(classes, 2),
    labels: encoder instanceof Map ? labelTensor(encoder.get('classes_') ?? null) : null,
    missing: typeof missing === 'number' || typeof missing === 'bigint' ? Number(missing) : NaN,
  };
}

function readMeta(text: string | undefined): Map<Value, Value> {
  if (text === undefined) return new Map();
  const meta = parseFileJson(text, 'the attribute scikit_learn', 64);
  return meta instanceof Map ? meta : invalid('the attribute scikit_learn is not an object');
}

function labelTensor(classes: Value): Tensor {
  if (!Array.isArray(classes)) return invalid('the label encoder has no classes');
  if (classes.every((label) => typeof label === 'bigint')) {
    if (classes.some((label) => BigInt.asIntN(64, label) !== label)) return invalid('a class of the label encoder is beyond 64 bits');
    return new Tensor('int64', [classes.length], integerStorage('int64', classes));
  }
  if (classes.every((label) => typeof label === 'string')) return new Tensor('str', [classes.length], classes);
  if (classes.every((label) => typeof label === 'boolean')) return new Tensor('bool', [classes.length], Uint8Array.from(classes, Number));
  if (classes.every((label) => typeof label === 'number' || typeof label === 'bigint')) return new Tensor('float64', [classes.length], Float64Array.from(classes, Number));
  return invalid('the classes of the label encoder are of different types');
}

/** `predict` of a classifier: class numbers (or labels); per label 0.0 and 1.0 where there are several. */
export function predictLabels(booster: XgboostBooster, estimator: Estimator, matrix: Matrix, rounds: Rounds, call: Abortable): MaybePromise<Tensor> {
  return andThen(booster.predict(matrix, rounds, false, call), (scores) => labelsOf(booster, estimator, scores));
}

function labelsOf(booster: XgboostBooster, estimator: Estimator, scores: Tensor): Tensor {
  const values = scores.values as Float32Array, width = scores.shape[1];
  if (width !== undefined && estimator.classes !== 2) return labelled(argmaxRows(values, width), estimator);
  if (width !== undefined) return new Tensor('float64', scores.shape, Float64Array.from(values, (p) => Number(p > 0.5)));
  if (booster.model.objective === 'multi:softmax') return new Tensor('int32', scores.shape, Int32Array.from(values));
  const indices = new Int32Array(values.length);
  for (let i = 0; i < indices.length; i++) if ((values[i] as number) > 0.5) indices[i] = 1;
  return labelled(indices, estimator);
}

function labelled(indices: Int32Array, { labels }: Estimator): Tensor {
  if (labels === null) return new Tensor('int64', [indices.length], new Float64Array(indices));
  if (indices.some((i) => i >= labels.size)) return invalid(`the label encoder has ${labels.size} classes`);
  return takeLabels(labels, indices);
}

/** `predict_proba`: (rows, classes) float32. */
export function probabilities(booster: XgboostBooster, matrix: Matrix, rounds: Rounds, call: Abortable): MaybePromise<Tensor> {
  if (booster.model.objective !== 'multi:softmax') return andThen(booster.predict(matrix, rounds, false, call), twoColumns);
  return andThen(booster.margin(matrix, rounds, true, call), (margins) => {
    const values = margins.values as Float32Array;
    for (let at = 0; at < values.length; at += booster.outputs) softmax32(values, at, booster.outputs);
    return margins;
  });
}

/** The probability of the one class becomes that of both. */
function twoColumns(scores: Tensor): Tensor {
  const values = scores.values as Float32Array;
  if (scores.shape.length === 2) return scores;
  const out = new Float32Array(2 * values.length);
  for (let i = 0; i < values.length; i++) {
    out[2 * i] = 1 - (values[i] as number);
    out[2 * i + 1] = values[i] as number;
  }
  return new Tensor('float32', [values.length, 2], out);
}

function invalid(reason: string): never {
  throw new ModelError('FLAVOR_CONFIG_INVALID', { flavor: 'xgboost', reason });
}
