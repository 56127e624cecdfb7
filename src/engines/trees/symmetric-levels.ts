/**
 * Symmetric trees, which ask the same at every node of a level.
 * @module
 */
import type { Forest } from './forest.ts';

/** Deeper ones have too many leaves to keep something for each. */
const MAX_DEPTH = 12;

/** A node of each level from the root on, where all nodes of a level have the same test and lie in a row; else null. */
export function symmetricLevels({ feature, threshold, flags, left, right, nodeStart, depth }: Forest, tree: number): Int32Array | null {
  const first = nodeStart[tree] as number, nodes = (nodeStart[tree + 1] as number) - first, levels = depth[tree] as number;
  if (levels === 0 || levels > MAX_DEPTH || nodes !== 2 ** levels - 1) return null;
  const out = Int32Array.from({ length: levels }, (_, level) => first + 2 ** level - 1);
  for (let level = 0; level < levels; level++) {
    const own = out[level] as number, next = own + 2 ** level;
    for (let node = own; node < next; node++) {
      if (feature[node] !== feature[own] || threshold[node] !== threshold[own] || flags[node] !== flags[own]) return null;
      for (const child of [left[node] as number, right[node] as number]) if (level < levels - 1 ? child < next || child >= next + 2 ** (level + 1) : child >= 0) return null;
    }
  }
  return out;
}
