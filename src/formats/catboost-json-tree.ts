/**
 * Trees of CatBoost's JSON model: symmetric `{leaf_values, leaf_weights?, splits}`, or nested
 * `{split, left, right}` and `{value, weight?}`. Source: catboost/libs/model/json_model_helpers.cpp.
 * @module
 */
import type { Fields, Reader } from './catboost-json.ts';
import type { CatboostTree } from './catboost-model.ts';

/** Deepest symmetric tree; the library's own limit is 16. */
const MAX_DEPTH = 31;

/** Reads one tree; `outputs` are the values of each leaf. */
export function jsonTree(reader: Reader, tree: Fields, where: string): CatboostTree & { outputs: number } {
  return tree['leaf_values'] === undefined ? nested(reader, tree, where) : symmetric(reader, tree, where);
}

function symmetric(reader: Reader, tree: Fields, where: string): CatboostTree & { outputs: number } {
  const splits = tree['splits'] === null || tree['splits'] === undefined ? [] : reader.list(tree['splits'], where);
  const values = reader.numbers(tree['leaf_values'], where), weights = reader.numbers(tree['leaf_weights'], where);
  const leaves = 2 ** splits.length;
  if (splits.length > MAX_DEPTH || values.length === 0 || values.length % leaves !== 0) reader.fail(where, `${values.length} leaf values for ${splits.length} splits`);
  return { symmetric: true, outputs: values.length / leaves, tests: Int32Array.from(splits, (split) => testOf(reader, split, where)), values, weights: weights.length === leaves ? weights : null };
}

function testOf(reader: Reader, split: unknown, where: string): number {
  return reader.integer(reader.fields(split, where)['split_index'], where) | 0;
}

/** Leaves are numbered as the library meets them, left before right. */
function nested(reader: Reader, root: Fields, where: string): CatboostTree & { outputs: number } {
  const tests: number[] = [], left: number[] = [], right: number[] = [], values: number[] = [], weights: number[] = [];
  let outputs = 0, leaves = 0;
  const stack: { node: Fields; children: number[]; parent: number }[] = [{ node: root, children: [], parent: 0 }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, children, parent } = next;
    if (node['value'] !== undefined) {
      children[parent] = ~leaves++;
      const value = Array.isArray(node['value']) ? node['value'] : [node['value']];
      if (outputs === 0) outputs = value.length;
      if (value.length !== outputs || outputs === 0) reader.fail(where, `a leaf has ${value.length} values, another ${outputs}`);
      for (const item of value) values.push(reader.number(item, where));
      if (node['weight'] !== undefined) weights.push(reader.number(node['weight'], where));
    } else {
      const at = tests.push(testOf(reader, node['split'], where)) - 1;
      children[parent] = at;
      stack.push({ node: reader.fields(node['right'], where), children: right, parent: at }, { node: reader.fields(node['left'], where), children: left, parent: at });
    }
  }
  return {
    symmetric: false,
    outputs,
    tests: Int32Array.from(tests),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    values: Float64Array.from(values),
    weights: weights.length === leaves ? Float64Array.from(weights) : null,
    leafIds: Int32Array.from({ length: leaves }, (_, i) => i),
    inParent: null,
  };
}
