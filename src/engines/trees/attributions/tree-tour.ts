/**
 * All leaves of one tree, in the order in which TreeSHAP visits them for a row: at each node first the side that the row goes to.
 * @module
 */
import type { Forest } from '../forest.ts';
import type { Matrix } from '../predict.ts';
import { writeWays } from './tree-ways.ts';

/** What {@link TreeTour.next} gives after the last leaf. */
export const NO_LEAF = -1;

/** Walks a tree for one row after the other; at each leaf `depth`, `pattern`, `above` and `hot` tell how the way there went. */
export class TreeTour {
  /** Inner nodes above the leaf. */
  depth = 0;
  /** The last 31 steps as bits, 1 for those that the row would take, the last step lowest. */
  pattern = 0;
  /** The inner nodes above the leaf, from the root on, and per such node whether the row takes this step. */
  readonly above: Int32Array;
  readonly hot: Uint8Array;
  readonly #forest: Forest;
  /** Per inner node of the tree: whether the row goes left. */
  #left: Uint8Array = new Uint8Array(0);
  #root = 0;
  #tree = 0;
  #first = 0;
  /** Nodes still to be visited, how many nodes are above each, and its pattern. */
  readonly #node: Int32Array;
  readonly #depth: Int32Array;
  readonly #pattern: Int32Array;
  #waiting = 0;

  constructor(forest: Forest) {
    const depth = deepest(forest);
    this.#forest = forest;
    this.above = new Int32Array(depth);
    this.hot = new Uint8Array(depth);
    this.#node = new Int32Array(depth + 1);
    this.#depth = new Int32Array(depth + 1);
    this.#pattern = new Int32Array(depth + 1);
  }

  /** Which tree comes next. */
  tree(tree: number): void {
    const { root, nodeStart } = this.#forest;
    this.#root = root[tree] as number;
    this.#tree = tree;
    this.#first = nodeStart[tree] as number;
    const nodes = (nodeStart[tree + 1] as number) - this.#first;
    if (this.#left.length < nodes) this.#left = new Uint8Array(nodes);
  }

  /** Which row comes next. */
  row(matrix: Matrix, row: number): void {
    writeWays(this.#forest, this.#tree, matrix, row, row + 1, this.#left);
    this.#node[0] = this.#root;
    this.#depth[0] = 0;
    this.#pattern[0] = 0;
    this.#waiting = 1;
  }

  /** The next leaf, numbered over the forest, or {@link NO_LEAF}. */
  next(): number {
    if (this.#waiting === 0) return NO_LEAF;
    const { left, right } = this.#forest, goes = this.#left, first = this.#first, { above, hot } = this;
    let waiting = this.#waiting - 1, node = this.#node[waiting] as number, depth = this.#depth[waiting] as number, pattern = this.#pattern[waiting] as number;
    if (depth > 0) hot[depth - 1] = 0;
    while (node >= 0) {
      const isLeft = goes[node - first] === 1;
      above[depth] = node;
      hot[depth] = 1;
      depth++;
      this.#node[waiting] = (isLeft ? right[node] : left[node]) as number;
      this.#depth[waiting] = depth;
      this.#pattern[waiting] = pattern << 1;
      waiting++;
      node = (isLeft ? left[node] : right[node]) as number;
      pattern = (pattern << 1) | 1;
    }
    this.#waiting = waiting;
    this.depth = depth;
    this.pattern = pattern;
    return ~node;
  }
}

/** Tests on the longest path of a forest. */
export function deepest(forest: Forest): number {
  return forest.depth.reduce((most, depth) => Math.max(most, depth), 0);
}
