/**
 * A quick approximation of contributions: each test on a row's way gives its feature the change of the expected value.
 * Source: CalculateContributionsApprox of dmlc/xgboost, after A. Saabas.
 * @module
 */
import type { Forest } from '../forest.ts';
import { goesLeft } from '../plain-walk.ts';
import type { Matrix } from '../predict.ts';

/** Adds a tree of float32 for the row at `offset` to `out` from `at` on. `means`: of each inner node; `sum`: a place for each feature. */
export function addApproximate(forest: Forest, tree: number, means: Float32Array, { values }: Matrix, offset: number, sum: Float32Array, out: Float32Array, at: number): void {
  const { root, feature, flags, left, right, value, weight } = forest, { fround } = Math;
  sum.fill(0);
  for (let node = root[tree] as number; node >= 0;) {
    const tested = feature[node] as number;
    const child = (goesLeft(forest, node, flags[node] as number, fround(values[offset + tested] as number)) ? left[node] : right[node]) as number;
    const change = fround(((child < 0 ? value[~child] : means[child]) as number) - (means[node] as number));
    sum[tested] = (sum[tested] as number) + change;
    node = child;
  }
  for (let f = 0; f < sum.length; f++) out[at + f] = (out[at + f] as number) + fround((sum[f] as number) * (weight?.[tree] ?? 1));
}
