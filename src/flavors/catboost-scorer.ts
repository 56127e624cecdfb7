/**
 * A CatBoost model, compiled: raw values of rows, and what the library makes of them.
 * Source: catboost.core, transform_predictions of _catboost.pyx, catboost/libs/eval_result/eval_helpers.cpp; drawn from 1.2.10.
 * @module
 */
import { Tensor } from '../data/tensor.ts';
import type { Value } from '../data/values.ts';
import { argmaxRows, takeLabels } from '../engines/labels.ts';
import { catboostColumns } from '../engines/trees/catboost-columns.ts';
import { catboostForest } from '../engines/trees/catboost-forest.ts';
import { logSigmoid, logSoftmax, sigmoid, softmax, type Link } from '../engines/trees/links-float64.ts';
import { compileForest, type TreePredictor } from '../engines/trees/predict.ts';
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
  readonly #forest: TreePredictor;
  readonly #labels: Tensor | null;
  /** Raw values of one row: the forest's outputs, or the classes where training did not meet all of them. */
  readonly #width: number;
  /** Per output its place among the raw values; null where it is its own. */
  readonly #places: readonly number[] | null;
  /** A row is of the second class above this. */
  readonly #border: number;

  /** @throws ModelError NOT_NATIVE, FOREST_INVALID */
  constructor(model: CatboostModel) {
    if (model.beyond.length > 0) throw new ModelError('NOT_NATIVE', { flavor: 'catboost', unsupported: model.beyond.join(', ') });
    const columns = catboostColumns(model), { outputs, classes } = model;
    this.#model = model;
    this.loss = model.loss;
    this.#input = new CatboostInput(model, columns);
    this.#forest = compileForest(catboostForest(model, columns.count, columns.tests));
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
  margin(rows: CatboostRows): Tensor {
    return this.#shaped(rows, this.#raw(rows));
  }

  /** `Probability`: (rows, classes) float64; of one output the second class's is its sigmoid. */
  probabilities(rows: CatboostRows): Tensor {
    if (this.#width > 1) return this.#linked(rows, SEPARATE.has(this.loss) ? sigmoid(1) : softmax);
    return this.#pairs(rows, sigmoid(1), (p) => 1 - p);
  }

  /** `LogProbability`, shaped alike. */
  logProbabilities(rows: CatboostRows): Tensor {
    if (this.#width > 1) return this.#linked(rows, SEPARATE.has(this.loss) ? logSigmoid : logSoftmax);
    return this.#pairs(rows, logSigmoid, (_, x) => -Math.log(1 + Math.exp(x)));
  }

  /** `Exponent` and `RMSEWithUncertainty`: raw values, each row changed by a link. */
  linked(rows: CatboostRows, link: Link): Tensor {
    return this.#linked(rows, link);
  }

  /** `Class`: labels (rows), of several outputs (rows, 1); of losses with several labels 0 or 1 each, (rows, outputs) int64. */
  labels(rows: CatboostRows): Tensor {
    const raw = this.#raw(rows), width = this.#width;
    if (MULTILABEL.has(this.loss) && width > 1) return this.#shaped(rows, raw.map((x) => Number(x > this.#border)), 'int64');
    const labels = this.#labels;
    if (!labels || labels.size < Math.max(width, 2)) throw new ModelError('INPUT_UNSUITABLE', { reason: 'the model has no classes to predict' });
    const found = takeLabels(labels, width > 1 ? argmaxRows(raw, width) : Int32Array.from(raw, (x) => Number(x > this.#border)));
    return first(width > 1 ? new Tensor(found.dtype, [rows.rows, 1], found.values) : found, rows);
  }

  /** `calc_leaf_indexes`: (rows, trees) uint32. */
  leaf(rows: CatboostRows): Tensor {
    const leaves = this.#forest.leaves(rows);
    return new Tensor('uint32', [rows.rows, this.#model.trees.length], new Uint32Array(leaves.buffer, leaves.byteOffset, leaves.length));
  }

  /** Sums of the trees, scaled and shifted, in the order of the classes; rows × width. */
  #raw(rows: CatboostRows): Float64Array {
    const { scale, bias, outputs } = this.#model, sums = this.#forest.margins(rows) as Float64Array;
    // Adding a bias of 0 would make −0 of the product 0.
    const shifted = bias.some((b) => b !== 0);
    if (shifted) for (let i = 0; i < sums.length; i++) sums[i] = scale * (sums[i] as number) + (bias[i % outputs] as number);
    else if (scale !== 1) for (let i = 0; i < sums.length; i++) sums[i] = scale * (sums[i] as number);
    const places = this.#places, width = this.#width;
    if (!places) return sums;
    const out = new Float64Array(rows.rows * width).fill(-Infinity);
    for (let r = 0; r < rows.rows; r++) for (let k = 0; k < outputs; k++) out[r * width + (places[k] as number)] = sums[r * outputs + k] as number;
    return out;
  }

  #linked(rows: CatboostRows, link: Link): Tensor {
    const values = this.#raw(rows);
    for (let at = 0; at < values.length; at += this.#width) link(values, at, this.#width);
    return this.#shaped(rows, values);
  }

  #pairs(rows: CatboostRows, link: Link, other: (y: number, x: number) => number): Tensor {
    const raw = this.#raw(rows), values = raw.slice(), out = new Float64Array(2 * raw.length);
    link(values, 0, values.length);
    for (let i = 0; i < raw.length; i++) {
      out[2 * i] = other(values[i] as number, raw[i] as number);
      out[2 * i + 1] = values[i] as number;
    }
    return first(new Tensor('float64', [rows.rows, 2], out), rows);
  }

  #shaped(rows: CatboostRows, values: Float64Array, dtype: 'float64' | 'int64' = 'float64'): Tensor {
    return first(new Tensor(dtype, this.#width === 1 ? [rows.rows] : [rows.rows, this.#width], values), rows);
  }
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
