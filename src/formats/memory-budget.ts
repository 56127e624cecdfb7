/**
 * A bound on what reading a file may allocate, in proportion to the file: a small file that asks for much is refused.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';

const BASE = 64 * 2 ** 20;
const FACTOR = 32;

/** Counts down what a reader allocates. */
export class MemoryBudget {
  readonly #file: string;
  readonly #limit: number;
  #used = 0;

  /** @param size bytes of the file; the budget is 64 MiB and 32 times that */
  constructor(file: string, size: number) {
    this.#file = file;
    this.#limit = BASE + FACTOR * size;
  }

  /**
   * Takes `bytes` from the budget, before they are allocated.
   * @throws ModelError FILE_LIMIT_EXCEEDED
   */
  charge(bytes: number): void {
    this.#used += bytes;
    if (!(this.#used <= this.#limit)) throw new ModelError('FILE_LIMIT_EXCEEDED', { file: this.#file, what: 'the memory its content asks for, in bytes,', value: this.#used, limit: this.#limit });
  }
}
