/**
 * The catboost flavor: CatBoost, CatBoostClassifier, CatBoostRegressor and CatBoostRanker from the binary and the JSON format.
 * @module
 */
import type { MaybePromise } from '../data/maybe-promise.ts';
import type { Tensor } from '../data/tensor.ts';
import { exponential, meanAndVariance } from '../engines/trees/links-float64.ts';
import type { Abortable } from '../engines/trees/predict.ts';
import { ModelError } from '../errors/model-error.ts';
import { readCatboostCbm } from '../formats/catboost-cbm.ts';
import { readCatboostJson } from '../formats/catboost-json.ts';
import type { Flavor, FlavorContext, Predictor } from './_contract.ts';
import { modelPath } from './_model-path.ts';
import { methodsPredictor, nativeFlavor, type OutputMethod } from './_native.ts';
import type { CatboostRows } from './catboost-input.ts';
import { CatboostScorer } from './catboost-scorer.ts';

const CLASSES = ['CatBoost', 'CatBoostClassifier', 'CatBoostRegressor', 'CatBoostRanker'] as const;
type ClassName = (typeof CLASSES)[number];

/** A model as read, and the class that MLflow loads it as. */
interface Loaded {
  readonly scorer: CatboostScorer;
  readonly name: ClassName;
}

const catboost: Flavor = nativeFlavor({ name: 'catboost', loaders: ['mlflow.catboost'], read: readModel, predictor: predictorOf });

export default catboost;

async function readModel(context: FlavorContext): Promise<Loaded> {
  const { model_type: type, save_format: format } = context.config, data = modelPath(context, 'catboost');
  const name = CLASSES.find((known) => known === type);
  if (!name) throw new ModelError('NOT_NATIVE', { flavor: 'catboost', unsupported: `class ${String(type)}` });
  if (format !== 'cbm' && format !== 'json') throw new ModelError('NOT_NATIVE', { flavor: 'catboost', unsupported: `save_format ${String(format)}` });
  const bytes = await context.files.read(data);
  return { scorer: new CatboostScorer(format === 'cbm' ? readCatboostCbm(bytes, data) : readCatboostJson(bytes, data), context), name };
}

type Method = (rows: CatboostRows, call: Abortable) => MaybePromise<Tensor>;

/** mlflow.catboost takes inference parameters and drops them all. */
function predictorOf({ scorer, name }: Loaded): Predictor {
  const of = (method: Method): OutputMethod => (input, call) => method(scorer.rows(input), call);
  const probabilities = {
    predict_proba: of((rows, call) => scorer.probabilities(rows, call)),
    predict_log_proba: of((rows, call) => scorer.logProbabilities(rows, call)),
  };
  return methodsPredictor({
    predict: of(predictOf(scorer, name)),
    ...(name === 'CatBoostRanker' ? {} : probabilities),
    margin: of((rows, call) => scorer.margin(rows, call)),
    leaf: of((rows, call) => scorer.leaf(rows, call)),
    contributions: of((rows, call) => scorer.contributions(rows, call)),
    interactions: of((rows, call) => scorer.interactions(rows, call)),
  }, () => scorer.close());
}

/** What each class's `predict` gives without a prediction type. */
function predictOf(scorer: CatboostScorer, name: ClassName): Method {
  if (name === 'CatBoostClassifier') return (rows, call) => scorer.labels(rows, call);
  if (name === 'CatBoostRegressor' && (scorer.loss.startsWith('Poisson') || scorer.loss.startsWith('Tweedie'))) return (rows, call) => scorer.linked(rows, exponential, call);
  if (name === 'CatBoostRegressor' && scorer.loss === 'RMSEWithUncertainty') return (rows, call) => scorer.linked(rows, meanAndVariance, call);
  return (rows, call) => scorer.margin(rows, call);
}
