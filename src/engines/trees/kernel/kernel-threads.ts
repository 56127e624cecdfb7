/**
 * Large batches over the threads of a pool: pieces of rows are copied into slots of the shared memory, as slots get free, and
 * batches take turns.
 * @module
 */
import type { SharedKernel } from '../../threads.ts';
import type { KernelSlot } from './kernel-slot.ts';
import type { Matrix, TreeRange } from '../predict.ts';

const BLOCK = 64;
/** Rows of the least batch that is worth handing over, and its rows × trees: about a third of a millisecond. */
const LEAST_ROWS = 256, LEAST_WORK = 2 ** 17;

/** Rows on their way. */
interface Batch {
  readonly matrix: Matrix;
  readonly range: TreeRange;
  readonly out: Float32Array | Float64Array | Int32Array;
  /** The first row that nobody has, and rows of a piece. */
  next: number;
  readonly piece: number;
  /** Pieces in work. */
  open: number;
  ended: boolean;
  resolve(): void;
  reject(error: unknown): void;
}

/** The margins or leaves of many rows, worked out in other threads. */
export class ThreadedForest {
  readonly #header: number;
  readonly #free: KernelSlot[];
  readonly #threads: number;
  readonly #kernel: SharedKernel;
  readonly #batches: Batch[] = [];

  constructor(header: number, slots: readonly KernelSlot[], threads: number, kernel: SharedKernel) {
    this.#header = header;
    this.#free = [...slots];
    this.#threads = threads;
    this.#kernel = kernel;
  }

  /** Whether a batch is large enough. */
  isWorth(rows: number, { first, end }: TreeRange): boolean {
    return rows >= LEAST_ROWS && rows * (end - first) >= LEAST_WORK;
  }

  /**
   * Fills `out` with margins (float) or leaves numbered over the forest (int32).
   * @throws the signal's reason, ModelError THREAD_FAILED
   */
  run(matrix: Matrix, range: TreeRange, out: Batch['out'], signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const share = Math.ceil(matrix.rows / this.#threads / BLOCK) * BLOCK, slot = this.#free[0]?.places.rows ?? share;
      const batch: Batch = { matrix, range, out, next: 0, piece: Math.min(share, slot), open: 0, ended: false, resolve, reject };
      const onAbort = (): void => this.#end(batch, () => reject(signal?.reason));
      signal?.addEventListener('abort', onAbort, { once: true });
      batch.resolve = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      this.#batches.push(batch);
      this.#handOut();
    });
  }

  close(): void {
    this.#kernel.close();
  }

  #handOut(): void {
    while (this.#free.length > 0) {
      const batch = this.#batches.shift();
      if (batch === undefined) return;
      const slot = this.#free.pop() as KernelSlot, { first, end } = batch.range;
      const rows = Math.min(batch.piece, batch.out instanceof Int32Array ? slot.leafRows(end - first) : slot.places.rows, batch.matrix.rows - batch.next);
      const row = batch.next;
      batch.next += rows;
      batch.open++;
      if (batch.next < batch.matrix.rows) this.#batches.push(batch);
      void this.#piece(batch, slot, row, rows);
    }
  }

  async #piece(batch: Batch, slot: KernelSlot, row: number, rows: number): Promise<void> {
    const { matrix, range: { first, end }, out } = batch, { work, values, out: at } = slot.places;
    try {
      slot.fill(matrix, row, rows);
      await this.#kernel.call(out instanceof Int32Array ? 'leaves' : 'margins', [this.#header, work, values, rows, first, end, at]);
      if (batch.ended) return;
      if (out instanceof Int32Array) slot.takeLeaves(out, row, rows, end - first);
      else slot.takeMargins(out, row, rows);
      if (--batch.open === 0 && batch.next >= matrix.rows) this.#end(batch, batch.resolve);
    } catch (error) {
      this.#end(batch, () => batch.reject(error));
    } finally {
      this.#free.push(slot);
      this.#handOut();
    }
  }

  /** Ends a batch once; its pieces in work are thrown away as they come. */
  #end(batch: Batch, tell: () => void): void {
    if (batch.ended) return;
    batch.ended = true;
    const at = this.#batches.indexOf(batch);
    if (at >= 0) this.#batches.splice(at, 1);
    tell();
  }
}
