/**
 * XGBoost's trees as a forest.
 * @module
 */
import { ModelError } from '../../errors/model-error.ts';
import type { XgboostModel, XgboostTree } from '../../formats/xgboost-model.ts';
import { CATEGORICAL, MISSING_LEFT, MISSING_NAN, ONLY_NONNEGATIVE, type Forest, type TreeNodes } from './forest.ts';
import { ForestBuilder } from './forest-builder.ts';

/** Categories are whole numbers below this. */
const MAX_CATEGORY = 2 ** 24;

/**
 * Builds the forest. `base` is the margin that each output starts from. `direct`: a dart model as inplace_predict runs it,
 * which takes a leaf's value to be `(base + value) − base` before it is weighted, each step in float32.
 *
 * Values, thresholds and sums are float32; left when `x < threshold`; a category in the set goes right, any other value left.
 * @throws ModelError FOREST_INVALID
 */
export function xgboostForest(model: XgboostModel, base: Float64Array, options: { readonly direct?: boolean } = {}): Forest {
  const outputs = base.length, leafSize = model.trees[0]?.leafSize ?? 1;
  const builder = new ForestBuilder({
    features: model.features, outputs, leafSize: leafSize > 1 ? leafSize : 1, input: 'float32', comparison: '<', sum: 'float32', base, divisor: 1,
    categoriesAbove: ONLY_NONNEGATIVE,
  });
  for (const [t, tree] of model.trees.entries()) {
    if (tree.leafSize !== leafSize) fail(t, `leaves of ${tree.leafSize} values beside leaves of ${leafSize}`);
    const nodes = convert(tree, t), group = model.treeInfo[t] as number;
    const value = options.direct && model.treeWeights && leafSize === 1 ? throughBase(nodes.value, base[group] ?? 0) : nodes.value;
    builder.add({ ...nodes, value, group, weight: Math.fround(model.treeWeights?.[t] ?? 1) });
  }
  return builder.build();
}

function throughBase(values: ArrayLike<number>, base: number): Float64Array {
  return Float64Array.from(values, (value) => Math.fround(Math.fround(base + value) - base));
}

function convert(tree: XgboostTree, t: number): TreeNodes {
  const { number, inner, leaves } = numberNodes(tree, t);
  const feature = new Float64Array(inner), threshold = new Float64Array(inner), left = new Int32Array(inner), right = new Int32Array(inner), flags = new Uint8Array(inner);
  const value = new Float64Array(leaves * tree.leafSize), leafId = new Int32Array(leaves), sets: Uint32Array[] = [];
  const { sumHessian } = tree, cover = sumHessian && { node: new Float32Array(inner), leaf: new Float32Array(leaves) };
  for (let i = 0; i < number.length; i++) {
    const own = number[i] as number;
    if (own === UNREACHED) continue;
    if (own < 0) {
      leafId[~own] = i;
      if (cover) cover.leaf[~own] = sumHessian[i] as number;
      writeLeaf(tree, t, i, value, ~own * tree.leafSize);
      continue;
    }
    const yes = number[tree.left[i] as number] as number, no = number[tree.right[i] as number] as number;
    const defaultLeft = tree.defaultLeft[i] !== 0, categories = tree.categorical.get(i);
    feature[own] = tree.feature[i] as number;
    if (cover) cover.node[own] = sumHessian[i] as number;
    if (categories) {
      // The forest's categories go left, so the children change places.
      threshold[own] = sets.push(bitset(categories, t, i)) - 1;
      left[own] = no;
      right[own] = yes;
      flags[own] = CATEGORICAL | MISSING_NAN | (defaultLeft ? 0 : MISSING_LEFT);
    } else {
      threshold[own] = Math.fround(tree.condition[i] as number);
      left[own] = yes;
      right[own] = no;
      flags[own] = MISSING_NAN | (defaultLeft ? MISSING_LEFT : 0);
    }
  }
  return { feature, threshold, left, right, flags, value, leafId, sets, cover };
}

const UNREACHED = -0x80000000;

/** Per node its number among the inner nodes or leaves (`~n`) that the root reaches; pruned nodes stay in the file unreached. */
function numberNodes(tree: XgboostTree, t: number): { number: Int32Array; inner: number; leaves: number } {
  const count = tree.left.length, number = new Int32Array(count).fill(UNREACHED), stack = [0];
  const MET = 1;
  number[0] = MET;
  while (stack.length > 0) {
    const node = stack.pop() as number;
    if (tree.left[node] === -1) continue;
    for (let side = 0; side < 2; side++) {
      const child = (side === 0 ? tree.left[node] : tree.right[node]) as number;
      if (!Number.isInteger(child) || child <= 0 || child >= count) fail(t, `node ${node} has the child ${child} of ${count} nodes`);
      if (number[child] === MET) fail(t, `node ${child} has two parents or is its own ancestor`);
      number[child] = MET;
      stack.push(child);
    }
  }
  let inner = 0, leaves = 0;
  for (let i = 0; i < count; i++) if (number[i] === MET) number[i] = tree.left[i] === -1 ? ~leaves++ : inner++;
  return { number, inner, leaves };
}

function writeLeaf(tree: XgboostTree, t: number, node: number, out: Float64Array, at: number): void {
  const { leafSize, leafValues, leafRow } = tree;
  if (!leafValues || !leafRow) {
    out[at] = Math.fround(tree.condition[node] as number);
    return;
  }
  const row = leafRow[node] as number;
  if (!Number.isInteger(row) || row < 0 || (row + 1) * leafSize > leafValues.length) fail(t, `leaf ${node} has the values of row ${row} of ${leafValues.length / leafSize}`);
  for (let k = 0; k < leafSize; k++) out[at + k] = Math.fround(leafValues[row * leafSize + k] as number);
}

function bitset(categories: ArrayLike<number>, t: number, node: number): Uint32Array {
  let most = -1;
  for (let i = 0; i < categories.length; i++) {
    const category = categories[i] as number;
    if (!Number.isInteger(category) || category < 0 || category >= MAX_CATEGORY) fail(t, `node ${node} has the category ${category}`);
    most = Math.max(most, category);
  }
  const words = new Uint32Array((most + 32) >> 5);
  for (let i = 0; i < categories.length; i++) {
    const category = categories[i] as number;
    words[category >> 5] = (words[category >> 5] as number) | (1 << (category & 31));
  }
  return words;
}

function fail(tree: number, reason: string): never {
  throw new ModelError('FOREST_INVALID', { tree, reason });
}
