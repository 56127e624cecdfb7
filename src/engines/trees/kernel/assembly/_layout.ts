/**
 * What the memory of a forest holds, as src/engines/trees/kernel-memory.ts writes it. All fields are 4 bytes, addresses too, unless
 * they say otherwise.
 */

/** Rows of a block. */
export const LANES: i32 = 64;

@unmanaged export class Header {
  parts: usize;
  partCount: i32;
  outputs: i32;
  leafSize: i32;
  /** Bytes of a thread's working memory for the leaves of a chain. */
  chain: usize;
  /** Bytes of a row of input. */
  stride: usize;
  /** 1: input is float64, sums are float64, a test is `<`. */
  wideInput: i32;
  wideSum: i32;
  less: i32;
  /** Tree records, and what a walk needs of them, in order. */
  trees: usize;
  heads: usize;
  /** `outputs` numbers of the sums' width. */
  base: usize;
  /** All below: float64. */
  divisor: f64;
  above: f64;
  zero: f64;
}

/** A run of trees with ranks of its own. */
@unmanaged export class Part {
  first: i32;
  end: i32;
  /** 1: planes of 16 bits, else of 8. */
  wide: i32;
  features: usize;
  featureCount: i32;
  categories: usize;
  categoryCount: i32;
  /** The first plane after those of the columns: tests of one tree's categorical nodes. */
  free: i32;
  /** Steps of a walk before the first look at whether it has ended. */
  steps: i32;
  /** Whether slots have sets, or are chained. */
  sets: i32;
  chained: i32;
}

@unmanaged export class Feature {
  /** Of the input. */
  column: usize;
  /** float64, ascending, 2^steps - 1 of them. */
  cuts: usize;
  steps: i32;
  /** Whether a column takes zero for missing. */
  zeros: i32;
  columns: usize;
  count: i32;
  /** Of its cuts, or 0. */
  buckets: usize;
}

/** A quicker way to ranks of 8 bits. */
@unmanaged export class Buckets {
  below: usize;
  /** In the width of the input. */
  cuts: usize;
  low: f64;
  scale: f64;
  top: f64;
}

/** A feature under one rule for missing values. */
@unmanaged export class Column {
  plane: i32;
  /** The rank, biased, of a missing value. */
  special: i32;
  zero: i32;
}

/**
 * Codes of categories take two planes: the byte of a set where the code is, then the bit in it.
 */
@unmanaged export class CategoryColumn {
  column: usize;
  plane: i32;
  cuts: usize;
  steps: i32;
  /** Code of what no tree names, and of missing values. */
  none: i32;
  missing: i32;
  nan: i32;
  zero: i32;
}

@unmanaged export class Tree {
  group: i32;
  /** Leaf values in order of the leaves from left to right, `leafSize` each, of the sums' width. */
  values: usize;
  /** 1: every node is tested (mux), 2 and 3: every level (SYMMETRIC), 0: rows walk. */
  mux: i32;
  /** Nodes both of whose children are leaves, then the others, children first; levels from the root, a word each: plane << 8 | key. */
  pairs: usize;
  pairCount: i32;
  joins: usize;
  joinCount: i32;
  /** Categorical nodes of a mux tree. */
  sets: usize;
  setCount: i32;
  /** Steps of a walk before the first look. */
  steps: i32;
  /** Per slot of 8 bytes the number of its leaf from the left. */
  leaves: usize;
  /** Per leaf from left to right its number over the forest. */
  numbers: usize;
}

/** In {@link Tree.mux}: symmetric trees, of up to eight levels and of more. */
export const SYMMETRIC: i32 = 2, DEEP_SYMMETRIC: i32 = 3;

/** What walks need of a tree. */
@unmanaged export class Head {
  slots: usize;
  values: usize;
}

/** Both children are leaves, the left one is `right - 1`. */
@unmanaged export class Pair {
  /** Plane << 8 | key, an unsigned byte of the biased key. */
  test: u32;
  right: u32;
}

@unmanaged export class Join {
  test: u32;
  /** Places in the results: leaf constants, then nodes in order. */
  left: u16;
  right: u16;
}

/** A categorical node of a mux tree: its test fills plane `Part.free + i`. */
@unmanaged export class SetTest {
  plane: i32;
  /** 16 bytes each. */
  tables: i32;
  bits: usize;
}

/**
 * Slots of a walk. A leaf has a key that no rank is below, and distance 0: it points at itself.
 *
 * With ranks of 8 bits a slot is a word: distance << 20 | plane << 8 | key, the distance in slots; a leaf has its number from
 * the left in place of the plane.
 *
 * Slots may be chained: every tree takes a block of as many bytes, the blocks stand side by side, and a leaf points not at itself
 * but at the root of the eighth tree on. After the last trees stand leaves that point at themselves. Blocks of slots with sets
 * are larger.
 */
export const CHAIN_SHIFT: usize = 9;
export const SET_CHAIN_SHIFT: usize = 11;

/** A slot with ranks of 16 bits. */
@unmanaged export class Slot {
  key: i16;
  plane: u16;
  /** Bytes to the right child; the left one follows it. */
  distance: u32;
}

/** A slot of a walk with categorical nodes. */
@unmanaged export class SetSlot {
  key: i16;
  plane: u16;
  distance: u32;
  /** Left too when this has the bit in the next plane at the byte in the plane; all zeros for numeric nodes. */
  bits: usize;
  /** The number of a leaf from the left. */
  leaf: u32;
}
