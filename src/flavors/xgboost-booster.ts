/**
 * An XGBoost Booster, compiled: margins, answers and leaves of rows of float32.
 * @module
 */
import { andThen, type MaybePromise } from '../data/maybe-promise.ts';
import { Tensor } from '../data/tensor.ts';
import { argmaxRows } from '../engines/labels.ts';
import { inSlices, type Steps } from '../engines/steps.ts';
import { linearContributions, linearMargins } from '../engines/linear/gblinear.ts';
import { compileAttributions, type TreeAttributions } from '../engines/trees/attributions/attributions.ts';
import { compileForest, type Abortable, type Matrix, type TreePredictor, type TreeRange } from '../engines/trees/predict.ts';
import { xgboostForest } from '../engines/trees/xgboost-forest.ts';
import type { ThreadPool } from '../engines/threads.ts';
import { ModelError } from '../errors/model-error.ts';
import type { XgboostModel } from '../formats/xgboost-model.ts';
import { xgboostObjective, type XgboostObjective } from './xgboost-objective.ts';

/** Boosting rounds [begin, end); an end of 0 is the last round. */
export type Rounds = readonly [begin: number, end: number];

/** How contributions are to be had. */
export interface ContributionOptions {
  readonly strict?: boolean;
  readonly approximate?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Scores like xgboost.Booster. */
export class XgboostBooster {
  readonly model: XgboostModel;
  /** Margins of one row. */
  readonly outputs: number;
  readonly #objective: XgboostObjective;
  readonly #base: Float64Array;
  readonly #forest: TreePredictor | null;
  readonly #direct: boolean;
  /** Made when they are first asked for. */
  #attributions: TreeAttributions | null = null;
  readonly #weights: Float32Array;
  /** First tree of each round, and the number of trees. */
  readonly #starts: ArrayLike<number>;

  /**
   * @param options `direct`: predictions are inplace_predict's, which rounds dart models otherwise; `threads`: for large batches
   * @throws ModelError NOT_NATIVE, FILE_MALFORMED, FOREST_INVALID
   */
  constructor(model: XgboostModel, file: string, options: { readonly direct?: boolean; readonly threads?: ThreadPool | undefined } = {}) {
    const objective = xgboostObjective(model.objective);
    if (!objective) throw new ModelError('NOT_NATIVE', { flavor: 'xgboost', unsupported: `objective ${model.objective}` });
    const outputs = Math.max(model.classes, model.targets, 1), { baseScore } = model;
    const malformed = (where: string, reason: string): never => {
      throw new ModelError('FILE_MALFORMED', { file, format: 'XGBoost', where, reason });
    };
    if (baseScore.length !== 1 && baseScore.length !== outputs) malformed('base_score', `${baseScore.length} values for ${outputs} outputs`);
    // The linear booster gives every output the first base score.
    const shared = baseScore.length === 1 || model.booster === 'gblinear';
    const base = Float64Array.from({ length: outputs }, (_, k) => Math.fround(objective.margin((shared ? baseScore[0] : baseScore[k]) as number)));
    if (base.some((x) => x !== x)) malformed('base_score', `it is not in the range of ${model.objective}`);
    const weights = Float32Array.from(model.weights ?? []);
    if (model.booster === 'gblinear' && weights.length !== (model.features + 1) * outputs) malformed('weights', `${weights.length} for ${model.features} features and ${outputs} outputs`);
    this.model = model;
    this.outputs = outputs;
    this.#objective = objective;
    this.#base = base;
    this.#direct = options.direct ?? false;
    this.#weights = weights;
    this.#forest = model.booster === 'gblinear' ? null : compileForest(xgboostForest(model, base, options), options);
    this.#starts = model.rounds ?? roundStarts(model, outputs);
  }

  /** Whether rows reach leaves. */
  get hasTrees(): boolean {
    return this.#forest !== null;
  }

  /** Number of boosting rounds. */
  get rounds(): number {
    return Math.max(this.#starts.length - 1, 0);
  }

  /** `output_margin=True`: (rows) or (rows, outputs) float32. */
  margin(matrix: Matrix, rounds: Rounds = [0, 0], strict: boolean = false, call: Abortable = {}): MaybePromise<Tensor> {
    return andThen(this.#margins(matrix, rounds, call), (values) => this.#shaped(matrix.rows, values, this.outputs, strict));
  }

  /** Margins through the objective: (rows) or (rows, outputs) float32. */
  predict(matrix: Matrix, rounds: Rounds = [0, 0], strict: boolean = false, call: Abortable = {}): MaybePromise<Tensor> {
    const { outputs } = this;
    return andThen(this.#margins(matrix, rounds, call), (values) => {
      if (this.#objective.winner) return this.#shaped(matrix.rows, Float32Array.from(argmaxRows(values, outputs)), 1, strict);
      for (let at = 0; at < values.length; at += outputs) this.#objective.link(values, at, outputs);
      return this.#shaped(matrix.rows, values, outputs, strict);
    });
  }

  /** `pred_leaf=True`: node numbers, (rows, trees) float32, (rows) where there is one tree; strict: (rows, rounds, outputs, parallel trees). */
  leaf(matrix: Matrix, rounds: Rounds = [0, 0], strict: boolean = false, call: Abortable = {}): MaybePromise<Tensor> {
    const forest = this.#forest ?? refuse('a linear booster has no leaves');
    const range = this.#trees(rounds, 'leaves'), width = range.end - range.first;
    return andThen(forest.batchLeaves(matrix, call, range), (found) => {
      const leaves = new Float32Array(found);
      if (!strict) return new Tensor('float32', width === 1 || matrix.rows === 0 ? [matrix.rows] : [matrix.rows, width], leaves);
      const count = (rounds[1] === 0 ? this.rounds : rounds[1]) - rounds[0], groups = forest.forest.leafSize > 1 ? 1 : this.outputs;
      return new Tensor('float32', [matrix.rows, count, groups, count === 0 ? 0 : width / count / groups], leaves);
    });
  }

  /** Lets go of the forest's memory in other threads. */
  close(): void {
    this.#forest?.close();
  }

  /** `pred_contribs=True`: (rows, features + 1) or (rows, outputs, features + 1) float32, the bias last; they add up to the margin. */
  contributions(matrix: Matrix, rounds: Rounds = [0, 0], options: ContributionOptions = {}): Tensor | Promise<Tensor> {
    const range = this.#trees(rounds, 'contributions');
    const steps = this.#forest === null ? linearContributions(matrix, this.#weights, this.#base) : this.#explained(this.#forest)[options.approximate ? 'approximate' : 'contributions'](matrix, range);
    return this.#explanation(steps, matrix, options, 1);
  }

  /** `pred_interactions=True`: (rows, [outputs,] features + 1, features + 1) float32; the rows of each matrix add up to the contributions. */
  interactions(matrix: Matrix, rounds: Rounds = [0, 0], options: ContributionOptions = {}): Tensor | Promise<Tensor> {
    if (this.#forest === null) throw new ModelError('ATTRIBUTIONS_UNAVAILABLE', { reason: 'a linear booster has no interactions' });
    return this.#explanation(this.#explained(this.#forest)[options.approximate ? 'approximateInteractions' : 'interactions'](matrix, this.#trees(rounds, 'interactions')), matrix, options, 2);
  }

  /** The library has attributions of a DMatrix only, never of the rounded trees of inplace_predict. */
  #explained(forest: TreePredictor): TreeAttributions {
    return (this.#attributions ??= compileAttributions(this.#direct && this.model.treeWeights ? xgboostForest(this.model, this.#base) : forest.forest));
  }

  #explanation(steps: Steps<Float32Array | Float64Array>, { rows, columns }: Matrix, { strict = false, signal }: ContributionOptions, dimensions: number): Tensor | Promise<Tensor> {
    const shape = [rows, ...(this.outputs > 1 || strict ? [this.outputs] : []), ...Array.from({ length: dimensions }, () => columns + 1)];
    // Of no rows the library has one dimension.
    const tensor = (values: Float32Array | Float64Array): Tensor => new Tensor('float32', rows === 0 ? [0] : shape, values), values = inSlices(steps, signal);
    return values instanceof Promise ? values.then(tensor) : tensor(values);
  }

  #margins(matrix: Matrix, rounds: Rounds, call: Abortable): MaybePromise<Float32Array> {
    if (this.#forest === null) return linearMargins(matrix, this.#weights, this.#base);
    return this.#forest.batchMargins(matrix, call, this.#trees(rounds)) as MaybePromise<Float32Array>;
  }

  /** @param what only to be had from the first round on */
  #trees([begin, end]: Rounds, what?: string): TreeRange {
    if (what !== undefined && begin !== 0) refuse(`${what} are to be had from the first round on only`);
    const last = end === 0 ? this.rounds : end;
    if (!Number.isInteger(begin) || !Number.isInteger(last) || begin < 0 || begin > last || last > this.rounds) refuse(`the iteration range ${begin} to ${end} is not within the ${this.rounds} rounds of the model`);
    return { first: this.#starts[begin] ?? 0, end: this.#starts[last] ?? 0 };
  }

  #shaped(rows: number, values: Float32Array, width: number, strict: boolean): Tensor {
    // Of no rows the library cannot tell the width.
    return new Tensor('float32', (width === 1 || rows === 0) && !strict ? [rows] : [rows, width], values);
  }
}

/** For files without iteration_indptr: every round has a tree per output (one for all where leaves are vectors) and parallel tree. */
function roundStarts(model: XgboostModel, outputs: number): Int32Array {
  const perRound = model.parallelTrees * ((model.trees[0]?.leafSize ?? 1) > 1 ? 1 : outputs);
  return Int32Array.from({ length: Math.floor(model.trees.length / perRound) + 1 }, (_, i) => i * perRound);
}

function refuse(reason: string): never {
  throw new ModelError('INPUT_UNSUITABLE', { reason });
}
