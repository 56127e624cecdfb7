/**
 * The arithmetic of attributions-float64.ts for one tree and row: products down all edges, sums up. In WebAssembly where that is to be
 * had; in plain TypeScript over the same memory with the same bits: sums over points are taken of the even and of the odd ones apart.
 * @module
 */
import { startKernel } from '../../../data/wasm.ts';
import { attributionsWasm } from './attributions-wasm.ts';
import type { Forest } from '../forest.ts';
import { MemoryPlan } from '../kernel/kernel-memory.ts';

/** What assembly/attributions.ts exports for it. */
interface Exports {
  contributions64(header: number, scale: number): void;
}

const HEADER = 19;

/** Memory for the largest tree of a forest. Per edge there are places for `points` numbers, an even count. */
export class EdgeSums {
  /** Per inner node of the tree: 1 where the row goes left. */
  readonly ways: Uint8Array;
  /** Per edge: the leaf at its end (counted from the tree's first) or -1, the node above, 1 for its left side, and the edges above it as in TreeEdges. */
  readonly leaf: Int32Array;
  readonly node: Int32Array;
  readonly isLeft: Int32Array;
  readonly parent: Int32Array;
  readonly before: Int32Array;
  /** Per edge: the place of its feature among those of the tree. */
  readonly slot: Int32Array;
  /** Per edge: what becomes of the product where the row has left the feature's way before. */
  readonly ratio: Float64Array;
  /** Per edge, first where the row goes on along the feature's edges, then where it leaves them here: the factor of the product, and what the feature takes of the sum. */
  readonly factor: Float64Array;
  readonly term: Float64Array;
  /** Per leaf of the tree. */
  readonly value: Float64Array;
  /** Contributions: per value of a leaf and place. */
  readonly own: Float64Array;
  readonly #leafSize: number;
  readonly #header: Int32Array;
  readonly #addresses: readonly number[];
  readonly #one: Int32Array;
  readonly #product: Float64Array;
  readonly #sum: Float64Array;
  readonly #run: ((scale: number) => void) | null;
  #count = 0;
  #points = 0;
  #slots = 0;

  /** @param options `plain`: without WebAssembly */
  constructor(forest: Forest, options: { readonly plain?: boolean } = {}) {
    const { nodeStart, trees, depth, leafSize } = forest, plan = new MemoryPlan();
    let nodes = 0, cells = 0;
    for (let t = 0; t < trees; t++) {
      const own = (nodeStart[t + 1] as number) - (nodeStart[t] as number);
      nodes = Math.max(nodes, own);
      cells = Math.max(cells, (2 * own + 1) * evenPoints(depth[t] as number));
    }
    const edges = 2 * nodes, header = plan.reserve(HEADER * 4), ways = plan.reserve(nodes), int = (): number => plan.reserve(edges * 4), double = (count: number): number => plan.reserve(count * 8);
    const at = {
      leaf: int(), node: int(), isLeft: int(), parent: int(), before: int(), slot: int(), one: int(), ratio: double(edges), factor: double(2 * cells), term: double(2 * cells),
      value: double((nodes + 1) * leafSize), product: double(cells), sum: double(cells * leafSize), own: double(nodes * leafSize),
    };
    const kernel = options.plain ? null : startKernel<Exports>(attributionsWasm, plan.size), memory = kernel?.memory ?? new ArrayBuffer(plan.size);
    const ints = (from: number, count: number = edges): Int32Array => new Int32Array(memory, from, count), doubles = (from: number, count: number): Float64Array => new Float64Array(memory, from, count);
    this.#leafSize = leafSize;
    this.#header = ints(header, HEADER);
    this.#addresses = [ways, at.leaf, at.node, at.isLeft, at.parent, at.before, at.slot, at.one, at.ratio, at.factor, at.term, at.value, at.product, at.sum, at.own];
    this.ways = new Uint8Array(memory, ways, nodes);
    this.leaf = ints(at.leaf);
    this.node = ints(at.node);
    this.isLeft = ints(at.isLeft);
    this.parent = ints(at.parent);
    this.before = ints(at.before);
    this.slot = ints(at.slot);
    this.#one = ints(at.one);
    this.ratio = doubles(at.ratio, edges);
    this.factor = doubles(at.factor, 2 * cells);
    this.term = doubles(at.term, 2 * cells);
    this.value = doubles(at.value, (nodes + 1) * leafSize);
    this.#product = doubles(at.product, cells);
    this.#sum = doubles(at.sum, cells * leafSize);
    this.own = doubles(at.own, nodes * leafSize);
    this.#run = kernel && ((scale) => kernel.run.contributions64(header, scale));
  }

  /** Tells how large the tree is that has been written. */
  begin(edges: number, points: number, slots: number): void {
    this.#count = edges;
    this.#points = points;
    this.#slots = slots;
    this.#product.fill(1, edges * points, (edges + 1) * points);
    this.#header.set([edges, points, this.#leafSize, slots, ...this.#addresses]);
  }

  /** Works out `own` for the row whose ways have been written, times `scale`. */
  row(scale: number): void {
    if (this.#run) return this.#run(scale);
    this.#down();
    this.#up(scale);
  }

  #down(): void {
    const { ways, leaf: leaves, node, isLeft, parent, before, ratio, factor, value } = this, one = this.#one, product = this.#product, sum = this.#sum, points = this.#points, leafSize = this.#leafSize;
    for (let e = 0, i = 0; e < this.#count; e++, i += points) {
      const old = before[e] as number, wasOne = old < 0 || one[old] === 1, hot = ways[node[e] as number] === isLeft[e], up = (parent[e] as number) * points;
      one[e] = Number(wasOne && hot);
      if (wasOne) for (let k = 0, j = 2 * i + (hot ? 0 : points); k < points; k++) product[i + k] = (product[up + k] as number) * (factor[j + k] as number);
      else for (let k = 0, r = ratio[e] as number; k < points; k++) product[i + k] = (product[up + k] as number) * r;
      const leaf = leaves[e] as number;
      for (let v = 0, s = i * leafSize; v < leafSize; v++) {
        if (leaf < 0) for (let k = 0; k < points; k++) sum[s++] = 0;
        else for (let k = 0, x = value[leaf * leafSize + v] as number; k < points; k++) sum[s++] = x * (product[i + k] as number);
      }
    }
  }

  #up(scale: number): void {
    const { parent, before, slot, term, own } = this, one = this.#one, sum = this.#sum, points = this.#points, leafSize = this.#leafSize, slots = this.#slots, size = points * leafSize;
    own.fill(0, 0, slots * leafSize);
    sum.fill(0, this.#count * size, (this.#count + 1) * size);
    for (let e = this.#count - 1; e >= 0; e--) {
      const old = before[e] as number, from = e * size, up = (parent[e] as number) * size;
      if (old < 0 || one[old] === 1) {
        for (let v = 0, j = 2 * e * points + (one[e] === 1 ? 0 : points), s = from; v < leafSize; v++) {
          let even = 0, odd = 0;
          for (let k = 0; k < points; k += 2, s += 2) {
            even += (term[j + k] as number) * (sum[s] as number);
            odd += (term[j + k + 1] as number) * (sum[s + 1] as number);
          }
          const place = v * slots + (slot[e] as number);
          own[place] = (own[place] as number) + (even + odd) * scale;
        }
      }
      for (let k = 0; k < size; k++) sum[up + k] = (sum[up + k] as number) + (sum[from + k] as number);
    }
  }
}

/** Points that integrate a path of so many features, made even. */
export function evenPoints(tests: number): number {
  return 2 * Math.max((tests + 3) >> 2, 1);
}
