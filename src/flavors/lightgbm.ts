/**
 * The lightgbm flavor: Boosters from their text model, scikit-learn estimators from pickle, cloudpickle or skops.
 * @module
 */
import type { Value } from '../data/values.ts';
import { readLightgbmText } from '../formats/lightgbm-text.ts';
import { readPythonFile, unknownGlobals } from '../formats/python-file.ts';
import type { Flavor, FlavorContext, Predictor, PredictOptions } from './_contract.ts';
import { modelPath } from './_model-path.ts';
import { methodsPredictor, nativeFlavor } from './_native.ts';
import { LightgbmBooster } from './lightgbm-booster.ts';
import { labelsOrValues, LIGHTGBM_GLOBALS, lightgbmEstimator, probabilities, type LightgbmEstimator } from './lightgbm-sklearn.ts';

const BOOSTER = 'lightgbm.basic.Booster';

const lightgbm: Flavor = nativeFlavor({
  name: 'lightgbm',
  loaders: ['mlflow.lightgbm'],
  read: readModel,
  predictor: predictorOf,
  lacks: async ({ code }, context) => (code === 'GLOBAL_REFUSED' ? unknownNames(context) : undefined),
});

export default lightgbm;

async function readModel(context: FlavorContext): Promise<LightgbmEstimator> {
  const { lgb_version: version = '', model_class: type = BOOSTER } = context.config, data = modelPath(context, 'lightgbm');
  const bytes = await context.files.read(data);
  if (type === BOOSTER) {
    const text = readLightgbmText(new TextDecoder().decode(bytes), data);
    return { booster: new LightgbmBooster(text, { bestIteration: 0, pandasCategorical: text.pandasCategorical, version: String(version), estimator: false, threads: context.threads }), classes: null, multiclass: false };
  }
  return lightgbmEstimator(readPythonFile(bytes, { file: data, allow: LIGHTGBM_GLOBALS }), data, String(version), context.threads);
}

async function unknownNames(context: FlavorContext): Promise<readonly string[]> {
  const file = modelPath(context, 'lightgbm');
  return unknownGlobals(await context.files.read(file), { file, allow: LIGHTGBM_GLOBALS });
}

function predictorOf(model: LightgbmEstimator): Predictor {
  const { booster, classes } = model;
  return methodsPredictor({
    predict: (input, options) => labelsOrValues(model, booster.matrix(input), options),
    ...(classes ? { predict_proba: (input: Value, options: PredictOptions) => probabilities(model, booster.matrix(input), options) } : {}),
    margin: (input, options) => booster.margin(booster.matrix(input), options),
    leaf: (input, options) => booster.leaf(booster.matrix(input), options),
    contributions: (input, { signal }) => booster.contributions(booster.matrix(input), signal),
  }, () => booster.close());
}
