/**
 * TreeSHAP of forests of float64 by quadrature, exact but for rounding.
 *
 * Take a leaf of value v whose path tests the features j, where z(j) is the share of training data that goes its way, and
 * o(j) is 1 where the row does, else 0. It gives feature i: v · (o(i) − z(i)) · ∫ Π over j ≠ i of ((1−t)·z(j) + t·o(j)) dt from 0 to 1.
 * Gauss and Legendre's rule integrates that polynomial exactly with half as many points as there are features. At each
 * point the products are carried down the tree and the sums up, so a tree takes time in proportion to its nodes, and as
 * every factor is positive nothing cancels.
 * Source: G. Owen's integral form of the Shapley value (1972), for the games of S. Lundberg's TreeSHAP.
 * @module
 */
import type { Forest } from './forest.ts';
import { goesLeft } from './plain-walk.ts';
import type { Matrix } from './predict.ts';
import { gaussLegendre, type Quadrature } from './quadrature.ts';
import { symmetricLevels } from './symmetric-levels.ts';
import type { TreeContributions } from './tree-contributions.ts';
import { writeWays } from './tree-ways.ts';
import { type EdgeOptions, NO_EDGES, treeEdges, type TreeEdges } from './tree-edges.ts';

/** Numbers kept for the leaves of a symmetric tree: 16 MiB. */
const MAX_KEPT = 2 ** 21;

/** In plain TypeScript. */
export class Float64Attributions implements TreeContributions<Float64Array> {
  readonly #forest: Forest;
  readonly #options: EdgeOptions;
  readonly #width: number;
  readonly #rules: Quadrature[] = [];
  #tree = 0;
  #edges: TreeEdges = NO_EDGES;
  /** Points of the quadrature. */
  #points = 1;
  /** Per edge and point, first for o = 1, then for o = 0 after 1: what the edge does to the product, and what its feature takes of the sum. */
  #factor: Float64Array = new Float64Array(0);
  #term: Float64Array = new Float64Array(0);
  /** The features of the edges; per edge the place of its feature among them. */
  #features: readonly number[] = [];
  #slot: Int32Array = new Int32Array(0);
  /** Contributions of the row at hand, per value of a leaf and place. */
  #own: Float64Array = new Float64Array(0);
  /** Of a symmetric tree: its tests, and per leaf that rows have come to its contributions. */
  #levels: Int32Array | null = null;
  #kept: (Float64Array | undefined)[] = [];
  /** Per inner node of the tree: whether the row goes left. */
  #left: Uint8Array = new Uint8Array(0);
  /** Per edge: o. */
  #one: Uint8Array = new Uint8Array(0);
  /** Per edge (the last is the root) and point the product; per edge, value of a leaf and point the sum below. */
  #product: Float64Array = new Float64Array(0);
  #sum: Float64Array = new Float64Array(0);

  constructor(forest: Forest, options: EdgeOptions & { readonly width?: number } = {}) {
    this.#forest = forest;
    this.#options = options;
    this.#width = options.width ?? forest.features + 1;
  }

  tree(tree: number, rows: number): void {
    const forest = this.#forest, edges = treeEdges(forest, tree, this.#options), points = Math.max((edges.tests + 1) >> 1, 1);
    this.#tree = tree;
    this.#edges = edges;
    this.#points = points;
    if (this.#factor.length < edges.count * 2 * points) {
      this.#factor = new Float64Array(edges.count * 2 * points);
      this.#term = new Float64Array(edges.count * 2 * points);
    }
    const nodes = (forest.nodeStart[tree + 1] as number) - (forest.nodeStart[tree] as number);
    if (this.#left.length < nodes) this.#left = new Uint8Array(nodes);
    if (this.#one.length < edges.count) this.#one = new Uint8Array(edges.count);
    if (this.#product.length < (edges.count + 1) * points) {
      this.#product = new Float64Array((edges.count + 1) * points);
      this.#sum = new Float64Array((edges.count + 1) * points * forest.leafSize);
    }
    this.#product.fill(1, edges.count * points, (edges.count + 1) * points);
    this.#prepare();
    this.#features = [...new Set(edges.feature.subarray(0, edges.count))];
    const slots = new Map(this.#features.map((feature, slot) => [feature, slot]));
    this.#slot = edges.feature.map((feature) => slots.get(feature) ?? 0);
    const numbers = forest.leafSize * this.#features.length;
    if (this.#own.length < numbers) this.#own = new Float64Array(numbers);
    this.#levels = rows > 1 ? symmetricLevels(forest, tree) : null;
    if (this.#levels && 2 ** this.#levels.length * numbers > MAX_KEPT) this.#levels = null;
    if (this.#levels) this.#kept = new Array<Float64Array>(2 ** this.#levels.length);
  }

  add(matrix: Matrix, from: number, to: number, out: Float64Array, at: number, step: number): void {
    const { leafSize } = this.#forest, features = this.#features, width = this.#width;
    for (let row = from; row < to; row++) {
      const own = this.#levels ? this.#keptOf(matrix, row, this.#levels) : this.#ownOf(matrix, row);
      for (let v = 0, i = 0, place = row * step + at; v < leafSize; v++, place += width) {
        for (let f = 0; f < features.length; f++, i++) out[place + (features[f] as number)] = (out[place + (features[f] as number)] as number) + (own[i] as number);
      }
    }
  }

  /** Contributions of a row, per value of a leaf and feature of the tree. */
  #ownOf(matrix: Matrix, row: number): Float64Array {
    writeWays(this.#forest, this.#tree, matrix, row, row + 1, this.#left);
    this.#down();
    this.#up();
    return this.#own;
  }

  /** All rows that come to one leaf of a symmetric tree have the same. */
  #keptOf(matrix: Matrix, row: number, levels: Int32Array): Float64Array {
    const forest = this.#forest;
    let leaf = 0;
    for (let i = 0; i < levels.length; i++) {
      const node = levels[i] as number, x = matrix.values[row * matrix.columns + (forest.feature[node] as number)] as number;
      leaf = 2 * leaf + Number(goesLeft(forest, node, forest.flags[node] as number, forest.input === 'float32' ? Math.fround(x) : x));
    }
    return (this.#kept[leaf] ??= this.#ownOf(matrix, row).slice());
  }

  #prepare(): void {
    const { count, share, before } = this.#edges, points = this.#points, factor = this.#factor, term = this.#term;
    const rule = (this.#rules[points] ??= gaussLegendre(points));
    for (let e = 0, i = 0; e < count; e++, i += points) {
      const z = share[e] as number, old = before[e] as number, zOld = old < 0 ? 1 : (share[old] as number);
      for (let k = 0; k < points; k++, i++) {
        const t = rule.at[k] as number, weight = rule.weight[k] as number, known = (1 - t) * z + t, knownOld = (1 - t) * zOld + t;
        const taken = (1 - zOld) / knownOld;
        factor[i] = known / knownOld;
        factor[i + points] = ((1 - t) * z) / knownOld;
        term[i] = weight * ((1 - z) / known - taken);
        term[i + points] = weight * (-1 / (1 - t) - taken);
      }
    }
  }

  /** Products from the root to each edge; at leaves times their values. */
  #down(): void {
    const { value, leafSize } = this.#forest;
    const { count, leaf: leaves, node, isLeft, parent, before, share } = this.#edges, left = this.#left, one = this.#one;
    const points = this.#points, product = this.#product, sum = this.#sum, factor = this.#factor;
    for (let e = 0, i = 0; e < count; e++) {
      const old = before[e] as number, wasOne = old < 0 || one[old] === 1, hot = left[node[e] as number] === isLeft[e];
      const up = (parent[e] as number) * points;
      one[e] = Number(wasOne && hot);
      if (wasOne) for (let k = 0, j = 2 * i + (hot ? 0 : points); k < points; k++) product[i + k] = (product[up + k] as number) * (factor[j + k] as number);
      else {
        const ratio = (share[e] as number) / (share[old] as number);
        for (let k = 0; k < points; k++) product[i + k] = (product[up + k] as number) * ratio;
      }
      const leaf = leaves[e] as number;
      for (let v = 0, s = i * leafSize; v < leafSize; v++) {
        if (leaf < 0) for (let k = 0; k < points; k++) sum[s++] = 0;
        else for (let k = 0, x = value[leaf * leafSize + v] as number; k < points; k++) sum[s++] = x * (product[i + k] as number);
      }
      i += points;
    }
  }

  /** Sums from the leaves to each edge, of which its feature takes its part. */
  #up(): void {
    const { weight, leafSize } = this.#forest, scale = weight?.[this.#tree] ?? 1;
    const { count, parent, before } = this.#edges, slot = this.#slot, own = this.#own, slots = this.#features.length, one = this.#one, points = this.#points, sum = this.#sum, term = this.#term;
    const size = points * leafSize;
    own.fill(0);
    sum.fill(0, count * size, (count + 1) * size);
    for (let e = count - 1; e >= 0; e--) {
      const old = before[e] as number, from = e * size, up = (parent[e] as number) * size;
      if (old < 0 || one[old] === 1) {
        for (let v = 0, j = 2 * e * points + (one[e] === 1 ? 0 : points); v < leafSize; v++) {
          let taken = 0;
          for (let k = 0; k < points; k++) taken += (term[j + k] as number) * (sum[from + v * points + k] as number);
          const place = v * slots + (slot[e] as number);
          own[place] = (own[place] as number) + taken * scale;
        }
      }
      for (let k = 0; k < size; k++) sum[up + k] = (sum[up + k] as number) + (sum[from + k] as number);
    }
  }
}
