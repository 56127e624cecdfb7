/**
 * CatBoost's trees as its SHAP values read them: a symmetric tree from its last test down, and for features their combinations, as a
 * statistic of several categories counts for all of them together. What comes out is divided evenly among the features.
 * Source: catboost/libs/fstr: shap_values.cpp, shap_prepared_trees.cpp.
 * @module
 */
import { ModelError } from '../../../errors/model-error.ts';
import type { CatboostModel, CatboostSymmetricTree, CatboostTree } from '../../../formats/catboost-model.ts';
import type { Steps } from '../../steps.ts';
import { answerSize } from '../../answer-size.ts';
import { compileAttributions, type TreeAttributions } from '../attributions/attributions.ts';
import type { CatboostColumns } from './catboost-columns.ts';
import { catboostForest } from './catboost-forest.ts';
import type { Forest } from '../forest.ts';
import { leafMean } from '../attributions/node-means.ts';
import type { Matrix } from '../predict.ts';

/** Sums of leaf values from here on are not nothing. */
const NOTHING = 1e-9;

/** Attributions of a CatBoost model. */
export class CatboostAttributions {
  readonly #trees: TreeAttributions;
  readonly #outputs: number;
  /** Outputs that are shown: of a mean and its uncertainty the mean alone. */
  readonly shown: number;
  /** Per player: the columns of training data among which it is divided. */
  readonly #features: readonly (readonly number[])[];
  /** Per output: what is to be added to the expected value. */
  readonly #bias: Float64Array;
  readonly #modelBias: Float64Array;

  /** @throws ModelError ATTRIBUTIONS_UNAVAILABLE */
  constructor(model: CatboostModel, columns: CatboostColumns) {
    const { outputs, trees } = model;
    if (model.scale !== 1) unavailable('it is scaled, which the library refuses too');
    if (trees.some((tree) => hasValueWithoutWeight(tree, outputs))) unavailable('leaves without training data hold values, which the library weighs by the rows it is asked about');
    const { players, features } = playersOf(model, columns), forest = catboostForest({ ...model, trees: trees.map((tree) => (tree.symmetric ? fromLastTest(tree, outputs) : tree)) }, columns.count, columns.tests);
    this.#outputs = outputs;
    this.shown = model.loss === 'RMSEWithUncertainty' ? 1 : outputs;
    this.#features = features;
    this.#modelBias = model.bias;
    this.#bias = model.bias.slice();
    const atParent = leavesAtParents(trees, outputs);
    if (atParent) forgetOwnLeaves(forest, atParent);
    // Leaves count from the mean over the classes; that matters where a row comes to where no training data came.
    if (forest.cover !== null && outputs > 1 && (model.loss === '' || model.loss === 'MultiClass')) {
      for (let t = 0; t < forest.trees; t++) {
        const means = (): number[] => Array.from({ length: outputs }, (_, k) => leafMean(forest, t, k));
        const before = means(), mean = before.reduce((a, b) => a + b, 0) / outputs;
        for (let i = (forest.leafStart[t] as number) * outputs; i < (forest.leafStart[t + 1] as number) * outputs; i++) forest.value[i] = (forest.value[i] as number) - mean;
        for (const [k, now] of means().entries()) this.#bias[k] = (this.#bias[k] as number) + (before[k] as number) - now;
      }
    }
    this.#trees = compileAttributions(forest, { skipEmpty: true, players, atParent });
  }

  /** `ShapValues`: rows × outputs shown × (features + 1), the expected value last. */
  *contributions(matrix: Matrix, features: number): Steps<Float64Array> {
    const { length: count } = this.#features, width = features + 1, { shown } = this, out = new Float64Array(answerSize(matrix.rows * shown, width));
    this.#checkFeatures(features);
    const own = yield* this.#trees.contributions(matrix);
    for (let i = 0, at = 0; at < out.length; i++, at += width) {
      const output = i % shown, from = (Math.floor(i / shown) * this.#outputs + output) * (count + 1);
      for (const [p, list] of this.#features.entries()) for (const feature of list) out[at + feature] = (out[at + feature] as number) + (own[from + p] as number) / list.length;
      out[at + features] = (own[from + count] as number) + (this.#bias[output] as number);
      if (i % 1024 === 1023) yield;
    }
    return out;
  }

  /**
   * `ShapInteractionValues`: rows × outputs × (features + 1) × (features + 1); a pair of combinations is divided evenly among their pairs
   * of features, of which two of the same feature are left out; the model's bias stands in the last row and column but not in their corner.
   */
  *interactions(matrix: Matrix, features: number): Steps<Float64Array> {
    const players = this.#features, count = players.length, width = features + 1, outputs = this.#outputs, out = new Float64Array(answerSize(matrix.rows * outputs, width * width));
    this.#checkFeatures(features);
    const own = yield* this.#trees.interactions(matrix);
    for (let i = 0; i < matrix.rows * outputs; i++) {
      const at = i * width * width, from = i * (count + 1) * (count + 1);
      // The uncertainty beside a mean has none in the library.
      for (const [p, first] of (i % outputs < this.shown ? players : []).entries()) {
        for (const f of first) out[at + f * width + f] = (out[at + f * width + f] as number) + (own[from + p * (count + 1) + p] as number) / first.length;
        for (const [q, second] of players.entries()) {
          const share = (own[from + p * (count + 1) + q] as number) / (first.length * second.length);
          if (p === q || share === 0) continue;
          for (const f of first) for (const g of second) if (f !== g) out[at + f * width + g] = (out[at + f * width + g] as number) + share;
        }
      }
      for (let f = 0; f < features; f++) out[at + f * width + features] = out[at + features * width + f] = this.#modelBias[i % outputs] as number;
      yield;
    }
    return out;
  }

  #checkFeatures(features: number): void {
    const most = Math.max(-1, ...this.#features.flat());
    if (most >= features) throw new ModelError('INPUT_UNSUITABLE', { reason: `it has ${features} columns, and contributions are asked for the feature ${most}` });
  }
}

/** The same tree asked from its last test to its first. */
function fromLastTest(tree: CatboostSymmetricTree, outputs: number): CatboostSymmetricTree {
  const depth = tree.tests.length, leaves = 2 ** depth;
  const values = new Float64Array(tree.values.length), weights = tree.weights && new Float64Array(leaves);
  for (let leaf = 0; leaf < leaves; leaf++) {
    let turned = 0;
    for (let bit = 0; bit < depth; bit++) turned |= ((leaf >> bit) & 1) << (depth - 1 - bit);
    for (let k = 0; k < outputs; k++) values[turned * outputs + k] = tree.values[leaf * outputs + k] as number;
    if (weights) weights[turned] = tree.weights?.[leaf] as number;
  }
  return { ...tree, tests: tree.tests.slice().reverse(), values, weights };
}

function hasValueWithoutWeight({ values, weights }: CatboostTree, outputs: number): boolean {
  return weights !== null && weights.some((weight, leaf) => {
    if (weight !== 0) return false;
    let sum = 0;
    for (let k = 0; k < outputs; k++) sum += Math.abs(values[leaf * outputs + k] as number);
    return sum >= NOTHING;
  });
}

/**
 * A node of a tree of any shape that has one child holds the leaf of its other side itself. The library gives this leaf to all rows that
 * come to the node, so that values do not add up; they are the library's all the same.
 */
function leavesAtParents(trees: readonly CatboostTree[], outputs: number): Uint8Array | null {
  if (!trees.some((tree) => !tree.symmetric && tree.inParent !== null)) return null;
  return Uint8Array.from(trees.flatMap((tree) => (tree.symmetric || tree.inParent === null ? new Array<number>(tree.values.length / outputs).fill(0) : Array.from(tree.inParent))));
}

/** Nor does the library count such a leaf of the root in the weight of the tree. */
function forgetOwnLeaves({ root, left, right, cover }: Forest, atParent: Uint8Array): void {
  if (cover === null) return;
  for (const node of root) {
    if (node < 0) continue;
    for (const child of [left[node] as number, right[node] as number]) {
      if (child < 0 && atParent[~child] === 1) cover.node[node] = (cover.node[node] as number) - (cover.leaf[~child] as number);
    }
  }
}

/** Columns that come from the same features are one player; a statistic comes from its categories alone. */
function playersOf(model: CatboostModel, columns: CatboostColumns): { readonly players: Int32Array; readonly features: readonly (readonly number[])[] } {
  const categorical = new Map(model.categoricals.map((feature) => [feature.index, feature.flatIndex]));
  const flat = (index: number): number => categorical.get(index) ?? 0;
  const sources = [
    ...Array.from(columns.floats, (i) => [model.floats[i]?.flatIndex ?? 0]),
    ...model.oneHots.flatMap((one) => Array.from(one.values, () => [flat(one.categorical)])),
    ...model.ctrs.map(({ projection }) => projection.categoricals.map(flat)),
  ];
  const numbers = new Map<string, number>(), features: number[][] = [];
  const players = Int32Array.from(sources, (list) => {
    const key = list.join();
    let player = numbers.get(key);
    if (player === undefined) numbers.set(key, (player = features.push(list) - 1));
    return player;
  });
  return { players, features };
}

function unavailable(reason: string): never {
  throw new ModelError('ATTRIBUTIONS_UNAVAILABLE', { reason });
}
