/**
 * Contributions in WebAssembly: lays out one tree after the other for assembly/attributions.ts.
 * @module
 */
import { startKernel, type Kernel } from '../../../data/wasm.ts';
import { attributionsWasm } from './attributions-wasm.ts';
import type { Forest } from '../forest.ts';
import { MemoryPlan } from '../kernel/kernel-memory.ts';
import { placeTerms } from './leaf-terms.ts';
import type { Matrix } from '../predict.ts';
import type { TreeContributions } from './tree-contributions.ts';
import { deepest } from './tree-tour.ts';
import { writeWays } from './tree-ways.ts';

/** What assembly/attributions.ts exports. */
interface Exports {
  contributions32(header: number, ways: number, rows: number, sums: number): void;
}

/** Rows that go in at once, and bytes of their ways at most. */
const MOST_ROWS = 64, MOST_WAYS = 2 ** 18;
const HEADER = 22, WAITING = 12, ELEMENTS = 16;

/** A forest of float32 at work; null where WebAssembly is not to be had. */
export function startFloat32(forest: Forest): TreeContributions<Float32Array> | null {
  const { leafStart, trees } = forest, depth = deepest(forest), tests = Math.min(depth, forest.features);
  let leaves = 1, terms = 0;
  for (let t = 0; t < trees; t++) leaves = Math.max(leaves, (leafStart[t + 1] as number) - (leafStart[t] as number));
  const place = new Int32Array(leaves);
  for (let t = 0; t < trees; t++) terms = Math.max(terms, placeTerms(forest, t, Infinity, (d) => Math.min(d, tests), place).kept);
  const plan = new MemoryPlan(), rows = Math.max(Math.min(MOST_ROWS, Math.floor(MOST_WAYS / leaves)), 1), slots = Math.min(leaves, forest.features);
  // Four elements at a time, from any on; and a place before the first weight.
  const nodes = 4 * leaves, part = Math.ceil((tests + 2 + 8) / 4) * 16, stride = ELEMENTS + 4 * part, at = {
    header: plan.reserve(HEADER * 4), left: plan.reserve(nodes), right: plan.reserve(nodes), slot: plan.reserve(nodes), shareLeft: plan.reserve(nodes), shareRight: plan.reserve(nodes),
    value: plan.reserve(nodes), place: plan.reserve(nodes), count: plan.reserve(nodes), tested: plan.reserve(nodes * tests), terms: plan.reserve((terms + tests) * 4),
    waiting: plan.reserve((depth + 1) * WAITING), above: plan.reserve(depth * 4), hot: plan.reserve(depth * 4), paths: plan.reserve((depth + 1) * stride),
    ways: plan.reserve(rows * leaves), sums: plan.reserve(rows * slots * 4),
  };
  const kernel = startKernel<Exports>(attributionsWasm, plan.size);
  if (kernel === null) return null;
  // The path of no steps: one element of no feature.
  const floats = new Float32Array(kernel.memory), first = (at.paths + ELEMENTS) / 4;
  new Int32Array(kernel.memory)[first] = -1;
  for (let i = 1; i < 4; i++) floats[first + (i * part) / 4] = 1;
  return new Float32Kernel(forest, kernel, at, rows, tests, part);
}

type Places = Readonly<Record<'header' | 'left' | 'right' | 'slot' | 'shareLeft' | 'shareRight' | 'value' | 'place' | 'count' | 'tested' | 'terms' | 'waiting' | 'above' | 'hot' | 'paths' | 'ways' | 'sums', number>>;

class Float32Kernel implements TreeContributions<Float32Array> {
  readonly #forest: Forest;
  readonly #run: Exports;
  readonly #at: Places;
  readonly #rows: number;
  readonly #tests: number;
  /** Bytes of a list of elements, and of a path. */
  readonly #part: number;
  readonly #stride: number;
  readonly #bytes: Uint8Array;
  readonly #ints: Int32Array;
  readonly #floats: Float32Array;
  /** Per feature its slot in the tree; per slot its feature. */
  readonly #slot: Int32Array;
  #features: readonly number[] = [];
  #tree = 0;

  constructor(forest: Forest, { memory, run }: Kernel<Exports>, at: Places, rows: number, tests: number, part: number) {
    this.#forest = forest;
    this.#run = run;
    this.#at = at;
    this.#rows = rows;
    this.#tests = tests;
    this.#part = part;
    this.#stride = ELEMENTS + 4 * part;
    this.#bytes = new Uint8Array(memory);
    this.#ints = new Int32Array(memory);
    this.#floats = new Float32Array(memory);
    this.#slot = new Int32Array(forest.features);
  }

  tree(tree: number, rows: number): void {
    const { root, left, right, feature, value, nodeStart, leafStart, cover } = this.#forest, at = this.#at, ints = this.#ints, floats = this.#floats, tests = this.#tests;
    const first = nodeStart[tree] as number, nodes = (nodeStart[tree + 1] as number) - first, firstLeaf = leafStart[tree] as number, leaves = (leafStart[tree + 1] as number) - firstLeaf;
    const { kept, features } = placeTerms(this.#forest, tree, rows, (depth) => Math.min(depth, tests), ints.subarray(at.place / 4, at.place / 4 + leaves));
    this.#tree = tree;
    this.#features = features;
    for (const [i, f] of features.entries()) this.#slot[f] = i;
    const local = (node: number): number => (node < 0 ? node + firstLeaf : node - first), coverOf = (node: number): number => (node < 0 ? cover?.leaf[~node] : cover?.node[node]) as number;
    for (let i = 0; i < nodes; i++) {
      const a = left[first + i] as number, b = right[first + i] as number, own = coverOf(first + i);
      ints[at.left / 4 + i] = local(a);
      ints[at.right / 4 + i] = local(b);
      ints[at.slot / 4 + i] = this.#slot[feature[first + i] as number] as number;
      floats[at.shareLeft / 4 + i] = coverOf(a) / own;
      floats[at.shareRight / 4 + i] = coverOf(b) / own;
    }
    for (let i = 0; i < leaves; i++) floats[at.value / 4 + i] = value[firstLeaf + i] as number;
    floats.fill(NaN, at.terms / 4, at.terms / 4 + kept);
    ints.set([
      local(root[tree] as number), nodes, features.length, tests, kept, at.left, at.right, at.slot, at.shareLeft, at.shareRight,
      at.value, at.place, at.count, at.tested, at.terms, at.waiting, at.above, at.hot, at.paths, this.#stride, this.#part, 0,
    ], at.header / 4);
  }

  add(matrix: Matrix, from: number, to: number, out: Float32Array, at: number, step: number): void {
    const features = this.#features, slots = features.length, weight = this.#forest.weight?.[this.#tree] ?? 1, sums = this.#floats;
    for (let row = from; row < to; row += this.#rows) {
      const end = Math.min(row + this.#rows, to);
      writeWays(this.#forest, this.#tree, matrix, row, end, this.#bytes, this.#at.ways);
      this.#run.contributions32(this.#at.header, this.#at.ways, end - row, this.#at.sums);
      for (let r = row, i = this.#at.sums / 4; r < end; r++) {
        for (let s = 0; s < slots; s++, i++) {
          const place = r * step + at + (features[s] as number);
          out[place] = (out[place] as number) + Math.fround((sums[i] as number) * weight);
        }
      }
    }
  }
}
