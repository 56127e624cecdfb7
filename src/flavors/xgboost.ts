/**
 * The xgboost flavor: Boosters and scikit-learn estimators from JSON, UBJSON and the binary format of 1.x.
 * @module
 */
import type { MaybePromise } from '../data/maybe-promise.ts';
import { labelText, Table } from '../data/table.ts';
import type { Tensor } from '../data/tensor.ts';
import type { Value } from '../data/values.ts';
import type { Matrix } from '../engines/trees/predict.ts';
import { ModelError } from '../errors/model-error.ts';
import { isMagic, parseXgboostBinary } from '../formats/xgboost-binary.ts';
import { parseXgboostJson } from '../formats/xgboost-json.ts';
import type { XgboostModel } from '../formats/xgboost-model.ts';
import type { Flavor, FlavorContext, Predictor, PredictOptions } from './_contract.ts';
import { modelPath } from './_model-path.ts';
import { XgboostBooster, type Rounds } from './xgboost-booster.ts';
import { xgboostMatrix } from './xgboost-input.ts';
import { readParams, type XgboostCall } from './xgboost-params.ts';
import { estimatorKind, predictLabels, probabilities, readEstimator, type Estimator } from './xgboost-sklearn.ts';

const BOOSTER = 'xgboost.core.Booster';

/** A model as read: a Booster, and the estimator around it where there is one. */
interface Loaded {
  readonly booster: XgboostBooster;
  readonly estimator: Estimator | null;
  /** Major version of the library that saved it. */
  readonly major: number;
}

/** Models that inspect has read already, for the load that follows. */
const read = new WeakMap<FlavorContext, Promise<Loaded>>();

const xgboost: Flavor = {
  name: 'xgboost',
  loaders: ['mlflow.xgboost'],

  async inspect(context) {
    try {
      await modelOf(context);
      return { native: true, unsupported: [] };
    } catch (error) {
      if (ModelError.isInstance(error) && error.code === 'NOT_NATIVE') return { native: false, unsupported: [String(error.data['unsupported'])] };
      throw error;
    }
  },

  async load(context) {
    const model = await modelOf(context);
    read.delete(context);
    return model.estimator ? estimatorPredictor(model, model.estimator) : boosterPredictor(model);
  },
};

export default xgboost;

function modelOf(context: FlavorContext): Promise<Loaded> {
  let model = read.get(context);
  if (!model) read.set(context, (model = readModel(context)));
  return model;
}

async function readModel(context: FlavorContext): Promise<Loaded> {
  const { model_class: type = BOOSTER, xgb_version: version } = context.config, data = modelPath(context, 'xgboost');
  const kind = estimatorKind(String(type));
  if (type !== BOOSTER && kind === undefined) throw new ModelError('NOT_NATIVE', { flavor: 'xgboost', unsupported: `class ${String(type)}` });
  const bytes = await context.files.read(data);
  // The extension does not tell: a .xgb is binary from 1.x and UBJSON from 2.x on. Old binaries may lack the magic.
  const model = isMagic(bytes) || bytes[0] !== 0x7b ? parseXgboostBinary(bytes, data) : parseXgboostJson(bytes, data);
  const booster = new XgboostBooster(model, data, { direct: kind !== undefined, threads: context.threads });
  return { booster, estimator: kind === undefined ? null : readEstimator(booster, kind), major: Number.parseInt(String(version ?? ''), 10) || (model.version[0] ?? 0) };
}

function boosterPredictor(loaded: Loaded): Predictor {
  const { booster } = loaded, names = new FeatureNames(loaded);
  const matrix = (input: Value): Matrix => names.keep(input, xgboostMatrix(input, { model: names.model, dmatrix: true, categorical: false, missing: NaN, validateFeatures: true }));
  return predictor(booster, {
    predict(input, params, call) {
      const { output, approximate, rounds, strict } = readParams(params, 'booster', booster.model.booster === 'dart'), range = rounds ?? [0, 0];
      if (output === 'contributions' || output === 'interactions') return booster[output](matrix(input), range, { strict, approximate, signal: call.signal });
      return booster[output](matrix(input), range, strict, call);
    },
    margin: (input, _, options) => booster.margin(matrix(input), [0, 0], false, options),
    ...(booster.hasTrees ? { leaf: (input: Value, _: Params, options: PredictOptions) => booster.leaf(matrix(input), [0, 0], false, options) } : {}),
    contributions: (input, _, { signal }) => booster.contributions(matrix(input), [0, 0], { signal }),
    ...(booster.hasTrees ? { interactions: (input: Value, _: Params, { signal }: PredictOptions) => booster.interactions(matrix(input), [0, 0], { signal }) } : {}),
  });
}

function estimatorPredictor(loaded: Loaded, estimator: Estimator): Predictor {
  const { booster, major } = loaded, { kind, missing } = estimator, names = new FeatureNames(loaded);
  const trainedOnCategories = booster.model.featureTypes?.includes('c') ?? false;
  const matrix = (input: Value, dmatrix: boolean, validateFeatures: boolean): Matrix => {
    const frame = kind === 'ranker' && input instanceof Table ? withoutQueryIds(input) : input;
    // 1.x takes category columns in predict only, 3.x in predict whatever the training.
    const categorical = dmatrix ? trainedOnCategories && major >= 2 : trainedOnCategories || major >= 3;
    if (!dmatrix) return xgboostMatrix(frame, { model: booster.model, dmatrix, categorical, missing, validateFeatures });
    return names.keep(frame, xgboostMatrix(frame, { model: names.model, dmatrix, categorical, missing, validateFeatures }));
  };
  const call = (params: Params): XgboostCall => readParams(params, 'estimator', false);
  const direct = (input: Value, validateFeatures: boolean = true): Matrix => matrix(input, !booster.hasTrees, validateFeatures);
  // A range that ends at 0 means the estimator's own.
  const rounds = (given: Rounds | null): Rounds => (given === null || given[1] === 0 || !booster.hasTrees ? estimator.rounds : given);
  return predictor(booster, {
    predict(input, params, options) {
      const asked = call(params), rows = direct(input, asked.validateFeatures), range = rounds(asked.rounds);
      if (asked.output === 'margin') return booster.margin(rows, range, false, options);
      return kind === 'classifier' ? predictLabels(booster, estimator, rows, range, options) : booster.predict(rows, range, false, options);
    },
    ...(kind === 'classifier' ? { predict_proba: (input: Value, _: Params, options: PredictOptions) => probabilities(booster, direct(input), estimator.rounds, options) } : {}),
    margin: (input, _, options) => booster.margin(direct(input), estimator.rounds, false, options),
    ...(booster.hasTrees ? { leaf: (input: Value, _: Params, options: PredictOptions) => booster.leaf(matrix(input, true, true), estimator.rounds, false, options) } : {}),
    contributions: (input, _, { signal }) => booster.contributions(matrix(input, true, true), estimator.rounds, { signal }),
    ...(booster.hasTrees ? { interactions: (input: Value, _: Params, { signal }: PredictOptions) => booster.interactions(matrix(input, true, true), estimator.rounds, { signal }) } : {}),
  });
}

/**
 * A Booster of 1.x without feature names (its binary format has none) takes those of the first frame it scores, and from
 * then on takes no other columns, order or arrays, as its library does: such input would be scored by position unseen.
 * Source: Booster._validate_dmatrix_features of 1.7.
 */
class FeatureNames {
  model: XgboostModel;
  readonly #learns: boolean;
  constructor({ booster, major }: Loaded) {
    this.model = booster.model;
    this.#learns = major === 1 && booster.model.featureNames === null;
  }

  keep(input: Value, matrix: Matrix): Matrix {
    if (this.#learns && this.model.featureNames === null && input instanceof Table && input.length > 0) this.model = { ...this.model, featureNames: input.names.map(labelText) };
    return matrix;
  }
}

type Params = ReadonlyMap<string, Value> | undefined;

/** The options are handed on as they are: their signal is made when it is asked for. */
function predictor(booster: XgboostBooster, methods: Readonly<Record<string, (input: Value, params: Params, options: PredictOptions) => MaybePromise<Tensor>>>): Predictor {
  const outputs = Object.keys(methods);
  return {
    accepts: { table: true, tensors: true, params: true },
    rowWise: true,
    outputs,
    predict(input, options) {
      const { output = 'predict', params } = options;
      const method = Object.hasOwn(methods, output) ? methods[output] : undefined;
      if (!method) throw new ModelError('OUTPUT_UNKNOWN', { output, outputs });
      return method(input, params, options);
    },
    async close() {
      booster.close();
    },
  };
}

/** A ranker takes the column `qid` for the query ids, not for a feature. */
function withoutQueryIds(table: Table): Table {
  const keep = table.names.map((_, i) => i).filter((i) => table.names[i] !== 'qid');
  if (keep.length === table.names.length) return table;
  return new Table(keep.map((i) => table.names[i] ?? null), keep.map((i) => table.columns[i] as Table['columns'][number]), table.length, table.index);
}
