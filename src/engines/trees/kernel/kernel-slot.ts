/**
 * A place in a kernel's memory where some rows go in and their answers come out.
 * @module
 */
import type { Forest } from '../forest.ts';
import type { Matrix } from '../predict.ts';

/** Addresses and sizes. */
export interface SlotPlaces {
  /** Working memory of the thread that runs these rows. */
  readonly work: number;
  readonly values: number;
  /** Rows that there is room for. */
  readonly rows: number;
  readonly out: number;
  readonly outBytes: number;
}

/** A view costs more than so many numbers. */
const FEW = 64;

/** One such place. */
export class KernelSlot {
  readonly places: SlotPlaces;
  readonly #features: number;
  readonly #outputs: number;
  readonly #values: Float32Array | Float64Array;
  readonly #margins: Float32Array | Float64Array;
  readonly #leaves: Int32Array;

  constructor(forest: Forest, memory: ArrayBufferLike, places: SlotPlaces) {
    const { values, rows, out, outBytes } = places, count = rows * forest.features;
    this.places = places;
    this.#features = forest.features;
    this.#outputs = forest.outputs;
    this.#values = forest.input === 'float64' ? new Float64Array(memory, values, count) : new Float32Array(memory, values, count);
    this.#margins = forest.sum === 'float64' ? new Float64Array(memory, out, rows * forest.outputs) : new Float32Array(memory, out, rows * forest.outputs);
    this.#leaves = new Int32Array(memory, out, outBytes >> 2);
  }

  /** Rows whose leaves there is room for. */
  leafRows(trees: number): number {
    return trees === 0 ? this.places.rows : Math.min(this.places.rows, Math.floor(this.#leaves.length / trees));
  }

  /** Copies rows in, rounded to the forest's input. */
  fill({ values }: Matrix, row: number, rows: number): void {
    const at = row * this.#features, count = rows * this.#features, to = this.#values;
    if (count <= FEW) for (let i = 0; i < count; i++) to[i] = values[at + i] as number;
    else to.set(values.subarray(at, at + count));
  }

  takeMargins(out: Float32Array | Float64Array, row: number, rows: number): void {
    copy(this.#margins, out, row * this.#outputs, rows * this.#outputs);
  }

  takeLeaves(out: Int32Array, row: number, rows: number, trees: number): void {
    copy(this.#leaves, out, row * trees, rows * trees);
  }
}

function copy<A extends Float32Array | Float64Array | Int32Array>(from: A, to: A, at: number, count: number): void {
  if (count <= FEW) for (let i = 0; i < count; i++) to[at + i] = from[i] as number;
  else to.set(from.subarray(0, count), at);
}
