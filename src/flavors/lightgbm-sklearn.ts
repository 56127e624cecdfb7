/**
 * LightGBM's scikit-learn classes, from the objects of a pickle or skops file.
 * @module
 */
import { andThen, type MaybePromise } from '../data/maybe-promise.ts';
import { Tensor } from '../data/tensor.ts';
import type { ThreadPool } from '../engines/threads.ts';
import { argmaxRows, takeLabels } from '../engines/labels.ts';
import type { Abortable, Matrix } from '../engines/trees/predict.ts';
import { ModelError } from '../errors/model-error.ts';
import { readLightgbmText } from '../formats/lightgbm-text.ts';
import { PyObject, pyTypeName, type PyValue } from '../formats/python-object.ts';
import type { Value } from '../data/values.ts';
import { LightgbmBooster } from './lightgbm-booster.ts';

/** Names that files of these classes use beyond plain data. */
export const LIGHTGBM_GLOBALS: ReadonlySet<string> = new Set([
  'lightgbm.sklearn.LGBMClassifier', 'lightgbm.sklearn.LGBMRegressor', 'lightgbm.sklearn.LGBMRanker', 'lightgbm.sklearn.LGBMModel', 'lightgbm.basic.Booster',
  'sklearn.preprocessing._label.LabelEncoder', 'sklearn.preprocessing.label.LabelEncoder', 'lightgbm.compat._LGBMLabelEncoder',
]);

/** A fitted estimator. */
export interface LightgbmEstimator {
  readonly booster: LightgbmBooster;
  /** Of a classifier, else null. */
  readonly classes: Tensor | null;
  /** A classifier whose answer has a column for each class. */
  readonly multiclass: boolean;
}

/** @throws ModelError FILE_MALFORMED, NOT_NATIVE and those of the text model */
export function lightgbmEstimator(value: PyValue, file: string, version: string, threads?: ThreadPool): LightgbmEstimator {
  const fail = (reason: string): never => {
    throw new ModelError('FILE_MALFORMED', { file, format: 'LightGBM', where: pyTypeName(value), reason });
  };
  if (!(value instanceof PyObject) || !/^lightgbm\.sklearn\.LGBM(Classifier|Regressor|Ranker|Model)$/.test(value.path)) return fail('it is not an estimator of LightGBM');
  const inner = value.attribute('_Booster');
  if (!(inner instanceof PyObject) || inner.path !== 'lightgbm.basic.Booster') return fail('it is not fitted');
  const text = inner.attribute('_handle') ?? inner.attribute('handle');
  if (typeof text !== 'string') return fail('its Booster has no model');
  const best = inner.attribute('best_iteration'), categories = inner.attribute('pandas_categorical');
  const booster = new LightgbmBooster(readLightgbmText(text, file), {
    bestIteration: typeof best === 'bigint' ? Number(best) : 0,
    // Lists of lists of plain values, as the training frame had them.
    pandasCategorical: Array.isArray(categories) && categories.every((list) => Array.isArray(list)) ? (categories as Value[][]) : null,
    version,
    estimator: true,
    threads,
  });
  if (!value.path.endsWith('Classifier')) return { booster, classes: null, multiclass: false };
  const encoder = value.attribute('_le'), classes = encoder instanceof PyObject ? encoder.attribute('classes_') : value.attribute('_classes');
  if (!(classes instanceof Tensor) || classes.shape.length !== 1) return fail('it has no class labels');
  const count = value.attribute('_n_classes'), objective = value.attribute('_objective');
  if (typeof count !== 'bigint' || Number(count) !== classes.size) return fail('the count of its classes is not that of its labels');
  // Since 4.0 a classifier of two classes with a multi-class objective answers a column for each too.
  const multiclass = count > 2n || (booster.outputs > 1 && typeof objective === 'string' && MULTICLASS.has(objective));
  if (booster.outputs !== (multiclass ? classes.size : 1)) return fail(`it has ${classes.size} classes and ${booster.outputs} outputs`);
  return { booster, classes, multiclass };
}

const MULTICLASS: ReadonlySet<string> = new Set(['multiclass', 'softmax', 'multiclassova', 'multiclass_ova', 'ova', 'ovr']);

/** `predict_proba`: (rows, classes) float64. */
export function probabilities(estimator: LightgbmEstimator, matrix: Matrix, call: Abortable): MaybePromise<Tensor> {
  const answer = estimator.booster.predict(matrix, call);
  return estimator.multiclass ? answer : andThen(answer, twoColumns);
}

/** The probability of the one class becomes that of both. */
function twoColumns(answer: Tensor): Tensor {
  const positive = answer.values as Float64Array, out = new Float64Array(2 * positive.length);
  for (let i = 0; i < positive.length; i++) {
    out[2 * i] = 1 - positive[i]!;
    out[2 * i + 1] = positive[i]!;
  }
  return new Tensor('float64', [positive.length, 2], out);
}

/** `predict`: labels of a classifier, else the Booster's answer. */
export function labelsOrValues(estimator: LightgbmEstimator, matrix: Matrix, call: Abortable): MaybePromise<Tensor> {
  const { classes } = estimator;
  if (!classes) return estimator.booster.predict(matrix, call);
  return andThen(probabilities(estimator, matrix, call), (scores) => takeLabels(classes, argmaxRows(scores.values as Float64Array, scores.shape[1]!)));
}
