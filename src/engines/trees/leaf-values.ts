/**
 * Leaf values as they are added up, and the numbers of leaves.
 * @module
 */
import type { Forest } from './forest.ts';

/** Leaf values times their tree's weight, in the precision of the sums. */
export function leafValues(forest: Forest): Float32Array | Float64Array {
  const value = forest.sum === 'float32' ? Float32Array.from(forest.value) : forest.value;
  const { weight, leafStart, leafSize } = forest;
  if (weight === null) return value;
  const weighted = value.slice();
  for (let t = 0; t < forest.trees; t++) {
    for (let i = (leafStart[t] as number) * leafSize; i < (leafStart[t + 1] as number) * leafSize; i++) weighted[i] = (value[i] as number) * (weight[t] as number);
  }
  return weighted;
}

/** Turns leaves numbered over the forest into the numbers that the library reports, in place. */
export function reported({ leafId }: Forest, leaves: Int32Array, from: number, to: number): Int32Array {
  for (let i = from; i < to; i++) leaves[i] = leafId[leaves[i] as number] as number;
  return leaves;
}
