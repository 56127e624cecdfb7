/**
 * The one form of a forest: what every loader of trees builds and every kernel runs. Flat typed arrays over all trees.
 *
 * Inner nodes and leaves are numbered apart. A child (and a root) ≥ 0 is an inner node, a child < 0 the leaf `~child`.
 * An inner node goes left when its test holds; a missing value goes the node's default way.
 * @module
 */

/** Bits of {@link Forest.flags}. */
export const CATEGORICAL = 1;
export const MISSING_LEFT = 2;
/** NaN is compared as 0; nothing is missing. */
export const MISSING_NONE = 0;
/** NaN and |x| ≤ 1e-35 are missing. */
export const MISSING_ZERO = 4;
/** NaN is missing. */
export const MISSING_NAN = 8;
/** The mask of the missing type in {@link Forest.flags}. */
export const MISSING_TYPE = 12;
/** |x| up to this counts as zero under {@link MISSING_ZERO} (LightGBM's kZeroThreshold, a float32 constant). */
export const ZERO_THRESHOLD: number = Math.fround(1e-35);

/** Width of numbers. */
export type Precision = 'float32' | 'float64';

/** What holds for all trees of a forest. */
export interface ForestShape {
  /** Columns of the input. */
  readonly features: number;
  /** Margins of one row. */
  readonly outputs: number;
  /** Values of one leaf: 1 (added to the output that the tree's group names) or `outputs`. */
  readonly leafSize: number;
  /** What input values are rounded to before any test. */
  readonly input: Precision;
  /** A numeric test: left when `x < threshold`, or when `x <= threshold`. */
  readonly comparison: '<' | '<=';
  /** Sums are rounded to this after every tree. Trees are added in order, starting from `base`. */
  readonly sum: Precision;
  /** Where the sum of each output starts; `outputs` values. */
  readonly base: Float64Array;
  /** The sum is divided by this at the end (averaging forests); 1 for none. */
  readonly divisor: number;
  /**
   * A value is a category when it is greater than this; its category is its whole part. -1 lets -0.5 be category 0,
   * {@link ONLY_NONNEGATIVE} does not. Any other value is in no set.
   */
  readonly categoriesAbove: number;
}

/** {@link ForestShape.categoriesAbove} for libraries in which only numbers ≥ 0 are categories. */
export const ONLY_NONNEGATIVE: number = -Number.MIN_VALUE;

/** A forest; made by a {@link ForestBuilder}, which has checked all of it. */
export interface Forest extends ForestShape {
  readonly trees: number;
  /** Per tree: its root (< 0: the tree is the one leaf `~root`). */
  readonly root: Int32Array;
  /** Per tree: the output it adds to; 0 where leaves are vectors. */
  readonly group: Int32Array;
  /** Per tree: its leaf values are multiplied by this, rounded to `sum`; null when all are 1. */
  readonly weight: Float64Array | null;
  /** Per tree: tests on its longest path. */
  readonly depth: Int32Array;
  /** Per tree and one more: its first inner node and first leaf. */
  readonly nodeStart: Int32Array;
  readonly leafStart: Int32Array;

  /** Per inner node. */
  readonly feature: Int32Array;
  /** Per inner node: the threshold; of a categorical node the number of its set: left when the category is in it. */
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly flags: Uint8Array;
  /** Whether any node is categorical. */
  readonly categorical: boolean;
  /** Per set and one more: its first word in `setWords`; category c is bit c & 31 of word c >> 5. */
  readonly setStart: Int32Array;
  readonly setWords: Uint32Array;

  /** Per leaf, `leafSize` values each. */
  readonly value: Float64Array;
  /** Per leaf: the number the library reports for it. */
  readonly leafId: Int32Array;
  /** Linear models in leaves, or null. */
  readonly linear: LinearLeaves | null;
  /** What attributions weigh branches by; null where a tree has none or they cannot be weights. */
  readonly cover: Cover | null;
}

/** How much of the training data (rows, or the sum of their weights or hessians) came to each node; finite and not negative. */
export interface Cover {
  /** Per inner node. */
  readonly node: Float32Array | Float64Array;
  /** Per leaf. */
  readonly leaf: Float32Array | Float64Array;
}

/** A linear model per leaf: `constant + Σ coefficient·x`; where any x is NaN the leaf's plain value holds. */
export interface LinearLeaves {
  /** Per leaf and one more: its first term. */
  readonly start: Int32Array;
  readonly feature: Int32Array;
  readonly coefficient: Float64Array;
  /** Per leaf. */
  readonly constant: Float64Array;
}

/** One tree as a loader hands it to the builder; node and leaf numbers are within the tree. */
export interface TreeNodes {
  /** The output it adds to. @default 0 */
  readonly group?: number;
  /** @default 1 */
  readonly weight?: number;
  /** Per inner node; node 0 is the root. A tree without inner nodes is its leaf 0. */
  readonly feature: ArrayLike<number>;
  readonly threshold: ArrayLike<number>;
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
  readonly flags: ArrayLike<number>;
  /** Per leaf, `leafSize` values each. */
  readonly value: ArrayLike<number>;
  /** Per leaf. @default the leaf's number in the tree */
  readonly leafId?: ArrayLike<number>;
  /** See {@link Cover}; those of a tree of one leaf are not needed. */
  readonly cover?: { readonly node: ArrayLike<number>; readonly leaf: ArrayLike<number> } | null;
  /** Bitsets of 32-bit words that the thresholds of categorical nodes number. */
  readonly sets?: readonly ArrayLike<number>[];
  readonly linear?: {
    /** Per leaf: its features, and as many coefficients. */
    readonly features: readonly ArrayLike<number>[];
    readonly coefficients: readonly ArrayLike<number>[];
    readonly constants: ArrayLike<number>;
  };
}
