/**
 * Class labels: the winner of each row of scores, and the label it stands for.
 * @module
 */
import { Tensor } from '../data/tensor.ts';
import type { Storage } from '../data/column.ts';

/** Per row of `width` scores the index of the largest; the first of equals, and NaN before all, as numpy's argmax. */
export function argmaxRows(scores: ArrayLike<number>, width: number): Int32Array {
  const rows = width === 0 ? 0 : scores.length / width;
  const out = new Int32Array(rows);
  for (let r = 0; r < rows; r++) {
    let best = 0, most = scores[r * width]!;
    for (let k = 1; k < width && most === most; k++) {
      const score = scores[r * width + k]!;
      if (score > most || score !== score) {
        best = k;
        most = score;
      }
    }
    out[r] = best;
  }
  return out;
}

/** The elements of a one-dimensional tensor at `indices`, in its dtype. */
export function takeLabels(labels: Tensor, indices: Int32Array): Tensor {
  const from = labels.values;
  if (Array.isArray(from)) return new Tensor(labels.dtype, [indices.length], Array.from(indices, (i) => from[i]) as Storage);
  const out = new (from.constructor as new (length: number) => Exclude<Storage, unknown[]>)(indices.length);
  for (let i = 0; i < indices.length; i++) out[i] = from[indices[i]!] as never;
  return new Tensor(labels.dtype, [indices.length], out);
}
