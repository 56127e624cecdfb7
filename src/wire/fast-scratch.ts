/**
 * Numbers of the request that is being read, before their count is known; decoding is synchronous, so one serves all.
 * @module
 */

/** Kept between requests up to this many numbers (32 MB). */
const KEPT = 1 << 22;

class Scratch {
  values: Float64Array = new Float64Array(1024);

  #limit = 0;

  /** Before a body of so many bytes: absent optional columns must not make more room than it has bytes. */
  begin(bytes: number): void {
    this.#limit = bytes;
  }

  /** Room for `size` numbers; what is there stays. False beyond the limit. */
  reserve(size: number): boolean {
    if (size <= this.values.length) return true;
    if (size > this.#limit) return false;
    const grown = new Float64Array(Math.max(size, this.values.length * 2));
    grown.set(this.values);
    this.values = grown;
    return true;
  }

  /** Lets go of what one large request needed. */
  release(): void {
    if (this.values.length > KEPT) this.values = new Float64Array(1024);
  }
}

export const scratch: Scratch = new Scratch();
