/**
 * One row down one tree, as the forest form defines it: for trees with categorical tests, and what faster kernels are tested against.
 * @module
 */
import { CATEGORICAL, MISSING_LEFT, MISSING_NAN, MISSING_TYPE, MISSING_ZERO, ZERO_THRESHOLD, type Forest } from './forest.ts';

/** The leaf (numbered over the forest) that the row of values beginning at `offset` reaches in a tree. */
export function leafOf(forest: Forest, tree: number, values: Float32Array | Float64Array, offset: number): number {
  const { feature, left, right, flags, input } = forest;
  let node = forest.root[tree] as number;
  while (node >= 0) {
    const raw = values[offset + (feature[node] as number)] as number;
    const x = input === 'float32' ? Math.fround(raw) : raw;
    node = (goesLeft(forest, node, flags[node] as number, x) ? left[node] : right[node]) as number;
  }
  return ~node;
}

/** Whether a value goes left at an inner node that has these flags. */
export function goesLeft(forest: Forest, node: number, flags: number, value: number): boolean {
  const missing = flags & MISSING_TYPE, nan = value !== value;
  if ((nan && (missing === MISSING_NAN || missing === MISSING_ZERO)) || (missing === MISSING_ZERO && Math.abs(value) <= ZERO_THRESHOLD)) return (flags & MISSING_LEFT) !== 0;
  const x = nan ? 0 : value, threshold = forest.threshold[node] as number;
  if ((flags & CATEGORICAL) !== 0) return inSet(forest, threshold, x);
  return forest.comparison === '<' ? x < threshold : x <= threshold;
}

function inSet(forest: Forest, set: number, x: number): boolean {
  const start = forest.setStart[set] as number, end = forest.setStart[set + 1] as number;
  if (!(x > forest.categoriesAbove && x < (end - start) * 32)) return false;
  const category = Math.trunc(x);
  return (((forest.setWords[start + (category >> 5)] as number) >>> (category & 31)) & 1) !== 0;
}
