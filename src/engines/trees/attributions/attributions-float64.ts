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
import { EdgeSums, evenPoints } from './edge-sums.ts';
import type { Forest } from '../forest.ts';
import { goesLeft } from '../plain-walk.ts';
import type { Matrix } from '../predict.ts';
import { gaussLegendre, type Quadrature } from './quadrature.ts';
import { symmetricLevels } from '../symmetric-trees.ts';
import type { TreeContributions } from './tree-contributions.ts';
import { writeWays } from './tree-ways.ts';
import { type EdgeOptions, treeEdges, type TreeEdges } from './tree-edges.ts';

/** Deeper symmetric trees have too many leaves to keep something for each. */
const MAX_LEVELS = 12;
/** Numbers kept for the leaves of a symmetric tree: 16 MiB. */
const MAX_KEPT = 2 ** 21;

/** Lays out one tree after the other for {@link EdgeSums}. */
export class Float64Attributions implements TreeContributions<Float64Array> {
  readonly #forest: Forest;
  readonly #options: EdgeOptions;
  readonly #width: number;
  readonly #sums: EdgeSums;
  readonly #rules: Quadrature[] = [];
  #tree = 0;
  #scale = 1;
  /** The features of the edges. */
  #features: readonly number[] = [];
  /** Of a symmetric tree: its tests, and per leaf that rows have come to its contributions. */
  #levels: Int32Array | null = null;
  #kept: (Float64Array | undefined)[] = [];

  /** @param options `width`: features and one more; `plain`: without WebAssembly */
  constructor(forest: Forest, options: EdgeOptions & { readonly width?: number; readonly plain?: boolean } = {}) {
    this.#forest = forest;
    this.#options = options;
    this.#width = options.width ?? forest.features + 1;
    this.#sums = new EdgeSums(forest, options);
  }

  tree(tree: number, rows: number): void {
    const forest = this.#forest, edges = treeEdges(forest, tree, this.#options), { count } = edges, sums = this.#sums, points = evenPoints(edges.tests), { leafSize } = forest;
    this.#tree = tree;
    this.#scale = forest.weight?.[tree] ?? 1;
    this.#features = [...new Set(edges.feature.subarray(0, count))];
    const slots = new Map(this.#features.map((feature, slot) => [feature, slot])), first = forest.leafStart[tree] as number;
    for (let e = 0; e < count; e++) {
      const leaf = edges.leaf[e] as number, old = edges.before[e] as number;
      sums.leaf[e] = leaf < 0 ? -1 : leaf - first;
      sums.node[e] = edges.node[e] as number;
      sums.isLeft[e] = edges.isLeft[e] as number;
      sums.parent[e] = edges.parent[e] as number;
      sums.before[e] = old;
      sums.slot[e] = slots.get(edges.feature[e] as number) ?? 0;
      sums.ratio[e] = old < 0 ? 1 : (edges.share[e] as number) / (edges.share[old] as number);
    }
    sums.value.set(forest.value.subarray(first * leafSize, (forest.leafStart[tree + 1] as number) * leafSize));
    this.#tables(edges, points);
    sums.begin(count, points, this.#features.length);
    this.#levels = rows > 1 ? symmetricLevels(forest, tree, MAX_LEVELS) : null;
    if (this.#levels && 2 ** this.#levels.length * leafSize * this.#features.length > MAX_KEPT) this.#levels = null;
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
    const sums = this.#sums;
    writeWays(this.#forest, this.#tree, matrix, row, row + 1, sums.ways);
    sums.row(this.#scale);
    return sums.own;
  }

  /** All rows that come to one leaf of a symmetric tree have the same. */
  #keptOf(matrix: Matrix, row: number, levels: Int32Array): Float64Array {
    const forest = this.#forest;
    let leaf = 0;
    for (let i = 0; i < levels.length; i++) {
      const node = levels[i] as number, x = matrix.values[row * matrix.columns + (forest.feature[node] as number)] as number;
      leaf = 2 * leaf + Number(goesLeft(forest, node, forest.flags[node] as number, forest.input === 'float32' ? Math.fround(x) : x));
    }
    return (this.#kept[leaf] ??= this.#ownOf(matrix, row).slice(0, forest.leafSize * this.#features.length));
  }

  /** What each edge does to the product, and what its feature takes of the sum; where points are more than needed, nothing. */
  #tables({ count, share, before, tests }: TreeEdges, points: number): void {
    const { factor, term } = this.#sums, needed = Math.max((tests + 1) >> 1, 1), rule = (this.#rules[needed] ??= gaussLegendre(needed));
    factor.fill(0, 0, 2 * count * points);
    term.fill(0, 0, 2 * count * points);
    for (let e = 0; e < count; e++) {
      const z = share[e] as number, old = before[e] as number, zOld = old < 0 ? 1 : (share[old] as number);
      for (let k = 0, i = 2 * e * points; k < needed; k++, i++) {
        const t = rule.at[k] as number, weight = rule.weight[k] as number, known = (1 - t) * z + t, knownOld = (1 - t) * zOld + t, taken = (1 - zOld) / knownOld;
        factor[i] = known / knownOld;
        factor[i + points] = ((1 - t) * z) / knownOld;
        term[i] = weight * ((1 - z) / known - taken);
        term[i + points] = weight * (-1 / (1 - t) - taken);
      }
    }
  }
}
