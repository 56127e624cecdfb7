/**
 * Symmetric trees: complete ones whose nodes of a level all make one test, so that a row's leaf is the outcomes of the tests in
 * a row of bits. The kernel makes each test once for many rows.
 * @module
 */
import type { Forest } from './forest.ts';
import type { PlannedPart } from './kernel/kernel-plan.ts';
import { isNumeric } from './ranks.ts';

/** A part with ranks of 8 bits holds no deeper trees. */
export const KERNEL_LEVELS: number = 10;

/** The first node of each level of a symmetric tree of at most so many, from the root down, where the nodes of a level lie in a row; else null. */
export function symmetricLevels({ feature, threshold, flags, left, right, nodeStart, depth }: Forest, tree: number, most: number): Int32Array | null {
  const first = nodeStart[tree] as number, nodes = (nodeStart[tree + 1] as number) - first, levels = depth[tree] as number;
  if (levels === 0 || levels > most || nodes !== 2 ** levels - 1) return null;
  const out = Int32Array.from({ length: levels }, (_, level) => first + 2 ** level - 1);
  for (let level = 0; level < levels; level++) {
    const own = out[level] as number, next = own + 2 ** level;
    if (!isNumeric(flags, own)) return null;
    for (let node = own; node < next; node++) {
      if (feature[node] !== feature[own] || threshold[node] !== threshold[own] || flags[node] !== flags[own]) return null;
      for (const child of [left[node] as number, right[node] as number]) if (level < levels - 1 ? child < next || child >= next + 2 ** (level + 1) : child >= 0) return null;
    }
  }
  return out;
}

/** A word a level: plane << 8 | the byte that a rank must exceed to go right, biased. */
export function levelTests(part: PlannedPart, levels: Int32Array): Uint32Array {
  return Uint32Array.from(levels, (node) => {
    const i = node - part.firstNode;
    return ((part.plane[i] as number) << 8) | (((part.key[i] as number) - 1 - 128) & 255);
  });
}
