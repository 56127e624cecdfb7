/**
 * Lays a forest out in the memory of its kernel; assembly/_layout.ts has the records. All of it is known before the memory is
 * made, so the memory is as large as needed and no larger.
 * @module
 */
import { MISSING_LEFT, ZERO_THRESHOLD, type Forest } from '../forest.ts';
import { MOST_TESTS, type PlannedPart } from './kernel-plan.ts';
import { CHAIN_LANES, chainBlock, chainEnd, chainLeaves, isChained, muxNodes, prefersMux, treeOrder, walkSlots, walkSteps, type PlacedSets } from './kernel-trees.ts';
import { leafValues } from '../leaf-values.ts';
import { rankBuckets } from '../rank-buckets.ts';
import { isNumeric, rank } from '../ranks.ts';
import { KERNEL_LEVELS, levelTests, symmetricLevels } from '../symmetric-trees.ts';

/** Rows of a block; the kernel's LANES. */
const LANES = 64;
/** A thread's results, slots, leaves and scratch, before its sums and planes. */
const WORK = 2 * 256 * LANES + 64 + 4 * LANES + 3 * 2 * LANES;
/** Bytes of the header, and of its words before the doubles; words of a tree. */
const HEADER = 72, HEADER_WORDS = 48, TREE_WORDS = 12, HEAD_WORDS = 2;
/** The kernel's marks of symmetric trees: of as many levels as a byte holds, and of more. */
const SYMMETRIC = 2, DEEP_SYMMETRIC = 3, BYTE_LEVELS = 8;
/** A set is tables of so many bytes. */
const TABLE = 16;

/** Pieces of memory at addresses of their own. */
export class MemoryPlan {
  readonly #pieces: { readonly at: number; readonly data: ArrayBufferView }[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Takes room, aligned to 16 bytes or more. */
  reserve(bytes: number, align: number = 16): number {
    const at = Math.ceil(this.#size / align) * align;
    this.#size = at + Math.ceil(bytes / 16) * 16;
    return at;
  }

  /** Gives the address of a copy of `data`, which may be filled until {@link writeTo}. */
  place(data: ArrayBufferView, at: number = this.reserve(data.byteLength)): number {
    this.#pieces.push({ at, data });
    return at;
  }

  writeTo(memory: ArrayBufferLike): void {
    const bytes = new Uint8Array(memory);
    for (const { at, data } of this.#pieces) bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
  }
}

/** Places a forest; gives the address of its header. */
export function placeForest(memory: MemoryPlan, forest: Forest, parts: readonly PlannedPart[]): number {
  const header = new ArrayBuffer(HEADER), at = memory.place(new Uint8Array(header));
  const wide = forest.sum === 'float64', width = forest.input === 'float64' ? 8 : 4;
  const values = leafValues(forest), trees = new Uint32Array(forest.trees * TREE_WORDS), heads = new Uint32Array(forest.trees * HEAD_WORDS), records: number[] = [];
  for (const part of parts) {
    const sets = part.categories.length > 0 ? placeSets(memory, forest, part) : null;
    const chain = isChained(forest, part) ? placeChain(memory, part, sets) : null;
    let mean = 0, depth = 0;
    for (let t = part.first; t < part.end; t++) {
      const order = treeOrder(forest, t), { slots, leaves } = walkSlots(forest, part, order, t, sets);
      const levels = part.wide ? null : symmetricLevels(forest, t, KERNEL_LEVELS), mux = !part.wide && levels === null && prefersMux(forest, t);
      const nodes = mux ? muxNodes(forest, part, order, t, sets) : null;
      const { pairs, joins, sets: tests } = nodes ?? NO_NODES, first = levels ? levelTests(part, levels) : pairs;
      const leafValues = memory.place(inOrder(values, order.leaves, forest.leafSize));
      trees.set([
        forest.group[t] as number, leafValues, levels ? (levels.length <= BYTE_LEVELS ? SYMMETRIC : DEEP_SYMMETRIC) : Number(mux),
        memory.place(first), levels ? levels.length : pairs.length / 2, memory.place(joins), joins.length / 2, memory.place(tests), tests.length / 3,
        walkSteps(forest.depth[t] as number, order.meanDepth), memory.place(leaves), memory.place(order.leaves),
      ], t * TREE_WORDS);
      heads.set([chain === null ? memory.place(slots) : memory.place(chainLeaves(slots, sets), chain + (t - part.first) * chainBlock(sets)), leafValues], t * HEAD_WORDS);
      mean += order.meanDepth / (part.end - part.first);
      depth = Math.max(depth, forest.depth[t] as number);
    }
    records.push(part.first, part.end, Number(part.wide), placeFeatures(memory, part, width === 8), part.features.length, placeCategories(memory, part), part.categories.length, part.planes, walkSteps(depth, mean), Number(sets !== null), Number(chain !== null));
  }
  new Uint32Array(header, 0, HEADER_WORDS / 4).set([
    memory.place(Uint32Array.from(records)), parts.length, forest.outputs, forest.leafSize, chainBytes(forest), forest.features * width, Number(width === 8), Number(wide),
    Number(forest.comparison === '<'), memory.place(trees), memory.place(heads), memory.place(wide ? forest.base : Float32Array.from(forest.base)),
  ]);
  new Float64Array(header, HEADER_WORDS).set([forest.divisor, forest.categoriesAbove, ZERO_THRESHOLD]);
  return at;
}

const NO_NODES = { pairs: new Uint32Array(0), joins: new Uint32Array(0), sets: new Uint32Array(0) };

/** Planes that a step may look at whatever the columns: that of the first node, and the one after, of 16 bits. */
const LEAST_PLANES = 4;

/** Bytes of the working memory of one thread. */
export function workBytes(forest: Forest, parts: readonly PlannedPart[]): number {
  let planes = LEAST_PLANES;
  for (const part of parts) {
    planes = Math.max(planes, part.wide ? 2 * part.planes : part.planes + (part.categories.length > 0 ? MOST_TESTS : 0));
    // In a slot of one word a leaf has its number where a node has its plane, which a step reads all the same.
    if (!part.wide) for (let t = part.first; t < part.end; t++) planes = Math.max(planes, (forest.leafStart[t + 1] as number) - (forest.leafStart[t] as number));
  }
  return WORK + forest.outputs * LANES * 8 + chainBytes(forest) + planes * LANES;
}

/** Room for a word of each tree and of the chain's ends. */
function chainBytes({ trees }: Forest): number {
  return Math.ceil(((trees + 2 * CHAIN_LANES) * 4) / 16) * 16;
}

/** Takes room for a part's trees and the ends of their chains; gives its address. */
function placeChain(memory: MemoryPlan, { first, end }: PlannedPart, sets: PlacedSets | null): number {
  const block = chainBlock(sets), at = memory.reserve((end - first + 2 * CHAIN_LANES) * block, block);
  for (let i = 0; i < 2 * CHAIN_LANES; i++) memory.place(chainEnd(sets), at + (end - first + i) * block);
  return at;
}

/** The values of a tree's leaves from left to right. */
function inOrder(values: Float32Array | Float64Array, leaves: Int32Array, size: number): Float32Array | Float64Array {
  const out = values instanceof Float32Array ? new Float32Array(leaves.length * size) : new Float64Array(leaves.length * size);
  for (let i = 0; i < leaves.length; i++) for (let k = 0; k < size; k++) out[i * size + k] = values[(leaves[i] as number) * size + k] as number;
  return out;
}

function placeFeatures(memory: MemoryPlan, part: PlannedPart, wide: boolean): number {
  const bias = biasOf(part), records: number[] = [];
  // A row's features of as many steps are searched together.
  for (const { column, cuts, columns } of part.features.toSorted((a, b) => stepsOf(a.cuts) - stepsOf(b.cuts))) {
    const table = searchTable(cuts), words = columns.flatMap(({ plane, special, zero }) => [plane, special - bias, Number(zero)]);
    records.push(column, memory.place(table.cuts), table.steps, Number(columns.some(({ zero }) => zero)), memory.place(Int32Array.from(words)), columns.length, part.wide ? 0 : placeBuckets(memory, cuts, wide));
  }
  return memory.place(Uint32Array.from(records));
}

/** The kernel's record of buckets, or 0. */
function placeBuckets(memory: MemoryPlan, list: Float64Array, wide: boolean): number {
  const buckets = rankBuckets(list, wide);
  if (buckets === null) return 0;
  const record = new ArrayBuffer(32);
  new Uint32Array(record, 0, 2).set([memory.place(buckets.below), memory.place(buckets.cuts)]);
  new Float64Array(record, 8).set([buckets.low, buckets.scale, buckets.top]);
  return memory.place(new Uint8Array(record));
}

function placeCategories(memory: MemoryPlan, part: PlannedPart): number {
  const records: number[] = [];
  for (const { column, plane, categories, none, missing, nan, zero } of part.categories) {
    const table = searchTable(categories);
    records.push(column, plane, memory.place(table.cuts), table.steps, none, missing, Number(nan), Number(zero));
  }
  return memory.place(Uint32Array.from(records));
}

/** Ascending numbers, filled up with NaN to 2^steps − 1, so that a binary search takes as many steps for any value. */
function searchTable(list: Float64Array): { cuts: Float64Array; steps: number } {
  const steps = stepsOf(list), cuts = new Float64Array(2 ** steps - 1).fill(NaN);
  cuts.set(list);
  return { cuts, steps };
}

function stepsOf(list: Float64Array): number {
  return 32 - Math.clz32(list.length);
}

/** Ranks are stored less this. */
function biasOf({ wide }: PlannedPart): number {
  return wide ? 32_768 : 128;
}

/** Ranks of 16 bits. */
const WIDE_RANKS = 65_536;

/** The sets of a part's categorical nodes: bit c & 7 of byte c >> 3 for code c. */
function placeSets(memory: MemoryPlan, forest: Forest, part: PlannedPart): PlacedSets {
  const columns = new Map(part.categories.map((column) => [column.plane, column])), at = new Int32Array(part.plane.length), tables = new Int32Array(at.length);
  // Ranks of numeric nodes are looked for here too.
  const none = memory.place(new Uint8Array(part.wide ? WIDE_RANKS : 256));
  for (let i = 0; i < at.length; i++) {
    const node = part.firstNode + i;
    if (isNumeric(forest.flags, node)) continue;
    const column = columns.get(part.plane[i] as number);
    if (!column) continue;
    const bits = new Uint8Array(TABLE * Math.ceil((column.none + 2) / (8 * TABLE)));
    const put = (code: number): void => {
      bits[code >> 3] = (bits[code >> 3] as number) | (1 << (code & 7));
    };
    const set = forest.threshold[node] as number, first = forest.setStart[set] as number;
    for (let w = first; w < (forest.setStart[set + 1] as number); w++) {
      for (let word = forest.setWords[w] as number; word !== 0; word &= word - 1) put(rank(column.categories, 0, column.none, (w - first) * 32 + 31 - Math.clz32(word & -word), false));
    }
    if (((forest.flags[node] as number) & MISSING_LEFT) !== 0 && column.missing !== column.none) put(column.missing);
    at[i] = memory.place(bits);
    tables[i] = bits.length / TABLE;
  }
  // A lane beyond the rows may hold the ranks of another part, and be looked for in the last set.
  memory.reserve(part.wide ? WIDE_RANKS : 256);
  return { at, tables, none };
}
