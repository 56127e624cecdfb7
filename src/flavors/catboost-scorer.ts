/**
 * A CatBoost model, compiled: raw values of rows, and what the library makes of them.
 * Source: catboost.core, transform_predictions of _catboost.pyx, catboost/libs/eval_result/eval_helpers.cpp; drawn from 1.2.10.
 * @module
 */
import { andThen, type MaybePromise } from '../data/maybe-promise.ts';
import { Tensor } from '../data/tensor.ts';
import type { Value } from '../data/values.ts';
import { argmaxRows, takeLabels } from '../engines/labels.ts';
import { inSlices, type Steps } from '../engines/steps.ts';
import { CatboostAttributions } from '../engines/trees/catboost/catboost-attributions.ts';
import { catboostColumns, type CatboostColumns } from '../engines/trees/catboost/catboost-columns.ts';
import { catboostForest } from '../engines/trees/catboost/catboost-forest.ts';
import { logSigmoid, logSoftmax, sigmoid, softmax, type Link } from '../engines/trees/links-float64.ts';
import { compileForest, type Abortable, type CompileOptions, type TreePredictor } from '../engines/trees/predict.ts';
import { ModelError } from '../errors/model-error.ts';
import type { CatboostClasses, CatboostModel } from '../formats/catboost-model.ts';
import { CatboostInput, type CatboostRows } from './catboost-input.ts';

/** Losses whose outputs are separate probabilities. */
const SEPARATE: ReadonlySet<string> = new Set(['MultiClassOneVsAll', 'MultiLogloss', 'MultiCrossEntropy']);
/** Of these each output is a label of its own. */
const MULTILABEL: ReadonlySet<string> = new Set(['MultiLogloss', 'MultiCrossEntropy']);

/** Scores like catboost.CatBoost. */
export class CatboostScorer {
  readonly loss: string;
  readonly #model: CatboostModel;
  readonly #input: CatboostInput;
  readonly #columns: CatboostColumns;
  readonly #forest: TreePredictor;
  /** Made when they are first asked for. */
  #attributions: CatboostAttributions | null = null;
  readonly #labels: Tensor | null;
  /** Raw values of one row: the forest's outputs, or the classes where training did not meet all of them. */
  readonly #width: number;
  /** Per output its place among the raw values; null where it is its own. */
  readonly #places: readonly number[] | null;
  /** A row is of the second class above this. */
  readonly #border: number;

  /** @throws ModelError NOT_NATIVE, FOREST_INVALID */
  constructor(model: CatboostModel, options: CompileOptions = {}) {
    if (model.beyond.length > 0) throw new ModelError('NOT_NATIVE', { flavor: 'catboost', unsupported: model.beyond.join(', ') });
    const columns = catboostColumns(model), { outputs, classes } = model;
    this.#model = model;
    this.loss = model.loss;
    this.#columns = columns;
    this.#input = new CatboostInput(model, columns);
    this.#forest = compileForest(catboostForest(model, columns.count, columns.tests), options);
    this.#labels = classes && labelTensor(classes);
    const external = outputs > 1 && classes !== null && classes.places.length === outputs ? classes : null;
    this.#width = external ? external.labels.length : outputs;
    this.#places = external && external.places.some((place, k) => place !== k || outputs !== this.#width) ? external.places : null;
    this.#border = -Math.log(1 / model.threshold - 1);
  }

  /** @throws ModelError INPUT_UNSUITABLE */
  rows(input: Value): CatboostRows {
    return this.#input.read(input);
  }

  /** `prediction_type='RawFormulaVal'`: (rows) or (rows, outputs) float64. */
  margin(rows: CatboostRows, call: Abortable = {}): MaybePromise<Tensor> {
    return andThen(this.#raw(rows, call), (raw) => this.#shaped(rows, raw));
  }

  /** `Probability`: (rows, classes) float64; of one output the second class's is its sigmoid. */
  probabilities(rows: CatboostRows, call: Abortable = {}): MaybePromise<Tensor> {
    if (this.#width > 1) return this.linked(rows, SEPARATE.has(this.loss) ? sigmoid(1) : softmax, call);
    return andThen(this.#raw(rows, call), (raw) => pairs(rows, raw, sigmoid(1), (p) => 1 - p));
  }

  /** `LogProbability`, shaped alike. */
  logProbabilities(rows: CatboostRows, call: Abortable = {}): MaybePromise<Tensor> {
    if (this.#width > 1) return this.linked(rows, SEPARATE.has(this.loss) ? logSigmoid : logSoftmax, call);
    return andThen(this.#raw(rows, call), (raw) => pairs(rows, raw, logSigmoid, (_, x) => -Math.log(1 + Math.exp(x))));
  }

  /** `Exponent` and `RMSEWithUncertainty`: raw values, each row changed by a link. */
  linked(rows: CatboostRows, link: Link, call: Abortable = {}): MaybePromise<Tensor> {
    return andThen(this.#raw(rows, call), (values) => {
      for (let at = 0; at < values.length; at += this.#width) link(values, at, this.#width);
      return this.#shaped(rows, values);
    });
  }

  /** `Class`: labels (rows), of several outputs (rows, 1); of losses with several labels 0 or 1 each, (rows, outputs) int64. */
  labels(rows: CatboostRows, call: Abortable = {}): MaybePromise<Tensor> {
    const width = this.#width, labels = this.#labels;
    if (MULTILABEL.has(this.loss) && width > 1) return andThen(this.#raw(rows, call), (raw) => this.#shaped(rows, raw.map((x) => Number(x > this.#border)), 'int64'));
    if (!labels || labels.size < Math.max(width, 2)) throw new ModelError('INPUT_UNSUITABLE', { reason: 'the model has no classes to predict' });
    return andThen(this.#raw(rows, call), (raw) => {
      const found = takeLabels(labels, width > 1 ? argmaxRows(raw, width) : Int32Array.from(raw, (x) => Number(x > this.#border)));
      return first(width > 1 ? new Tensor(found.dtype, [rows.rows, 1], found.values) : found, rows);
    });
  }

  /** `calc_leaf_indexes`: (rows, trees) uint32. */
  leaf(rows: CatboostRows, call: Abortable = {}): MaybePromise<Tensor> {
    const shape = [rows.rows, this.#model.trees.length];
    return andThen(this.#forest.batchLeaves(rows, call), (leaves) => new Tensor('uint32', shape, new Uint32Array(leaves.buffer, leaves.byteOffset, leaves.length)));
  }

  /** Lets go of the forest's memory in other threads. */
  close(): void {
    this.#forest.close();
  }

  /** `ShapValues`: (rows, features + 1) or (rows, outputs, features + 1) float64, the expected value last; features are the input's columns. */
  contributions(rows: CatboostRows, call: Abortable = {}): MaybePromise<Tensor> {
    const own = this.#explained(), width = rows.given + 1;
    return this.#explanation(own.contributions(rows, rows.given), call, [rows.rows, ...(this.#model.outputs > 1 ? [own.shown] : []), width]);
  }

  /** `ShapInteractionValues`: (rows, [outputs,] features + 1, features + 1) float64. */
  interactions(rows: CatboostRows, call: Abortable = {}): MaybePromise<Tensor> {
    const { outputs } = this.#model, width = rows.given + 1;
    return this.#explanation(this.#explained().interactions(rows, rows.given), call, [rows.rows, ...(outputs > 1 ? [outputs] : []), width, width]);
  }

  /** @throws ModelError ATTRIBUTIONS_UNAVAILABLE */
  #explained(): CatboostAttributions {
    return (this.#attributions ??= new CatboostAttributions(this.#model, this.#columns));
  }

  #explanation(steps: Steps<Float64Array>, call: Abortable, shape: readonly number[]): MaybePromise<Tensor> {
    return andThen(inSlices(steps, call.signal), (values) => new Tensor('float64', shape, values));
  }

  /** Sums of the trees, scaled and shifted, in the order of the classes; rows × width. */
  #raw(rows: CatboostRows, call: Abortable): MaybePromise<Float64Array> {
    return andThen(this.#forest.batchMargins(rows, call), (sums) => this.#placed(this.#scaled(sums as Float64Array), rows.rows));
  }

  #scaled(sums: Float64Array): Float64Array {
    const { scale, bias, outputs } = this.#model;
    // Adding a bias of 0 would make −0 of the product 0.
    const shifted = bias.some((b) => b !== 0);
    if (shifted) for (let i = 0; i < sums.length; i++) sums[i] = scale * (sums[i] as number) + (bias[i % outputs] as number);
    else if (scale !== 1) for (let i = 0; i < sums.length; i++) sums[i] = scale * (sums[i] as number);
    return sums;
  }

  /** Classes that training did not meet are at −∞. */
  #placed(sums: Float64Array, rows: number): Float64Array {
    const places = this.#places, width = this.#width, { outputs } = this.#model;
    if (!places) return sums;
    const out = new Float64Array(rows * width).fill(-Infinity);
    for (let r = 0; r < rows; r++) for (let k = 0; k < outputs; k++) out[r * width + (places[k] as number)] = sums[r * outputs + k] as number;
    return out;
  }

  #shaped(rows: CatboostRows, values: Float64Array, dtype: 'float64' | 'int64' = 'float64'): Tensor {
    return first(new Tensor(dtype, this.#width === 1 ? [rows.rows] : [rows.rows, this.#width], values), rows);
  }
}

/** Two columns of one: what `link` makes of it, after what `other` makes of that and of the raw value. */
function pairs(rows: CatboostRows, raw: Float64Array, link: Link, other: (y: number, x: number) => number): Tensor {
  const values = raw.slice(), out = new Float64Array(2 * raw.length);
  link(values, 0, values.length);
  for (let i = 0; i < raw.length; i++) {
    out[2 * i] = other(values[i] as number, raw[i] as number);
    out[2 * i + 1] = values[i] as number;
  }
  return first(new Tensor('float64', [rows.rows, 2], out), rows);
}

/** Of one object given as such the answer is its own, not a list. */
function first(tensor: Tensor, { single }: CatboostRows): Tensor {
  return single ? new Tensor(tensor.dtype, tensor.shape.slice(1), tensor.values) : tensor;
}

function labelTensor({ labels, type }: CatboostClasses): Tensor {
  const shape = [labels.length];
  switch (type) {
    case 'Integer': return new Tensor('int64', shape, Float64Array.from(labels, Number));
    case 'Float': return new Tensor('float64', shape, Float64Array.from(labels, Number));
    case 'Boolean': return new Tensor('bool', shape, Uint8Array.from(labels, Number));
    case 'String': return new Tensor('object', shape, labels.map(String));
  }
}
