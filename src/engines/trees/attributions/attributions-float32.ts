/**
 * TreeSHAP of forests of float32, equal to XGBoost's to the last bit: each leaf's terms are worked out and added up in the
 * library's order.
 * @module
 */
import type { Forest } from '../forest.ts';
import { LeafTerms } from './leaf-terms.ts';
import type { TreeContributions } from './tree-contributions.ts';
import { NO_LEAF } from './tree-tour.ts';
import type { Matrix } from '../predict.ts';

/** In plain TypeScript; src/engines/trees/attributions-kernel.ts does the same in WebAssembly. */
export class Float32Attributions implements TreeContributions<Float32Array> {
  readonly #forest: Forest;
  readonly #leaves: LeafTerms;
  /** Per feature: its sum for the row at hand. */
  readonly #sum: Float32Array;
  #weight = 1;

  constructor(forest: Forest) {
    this.#forest = forest;
    this.#sum = new Float32Array(forest.features);
    const leaves = new LeafTerms(forest, (tests) => tests, (leaf, from) => {
      for (let i = 0; i < leaves.path.length; i++) leaves.terms[from + i] = leaves.path.term(i + 1, forest.value[leaf] as number);
    });
    this.#leaves = leaves;
  }

  tree(tree: number, rows: number): void {
    this.#leaves.tree(tree, rows);
    this.#weight = this.#forest.weight?.[tree] ?? 1;
  }

  add(matrix: Matrix, from: number, to: number, out: Float32Array, at: number, step: number): void {
    for (let row = from; row < to; row++) this.#add(matrix, row, out, row * step + at);
  }

  #add(matrix: Matrix, row: number, out: Float32Array, at: number): void {
    const sum = this.#sum, leaves = this.#leaves, { tour, features, tests, count, tested, terms, first } = leaves;
    for (let i = 0; i < features.length; i++) sum[features[i] as number] = 0;
    tour.row(matrix, row);
    for (let leaf = tour.next(); leaf !== NO_LEAF; leaf = tour.next()) {
      const from = leaves.find(leaf), local = leaf - first;
      for (let i = 0, known = count[local] as number; i < known; i++) {
        const feature = tested[local * tests + i] as number;
        sum[feature] = (sum[feature] as number) + (terms[from + i] as number);
      }
    }
    for (let i = 0; i < features.length; i++) {
      const feature = features[i] as number;
      out[at + feature] = (out[at + feature] as number) + Math.fround((sum[feature] as number) * this.#weight);
    }
  }
}
