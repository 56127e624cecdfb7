/**
 * A CatBoost model as its two file formats describe it: features with their borders, trees over the list of all tests, tables
 * of category statistics. Sources: catboost/libs/model: flatbuffers/*.fbs, json_model_helpers.cpp.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';

/** Features, outputs and classes are kept below these, so that their products stay whole numbers. */
export const MAX_FEATURES: number = 2 ** 24;
export const MAX_OUTPUTS: number = 2 ** 16;

/** A numeric feature. */
export interface CatboostFloat {
  /** Its number among the numeric features. */
  readonly index: number;
  /** Its number among all columns of the training data. */
  readonly flatIndex: number;
  /** Empty where training had none. */
  readonly name: string;
  /** Rising; none where no tree uses the feature. */
  readonly borders: Float32Array;
  /** Whether NaN counts as +∞ in every test; otherwise every test of NaN fails. */
  readonly nanPasses: boolean;
}

/** A categorical feature. */
export interface CatboostCategorical {
  /** Its number among the categorical features. */
  readonly index: number;
  readonly flatIndex: number;
  readonly name: string;
}

/** Tests whether the hash of a categorical feature equals one of these values. */
export interface CatboostOneHot {
  /** Number of the categorical feature. */
  readonly categorical: number;
  readonly values: Int32Array;
}

/** What a statistic of categories is over: categories, tests of numbers (`x > border`) and of categories (`hash = value`), together. */
export interface CatboostProjection {
  readonly categoricals: readonly number[];
  readonly floats: readonly { readonly feature: number; readonly border: number }[];
  readonly oneHots: readonly { readonly categorical: number; readonly value: number }[];
}

/** Kinds of statistics, in the order of the library's numbers. */
export const CTR_TYPES = ['Borders', 'Buckets', 'BinarizedTargetMeanValue', 'FloatTargetMeanValue', 'Counter', 'FeatureFreq'] as const;
export type CtrType = (typeof CTR_TYPES)[number];

/** Which table a statistic is taken from. */
export interface CatboostCtrBase {
  readonly projection: CatboostProjection;
  readonly type: CtrType;
  /** Tells apart tables of one projection and type. */
  readonly classifier: number;
}

/** A statistic of categories as a number: `((count + priorNumerator) / (total + priorDenominator) + shift) · scale`, all in float32. */
export interface CatboostCtr extends CatboostCtrBase {
  readonly targetBorder: number;
  readonly priorNumerator: number;
  readonly priorDenominator: number;
  readonly shift: number;
  readonly scale: number;
  readonly borders: Float32Array;
}

/** Counts by hash of a projection. Of a mean, two counts an entry: sum and number; else one an entry and class. */
export interface CatboostTable extends CatboostCtrBase {
  /** Low and high halves of the hashes; entry i has the counts from `i · width` on. */
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  readonly counts: Float64Array;
  readonly width: number;
  /** The total of every entry, of Counter and FeatureFreq. */
  readonly denominator: number;
}

/**
 * A tree; tests are numbers in the list of all tests: borders of the numeric features in order, values of the one-hot features,
 * borders of the statistics. A test that holds leads right.
 */
export type CatboostTree = CatboostSymmetricTree | CatboostNodeTree;

/** One test a level; leaf i is where test t has the bit `i >> t & 1`. */
export interface CatboostSymmetricTree {
  readonly symmetric: true;
  readonly tests: Int32Array;
  /** Per leaf, `outputs` values each. */
  readonly values: Float64Array;
  /** Per leaf: the weight of the training rows in it; null where the file has none. */
  readonly weights: Float64Array | null;
}

/** A tree of any shape. A child ≥ 0 is an inner node, a child < 0 the leaf `~child`; node 0 is the root. */
export interface CatboostNodeTree {
  readonly symmetric: false;
  readonly tests: Int32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly values: Float64Array;
  readonly weights: Float64Array | null;
  /** Per leaf: the number the library reports for it. */
  readonly leafIds: Int32Array;
  /** Per leaf: 1 where the file has it in its parent's node; null where none is. */
  readonly inParent: Uint8Array | null;
}

/** Labels of a classifier. */
export interface CatboostClasses {
  readonly labels: readonly (number | string | boolean)[];
  readonly type: 'Integer' | 'Float' | 'String' | 'Boolean';
  /** Per output of the trees: its place among the labels. */
  readonly places: readonly number[];
}

/** A model. */
export interface CatboostModel {
  readonly outputs: number;
  readonly floats: readonly CatboostFloat[];
  readonly categoricals: readonly CatboostCategorical[];
  readonly oneHots: readonly CatboostOneHot[];
  readonly ctrs: readonly CatboostCtr[];
  readonly tables: readonly CatboostTable[];
  readonly trees: readonly CatboostTree[];
  /** The answer is `scale · sum of trees + bias`. */
  readonly scale: number;
  readonly bias: Float64Array;
  /** Name of the loss function, empty where the file has none. */
  readonly loss: string;
  readonly classes: CatboostClasses | null;
  /** From which probability on the second class is answered. */
  readonly threshold: number;
  /** Kinds of features it has beyond numeric and categorical ones. */
  readonly beyond: readonly string[];
}

/** What a model's file says in words. */
export type CatboostInfo = Pick<CatboostModel, 'loss' | 'classes' | 'threshold'>;

type Plain = Readonly<Record<string, unknown>>;

/**
 * Reads a model's attributes by name; structured ones are plain objects.
 * @throws ModelError FILE_MALFORMED
 */
export function readInfo(attributes: Plain, file: string): CatboostInfo {
  const { params, binclass_probability_threshold: threshold = 0.5, class_params: classes = attributes['multiclass_params'] } = attributes;
  const loss = isPlain(params) ? params['loss_function'] : attributes['loss_function'];
  const type = isPlain(loss) ? loss['type'] : loss, border = Number(threshold);
  if (!(border > 0 && border < 1)) fail(file, 'binclass_probability_threshold', 'it is not between 0 and 1');
  return { loss: typeof type === 'string' ? type : '', classes: isPlain(classes) ? readClasses(classes, file) : null, threshold: border };
}

/** Whether a value of JSON is an object. */
export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readClasses({ class_names: names, class_to_label: toLabel, classes_count: counted = 0, class_label_type: given }: Plain, file: string): CatboostClasses {
  if (!Array.isArray(names) || !Array.isArray(toLabel)) return fail(file, 'class_params', 'class_names and class_to_label are not lists');
  const count = Number(counted), places = toLabel.map(Number);
  // Without names, classes are whole numbers: all below the count, or those that training met.
  const length = names.length > 0 ? names.length : places.reduce((most, place) => Math.max(most, place + 1), count);
  if (!Number.isInteger(length) || length < 0 || length > MAX_OUTPUTS) fail(file, 'class_params', `it has ${length} classes`);
  if (!places.every((place) => Number.isInteger(place) && place >= 0 && place < length)) fail(file, 'class_params', `class_to_label does not fit ${length} classes`);
  const labels: readonly unknown[] = names.length > 0 ? names : Array.from({ length }, (_, i) => i);
  const type = String(given ?? (names.some((name) => typeof name === 'string') ? 'String' : 'Integer'));
  return { labels: labels.map((label) => labelOf(label, type, file)), type: type as CatboostClasses['type'], places };
}

function labelOf(label: unknown, type: string, file: string): number | string | boolean {
  if (type === 'String' && typeof label === 'string') return label;
  if (type === 'Boolean' && typeof label === 'boolean') return label;
  if ((type === 'Float' || (type === 'Integer' && Number.isSafeInteger(label))) && typeof label === 'number') return label;
  return fail(file, 'class_params', `a class is not of the type ${type}`);
}

function fail(file: string, where: string, reason: string): never {
  throw new ModelError('FILE_MALFORMED', { file, format: 'CatBoost', where, reason });
}
