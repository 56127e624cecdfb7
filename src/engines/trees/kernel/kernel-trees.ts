/**
 * One tree in the two forms that the kernel runs: every node tested from the bottom up (mux), and slots that rows walk along.
 * Leaves are numbered from left to right.
 * @module
 */
import type { Forest } from '../forest.ts';
import type { PlannedPart } from './kernel-plan.ts';
import { isNumeric } from '../ranks.ts';

/** Leaves that a byte can number. */
const MOST_LEAVES = 256;
/** What a step of one row costs, in tests of a node for one row among 64. */
const STEP_COST = 22;
/** Walks of trees no deeper than this take their full depth without a look at whether they have ended. */
const EVEN_DEPTH = 8;
/** Bytes of a result; places of leaf constants come before those of nodes. */
const RESULT = 64, NODES = MOST_LEAVES * RESULT;

/** Where the bits of categorical nodes are. */
export interface PlacedSets {
  /** Per inner node of the part: the address of its set. */
  readonly at: Int32Array;
  /** Per inner node of the part: tables of 16 bytes in it. */
  readonly tables: Int32Array;
  /** The address of a set without any category. */
  readonly none: number;
}

/** A tree's nodes and leaves in the orders that both forms need. */
export interface TreeOrder {
  /** Inner nodes (over the forest), breadth first. */
  readonly nodes: Int32Array;
  /** Leaves (over the forest), from left to right. */
  readonly leaves: Int32Array;
  /** Per leaf of the tree, as the forest numbers it: its number from the left. */
  readonly place: Int32Array;
  /** Tests on the way to the mean leaf. */
  readonly meanDepth: number;
}

/** Orders a tree. */
export function treeOrder(forest: Forest, tree: number): TreeOrder {
  const { left, right, root } = forest, firstLeaf = forest.leafStart[tree] as number;
  const count = (forest.leafStart[tree + 1] as number) - firstLeaf;
  const leaves = new Int32Array(count), place = new Int32Array(count), nodes = new Int32Array(count - 1);
  const stack = [root[tree] as number], depths = [0];
  let found = 0, sum = 0;
  while (stack.length > 0) {
    const node = stack.pop() as number, depth = depths.pop() as number;
    if (node < 0) {
      place[~node - firstLeaf] = found;
      leaves[found++] = ~node;
      sum += depth;
    } else {
      stack.push(right[node] as number, left[node] as number);
      depths.push(depth + 1, depth + 1);
    }
  }
  let used = 0;
  if (count > 1) nodes[used++] = root[tree] as number;
  for (let i = 0; i < used; i++) {
    const l = left[nodes[i] as number] as number, r = right[nodes[i] as number] as number;
    if (l >= 0) nodes[used++] = l;
    if (r >= 0) nodes[used++] = r;
  }
  return { nodes, leaves, place, meanDepth: sum / count };
}

/** Whether testing every node costs less than walking. */
export function prefersMux(forest: Forest, tree: number): boolean {
  const nodes = (forest.nodeStart[tree + 1] as number) - (forest.nodeStart[tree] as number);
  return nodes < MOST_LEAVES && nodes <= (forest.depth[tree] as number) * STEP_COST;
}

/** Steps of a walk before the first look at whether it has ended. */
export function walkSteps(depth: number, meanDepth: number): number {
  return Math.max(1, depth <= EVEN_DEPTH ? depth : Math.ceil(meanDepth));
}

/** Records of {@link muxNodes}. */
export interface MuxNodes {
  /** Two words each: plane << 8 | key, the right leaf. */
  readonly pairs: Uint32Array;
  /** Two words each: plane << 8 | key, places of the results of left and right. */
  readonly joins: Uint32Array;
  /** Three words each: the plane of codes, tables of 16 bytes, the address of the set. */
  readonly sets: Uint32Array;
}

/** A tree whose nodes are tested all: first those with two leaves, then the others, children before parents. */
export function muxNodes(forest: Forest, part: PlannedPart, order: TreeOrder, tree: number, placed: PlacedSets | null): MuxNodes {
  const { nodes, place } = order, firstLeaf = forest.leafStart[tree] as number, firstNode = forest.nodeStart[tree] as number;
  const pairs: number[] = [], joins: number[] = [], sets: number[] = [], result = new Int32Array(nodes.length);
  const test = (node: number): number => {
    const i = node - part.firstNode;
    if (isNumeric(forest.flags, node)) return ((part.plane[i] as number) << 8) | (((part.key[i] as number) - 128) & 255);
    sets.push(part.plane[i] as number, placed?.tables[i] as number, placed?.at[i] as number);
    return (part.planes + sets.length / 3 - 1) << 8;
  };
  let made = 0;
  const isPair = (node: number): boolean => (forest.left[node] as number) < 0 && (forest.right[node] as number) < 0;
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i] as number;
    if (!isPair(node)) continue;
    pairs.push(test(node), place[~(forest.right[node] as number) - firstLeaf] as number);
    result[node - firstNode] = NODES + RESULT * made++;
  }
  const placeOf = (child: number): number => (child < 0 ? RESULT * (place[~child - firstLeaf] as number) : (result[child - firstNode] as number));
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i] as number;
    if (isPair(node)) continue;
    joins.push(test(node), placeOf(forest.left[node] as number) | (placeOf(forest.right[node] as number) << 16));
    result[node - firstNode] = NODES + RESULT * made++;
  }
  return { pairs: Uint32Array.from(pairs), joins: Uint32Array.from(joins), sets: Uint32Array.from(sets) };
}

/** How many trees on the leaves of a chained tree lead, and most slots of one. */
export const CHAIN_LANES = 8;
const CHAIN_SLOTS = 128;

/** Bytes of a chained tree: 128 slots of one word, or with sets of four. */
export function chainBlock(sets: PlacedSets | null): number {
  return CHAIN_SLOTS * (sets ? 16 : 4);
}

/** Whether the walks of a part are chained: trees that are uneven and fit into a block. */
export function isChained(forest: Forest, part: PlannedPart): boolean {
  let depth = 0;
  for (let t = part.first; t < part.end; t++) {
    depth = Math.max(depth, forest.depth[t] as number);
    if (2 * ((forest.nodeStart[t + 1] as number) - (forest.nodeStart[t] as number)) >= CHAIN_SLOTS) return false;
  }
  return depth > EVEN_DEPTH && !part.wide;
}

/** Makes the leaves of a tree's slots lead to the tree {@link CHAIN_LANES} blocks on. */
export function chainLeaves(slots: Uint32Array, sets: PlacedSets | null): Uint32Array {
  const ahead = CHAIN_LANES * CHAIN_SLOTS;
  if (sets === null) return slots.map((slot, i) => (slot >>> 20 === 0 ? slot | ((ahead - i) << 20) : slot));
  const out = slots.slice();
  for (let at = 0; at < out.length; at += 4) if (out[at + 1] === 0) out[at + 1] = (ahead - at / 4) * 16;
  return out;
}

/** A block of the chain's end: a leaf that leads to itself. */
export function chainEnd(sets: PlacedSets | null): Uint32Array {
  return sets ? Uint32Array.of(0xff80, 0, sets.none, 0) : Uint32Array.of(0x80);
}

/** Slots of a walk, as assembly/_layout.ts has them. */
export interface WalkSlots {
  readonly slots: Uint32Array;
  /** Per slot that is a leaf its number from the left, where the slots do not tell. */
  readonly leaves: Uint32Array;
}

/** A tree breadth first, the children of a node side by side, the right one first. */
export function walkSlots(forest: Forest, part: PlannedPart, order: TreeOrder, tree: number, placed: PlacedSets | null): WalkSlots {
  const count = 2 * order.nodes.length + 1, firstLeaf = forest.leafStart[tree] as number;
  const words = placed ? 4 : part.wide ? 2 : 1, leaves = new Uint32Array(words === 2 ? count : 0);
  const slots = new Uint32Array(count * words), queue = new Int32Array(count);
  // No rank is below the least number.
  const bias = part.wide ? 32_768 : 128, never = -bias & 0xffff;
  let used = 0;
  queue[used++] = forest.root[tree] as number;
  for (let slot = 0; slot < count; slot++) {
    const node = queue[slot] as number, at = slot * words;
    if (placed) slots[at + 2] = placed.none;
    if (node < 0) {
      const leaf = order.place[~node - firstLeaf] as number;
      if (words === 1) slots[at] = (leaf << 8) | 0x80;
      else {
        slots[at] = never;
        if (words === 4) slots[at + 3] = leaf;
        else leaves[slot] = leaf;
      }
      continue;
    }
    const i = node - part.firstNode, numeric = isNumeric(forest.flags, node), plane = part.plane[i] as number;
    const key = numeric ? (part.key[i] as number) - bias : -bias;
    if (words === 1) slots[at] = ((used - slot) << 20) | (plane << 8) | (key & 0xff);
    else {
      slots[at] = (plane << 16) | (key & 0xffff);
      slots[at + 1] = (used - slot) * words * 4;
      if (placed && !numeric) slots[at + 2] = placed.at[i] as number;
    }
    queue[used++] = forest.right[node] as number;
    queue[used++] = forest.left[node] as number;
  }
  return { slots, leaves };
}
