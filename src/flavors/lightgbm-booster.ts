/**
 * A LightGBM Booster, compiled: forest, link and the rules of its input.
 * @module
 */
import { andThen, type MaybePromise } from '../data/maybe-promise.ts';
import { Tensor } from '../data/tensor.ts';
import type { Value } from '../data/values.ts';
import { inSlices } from '../engines/steps.ts';
import type { ThreadPool } from '../engines/threads.ts';
import { compileAttributions, type TreeAttributions } from '../engines/trees/attributions/attributions.ts';
import { lightgbmForest } from '../engines/trees/lightgbm-forest.ts';
import type { Link } from '../engines/trees/links-float64.ts';
import { compileForest, type Abortable, type Matrix, type TreePredictor } from '../engines/trees/predict.ts';
import { ModelError } from '../errors/model-error.ts';
import type { LightgbmText } from '../formats/lightgbm-text.ts';
import { lightgbmMatrix, type LightgbmInput } from './lightgbm-input.ts';
import { lightgbmLink } from './lightgbm-objective.ts';

/** What a Booster was besides its text. */
export interface BoosterOptions {
  /** Only so many iterations count; all when ≤ 0. */
  readonly bestIteration: number;
  readonly pandasCategorical: LightgbmInput['pandasCategorical'];
  /** The library's version, `lgb_version` of MLmodel. */
  readonly version: string;
  /** Whether it is the core of a scikit-learn class. */
  readonly estimator: boolean;
  /** For large batches. */
  readonly threads?: ThreadPool | undefined;
}

/** Scores like lightgbm.Booster. */
export class LightgbmBooster {
  /** Margins of one row. */
  readonly outputs: number;
  readonly #input: LightgbmInput;
  readonly #predictor: TreePredictor;
  /** Made when they are first asked for. */
  #attributions: TreeAttributions | null = null;
  readonly #link: Link;
  readonly #divisor: number;
  readonly #trees: number;
  readonly #legacy: boolean;

  /** @throws ModelError NOT_NATIVE, FOREST_INVALID */
  constructor(model: LightgbmText, options: BoosterOptions) {
    const link = lightgbmLink(model.objective, options.version);
    if (!link) throw new ModelError('NOT_NATIVE', { flavor: 'lightgbm', unsupported: `objective ${model.objective.join(' ')}` });
    const forest = lightgbmForest(model, options.bestIteration);
    this.#legacy = /^[0-3]\./.test(options.version);
    this.#input = { features: model.features, pandasCategorical: options.pandasCategorical, legacy: this.#legacy, estimator: options.estimator };
    this.#predictor = compileForest(forest, options);
    this.#link = link;
    this.#trees = forest.trees;
    this.outputs = model.treesPerIteration;
    this.#divisor = model.averaged && forest.trees > 0 ? forest.trees / model.treesPerIteration : 1;
  }

  /** @throws ModelError INPUT_UNSUITABLE */
  matrix(input: Value): Matrix {
    return lightgbmMatrix(input, this.#input);
  }

  /** `raw_score=True`: (rows) or (rows, outputs) float64; (0) where there are no rows. */
  margin(matrix: Matrix, call: Abortable = {}): MaybePromise<Tensor> {
    return andThen(this.#margins(matrix, call), (values) => this.#shaped(matrix.rows, values));
  }

  /** The answer: margins, averaged for random forests, through the objective's link; shape as {@link margin}. */
  predict(matrix: Matrix, call: Abortable = {}): MaybePromise<Tensor> {
    return andThen(this.#margins(matrix, call), (values) => {
      if (this.#divisor !== 1) for (let i = 0; i < values.length; i++) values[i] = values[i]! / this.#divisor;
      for (let at = 0; at < values.length; at += this.outputs) this.#link(values, at, this.outputs);
      return this.#shaped(matrix.rows, values);
    });
  }

  /** `pred_leaf=True`: (rows, trees) int32; before 4.0 (rows) where there is one tree. */
  leaf(matrix: Matrix, call: Abortable = {}): MaybePromise<Tensor> {
    const shape = this.#legacy && this.#trees === 1 ? [matrix.rows] : [matrix.rows, this.#trees];
    return andThen(this.#predictor.batchLeaves(matrix, call), (leaves) => new Tensor('int32', shape, leaves));
  }

  /** Lets go of the forest's memory in other threads. */
  close(): void {
    this.#predictor.close();
  }

  /** `pred_contrib=True`: (rows, outputs × (features + 1)) float64, the bias last of each output; they add up to the margin. */
  contributions(matrix: Matrix, signal: AbortSignal | undefined): Tensor | Promise<Tensor> {
    this.#attributions ??= compileAttributions(this.#predictor.forest);
    const shape = [matrix.rows, this.outputs * (matrix.columns + 1)];
    const tensor = (values: Float32Array | Float64Array): Tensor => new Tensor('float64', shape, values), values = inSlices(this.#attributions.contributions(matrix), signal);
    return values instanceof Promise ? values.then(tensor) : tensor(values);
  }

  #margins(matrix: Matrix, call: Abortable): MaybePromise<Float64Array> {
    return this.#predictor.batchMargins(matrix, call) as MaybePromise<Float64Array>;
  }

  #shaped(rows: number, values: Float64Array): Tensor {
    return new Tensor('float64', this.outputs === 1 || rows === 0 ? [rows] : [rows, this.outputs], values);
  }
}
