/**
 * What trees are expected to give where nothing is known of a row.
 * @module
 */
import type { Forest } from '../forest.ts';

/**
 * Per inner node of a float32 forest with covers: the mean of its leaves, weighed by their covers, rounded at each node and
 * each operation as XGBoost's FillNodeMeanValues does.
 */
export function nodeMeans({ left, right, value, cover, root, trees }: Forest): Float32Array {
  const { fround } = Math, mean = new Float32Array(left.length);
  const coverOf = (n: number): number => (n < 0 ? cover?.leaf[~n] : cover?.node[n]) as number, meanOf = (n: number): number => (n < 0 ? value[~n] : mean[n]) as number;
  for (let t = 0; t < trees; t++) {
    const order = [root[t] as number];
    for (let i = 0; i < order.length; i++) {
      const node = order[i] as number;
      if (node >= 0) order.push(left[node] as number, right[node] as number);
    }
    for (let i = order.length - 1; i >= 0; i--) {
      const node = order[i] as number;
      if (node < 0) continue;
      const a = left[node] as number, b = right[node] as number;
      mean[node] = fround(fround(meanOf(a) * coverOf(a)) + fround(meanOf(b) * coverOf(b))) / coverOf(node);
    }
  }
  return mean;
}

/** The mean of a tree's leaves, weighed by their covers; value `k` of each leaf. */
export function leafMean({ root, leafStart, leafSize, value, cover }: Forest, tree: number, k: number): number {
  const top = root[tree] as number;
  if (top < 0) return value[~top * leafSize + k] as number;
  const all = cover?.node[top] as number;
  let mean = 0;
  for (let leaf = leafStart[tree] as number; leaf < (leafStart[tree + 1] as number); leaf++) mean += ((cover?.leaf[leaf] as number) / all) * (value[leaf * leafSize + k] as number);
  return mean;
}
