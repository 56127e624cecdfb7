/**
 * Sums of the leaves that a row reaches, in the order of trees, rounded as the forest says.
 * @module
 */
import type { Forest } from './forest.ts';
import { leafValues } from './leaf-values.ts';
import type { Matrix } from './predict.ts';

/**
 * Writes the margins of one row to `out` from `at` on. The leaf of tree t (over the forest) is `hits[from + t]`; the row's values
 * begin at `offset`.
 */
export type Sums = (out: Float32Array | Float64Array, at: number, hits: Int32Array, from: number, values: Matrix['values'], offset: number, first: number, end: number) => void;

/** Prepares the sums of a forest. */
export function compileSums(forest: Forest): Sums {
  const { outputs, leafSize, group, linear, divisor } = forest;
  const narrow = forest.sum === 'float32';
  const value = leafValues(forest), base = narrow ? Float32Array.from(forest.base) : forest.base;
  return (out, at, hits, from, values, offset, first, end) => {
    if (outputs === 1 && linear === null) {
      let sum = base[0] as number;
      if (narrow) for (let t = first; t < end; t++) sum = Math.fround(sum + (value[hits[from + t] as number] as number));
      else for (let t = first; t < end; t++) sum += value[hits[from + t] as number] as number;
      out[at] = sum;
    } else if (leafSize === 1) {
      // The output array rounds: it has the precision of the sums.
      for (let k = 0; k < outputs; k++) out[at + k] = base[k] as number;
      for (let t = first; t < end; t++) {
        const k = at + (group[t] as number), leaf = hits[from + t] as number;
        const term = linear === null ? (value[leaf] as number) : linearValue(forest, t, leaf, values, offset);
        out[k] = (out[k] as number) + term;
      }
    } else {
      for (let k = 0; k < outputs; k++) out[at + k] = base[k] as number;
      for (let t = first; t < end; t++) {
        const leaf = (hits[from + t] as number) * leafSize;
        for (let k = 0; k < leafSize; k++) out[at + k] = (out[at + k] as number) + (value[leaf + k] as number);
      }
    }
    if (divisor !== 1) for (let k = 0; k < outputs; k++) out[at + k] = (out[at + k] as number) / divisor;
  };
}

function linearValue(forest: Forest, tree: number, leaf: number, values: Matrix['values'], offset: number): number {
  const linear = forest.linear, scale = forest.weight?.[tree] ?? 1;
  if (linear === null) return 0;
  let sum = linear.constant[leaf] as number;
  for (let i = linear.start[leaf] as number; i < (linear.start[leaf + 1] as number); i++) {
    const x = values[offset + (linear.feature[i] as number)] as number;
    if (x !== x) return (forest.value[leaf] as number) * scale;
    sum += (linear.coefficient[i] as number) * x;
  }
  return sum * scale;
}
