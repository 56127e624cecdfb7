/**
 * Runs a forest: rows of numbers to margins and leaves, by the WebAssembly kernel, else in plain TypeScript, which gives the
 * same bits.
 * @module
 */
import { ModelError } from '../../errors/model-error.ts';
import type { Forest } from './forest.ts';
import { startForest } from './kernel.ts';
import { compilePlain } from './plain-forest.ts';

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

/** Runs checked rows: what stands behind a {@link TreePredictor}. */
export interface ForestRunner {
  margins(matrix: Matrix, range: TreeRange): Float32Array | Float64Array;
  leaves(matrix: Matrix, range: TreeRange): Int32Array;
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
 * Compiles a forest.
 *
 * @throws ModelError INPUT_UNSUITABLE from the methods, for a matrix of other columns than the forest's `features` or of too few values
 * @example
 * ```ts
 * compileForest(forest).margins({ rows: 1, columns: 2, values: new Float32Array([0.5, 1]) });
 * ```
 */
export function compileForest(forest: Forest): TreePredictor {
  const runner = startForest(forest) ?? compilePlain(forest), all: TreeRange = { first: 0, end: forest.trees };
  return {
    forest,
    margins(matrix, range = all) {
      check(forest, matrix, range);
      return runner.margins(matrix, range);
    },
    leaves(matrix, range = all) {
      check(forest, matrix, range);
      return runner.leaves(matrix, range);
    },
  };
}

/** The kernel reads by index and checks nothing. */
function check({ features, trees }: Forest, { rows, columns, values }: Matrix, { first, end }: TreeRange): void {
  if (columns !== features) refuse(`it has ${columns} columns, the model has ${features} features`);
  if (values.length < rows * columns) refuse(`it has ${values.length} values for ${rows} rows of ${columns} columns`);
  if (!(first >= 0 && first <= end && end <= trees)) refuse(`the trees ${first} to ${end} are not within the ${trees} of the model`);
}

function refuse(reason: string): never {
  throw new ModelError('INPUT_UNSUITABLE', { reason });
}
