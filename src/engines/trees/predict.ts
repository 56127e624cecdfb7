/**
 * Runs a forest: rows of numbers to margins and leaves, by the WebAssembly kernel, else in plain TypeScript, which gives the
 * same bits.
 * @module
 */
import type { MaybePromise } from '../../data/maybe-promise.ts';
import { ModelError } from '../../errors/model-error.ts';
import { answerSize } from '../answer-size.ts';
import type { Forest } from './forest.ts';
import { inSlices, type Steps } from '../steps.ts';
import type { ThreadPool } from '../threads.ts';
import { startForest } from './kernel/kernel.ts';
import type { ThreadedForest } from './kernel/kernel-threads.ts';
import { reported } from './leaf-values.ts';
import { compilePlain } from './plain-forest.ts';

/** Numbers in C order: `rows` × `columns`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array | Float64Array;
}

/** Which trees count: those from `first` up to, not including, `end`. */
export interface TreeRange {
  readonly first: number;
  readonly end: number;
}

/** Runs checked rows: what stands behind a {@link TreePredictor}. */
export interface ForestRunner {
  /** Writes the margins, or the reported leaves, of the rows from `from` up to `to` where they belong in `out`, which is for all rows. */
  margins(matrix: Matrix, range: TreeRange, out: Float32Array | Float64Array, from: number, to: number): void;
  leaves(matrix: Matrix, range: TreeRange, out: Int32Array, from: number, to: number): void;
  /** For large batches. */
  readonly threaded: ThreadedForest | null;
}

/** A call that may be given up. Its signal is asked for only where the work takes long: it may be made then. */
export interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

/** A compiled forest. */
export interface TreePredictor {
  readonly forest: Forest;
  /** Sums of leaf values, `rows × outputs`, in the forest's `sum` precision. */
  margins(matrix: Matrix, range?: TreeRange): Float32Array | Float64Array;
  /** The reported number of the leaf that each row reaches, `rows × trees in range`. */
  leaves(matrix: Matrix, range?: TreeRange): Int32Array;
  /** {@link margins}, of large batches over threads, or in slices of some milliseconds between which other work gets its turn. */
  batchMargins(matrix: Matrix, call: Abortable, range?: TreeRange): MaybePromise<Float32Array | Float64Array>;
  /** {@link leaves} in the same way. */
  batchLeaves(matrix: Matrix, call: Abortable, range?: TreeRange): MaybePromise<Int32Array>;
  /** Lets go of what other threads hold. */
  close(): void;
}

/** Options of {@link compileForest}. */
export interface CompileOptions {
  /** For large batches. */
  readonly threads?: ThreadPool | undefined;
}

/**
 * Compiles a forest.
 *
 * @throws ModelError INPUT_UNSUITABLE from the methods, for a matrix of other columns than the forest's `features` or of too few values
 * @example
 * ```ts
 * compileForest(forest).margins({ rows: 1, columns: 2, values: new Float32Array([0.5, 1]) });
 * ```
 */
export function compileForest(forest: Forest, { threads }: CompileOptions = {}): TreePredictor {
  return new CompiledForest(forest, startForest(forest, threads) ?? compilePlain(forest));
}

/** Rows × trees between two looks at the clock. */
const STEP = 2 ** 18, LEAST_STEP = 64;

class CompiledForest implements TreePredictor {
  readonly forest: Forest;
  readonly #runner: ForestRunner;
  readonly #all: TreeRange;

  constructor(forest: Forest, runner: ForestRunner) {
    this.forest = forest;
    this.#runner = runner;
    this.#all = { first: 0, end: forest.trees };
  }

  margins(matrix: Matrix, range: TreeRange = this.#all): Float32Array | Float64Array {
    this.#check(matrix, range);
    const out = this.#marginsFor(matrix);
    this.#runner.margins(matrix, range, out, 0, matrix.rows);
    return out;
  }

  leaves(matrix: Matrix, range: TreeRange = this.#all): Int32Array {
    this.#check(matrix, range);
    const out = leavesFor(matrix, range);
    this.#runner.leaves(matrix, range, out, 0, matrix.rows);
    return out;
  }

  batchMargins(matrix: Matrix, call: Abortable, range: TreeRange = this.#all): MaybePromise<Float32Array | Float64Array> {
    const { threaded } = this.#runner, rows = this.#stepRows(range);
    // One step needs no clock.
    if (matrix.rows <= rows && threaded?.isWorth(matrix.rows, range) !== true) return this.margins(matrix, range);
    this.#check(matrix, range);
    const out = this.#marginsFor(matrix);
    if (threaded?.isWorth(matrix.rows, range) === true) return threaded.run(matrix, range, out, call.signal).then(() => out);
    return inSlices(steps(matrix.rows, rows, out, (from, to) => this.#runner.margins(matrix, range, out, from, to)), call.signal);
  }

  batchLeaves(matrix: Matrix, call: Abortable, range: TreeRange = this.#all): MaybePromise<Int32Array> {
    const { threaded } = this.#runner, rows = this.#stepRows(range);
    if (matrix.rows <= rows && threaded?.isWorth(matrix.rows, range) !== true) return this.leaves(matrix, range);
    this.#check(matrix, range);
    const out = leavesFor(matrix, range);
    if (threaded?.isWorth(matrix.rows, range) === true) return threaded.run(matrix, range, out, call.signal).then(() => reported(this.forest, out, 0, out.length));
    return inSlices(steps(matrix.rows, rows, out, (from, to) => this.#runner.leaves(matrix, range, out, from, to)), call.signal);
  }

  close(): void {
    this.#runner.threaded?.close();
  }

  #stepRows({ first, end }: TreeRange): number {
    return Math.max(LEAST_STEP, Math.floor(STEP / Math.max(end - first, 1)));
  }

  #marginsFor({ rows }: Matrix): Float32Array | Float64Array {
    const count = rows * this.forest.outputs;
    return this.forest.sum === 'float32' ? new Float32Array(count) : new Float64Array(count);
  }

  /** The kernel reads by index and checks nothing. */
  #check({ rows, columns, values }: Matrix, { first, end }: TreeRange): void {
    const { features, trees } = this.forest;
    if (columns !== features) refuse(`it has ${columns} columns, the model has ${features} features`);
    if (!(rows >= 0 && rows * columns <= values.length)) refuse(`it has ${values.length} values for ${rows} rows of ${columns} columns`);
    if (!(first >= 0 && first <= end && end <= trees)) refuse(`the trees ${first} to ${end} are not within the ${trees} of the model`);
  }
}

function leavesFor({ rows }: Matrix, { first, end }: TreeRange): Int32Array {
  return new Int32Array(answerSize(rows, end - first));
}

function* steps<T>(rows: number, size: number, out: T, run: (from: number, to: number) => void): Steps<T> {
  for (let from = 0; from < rows; from += size) {
    run(from, Math.min(from + size, rows));
    yield;
  }
  return out;
}

function refuse(reason: string): never {
  throw new ModelError('INPUT_UNSUITABLE', { reason });
}
