/**
 * Small typed arrays for one request each.
 *
 * V8 keeps elements beyond 64 bytes outside its heap; each such array costs up to a microsecond until it is collected. A part
 * of a larger array costs a twentieth of that.
 * @module
 */

/** Bytes of an array that parts are taken from, and the longest part. */
const BLOCK = 32_768, MOST = 4096;

let block = new ArrayBuffer(BLOCK), used = 0;

function place(bytes: number): number {
  if (used + bytes > BLOCK) {
    block = new ArrayBuffer(BLOCK);
    used = 0;
  }
  const at = used;
  used += (bytes + 7) & ~7;
  return at;
}

/** `new Float64Array(length)`; where it is short its buffer is shared with others, so do not transfer that. */
export function float64Array(length: number): Float64Array<ArrayBuffer> {
  if (8 * length > MOST) return new Float64Array(length);
  const at = place(8 * length);
  return new Float64Array(block, at, length);
}

/** `new Float32Array(length)`; where it is short its buffer is shared with others, so do not transfer that. */
export function float32Array(length: number): Float32Array<ArrayBuffer> {
  if (4 * length > MOST) return new Float32Array(length);
  const at = place(4 * length);
  return new Float32Array(block, at, length);
}
