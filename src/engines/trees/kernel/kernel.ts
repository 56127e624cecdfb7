/**
 * A forest at work in WebAssembly, on a memory of its own, which is dropped with it.
 * @module
 */
import { startKernel, type Kernel } from '../../../data/wasm.ts';
import type { ThreadPool } from '../../threads.ts';
import type { Forest } from '../forest.ts';
import { forestWasm } from './forest-wasm.ts';
import { MemoryPlan, placeForest, workBytes } from './kernel-memory.ts';
import { planForest, type PlannedPart } from './kernel-plan.ts';
import { KernelSlot, type SlotPlaces } from './kernel-slot.ts';
import { ThreadedForest } from './kernel-threads.ts';
import { prefersMux } from './kernel-trees.ts';
import { reported } from '../leaf-values.ts';
import type { ForestRunner, Matrix, TreeRange } from '../predict.ts';
import { compileSums, type Sums } from '../sums.ts';
import { KERNEL_LEVELS, symmetricLevels } from '../symmetric-trees.ts';

/** What assembly/forest.ts exports. */
export interface ForestExports {
  prepare(work: number): void;
  margins(header: number, work: number, values: number, rows: number, first: number, end: number, out: number): void;
  leaves(header: number, work: number, values: number, rows: number, first: number, end: number, out: number): void;
}

/** Rows and bytes that go in at once: here, and to a thread. */
const MOST_ROWS = 512, MOST_BYTES = 2 ** 18;
const MOST_THREAD_ROWS = 4096, MOST_THREAD_BYTES = 2 ** 19;
/** Rows × trees of a thread's piece: about 5 ms. */
const PIECE = 2 ** 21;
const BLOCK = 64;
/** The sums of a block stay below some megabytes. */
const MOST_OUTPUTS = 2 ** 13;
/** So that a thread need not wait for its next piece. */
const SLOTS_PER_THREAD = 2;

/** Lays a forest out and starts its kernel; null where that is not to be had. With threads its memory is shared. */
export function startForest(forest: Forest, threads?: ThreadPool): ForestRunner | null {
  let mux = 0;
  for (let t = 0; t < forest.trees; t++) mux += Number(prefersMux(forest, t) || symmetricLevels(forest, t, KERNEL_LEVELS) !== null);
  const parts = planForest(forest, 2 * mux >= forest.trees);
  if (parts === null || forest.outputs > MOST_OUTPUTS) return null;
  const plan = new MemoryPlan(), header = placeForest(plan, forest, parts);
  const own = placeSlot(plan, forest, parts, MOST_ROWS, MOST_BYTES);
  const rows = Math.min(MOST_THREAD_ROWS, Math.max(BLOCK, Math.floor(PIECE / Math.max(forest.trees, 1) / BLOCK) * BLOCK));
  const others = Array.from({ length: threads ? threads.threads * SLOTS_PER_THREAD : 0 }, () => placeSlot(plan, forest, parts, rows, MOST_THREAD_BYTES));
  const kernel = startKernel<ForestExports>(forestWasm, plan.size, { shared: threads !== undefined });
  if (kernel === null) return null;
  plan.writeTo(kernel.memory);
  for (const { work } of [own, ...others]) kernel.run.prepare(work);
  const slots = others.map((places) => new KernelSlot(forest, kernel.memory, places));
  const threaded = threads && forest.linear === null ? new ThreadedForest(header, slots, threads.threads, threads.share(forestWasm, kernel.handle)) : null;
  return new KernelForest(forest, header, kernel, new KernelSlot(forest, kernel.memory, own), threaded);
}

function placeSlot(plan: MemoryPlan, forest: Forest, parts: readonly PlannedPart[], mostRows: number, mostBytes: number): SlotPlaces {
  const rowBytes = forest.features * (forest.input === 'float64' ? 8 : 4), sumBytes = forest.sum === 'float64' ? 8 : 4;
  const rows = Math.max(BLOCK, Math.min(mostRows, Math.floor(mostBytes / Math.max(rowBytes, forest.outputs * sumBytes))));
  const outBytes = Math.max(rows * forest.outputs * sumBytes, Math.min(BLOCK * forest.trees * 4, mostBytes), forest.trees * 4);
  return { work: plan.reserve(workBytes(forest, parts)), rows, values: plan.reserve(rows * rowBytes), out: plan.reserve(outBytes), outBytes };
}

class KernelForest implements ForestRunner {
  readonly threaded: ThreadedForest | null;
  readonly #forest: Forest;
  readonly #header: number;
  readonly #run: ForestExports;
  readonly #slot: KernelSlot;
  #sums: Sums | undefined;
  #hits: Int32Array | undefined;

  constructor(forest: Forest, header: number, { run }: Kernel<ForestExports>, slot: KernelSlot, threaded: ThreadedForest | null) {
    this.#forest = forest;
    this.#header = header;
    this.#run = run;
    this.#slot = slot;
    this.threaded = threaded;
  }

  margins(matrix: Matrix, { first, end }: TreeRange, out: Float32Array | Float64Array, from: number, to: number): void {
    if (this.#forest.linear !== null) return this.#linear(matrix, { first, end }, out, from, to);
    const slot = this.#slot, { work, values, out: at, rows: most } = slot.places;
    for (let row = from; row < to; row += most) {
      const n = Math.min(most, to - row);
      slot.fill(matrix, row, n);
      this.#run.margins(this.#header, work, values, n, first, end, at);
      slot.takeMargins(out, row, n);
    }
  }

  leaves(matrix: Matrix, { first, end }: TreeRange, out: Int32Array, from: number, to: number): void {
    this.#reach(matrix, { first, end }, out, from, to, 0);
    reported(this.#forest, out, from * (end - first), to * (end - first));
  }

  /** Leaves numbered over the forest; those of row `from` are the first of `out` where `shift` is `from`. */
  #reach(matrix: Matrix, { first, end }: TreeRange, out: Int32Array, from: number, to: number, shift: number): void {
    const slot = this.#slot, { work, values, out: at } = slot.places, width = end - first, most = slot.leafRows(width);
    for (let row = from; row < to; row += most) {
      const n = Math.min(most, to - row);
      slot.fill(matrix, row, n);
      this.#run.leaves(this.#header, work, values, n, first, end, at);
      slot.takeLeaves(out, row - shift, n, width);
    }
  }

  /** Leaves that are linear models find their values here. */
  #linear(matrix: Matrix, range: TreeRange, out: Float32Array | Float64Array, from: number, to: number): void {
    const { outputs, features, trees } = this.#forest, width = range.end - range.first;
    const sums = (this.#sums ??= compileSums(this.#forest)), hits = (this.#hits ??= new Int32Array(BLOCK * trees));
    for (let row = from; row < to; row += BLOCK) {
      const n = Math.min(BLOCK, to - row);
      this.#reach(matrix, range, hits, row, row + n, row);
      for (let r = 0; r < n; r++) sums(out, (row + r) * outputs, hits, r * width - range.first, matrix.values, (row + r) * features, range.first, range.end);
    }
  }
}
