/**
 * LightGBM's trees as a forest.
 * @module
 */
import type { LightgbmText } from '../../formats/lightgbm-text.ts';
import { CATEGORICAL, MISSING_LEFT, MISSING_NAN, MISSING_TYPE, type Forest } from './forest.ts';
import { ForestBuilder } from './forest-builder.ts';

/**
 * Builds the forest of the first `iterations` iterations (all when ≤ 0 or more than there are). Margins are plain sums: the
 * mean of a random forest is taken after, as LightGBM's raw score is the sum too.
 *
 * All is double; left when `x <= threshold`. A category is the whole part of a value, so -0.5 is category 0.
 * @throws ModelError FOREST_INVALID
 */
export function lightgbmForest(model: LightgbmText, iterations: number): Forest {
  const perIteration = model.treesPerIteration, total = model.trees.length / perIteration;
  const used = iterations > 0 ? Math.min(iterations, total) : total;
  const builder = new ForestBuilder({
    features: model.features, outputs: perIteration, leafSize: 1, input: 'float64', comparison: '<=', sum: 'float64',
    base: new Float64Array(perIteration), divisor: 1, categoriesAbove: -1,
  });
  for (let t = 0; t < used * perIteration; t++) {
    const tree = model.trees[t]!;
    builder.add({
      group: t % perIteration,
      feature: tree.splitFeature,
      threshold: tree.threshold,
      left: tree.leftChild,
      right: tree.rightChild,
      flags: tree.decisionType.map(flagsOf),
      value: tree.leafValue,
      sets: tree.categorySets,
      cover: tree.counts,
      ...(tree.linear ? { linear: tree.linear } : {}),
    });
  }
  return builder.build();
}

/** decision_type has the forest's own bits; but a categorical test sends NaN right whatever its missing type says. */
function flagsOf(type: number): number {
  return type & CATEGORICAL ? CATEGORICAL | MISSING_NAN : type & (MISSING_LEFT | MISSING_TYPE);
}
