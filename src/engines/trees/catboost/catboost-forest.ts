/**
 * CatBoost's trees in the one form of a forest: a symmetric tree becomes a complete binary one, its first test at the root. A test
 * holds when `x > border` in float32, and leads right. Leaf values are summed from 0 in double, tree by tree.
 * Source: catboost/libs/model/cpu/evaluator_impl.cpp.
 * @module
 */
import { ModelError } from '../../../errors/model-error.ts';
import type { CatboostModel, CatboostNodeTree, CatboostSymmetricTree } from '../../../formats/catboost-model.ts';
import type { CatboostTest } from './catboost-columns.ts';
import { MISSING_LEFT, MISSING_NAN, ONLY_NONNEGATIVE, type Forest, type TreeNodes } from '../forest.ts';
import { ForestBuilder } from '../forest-builder.ts';

/**
 * Builds the forest over the columns of `catboostColumns`.
 * @param columns their number
 * @param tests the list of all tests
 * @throws ModelError FOREST_INVALID
 */
export function catboostForest(model: CatboostModel, columns: number, tests: readonly CatboostTest[]): Forest {
  const { outputs } = model;
  const builder = new ForestBuilder({
    features: columns, outputs, leafSize: outputs, input: 'float32', comparison: '<=', sum: 'float64', base: new Float64Array(outputs), divisor: 1, categoriesAbove: ONLY_NONNEGATIVE,
  });
  for (const [i, tree] of model.trees.entries()) {
    for (const test of tree.tests) if (tests[test] === undefined) throw new ModelError('FOREST_INVALID', { tree: i, reason: `it has the test ${test} of ${tests.length}` });
    builder.add(tree.symmetric ? complete(tree, tests) : ragged(tree, tests));
  }
  return builder.build();
}

/** Level by level: node `2^l − 1 + p` is the one reached by the outcomes p of the first l tests, the first in the lowest bit. */
function complete(tree: CatboostSymmetricTree, tests: readonly CatboostTest[]): TreeNodes {
  const depth = tree.tests.length, nodes = 2 ** depth - 1;
  const feature = new Int32Array(nodes), threshold = new Float64Array(nodes), left = new Int32Array(nodes), right = new Int32Array(nodes), flags = new Uint8Array(nodes);
  const cover = tree.weights && { node: new Float64Array(nodes), leaf: tree.weights };
  for (let level = depth - 1; level >= 0; level--) {
    const test = tests[tree.tests[level] as number] as CatboostTest, width = 2 ** level, first = width - 1, next = 2 * width - 1, last = level === depth - 1;
    for (let path = 0; path < width; path++) {
      const at = first + path;
      feature[at] = test.column;
      threshold[at] = test.border;
      flags[at] = flagsOf(test);
      left[at] = last ? ~path : next + path;
      right[at] = last ? ~(path + width) : next + path + width;
      if (cover) {
        const below = last ? cover.leaf : cover.node, from = last ? 0 : next;
        cover.node[at] = (below[from + path] as number) + (below[from + path + width] as number);
      }
    }
  }
  return { feature, threshold, left, right, flags, value: tree.values, cover };
}

function ragged(tree: CatboostNodeTree, tests: readonly CatboostTest[]): TreeNodes {
  const of = Array.from(tree.tests, (test) => tests[test] as CatboostTest);
  return {
    feature: of.map((test) => test.column),
    threshold: of.map((test) => test.border),
    left: tree.left,
    right: tree.right,
    flags: of.map(flagsOf),
    value: tree.values,
    leafId: tree.leafIds,
    cover: tree.weights && { node: nodeCovers(tree, tree.weights), leaf: tree.weights },
  };
}

/** Weights of inner nodes: children come after their parents, so that one pass from the end adds them up. */
function nodeCovers({ tests, left, right }: CatboostNodeTree, weights: Float64Array): Float64Array {
  const cover = new Float64Array(tests.length), of = (child: number): number => (child < 0 ? (weights[~child] as number) : (cover[child] as number));
  for (let node = tests.length - 1; node >= 0; node--) cover[node] = of(left[node] as number) + of(right[node] as number);
  return cover;
}

function flagsOf(test: CatboostTest): number {
  return test.nanPasses ? MISSING_NAN : MISSING_NAN | MISSING_LEFT;
}
