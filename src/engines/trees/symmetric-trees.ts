/**
 * Symmetric trees: complete ones whose nodes of a level all make one test, so that a row's leaf is the outcomes of the tests in
 * a row of bits. The kernel makes each test once for many rows.
 * @module
 */
import type { Forest } from './forest.ts';
import type { PlannedPart } from './kernel-plan.ts';
import { isNumeric } from './ranks.ts';

/** A part with ranks of 8 bits holds no deeper trees. */
const MOST_LEVELS = 10;

/** The first node of each level of a symmetric tree, from the root down; null for other trees, and for those of one leaf. */
export function symmetricLevels(forest: Forest, tree: number): Int32Array | null {
  const { feature, threshold, flags, left, right } = forest, depth = forest.depth[tree] as number;
  const count = (forest.nodeStart[tree + 1] as number) - (forest.nodeStart[tree] as number);
  // So many nodes in so few levels leave no gap.
  if (depth < 1 || depth > MOST_LEVELS || count !== 2 ** depth - 1) return null;
  const levels = new Int32Array(depth);
  let nodes = [forest.root[tree] as number];
  for (let level = 0; level < depth; level++) {
    const first = (levels[level] = nodes[0] as number);
    if (!isNumeric(flags, first)) return null;
    if (nodes.some((node) => feature[node] !== feature[first] || threshold[node] !== threshold[first] || flags[node] !== flags[first])) return null;
    nodes = nodes.flatMap((node) => [left[node] as number, right[node] as number]);
  }
  return levels;
}

/** A word a level: plane << 8 | the byte that a rank must exceed to go right, biased. */
export function levelTests(part: PlannedPart, levels: Int32Array): Uint32Array {
  return Uint32Array.from(levels, (node) => {
    const i = node - part.firstNode;
    return ((part.plane[i] as number) << 8) | (((part.key[i] as number) - 1 - 128) & 255);
  });
}
