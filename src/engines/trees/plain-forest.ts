/**
 * Runs a forest in plain TypeScript: where WebAssembly is not to be had, and what its kernel is tested against.
 *
 * Trees without categorical tests are laid out anew, two integers a slot: the key, then the rank column (low bits) and the
 * distance to the children (high bits). The children of a node stand side by side; a leaf is at distance 0 from itself and
 * its test always fails. So four trees step down together a fixed number of times, without a branch on the data, and their
 * memory latencies overlap.
 * @module
 */
import { CATEGORICAL, type Forest } from './forest.ts';
import { leafOf } from './plain-walk.ts';
import type { ForestRunner, Matrix } from './predict.ts';
import { compileRanks, type Ranks } from './ranks.ts';
import { compileSums } from './sums.ts';

/**
 * Compiles a forest. The matrix must have the forest's `features` columns.
 */
export function compilePlain(forest: Forest): ForestRunner {
  const { trees, outputs, leafId, features } = forest;
  const sum = compileSums(forest), walk = compileWalk(forest), hits = new Int32Array(trees);
  return {
    threaded: null,
    margins({ values }, { first, end }, out, from, to) {
      for (let r = from; r < to; r++) {
        walk(values, r * features, hits);
        sum(out, r * outputs, hits, 0, values, r * features, first, end);
      }
    },
    leaves({ values }, { first, end }, out, from, to) {
      const width = end - first;
      for (let r = from; r < to; r++) {
        walk(values, r * features, hits);
        for (let t = first; t < end; t++) out[r * width + t - first] = leafId[hits[t] as number] as number;
      }
    },
  };
}

type Walk = (values: Matrix['values'], offset: number, hits: Int32Array) => void;

/** Integers of a slot, as a shift. */
const SLOT = 1;
const LANES = 4;

/** A function that writes the leaf (over the forest) of each tree into `hits`. */
function compileWalk(forest: Forest): Walk {
  const ranks = compileRanks(forest), row = new Int32Array(ranks.columns);
  const shift = 32 - Math.clz32(ranks.columns), mask = 2 ** shift - 1;
  const plain: number[] = [], even: number[] = [];
  for (let t = 0; t < forest.trees; t++) (hasCategories(forest, t) || slotsOf(forest, t) << SLOT >= 2 ** (32 - shift) ? plain : even).push(t);
  // Trees of like depth step together: the deepest of four sets the number of steps.
  even.sort((a, b) => (forest.depth[a] as number) - (forest.depth[b] as number) || a - b);
  const { nodes, place } = layOut(forest, even, ranks, shift);
  const blocks = Math.ceil(even.length / LANES);
  // A last block of fewer trees is filled up with its last tree.
  const order = Int32Array.from({ length: blocks * LANES }, (_, i) => even[Math.min(i, even.length - 1)] as number);
  const roots = Int32Array.from(order, (t) => place[t] as number);
  const steps = Int32Array.from({ length: blocks }, (_, b) => forest.depth[order[b * LANES + LANES - 1] as number] as number);
  return (values, offset, hits) => {
    if (blocks > 0) ranks.fill(values, offset, row);
    for (let block = 0, i = 0; block < blocks; block++, i += LANES) {
      let a = roots[i] as number, b = roots[i + 1] as number, c = roots[i + 2] as number, d = roots[i + 3] as number;
      for (let left = steps[block] as number; left > 0; left--) {
        const p = nodes[a + 1] as number, q = nodes[b + 1] as number, r = nodes[c + 1] as number, s = nodes[d + 1] as number;
        a += (p >>> shift) + (Number((row[p & mask] as number) < (nodes[a] as number)) << SLOT);
        b += (q >>> shift) + (Number((row[q & mask] as number) < (nodes[b] as number)) << SLOT);
        c += (r >>> shift) + (Number((row[r & mask] as number) < (nodes[c] as number)) << SLOT);
        d += (s >>> shift) + (Number((row[s & mask] as number) < (nodes[d] as number)) << SLOT);
      }
      hits[order[i] as number] = nodes[a] as number;
      hits[order[i + 1] as number] = nodes[b] as number;
      hits[order[i + 2] as number] = nodes[c] as number;
      hits[order[i + 3] as number] = nodes[d] as number;
    }
    for (const t of plain) hits[t] = leafOf(forest, t, values, offset);
  };
}

function slotsOf(forest: Forest, tree: number): number {
  return 2 * ((forest.nodeStart[tree + 1] as number) - (forest.nodeStart[tree] as number)) + 1;
}

function hasCategories(forest: Forest, tree: number): boolean {
  if (!forest.categorical) return false;
  for (let i = forest.nodeStart[tree] as number; i < (forest.nodeStart[tree + 1] as number); i++) if (((forest.flags[i] as number) & CATEGORICAL) !== 0) return true;
  return false;
}

/** Slots of the trees in `order`, breadth first; `place` is each tree's root. The left child is the second of its pair. */
function layOut(forest: Forest, order: readonly number[], ranks: Ranks, shift: number): { nodes: Int32Array; place: Int32Array } {
  let slots = 0;
  for (const t of order) slots += slotsOf(forest, t);
  const nodes = new Int32Array(slots << SLOT), place = new Int32Array(forest.trees), queue = new Int32Array(slots);
  let used = 0;
  for (const t of order) {
    const first = used;
    place[t] = first << SLOT;
    queue[used++] = forest.root[t] as number;
    for (let slot = first; slot < used; slot++) {
      const node = queue[slot] as number, at = slot << SLOT;
      if (node < 0) {
        nodes[at] = ~node;
        continue;
      }
      nodes[at] = ranks.key(node);
      nodes[at + 1] = (((used - slot) << SLOT) << shift) | ranks.column(node);
      queue[used++] = forest.right[node] as number;
      queue[used++] = forest.left[node] as number;
    }
  }
  return { nodes, place };
}
