/**
 * SHAP interactions of forests of float64 by quadrature: a leaf gives the pair of features i and j
 * ½ · v · (o(i) − z(i)) · (o(j) − z(j)) · ∫ Π over k ≠ i, j of ((1−t)·z(k) + t·o(k)) dt, in the letters of attributions-float64.ts.
 * @module
 */
import type { Forest } from '../forest.ts';
import type { Matrix } from '../predict.ts';
import { gaussLegendre, type Quadrature } from './quadrature.ts';
import { type EdgeOptions, NO_EDGES, treeEdges } from './tree-edges.ts';
import { writeWays } from './tree-ways.ts';

/** Adds up the interactions of pairs, one tree after the other. */
export class Float64Interactions {
  readonly #forest: Forest;
  readonly #options: EdgeOptions;
  readonly #players: number;
  readonly #rules: Quadrature[] = [];
  #tree = 0;
  #edges = NO_EDGES;
  #left: Uint8Array = new Uint8Array(0);
  #one: Uint8Array = new Uint8Array(0);
  /** Of the leaf at hand: its features, and per feature and point what stands for it beside the product of all. */
  readonly #met: number[] = [];
  #ratio: Float64Array = new Float64Array(0);

  constructor(forest: Forest, players: number, options: EdgeOptions = {}) {
    this.#forest = forest;
    this.#players = players;
    this.#options = options;
  }

  /** Which tree comes next. */
  tree(tree: number): void {
    const { nodeStart } = this.#forest, edges = treeEdges(this.#forest, tree, this.#options), nodes = (nodeStart[tree + 1] as number) - (nodeStart[tree] as number);
    this.#tree = tree;
    this.#edges = edges;
    if (this.#left.length < nodes) this.#left = new Uint8Array(nodes);
    if (this.#one.length < edges.count) this.#one = new Uint8Array(edges.count);
    if (this.#ratio.length < edges.tests * (edges.tests + 1)) this.#ratio = new Float64Array(edges.tests * (edges.tests + 1));
  }

  /** Adds the tree for a row to `out` from `at` on, players × players numbers for each value of a leaf; pairs stand there in both orders. */
  add(matrix: Matrix, row: number, out: Float64Array, at: number): void {
    const { count, leaf, node, isLeft, before } = this.#edges, one = this.#one;
    writeWays(this.#forest, this.#tree, matrix, row, row + 1, this.#left);
    for (let e = 0; e < count; e++) {
      const old = before[e] as number;
      one[e] = Number(this.#left[node[e] as number] === isLeft[e] && (old < 0 || one[old] === 1));
      if ((leaf[e] as number) >= 0) this.#leaf(e, leaf[e] as number, out, at);
    }
  }

  #leaf(edge: number, leaf: number, out: Float64Array, at: number): void {
    const { count, feature, parent, share } = this.#edges, met = this.#met, ratio = this.#ratio;
    met.length = 0;
    const path: number[] = [];
    for (let e = edge; e < count; e = parent[e] as number) {
      if (met.includes(feature[e] as number)) continue;
      met.push(feature[e] as number);
      path.push(e);
    }
    const points = Math.max((met.length + 1) >> 1, 1), { at: places, weight } = (this.#rules[points] ??= gaussLegendre(points));
    const { value, leafSize, weight: scales } = this.#forest, scale = (scales?.[this.#tree] ?? 1) / 2, players = this.#players;
    const sums = new Float64Array(points);
    for (let k = 0; k < points; k++) {
      const t = places[k] as number;
      let product = weight[k] as number;
      for (const [i, e] of path.entries()) {
        const z = share[e] as number, o = this.#one[e] as number, factor = (1 - t) * z + t * o;
        product *= factor;
        ratio[i * points + k] = o === 1 ? (1 - z) / factor : -1 / (1 - t);
      }
      sums[k] = product;
    }
    for (let i = 0; i < met.length; i++) {
      for (let j = 0; j < i; j++) {
        let sum = 0;
        for (let k = 0; k < points; k++) sum += (sums[k] as number) * (ratio[i * points + k] as number) * (ratio[j * points + k] as number);
        for (let v = 0; v < leafSize; v++) {
          const effect = sum * scale * (value[leaf * leafSize + v] as number), from = at + v * players * players, a = met[i] as number, b = met[j] as number;
          out[from + a * players + b] = (out[from + a * players + b] as number) + effect;
          out[from + b * players + a] = (out[from + b * players + a] as number) + effect;
        }
      }
    }
  }
}
