/**
 * The lightgbm flavor: Boosters from their text model, scikit-learn estimators from pickle, cloudpickle or skops.
 * @module
 */
import type { MaybePromise } from '../data/maybe-promise.ts';
import { Tensor } from '../data/tensor.ts';
import type { Matrix } from '../engines/trees/predict.ts';
import { ModelError } from '../errors/model-error.ts';
import { readLightgbmText } from '../formats/lightgbm-text.ts';
import { readPythonFile, unknownGlobals } from '../formats/python-file.ts';
import type { Flavor, FlavorContext, Predictor, PredictOptions } from './_contract.ts';
import { modelPath } from './_model-path.ts';
import { LightgbmBooster } from './lightgbm-booster.ts';
import { labelsOrValues, LIGHTGBM_GLOBALS, lightgbmEstimator, probabilities, type LightgbmEstimator } from './lightgbm-sklearn.ts';

const BOOSTER = 'lightgbm.basic.Booster';

/** Models that inspect has read already, for the load that follows. */
const read = new WeakMap<FlavorContext, Promise<LightgbmEstimator>>();

const lightgbm: Flavor = {
  name: 'lightgbm',
  loaders: ['mlflow.lightgbm'],

  async inspect(context) {
    try {
      await modelOf(context);
      return { native: true, unsupported: [] };
    } catch (error) {
      if (ModelError.isInstance(error) && error.code === 'GLOBAL_REFUSED') return { native: false, unsupported: await unknownNames(context) };
      if (ModelError.isInstance(error) && error.code === 'NOT_NATIVE') return { native: false, unsupported: [String(error.data['unsupported'])] };
      throw error;
    }
  },

  async load(context) {
    const model = await modelOf(context);
    read.delete(context);
    return predictorOf(model);
  },
};

export default lightgbm;

function modelOf(context: FlavorContext): Promise<LightgbmEstimator> {
  let model = read.get(context);
  if (!model) read.set(context, (model = readModel(context)));
  return model;
}

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
  const methods: Record<string, (matrix: Matrix, options: PredictOptions) => MaybePromise<Tensor>> = {
    predict: (matrix, options) => labelsOrValues(model, matrix, options),
    ...(model.classes ? { predict_proba: (matrix: Matrix, options: PredictOptions) => probabilities(model, matrix, options) } : {}),
    margin: (matrix, options) => model.booster.margin(matrix, options),
    leaf: (matrix, options) => model.booster.leaf(matrix, options),
    contributions: (matrix, { signal }) => model.booster.contributions(matrix, signal),
  };
  const outputs = Object.keys(methods);
  return {
    accepts: { table: true, tensors: true, params: true },
    rowWise: true,
    outputs,
    predict(input, options) {
      // Its signal is made when it is asked for.
      const { output = 'predict' } = options;
      const method = Object.hasOwn(methods, output) ? methods[output] : undefined;
      if (!method) throw new ModelError('OUTPUT_UNKNOWN', { output, outputs });
      return method(model.booster.matrix(input), options);
    },
    async close() {
      model.booster.close();
    },
  };
}
