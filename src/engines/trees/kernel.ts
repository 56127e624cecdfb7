/**
 * A forest at work in WebAssembly, on a memory of its own.
 * @module
 */
import { startKernel, type Kernel } from '../../data/wasm.ts';
import type { Forest } from './forest.ts';
import { forestWasm } from './forest-wasm.ts';
import { MemoryPlan, placeForest, workBytes } from './kernel-memory.ts';
import { planForest } from './kernel-plan.ts';
import { prefersMux } from './kernel-trees.ts';
import type { ForestRunner, Matrix, TreeRange } from './predict.ts';
import { compileSums, type Sums } from './sums.ts';

/** What assembly/forest.ts exports. */
export interface ForestExports {
  prepare(work: number): void;
  margins(header: number, work: number, values: number, rows: number, first: number, end: number, out: number): void;
  leaves(header: number, work: number, values: number, rows: number, first: number, end: number, out: number): void;
}

/** Rows and bytes that go in at once. */
const MOST_ROWS = 512, MOST_BYTES = 2 ** 18, BLOCK = 64;

/** Lays a forest out and starts its kernel; null where that is not to be had. */
export function startForest(forest: Forest): ForestRunner | null {
  let mux = 0;
  for (let t = 0; t < forest.trees; t++) mux += Number(prefersMux(forest, t));
  const parts = planForest(forest, 2 * mux >= forest.trees);
  if (parts === null) return null;
  const plan = new MemoryPlan(), header = placeForest(plan, forest, parts), work = plan.reserve(workBytes(forest, parts));
  const rowBytes = forest.features * (forest.input === 'float64' ? 8 : 4);
  const rows = Math.max(BLOCK, Math.min(MOST_ROWS, Math.floor(MOST_BYTES / Math.max(rowBytes, 1))));
  const sumBytes = forest.sum === 'float64' ? 8 : 4, outBytes = Math.max(rows * forest.outputs * sumBytes, BLOCK * forest.trees * 4);
  const values = plan.reserve(rows * rowBytes), out = plan.reserve(outBytes);
  const kernel = startKernel<ForestExports>(forestWasm, plan.size);
  if (kernel === null) return null;
  plan.writeTo(kernel.memory);
  kernel.run.prepare(work);
  return new KernelForest(forest, kernel, { header, work, values, rows, out, outBytes });
}

/** Addresses and sizes. */
interface Places {
  readonly header: number;
  readonly work: number;
  readonly values: number;
  readonly rows: number;
  readonly out: number;
  readonly outBytes: number;
}

class KernelForest implements ForestRunner {
  readonly #forest: Forest;
  readonly #run: ForestExports;
  readonly #places: Places;
  readonly #values: Float32Array | Float64Array;
  readonly #sums: Float32Array | Float64Array;
  readonly #hits: Int32Array;
  #linear: Sums | undefined;

  constructor(forest: Forest, { memory, run }: Kernel<ForestExports>, places: Places) {
    const { values, rows, out, outBytes } = places, count = rows * forest.features;
    this.#forest = forest;
    this.#run = run;
    this.#places = places;
    this.#values = forest.input === 'float64' ? new Float64Array(memory, values, count) : new Float32Array(memory, values, count);
    this.#sums = forest.sum === 'float64' ? new Float64Array(memory, out, outBytes / 8) : new Float32Array(memory, out, outBytes / 4);
    this.#hits = new Int32Array(memory, out, outBytes / 4);
  }

  margins(matrix: Matrix, range: TreeRange): Float32Array | Float64Array {
    if (this.#forest.linear !== null) return this.#linearMargins(matrix, range);
    const { rows, values } = matrix, { first, end } = range;
    const { features, outputs, sum } = this.#forest, { header, work, values: from, rows: most, out } = this.#places;
    const answer = sum === 'float64' ? new Float64Array(rows * outputs) : new Float32Array(rows * outputs);
    for (let row = 0; row < rows; row += most) {
      const n = Math.min(most, rows - row);
      this.#fill(values, row * features, n * features);
      this.#run.margins(header, work, from, n, first, end, out);
      copy(this.#sums, answer, row * outputs, n * outputs);
    }
    return answer;
  }

  leaves(matrix: Matrix, range: TreeRange): Int32Array {
    const { leafId } = this.#forest, hits = this.#hitsOf(matrix, range);
    for (let i = 0; i < hits.length; i++) hits[i] = leafId[hits[i] as number] as number;
    return hits;
  }

  /** Leaves of linear models find their values here, some rows at a time. */
  #linearMargins({ rows, values, columns }: Matrix, range: TreeRange): Float32Array | Float64Array {
    const { outputs, sum } = this.#forest, sums = (this.#linear ??= compileSums(this.#forest)), width = range.end - range.first;
    const out = sum === 'float64' ? new Float64Array(rows * outputs) : new Float32Array(rows * outputs);
    for (let row = 0; row < rows; row += BLOCK) {
      const n = Math.min(BLOCK, rows - row), hits = this.#hitsOf({ rows: n, columns, values: values.subarray(row * columns, (row + n) * columns) }, range);
      for (let r = 0; r < n; r++) sums(out, (row + r) * outputs, hits, r * width - range.first, values, (row + r) * columns, range.first, range.end);
    }
    return out;
  }

  /** Leaves numbered over the forest, rows × trees in range. */
  #hitsOf({ rows, values }: Matrix, { first, end }: TreeRange): Int32Array {
    const { features } = this.#forest, { header, work, values: from, rows: room, out, outBytes } = this.#places;
    const width = end - first, answer = new Int32Array(rows * width);
    const most = Math.min(room, width === 0 ? room : Math.floor(outBytes / 4 / width));
    for (let row = 0; row < rows; row += most) {
      const n = Math.min(most, rows - row);
      this.#fill(values, row * features, n * features);
      this.#run.leaves(header, work, from, n, first, end, out);
      copy(this.#hits, answer, row * width, n * width);
    }
    return answer;
  }

  #fill(values: Matrix['values'], at: number, count: number): void {
    const to = this.#values;
    // A view costs more than a few numbers.
    if (count <= FEW_NUMBERS) for (let i = 0; i < count; i++) to[i] = values[at + i] as number;
    else to.set(values.subarray(at, at + count));
  }
}

const FEW_NUMBERS = 64;

function copy<A extends Float32Array | Float64Array | Int32Array>(from: A, to: A, at: number, count: number): void {
  if (count <= FEW_NUMBERS) for (let i = 0; i < count; i++) to[at + i] = from[i] as number;
  else to.set(from.subarray(0, count), at);
}
