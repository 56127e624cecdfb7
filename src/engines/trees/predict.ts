/**
 * Runs a forest: rows of numbers to margins and leaves.
 *
 * Trees without categorical tests are laid out anew, two integers a slot: the key, then the rank column (low bits) and the
 * distance to the children (high bits). The children of a node stand side by side; a leaf is at distance 0 from itself and
 * its test always fails. So four trees step down together a fixed number of times, without a branch on the data, and their
 * memory latencies overlap.
 * @module
 */
import { CATEGORICAL, type Forest } from './forest.ts';
import { leafOf } from './plain-walk.ts';
import { compileRanks, type Ranks } from './ranks.ts';

/** Numbers in C order: `rows` × `columns`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array | Float64Array;
}

/** Which trees count: those from `first` up to, not including, `end`. */
export interface TreeRange {
  readonly first: number;
  readonly end: number;
}

/** A compiled forest. */
export interface TreePredictor {
  readonly forest: Forest;
  /** Sums of leaf values, `rows × outputs`, in the forest's `sum` precision. */
  margins(matrix: Matrix, range?: TreeRange): Float32Array | Float64Array;
  /** The reported number of the leaf that each row reaches, `rows × trees in range`. */
  leaves(matrix: Matrix, range?: TreeRange): Int32Array;
}

/**
 * Compiles a forest. The matrix must have the forest's `features` columns.
 *
 * @example
 * ```ts
 * compileForest(forest).margins({ rows: 1, columns: 2, values: new Float32Array([0.5, 1]) });
 * ```
 */
export function compileForest(forest: Forest): TreePredictor {
  const { trees, outputs, leafSize, leafId, group, features } = forest;
  const narrow = forest.sum === 'float32';
  const value = leafValues(forest), base = narrow ? Float32Array.from(forest.base) : forest.base;
  const walk = compileWalk(forest);
  const hits = new Int32Array(trees);
  const { linear, divisor } = forest;

  /** Adds up one row in the order of trees, rounding as the forest says. */
  function add(out: Float32Array | Float64Array, at: number, values: Matrix['values'], offset: number, first: number, end: number): void {
    if (outputs === 1 && linear === null) {
      let sum = base[0] as number;
      if (narrow) for (let t = first; t < end; t++) sum = Math.fround(sum + (value[hits[t] as number] as number));
      else for (let t = first; t < end; t++) sum += value[hits[t] as number] as number;
      out[at] = sum;
    } else if (leafSize === 1) {
      // The output array rounds: it has the precision of the sums.
      for (let k = 0; k < outputs; k++) out[at + k] = base[k] as number;
      for (let t = first; t < end; t++) {
        const k = at + (group[t] as number), leaf = hits[t] as number;
        const term = linear === null ? (value[leaf] as number) : linearValue(forest, t, leaf, values, offset);
        out[k] = (out[k] as number) + term;
      }
    } else {
      for (let k = 0; k < outputs; k++) out[at + k] = base[k] as number;
      for (let t = first; t < end; t++) {
        const leaf = (hits[t] as number) * leafSize;
        for (let k = 0; k < leafSize; k++) out[at + k] = (out[at + k] as number) + (value[leaf + k] as number);
      }
    }
    if (divisor !== 1) for (let k = 0; k < outputs; k++) out[at + k] = (out[at + k] as number) / divisor;
  }

  return {
    forest,
    margins({ rows, values }, { first, end } = { first: 0, end: trees }) {
      const out = narrow ? new Float32Array(rows * outputs) : new Float64Array(rows * outputs);
      for (let r = 0; r < rows; r++) {
        walk(values, r * features, hits);
        add(out, r * outputs, values, r * features, first, end);
      }
      return out;
    },
    leaves({ rows, values }, { first, end } = { first: 0, end: trees }) {
      const width = end - first, out = new Int32Array(rows * width);
      for (let r = 0; r < rows; r++) {
        walk(values, r * features, hits);
        for (let t = first; t < end; t++) out[r * width + t - first] = leafId[hits[t] as number] as number;
      }
      return out;
    },
  };
}

/** Leaf values times their tree's weight, in the precision of the sums. */
function leafValues(forest: Forest): Float32Array | Float64Array {
  const value = forest.sum === 'float32' ? Float32Array.from(forest.value) : forest.value;
  const { weight, leafStart, leafSize } = forest;
  if (weight === null) return value;
  const weighted = value.slice();
  for (let t = 0; t < forest.trees; t++) {
    for (let i = (leafStart[t] as number) * leafSize; i < (leafStart[t + 1] as number) * leafSize; i++) weighted[i] = (value[i] as number) * (weight[t] as number);
  }
  return weighted;
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
