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
  /** Bytes of a row of input. */
  stride: usize;
  /** 1: input is float64, sums are float64, a test is `<`. */
  wideInput: i32;
  wideSum: i32;
  less: i32;
  /** Tree records, in order. */
  trees: usize;
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
  /** Whether slots have sets. */
  sets: i32;
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
}

/** A feature under one rule for missing values. */
@unmanaged export class Column {
  plane: i32;
  /** The rank, biased, of a missing value. */
  special: i32;
  zero: i32;
}

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
  /** 1: every node is tested (mux), 0: rows walk. */
  mux: i32;
  /** Nodes both of whose children are leaves, then the others, children first. */
  pairs: usize;
  pairCount: i32;
  joins: usize;
  joinCount: i32;
  /** Categorical nodes of a mux tree. */
  sets: usize;
  setCount: i32;
  /** The walk: slots, per slot the number of its leaf from the left, steps before the first look. */
  slots: usize;
  leaves: usize;
  steps: i32;
  /** Per leaf from left to right its number over the forest. */
  numbers: usize;
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
  /** 32 bytes. */
  bits: usize;
}

/** A slot of a walk; a leaf has a key that no rank is below, and distance 0. */
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
  /** Left too when the bit of the rank is set here; all zeros for numeric nodes. */
  bits: usize;
  unused: i32;
}
