/**
 * What each feature has to do with a margin: exact path-dependent SHAP values of a forest.
 * @module
 */
import { ModelError } from '../../../errors/model-error.ts';
import { answerSize } from '../../answer-size.ts';
import type { Steps } from '../../steps.ts';
import { addApproximate } from './attributions-approximate.ts';
import { startFloat32 } from './attributions-kernel.ts';
import { Float32Attributions } from './attributions-float32.ts';
import { Float64Attributions } from './attributions-float64.ts';
import type { Forest } from '../forest.ts';
import { type Conditional, Float32Interactions } from './interactions-float32.ts';
import { Float64Interactions } from './interactions-float64.ts';
import { leafMean, nodeMeans } from './node-means.ts';
import type { Matrix, TreeRange } from '../predict.ts';
import type { TreeContributions } from './tree-contributions.ts';
import type { EdgeOptions } from './tree-edges.ts';

type Values = Float32Array | Float64Array;

/** Most leaves times depth of one tree; in float32, where a path takes the square of its length, also times features of a path. */
const MAX_SIZE = 2 ** 22, MAX_WORK = 2 ** 28;
/** Most pairs of features, times outputs. */
const MAX_PAIRS = 2 ** 24;
/** Leaves times depth squared that a step takes, about; half a millisecond. */
const STEP = 2 ** 19, PAIRS_STEP = 2 ** 13;

/** What each method gives; all give way after about a millisecond. */
export interface TreeAttributions {
  /** `rows × outputs × (features + 1)`: what each feature adds to the margin; last what is to be expected of any row. */
  contributions(matrix: Matrix, range?: TreeRange): Steps<Values>;
  /** The same, approximately; float32 forests only. */
  approximate(matrix: Matrix, range?: TreeRange): Steps<Float32Array>;
  /**
   * `rows × outputs × (features + 1) × (features + 1)`: contributions divided among pairs of features, half to each side, what
   * a feature does alone on the diagonal.
   */
  interactions(matrix: Matrix, range?: TreeRange): Steps<Values>;
  /** The same of the approximate contributions, all of which stand on the diagonal. */
  approximateInteractions(matrix: Matrix, range?: TreeRange): Steps<Float32Array>;
}

/** How trees are read; edges can be read in other ways in float64 only. */
export interface AttributionOptions extends EdgeOptions {
  /** Nodes to which no training data came count as not there; else they are refused. */
  readonly skipEmpty?: boolean;
}

/**
 * Prepares the attributions of a forest. Features share the margin in proportion to what they change about it on average
 * over all orders in which they may become known; a feature not known sends a row both ways, weighed by cover.
 *
 * @throws ModelError ATTRIBUTIONS_UNAVAILABLE where trees have no covers, vector leaves of float32 or linear leaves
 */
export function compileAttributions(forest: Forest, { skipEmpty = false, players = null, atParent = null }: AttributionOptions = {}): TreeAttributions {
  const { outputs, leafSize, group, base, weight, trees } = forest, features = players === null ? forest.features : players.reduce((most, player) => Math.max(most, player), -1) + 1, width = features + 1;
  check(forest, skipEmpty);
  const all: TreeRange = { first: 0, end: trees };
  // One call may begin while another waits, so each has memory of its own; one is kept for the next.
  const idle: { narrow: TreeContributions<Float32Array> | null; wide: TreeContributions<Float64Array> | null } = { narrow: null, wide: null };
  let means: Float32Array | null = null;

  function* contributions(matrix: Matrix, range: TreeRange): Steps<Values> {
    if (forest.sum === 'float32') {
      const one = idle.narrow ?? startFloat32(forest) ?? new Float32Attributions(forest), out = new Float32Array(answerSize(matrix.rows, outputs * width));
      idle.narrow = null;
      yield* addUp(one, matrix, range, out);
      idle.narrow = one;
      return out;
    }
    const one = idle.wide ?? new Float64Attributions(forest, { players, atParent, width }), out = new Float64Array(answerSize(matrix.rows, outputs * width));
    idle.wide = null;
    yield* addUp(one, matrix, range, out);
    idle.wide = one;
    return out;
  }

  function* addUp<T extends Values>(one: TreeContributions<T>, matrix: Matrix, range: TreeRange, out: T): Steps<void> {
    const { rows } = matrix;
    yield* overTrees(forest, rows, range, (t) => one.tree(t, rows), (t, from, to) => one.add(matrix, from, to, out, (group[t] as number) * width, outputs * width));
    addExpected(out, rows, range);
  }

  function* approximate(matrix: Matrix, range: TreeRange): Steps<Float32Array> {
    const step = outputs * width, { rows } = matrix, out = new Float32Array(answerSize(rows, step)), sum = new Float32Array(features);
    yield* overTrees(forest, rows, range, () => {}, (t, from, to) => {
      for (let r = from; r < to; r++) addApproximate(forest, t, meansOf(), matrix, r * features, sum, out, r * step + (group[t] as number) * width);
    });
    addExpected(out, rows, range);
    return out;
  }

  const meansOf = (): Float32Array => (means ??= nodeMeans(forest));

  /** Adds the expected values, tree by tree and then the base, to the last number of each output. */
  function addExpected(out: Values, rows: number, { first, end }: TreeRange): void {
    const expected = forest.sum === 'float32' ? new Float32Array(outputs) : new Float64Array(outputs);
    for (let t = first; t < end; t++) {
      for (let v = 0; v < leafSize; v++) {
        const k = (group[t] as number) + v, root = forest.root[t] as number;
        const narrow = forest.sum === 'float32', mean = narrow && root >= 0 ? (meansOf()[root] as number) : leafMean(forest, t, v), weighted = mean * (weight?.[t] ?? 1);
        expected[k] = (expected[k] as number) + (narrow ? Math.fround(weighted) : weighted);
      }
    }
    for (let k = 0; k < outputs; k++) expected[k] = (expected[k] as number) + (base[k] as number);
    for (let r = 0; r < rows; r++) for (let k = 0; k < outputs; k++) out[(r * outputs + k) * width + features] = expected[k] as number;
  }

  function* interactions(matrix: Matrix, range: TreeRange): Steps<Values> {
    if (features * features * outputs > MAX_PAIRS) unavailable(`interactions of ${features} features and ${outputs} outputs are too many`);
    if (forest.sum === 'float64') return yield* wideInteractions(matrix, range);
    const { rows } = matrix, step = outputs * width * width, out = new Float32Array(answerSize(rows, step)), one = new Float32Interactions(forest);
    const own = yield* contributions(matrix, range);
    // As many rows at a time as their conditional contributions take 64 MiB.
    const most = Math.max(Math.floor(2 ** 23 / Math.max(features * features * outputs, 1)), 1);
    for (let from = 0; from < rows; from += most) {
      const count = Math.min(most, rows - from), totals = Array.from({ length: count * outputs }, (): Conditional => ({ on: new Float32Array(features * features), off: new Float32Array(features * features) }));
      yield* overTrees(forest, count, range, (t) => one.tree(t, count), (t, start, end) => {
        for (let r = start; r < end; r++) one.add(matrix, from + r, totals[r * outputs + (group[t] as number)] as Conditional);
      }, PAIRS_STEP);
      for (const [i, total] of totals.entries()) {
        pairUp(total, own as Float32Array, (from * outputs + i) * width, out, (from * outputs + i) * width * width, features);
        yield;
      }
    }
    return out;
  }

  function* wideInteractions(matrix: Matrix, range: TreeRange): Steps<Float64Array> {
    const { rows } = matrix, step = outputs * width * width, out = new Float64Array(answerSize(rows, step)), one = new Float64Interactions(forest, features, { players, atParent });
    const own = yield* contributions(matrix, range), pairs = new Float64Array(rows * outputs * features * features);
    yield* overTrees(forest, rows, range, (t) => one.tree(t), (t, from, to) => {
      for (let r = from; r < to; r++) one.add(matrix, r, pairs, (r * outputs + (group[t] as number)) * features * features);
    }, PAIRS_STEP);
    for (let i = 0; i < rows * outputs; i++) {
      for (let a = 0; a < width; a++) {
        const row = (i * width + a) * width;
        out[row + a] = own[i * width + a] as number;
        for (let b = 0; a < features && b < features; b++) {
          if (a === b) continue;
          out[row + b] = pairs[(i * features + a) * features + b] as number;
          out[row + a] = (out[row + a] as number) - (out[row + b] as number);
        }
      }
      yield;
    }
    return out;
  }

  function* approximateInteractions(matrix: Matrix, range: TreeRange): Steps<Float32Array> {
    const out = new Float32Array(answerSize(matrix.rows, outputs * width * width)), own = yield* approximate(matrix, range);
    for (let i = 0; i < own.length; i++) {
      out[i * width + (i % width)] = own[i] as number;
      if (i % 2 ** 15 === 0) yield;
    }
    return out;
  }

  return {
    contributions: (matrix, range = all) => contributions(matrix, range),
    approximate: (matrix, range = all) => approximate(matrix, range),
    interactions: (matrix, range = all) => interactions(matrix, range),
    approximateInteractions: (matrix, range = all) => approximateInteractions(matrix, range),
  };
}

function check({ cover, leafSize, sum, linear, leafStart, depth, root, features }: Forest, skipEmpty: boolean): void {
  if (linear !== null) unavailable('its leaves hold linear models');
  if (sum === 'float32' && leafSize > 1) unavailable('its trees have several outputs each');
  if (cover === null) unavailable('its file does not say how much of the training data came to each node');
  // An empty leaf of float32 is none of XGBoost's troubles; LightGBM divides by its cover.
  const empty = skipEmpty ? root.some((node) => node >= 0 && cover?.node[node] === 0) : cover?.node.includes(0) || (sum === 'float64' && cover?.leaf.includes(0));
  if (empty) unavailable('no training data came to some of its nodes');
  for (let t = 0; t < depth.length; t++) {
    const leaves = (leafStart[t + 1] as number) - (leafStart[t] as number), deep = depth[t] as number;
    if (leaves * deep > MAX_SIZE || (sum === 'float32' && leaves * deep * Math.min(deep, features) > MAX_WORK)) unavailable(`tree ${t} has ${leaves} leaves and is ${deep} deep`);
  }
}

function unavailable(reason: string): never {
  throw new ModelError('ATTRIBUTIONS_UNAVAILABLE', { reason });
}

/** Takes each tree for some rows at a time. */
function* overTrees({ leafStart, depth }: Forest, rows: number, { first, end }: TreeRange, begin: (tree: number) => void, add: (tree: number, from: number, to: number) => void, step: number = STEP): Steps<void> {
  for (let t = first; t < end; t++) {
    const leaves = (leafStart[t + 1] as number) - (leafStart[t] as number), chunk = Math.max(Math.floor(step / (leaves * Math.max(depth[t] as number, 1) ** 2)), 1);
    begin(t);
    for (let from = 0; from < rows; from += chunk) {
      add(t, from, Math.min(from + chunk, rows));
      yield;
    }
  }
}

/** Half the differences between on and off, and on the diagonal what they leave of the contributions. */
function pairUp({ on, off }: Conditional, own: Float32Array, ownAt: number, out: Float32Array, at: number, features: number): void {
  const width = features + 1;
  for (let i = 0; i < width; i++) {
    const diagonal = at + i * width + i;
    for (let k = 0; k < width; k++) {
      if (k === i) out[diagonal] = (out[diagonal] as number) + (own[ownAt + k] as number);
      else if (i < features && k < features) {
        const half = Math.fround((on[i * features + k] as number) - (off[i * features + k] as number)) / 2;
        out[at + i * width + k] = half;
        out[diagonal] = (out[diagonal] as number) - Math.fround(half);
      }
    }
  }
}
