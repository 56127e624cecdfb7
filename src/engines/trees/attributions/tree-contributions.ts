/**
 * What works out contributions tree by tree.
 * @module
 */
import type { Matrix } from '../predict.ts';

/** Adds up what each feature has to do with the values of trees, one tree after the other. */
export interface TreeContributions<Values> {
  /** Which tree comes next, and for how many rows. */
  tree(tree: number, rows: number): void;
  /**
   * Adds the tree's value for the rows from `from` up to `to`, shared among the features, to `out`: that of feature f in row r to
   * `out[r·step + at + f]`; of vector leaves the next value `players + 1` numbers on.
   */
  add(matrix: Matrix, from: number, to: number, out: Values, at: number, step: number): void;
}
