/**
 * SHAP interactions of forests of float32, equal to XGBoost's to the last bit.
 *
 * The interaction of two features is half of what knowing the one changes about the other's contribution. A leaf's
 * contributions change with knowing a feature only if its path tests that feature.
 * Source: PredictInteractionContributions and TreeShap (its `condition`) of dmlc/xgboost.
 * @module
 */
import type { Forest } from '../forest.ts';
import { LeafTerms } from './leaf-terms.ts';
import { NO_LEAF } from './tree-tour.ts';
import type { Matrix } from '../predict.ts';

/** Contributions given that one feature is known (on) or not (off), features × features: the known one, then the one that contributes. */
export interface Conditional {
  readonly on: Float32Array;
  readonly off: Float32Array;
}

/** Adds up conditional contributions of one tree after the other. */
export class Float32Interactions {
  readonly #forest: Forest;
  readonly #leaves: LeafTerms;
  /** Per feature: its number among those of the tree, or -1. */
  readonly #slot: Int32Array;
  /** Per slot: contributions of the row at hand; with a slot's feature known and unknown, slots × slots. */
  #sum: Float32Array = new Float32Array(0);
  #on: Float32Array = new Float32Array(0);
  #off: Float32Array = new Float32Array(0);
  /** Per slot: its number among the features of a path, or -1. */
  #onPath: Int32Array = new Int32Array(0);
  #weight = 1;

  constructor(forest: Forest) {
    this.#forest = forest;
    this.#slot = new Int32Array(forest.features);
    // Terms: n contributions; n × n with each feature of the path known; n × n with each unknown.
    this.#leaves = new LeafTerms(forest, (tests) => tests + 2 * tests * tests, (leaf, from) => this.#workOut(leaf, from));
  }

  /** Which tree comes next, and for how many rows. */
  tree(tree: number, rows: number): void {
    this.#leaves.tree(tree, rows);
    this.#weight = this.#forest.weight?.[tree] ?? 1;
    const { features } = this.#leaves, slots = features.length;
    this.#slot.fill(-1);
    for (const [i, feature] of features.entries()) this.#slot[feature] = i;
    if (this.#sum.length < slots) {
      this.#sum = new Float32Array(slots);
      this.#on = new Float32Array(slots * slots);
      this.#off = new Float32Array(slots * slots);
      this.#onPath = new Int32Array(slots);
    }
  }

  /** Adds the tree's contributions for a row. */
  add(matrix: Matrix, row: number, total: Conditional): void {
    const leaves = this.#leaves, { tour, features, first } = leaves, slots = features.length;
    this.#sum.fill(0);
    this.#on.fill(0);
    this.#off.fill(0);
    tour.row(matrix, row);
    for (let leaf = tour.next(); leaf !== NO_LEAF; leaf = tour.next()) this.#addLeaf(leaf - first, leaves.find(leaf), slots);
    for (let known = 0, at = 0; known < this.#forest.features; known++, at += this.#forest.features) {
      const own = this.#slot[known] as number, on = own < 0 ? this.#sum : this.#on, off = own < 0 ? this.#sum : this.#off, from = own < 0 ? 0 : own * slots;
      for (let i = 0; i < slots; i++) {
        const place = at + (features[i] as number);
        total.on[place] = (total.on[place] as number) + Math.fround((on[from + i] as number) * this.#weight);
        total.off[place] = (total.off[place] as number) + Math.fround((off[from + i] as number) * this.#weight);
      }
    }
  }

  #addLeaf(local: number, from: number, slots: number): void {
    const { terms, tests, tested, count } = this.#leaves, slot = this.#slot, sum = this.#sum, on = this.#on, off = this.#off, onPath = this.#onPath;
    const n = count[local] as number, path = local * tests;
    onPath.fill(-1, 0, slots);
    for (let i = 0; i < n; i++) {
      const own = slot[tested[path + i] as number] as number;
      onPath[own] = i;
      sum[own] = (sum[own] as number) + (terms[from + i] as number);
    }
    for (let known = 0; known < slots; known++) {
      const own = onPath[known] as number, row = known * slots;
      const termsOn = own < 0 ? from : from + n + own * n, termsOff = own < 0 ? from : from + n + n * n + own * n;
      for (let i = 0; i < n; i++) {
        const place = row + (slot[tested[path + i] as number] as number);
        on[place] = (on[place] as number) + (terms[termsOn + i] as number);
        off[place] = (off[place] as number) + (terms[termsOff + i] as number);
      }
    }
  }

  #workOut(leaf: number, from: number): void {
    const leaves = this.#leaves, { path, terms, tests, tested } = leaves, n = path.length, value = this.#forest.value[leaf] as number;
    const features = tested.subarray((leaf - leaves.first) * tests, (leaf - leaves.first) * tests + n);
    for (let i = 0; i < n; i++) terms[from + i] = path.term(i + 1, value);
    for (let known = 0; known < n; known++) {
      const { on, off } = this.#shareOf(features[known] as number, leaf), row = from + n + known * n;
      leaves.follow(leaf, features[known]);
      terms.fill(0, row, row + n);
      terms.fill(0, row + n * n, row + n * n + n);
      for (let i = 1; i <= path.length; i++) {
        const term = path.term(i, value), place = features.indexOf(path.feature[i] as number);
        if (on !== 0) terms[row + place] = term;
        if (off !== 0) terms[row + n * n + place] = term * off;
      }
    }
  }

  /** How much of the leaf counts where a feature is known (1 or 0) and where it is not. */
  #shareOf(known: number, leaf: number): { readonly on: number; readonly off: number } {
    const { tour } = this.#leaves;
    let on = 1, off = 1;
    for (let i = 0; i < tour.depth; i++) {
      if (this.#forest.feature[tour.above[i] as number] !== known) continue;
      if (tour.hot[i] === 0) on = 0;
      off = Math.fround(off * this.#leaves.share(i, leaf));
    }
    return { on, off };
  }
}
