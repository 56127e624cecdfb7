/**
 * Kept results of a tree's leaves: what a leaf adds depends on nothing but which way the row goes at the nodes above it, so
 * it is worked out once for every such pattern that rows have.
 * @module
 */
import type { Forest } from '../forest.ts';
import { PermutationPath } from './permutation-path.ts';
import { deepest, TreeTour } from './tree-tour.ts';

/** Leaves deeper than this have too many patterns to keep their terms. */
const MAX_KEPT_DEPTH = 12;
/** Terms kept for one tree: 8 MiB. */
const MAX_KEPT_TERMS = 2 ** 21;
const NOT_KEPT = -1;

/** Finds or works out the terms of the leaf at which a tour stands. */
export class LeafTerms {
  readonly tour: TreeTour;
  readonly path: PermutationPath;
  /** Most features on one path. */
  readonly tests: number;
  /** The features that the tree tests. */
  features: readonly number[] = [];
  /** Per leaf of the tree: how many features its path tests (0 until it has been met), and `tests` places for which. */
  count: Int32Array = new Int32Array(0);
  tested: Int32Array = new Int32Array(0);
  terms: Float32Array = new Float32Array(0);
  /** First leaf of the tree. */
  first = 0;
  readonly #forest: Forest;
  /** How many terms a leaf with so many features has. */
  readonly #width: (tests: number) => number;
  /** Writes the terms of a leaf, of which `path` tells, from `from` on. */
  readonly #workOut: (leaf: number, from: number) => void;
  readonly #shareLeft: Float32Array;
  readonly #shareRight: Float32Array;
  /** Per leaf: where its terms begin, or NOT_KEPT: then they stand behind the kept ones. */
  #place: Int32Array = new Int32Array(0);
  #kept = 0;

  constructor(forest: Forest, width: (tests: number) => number, workOut: (leaf: number, from: number) => void) {
    const { left, right, cover } = forest, coverOf = (n: number): number => (n < 0 ? cover?.leaf[~n] : cover?.node[n]) as number;
    this.#forest = forest;
    this.#width = width;
    this.#workOut = workOut;
    this.#shareLeft = Float32Array.from(left, (child, node) => coverOf(child) / coverOf(node));
    this.#shareRight = Float32Array.from(right, (child, node) => coverOf(child) / coverOf(node));
    this.tour = new TreeTour(forest);
    this.tests = Math.min(deepest(forest), forest.features);
    this.path = new PermutationPath(this.tests);
  }

  /** Which tree comes next, and for how many rows. */
  tree(tree: number, rows: number): void {
    const { leafStart } = this.#forest, leaves = (leafStart[tree + 1] as number) - (leafStart[tree] as number);
    this.first = leafStart[tree] as number;
    this.tour.tree(tree);
    if (this.count.length < leaves) {
      this.#place = new Int32Array(leaves);
      this.count = new Int32Array(leaves);
      this.tested = new Int32Array(leaves * this.tests);
    }
    this.count.fill(0, 0, leaves);
    const { kept, features } = placeTerms(this.#forest, tree, rows, (depth) => this.#width(Math.min(depth, this.tests)), this.#place);
    this.#kept = kept;
    this.features = features;
    const size = this.#kept + this.#width(this.tests);
    if (this.terms.length < size) this.terms = new Float32Array(size);
    this.terms.fill(NaN, 0, this.#kept);
  }

  /** Where the terms of a leaf begin. */
  find(leaf: number): number {
    const local = leaf - this.first, place = this.#place[local] as number, { depth, pattern } = this.tour;
    const from = place === NOT_KEPT ? this.#kept : place + pattern * this.#width(Math.min(depth, this.tests));
    // Terms that are NaN are worked out anew each time.
    if (place === NOT_KEPT || this.terms[from] !== this.terms[from]) {
      this.follow(leaf);
      this.count[local] = this.path.length;
      for (let i = 0; i < this.path.length; i++) this.tested[local * this.tests + i] = this.path.feature[i + 1] as number;
      this.#workOut(leaf, from);
    }
    return from;
  }

  /** Brings the path to the leaf; `except`: a feature that is left out. */
  follow(leaf: number, except: number = -1): void {
    const { above, hot, depth } = this.tour, { feature } = this.#forest, { path } = this;
    path.clear();
    for (let i = 0; i < depth; i++) {
      const tested = feature[above[i] as number] as number;
      if (tested !== except) path.step(tested, this.share(i, leaf), hot[i] === 1);
    }
  }

  /** The share of training data that takes the tour's step `i` on its way to the leaf. */
  share(i: number, leaf: number): number {
    const { above, depth } = this.tour, node = above[i] as number, child = i + 1 < depth ? above[i + 1] : ~leaf;
    return (child === this.#forest.left[node] ? this.#shareLeft[node] : this.#shareRight[node]) as number;
  }
}

/**
 * Gives each leaf of a tree a place for its terms, as far as that pays for so many rows: where they begin, or -1.
 * Behind the kept terms is room for those of one leaf.
 * @returns how many terms are kept, and the features that the tree tests
 */
export function placeTerms({ root, feature, left, right, leafStart }: Forest, tree: number, rows: number, width: (depth: number) => number, place: Int32Array): { readonly kept: number; readonly features: readonly number[] } {
  const stack = [root[tree] as number], depths = [0], features = new Set<number>(), first = leafStart[tree] as number;
  let kept = 0;
  while (stack.length > 0) {
    const node = stack.pop() as number, depth = depths.pop() as number;
    if (node >= 0) {
      features.add(feature[node] as number);
      stack.push(right[node] as number, left[node] as number);
      depths.push(depth + 1, depth + 1);
      continue;
    }
    const patterns = 2 ** depth, size = patterns * width(depth);
    const pays = depth <= MAX_KEPT_DEPTH && patterns <= 2 * rows && kept + size <= MAX_KEPT_TERMS;
    place[~node - first] = pays ? kept : NOT_KEPT;
    if (pays) kept += size;
  }
  return { kept, features: [...features] };
}
