/** How far one output lies from the library's. */
import type { Storage } from '../../src/data/column.ts';
import type { Tensor } from '../../src/data/tensor.ts';

/** How one output compares. */
export interface Verdict {
  readonly output: string;
  readonly values: number;
  /** Values that are not the same to the bit. */
  readonly differing: number;
  /** The largest distance, in steps between neighbouring numbers of the library's dtype. */
  readonly ulps: number;
  /** The largest |ours − theirs| over the largest |theirs| of its row (1 where that is smaller). */
  readonly relative: number;
  /** Ours has another shape or dtype, or there is a missing, infinite or textual value at one side only. */
  readonly problem?: string;
}

/** A verdict of something that could not be compared. */
export const FAILED = { values: 0, differing: 0, ulps: 0, relative: 0 } as const;

/** Holds text against recorded text. */
export function compareTexts(output: string, want: { readonly texts: readonly string[]; readonly shape: readonly number[] }, given: Tensor): Verdict {
  const texts = Array.from(given.values as ArrayLike<unknown>, String), values = texts.length;
  const differing = want.texts.filter((text, i) => text !== texts[i]).length;
  const problem = want.shape.join() !== given.shape.join() ? `shape [${given.shape.join()}] instead of [${want.shape.join()}]` : differing > 0 ? 'other texts' : undefined;
  return { ...FAILED, output, values, differing, ...(problem === undefined ? {} : { problem }) };
}

/** Holds numbers against the library's: shape, dtype and every bit. */
export function compareNumbers(output: string, want: Tensor, given: Tensor): Verdict {
  if (want.shape.join() !== given.shape.join()) return { ...FAILED, output, problem: `shape [${given.shape.join()}] instead of [${want.shape.join()}]` };
  if (want.dtype !== given.dtype) return { ...FAILED, output, problem: `dtype ${given.dtype} instead of ${want.dtype}` };
  const single = want.dtype === 'float32', width = Math.max(want.size / Math.max(want.shape[0] ?? 1, 1), 1);
  const a = numbers(want.values), b = numbers(given.values);
  let differing = 0, ulps = 0, relative = 0, problem: string | undefined;
  for (let row = 0; row < a.length; row += width) {
    let largest = 1;
    for (let i = row; i < row + width; i++) if (Number.isFinite(a[i])) largest = Math.max(largest, Math.abs(a[i] as number));
    for (let i = row; i < row + width; i++) {
      const x = a[i] as number, y = b[i] as number;
      if (Object.is(x, y)) continue;
      differing++;
      if (!Number.isFinite(x) || !Number.isFinite(y)) {
        problem ??= `value ${i} is ${y} instead of ${x}`;
        continue;
      }
      ulps = Math.max(ulps, steps(x, y, single));
      relative = Math.max(relative, Math.abs(x - y) / largest);
    }
  }
  return { output, values: a.length, differing, ulps, relative, ...(problem === undefined ? {} : { problem }) };
}

function numbers(values: Storage): Float64Array {
  return Float64Array.from(values as ArrayLike<number | bigint>, Number);
}

/** How many numbers of their width lie between two; −0 stands one step below 0. */
function steps(x: number, y: number, single: boolean): number {
  const distance = place(x, single) - place(y, single);
  return Number(distance < 0n ? -distance : distance);
}

function place(x: number, single: boolean): bigint {
  if (single) bits.setFloat32(4, x);
  else bits.setFloat64(0, x);
  const word = single ? BigInt(bits.getInt32(4)) : bits.getBigInt64(0);
  return word < 0n ? -1n - BigInt.asUintN(single ? 31 : 63, word) : word;
}

const bits = new DataView(new ArrayBuffer(8));
