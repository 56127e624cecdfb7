/**
 * An XGBoost model file as one plain object, whatever format it came in.
 * @module
 */

/** Most features and most outputs of a model that is read: a row of as many is still a few megabytes. */
export const MAX_FEATURES: number = 2 ** 20;
export const MAX_OUTPUTS: number = 2 ** 16;

/** What a model file of XGBoost says. Arrays have been checked to fit each other; the trees themselves have not. */
export interface XgboostModel {
  /** Version of the library that wrote it, as far as the file tells. */
  readonly version: readonly number[];
  readonly booster: 'gbtree' | 'dart' | 'gblinear';
  /** Name of the objective (`reg:squarederror`, …). */
  readonly objective: string;
  /** Parameters of the objective, as written. */
  readonly objectiveParams: Readonly<Record<string, string>>;
  readonly features: number;
  /** `num_class`: 0 (or 1) where there are no classes. */
  readonly classes: number;
  readonly targets: number;
  /** `base_score` as stored: one value, or one per output. */
  readonly baseScore: readonly number[];
  readonly attributes: ReadonlyMap<string, string>;
  readonly featureNames: readonly string[] | null;
  readonly featureTypes: readonly string[] | null;
  /** Categories of each feature at training (null for the numeric ones), where the file has them. */
  readonly categories: readonly XgboostCategories[] | null;
  readonly trees: readonly XgboostTree[];
  /** Per tree: its output (class or target). */
  readonly treeInfo: ArrayLike<number>;
  /** First tree of each boosting round, and the number of trees; null in files that do not tell. */
  readonly rounds: ArrayLike<number> | null;
  readonly parallelTrees: number;
  /** Per tree, dart only. */
  readonly treeWeights: ArrayLike<number> | null;
  /** gblinear: (features + 1) × outputs, feature by feature, the bias last. */
  readonly weights: ArrayLike<number> | null;
}

/** The categories of one feature in the order of their codes: none, numbers, or text as UTF-8 bytes between offsets. */
export type XgboostCategories = null | { readonly numbers: readonly number[] } | { readonly offsets: readonly number[]; readonly bytes: Uint8Array };

/** One tree; the arrays have one item per node, node 0 is the root. */
export interface XgboostTree {
  /** -1 marks a leaf. */
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
  readonly feature: ArrayLike<number>;
  /** Threshold of a test; value of a leaf. float32. */
  readonly condition: ArrayLike<number>;
  readonly defaultLeft: ArrayLike<number>;
  /** Sum of hessians of the training rows that came to the node; null where the file does not say. */
  readonly sumHessian: ArrayLike<number> | null;
  /** Nodes with a categorical test and their categories (which go right). */
  readonly categorical: ReadonlyMap<number, ArrayLike<number>>;
  /** Values of a leaf. */
  readonly leafSize: number;
  /** Vector leaves: `leafSize` values each; the leaf at node i is row `leafRow[i]`. */
  readonly leafValues: ArrayLike<number> | null;
  readonly leafRow: ArrayLike<number> | null;
}
