/**
 * The xgboost flavor: Boosters and scikit-learn estimators from JSON, UBJSON and the binary format of 1.x.
 * @module
 */
import { labelText, Table } from '../data/table.ts';
import type { Value } from '../data/values.ts';
import type { Matrix } from '../engines/trees/predict.ts';
import { ModelError } from '../errors/model-error.ts';
import { isMagic, parseXgboostBinary } from '../formats/xgboost-binary.ts';
import { parseXgboostJson } from '../formats/xgboost-json.ts';
import type { XgboostModel } from '../formats/xgboost-model.ts';
import type { Flavor, FlavorContext, Predictor, PredictOptions } from './_contract.ts';
import { modelPath } from './_model-path.ts';
import { methodsPredictor, nativeFlavor } from './_native.ts';
import { XgboostBooster, type Rounds } from './xgboost-booster.ts';
import { xgboostMatrix } from './xgboost-input.ts';
import { readParams } from './xgboost-params.ts';
import { estimatorKind, predictLabels, probabilities, readEstimator, type Estimator } from './xgboost-sklearn.ts';

const BOOSTER = 'xgboost.core.Booster';

/** A model as read: a Booster, and the estimator around it where there is one. */
interface Loaded {
  readonly booster: XgboostBooster;
  readonly estimator: Estimator | null;
  /** Major version of the library that saved it. */
  readonly major: number;
}

const xgboost: Flavor = nativeFlavor({
  name: 'xgboost',
  loaders: ['mlflow.xgboost'],
  read: readModel,
  predictor: (model) => (model.estimator ? estimatorPredictor(model, model.estimator) : boosterPredictor(model)),
});

export default xgboost;

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
  return methodsPredictor({
    predict(input, call) {
      const { output, approximate, rounds, strict } = readParams(call.params, 'booster', booster.model.booster === 'dart'), range = rounds ?? [0, 0];
      if (output === 'contributions' || output === 'interactions') return booster[output](matrix(input), range, { strict, approximate, signal: call.signal });
      return booster[output](matrix(input), range, strict, call);
    },
    margin: (input, options) => booster.margin(matrix(input), [0, 0], false, options),
    ...(booster.hasTrees ? { leaf: (input: Value, options: PredictOptions) => booster.leaf(matrix(input), [0, 0], false, options) } : {}),
    contributions: (input, { signal }) => booster.contributions(matrix(input), [0, 0], { signal }),
    ...(booster.hasTrees ? { interactions: (input: Value, { signal }: PredictOptions) => booster.interactions(matrix(input), [0, 0], { signal }) } : {}),
  }, () => booster.close());
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
  const direct = (input: Value, validateFeatures: boolean = true): Matrix => matrix(input, !booster.hasTrees, validateFeatures);
  // A range that ends at 0 means the estimator's own.
  const rounds = (given: Rounds | null): Rounds => (given === null || given[1] === 0 || !booster.hasTrees ? estimator.rounds : given);
  return methodsPredictor({
    predict(input, options) {
      const asked = readParams(options.params, 'estimator', false), rows = direct(input, asked.validateFeatures), range = rounds(asked.rounds);
      if (asked.output === 'margin') return booster.margin(rows, range, false, options);
      return kind === 'classifier' ? predictLabels(booster, estimator, rows, range, options) : booster.predict(rows, range, false, options);
    },
    ...(kind === 'classifier' ? { predict_proba: (input: Value, options: PredictOptions) => probabilities(booster, direct(input), estimator.rounds, options) } : {}),
    margin: (input, options) => booster.margin(direct(input), estimator.rounds, false, options),
    ...(booster.hasTrees ? { leaf: (input: Value, options: PredictOptions) => booster.leaf(matrix(input, true, true), estimator.rounds, false, options) } : {}),
    contributions: (input, { signal }) => booster.contributions(matrix(input, true, true), estimator.rounds, { signal }),
    ...(booster.hasTrees ? { interactions: (input: Value, { signal }: PredictOptions) => booster.interactions(matrix(input, true, true), estimator.rounds, { signal }) } : {}),
  }, () => booster.close());
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

/** A ranker takes the column `qid` for the query ids, not for a feature. */
function withoutQueryIds(table: Table): Table {
  const keep = table.names.map((_, i) => i).filter((i) => table.names[i] !== 'qid');
  if (keep.length === table.names.length) return table;
  return new Table(keep.map((i) => table.names[i] ?? null), keep.map((i) => table.columns[i] as Table['columns'][number]), table.length, table.index);
}
