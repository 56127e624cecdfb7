/** Damaged model files of XGBoost: a coded error or a model that scores, in bounded time; never another error. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tensor } from '../../src/data/tensor.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import type { FlavorContext } from '../../src/flavors/_contract.ts';
import xgboost from '../../src/flavors/xgboost.ts';
import { parseXgboostBinary } from '../../src/formats/xgboost-binary.ts';
import { parseXgboostJson } from '../../src/formats/xgboost-json.ts';
import { golden } from '../support/golden-files.ts';
import { memoryContext } from '../support/xgboost-files.ts';

const FILES = {
  'xgb-clf-categorical-codes-json/model/model.json': ['JSON, categories', 300],
  'xgb-booster-aft/model/model.ubj': ['UBJSON', 1000],
  'xgb-clf-multioutputtree/model/model.json': ['JSON, vector leaves', 300],
  'xgb-clf-gblinear/model/model.ubj': ['UBJSON, linear', 1000],
  'xgb130-clf-gblinear/model/model.xgb': ['binary, linear', 1000],
  'xgb130-booster-cox/model/model.xgb': ['binary, trees', 1000],
} as const;

/** Loads and scores one row; true when it gave numbers or a coded error. */
async function survives(bytes: Uint8Array): Promise<boolean> {
  try {
    const predictor = await xgboost.load(memoryContext(bytes));
    for (const output of predictor.outputs) {
      for (const width of [4, 10]) {
        const row = new Tensor('float64', [1, width], new Float64Array(width).fill(0.5));
        try {
          await predictor.predict(row, { output });
        } catch (error) {
          if (!ModelError.isInstance(error)) throw error;
        }
      }
    }
  } catch (error) {
    if (!ModelError.isInstance(error)) throw error;
  }
  return true;
}

describe.each(Object.entries(FILES))('%s', (path, [, runs]) => {
  const whole = golden(`models/${path}`);

  it('scores undamaged', async () => {
    expect((await xgboost.inspect(memoryContext(whole))).native).toBe(true);
  });

  it('survives flipped bits', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(7)), { minLength: 1, maxLength: 6 }), (flips) => {
      const bytes = whole.slice();
      for (const [at, bit] of flips) bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      return survives(bytes);
    }), { numRuns: runs });
  }, 60_000);

  it('survives other bytes', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(whole.length - 1), fc.uint8Array({ minLength: 1, maxLength: 8 }), (at, patch) => {
      const bytes = whole.slice();
      bytes.set(patch.subarray(0, bytes.length - at), at);
      return survives(bytes);
    }), { numRuns: runs });
  }, 60_000);

  it('refuses every truncated file', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(whole.length - 1), async (length) => {
      const error: unknown = await xgboost.load(memoryContext(whole.slice(0, length))).catch((reason: unknown) => reason);
      // A binary file may be whole without the attributes at its end, if they are cut off at once.
      return ModelError.isInstance(error) || path.endsWith('.xgb');
    }), { numRuns: 300 });
  }, 60_000);
});

describe('bytes of any kind', () => {
  it('are refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom('', '{', '{L', '{"', 'binf', '{i\x07learner'), (tail, head) => {
      const bytes = new Uint8Array([...new TextEncoder().encode(head), ...tail]);
      for (const parse of [parseXgboostJson, parseXgboostBinary]) {
        try {
          parse(bytes, 'model');
        } catch (error) {
          if (!ModelError.isInstance(error)) throw error;
        }
      }
    }), { numRuns: 3000 });
  });
});

/** The model's text with one change made in its tree. */
function changed(change: (learner: any) => void): FlavorContext {
  const root = JSON.parse(new TextDecoder().decode(golden('models/xgb-clf-categorical-codes-json/model/model.json')));
  change(root.learner);
  return memoryContext(new TextEncoder().encode(JSON.stringify(root)));
}

describe('a model that lies', () => {
  it.each<[string, string, (tree: any, learner: any) => void]>([
    ['a cycle', 'FOREST_INVALID', (tree) => { tree.left_children[1] = 1; }],
    ['a node with two parents', 'FOREST_INVALID', (tree) => { tree.left_children[0] = tree.right_children[0]; }],
    ['a child that is not there', 'FOREST_INVALID', (tree) => { tree.right_children[0] = 5000; }],
    ['a negative child', 'FOREST_INVALID', (tree) => { tree.right_children[0] = -7; }],
    ['a feature that is not there', 'FOREST_INVALID', (tree) => { tree.split_indices[0] = 4; }],
    ['a category out of range', 'FOREST_INVALID', (tree) => { tree.categories[0] = 2 ** 24; }],
    ['a threshold that is no number', 'FILE_MALFORMED', (tree) => { tree.split_conditions[2] = 'x'; }],
    ['categories beyond the list', 'FILE_MALFORMED', (tree) => { tree.categories_sizes[0] = 1e6; }],
    ['categories of a numeric node', 'FILE_MALFORMED', (tree) => { tree.categories_nodes[0] = 2; }],
    ['an absurd count of nodes', 'FILE_LIMIT_EXCEEDED', (tree) => { tree.tree_param.num_nodes = '99999999999'; }],
    ['a wrong count of nodes', 'FILE_MALFORMED', (tree) => { tree.tree_param.num_nodes = '22'; }],
    ['a tree without nodes', 'FILE_MALFORMED', (tree) => { tree.tree_param.num_nodes = '0'; }],
    ['an absurd count of classes', 'FILE_LIMIT_EXCEEDED', (_, learner) => { learner.learner_model_param.num_class = '2000000000'; }],
    ['an absurd count of features', 'FILE_LIMIT_EXCEEDED', (_, learner) => { learner.learner_model_param.num_feature = '2000000000'; }],
    ['a group that is not there', 'FOREST_INVALID', (_, learner) => { learner.gradient_booster.model.tree_info[0] = 1; }],
    ['rounds that fall', 'FILE_MALFORMED', (_, learner) => { learner.gradient_booster.model.iteration_indptr[1] = 9; }],
    ['a base score out of range', 'FILE_MALFORMED', (_, learner) => { learner.learner_model_param.base_score = '[2E0]'; }],
    ['base scores for other outputs', 'FILE_MALFORMED', (_, learner) => { learner.learner_model_param.base_score = '[1E-1,1E-1]'; }],
    ['an unknown objective', 'NOT_NATIVE', (_, learner) => { learner.objective.name = 'my:own'; }],
    ['another kind of estimator', 'FLAVOR_CONFIG_INVALID', (_, learner) => { learner.attributes.scikit_learn = '{"_estimator_type": "ranker"}'; }],
    ['a best iteration past the end', 'FLAVOR_CONFIG_INVALID', (_, learner) => { learner.attributes.best_iteration = '400'; }],
    ['attributes that are no text', 'FILE_MALFORMED', (_, learner) => { learner.attributes.x = 1; }],
  ])('with %s is refused', async (_, code, change) => {
    const error: unknown = await xgboost.load(changed((learner) => change(learner.gradient_booster.model.trees[0], learner))).catch((reason: unknown) => reason);
    expect(ModelError.isInstance(error) && error.code).toBe(code);
  });

  it('nested without end is refused', () => {
    const deep = [new TextEncoder().encode(`{"learner":${'['.repeat(200_000)}`), new TextEncoder().encode(`{i\x01a${'['.repeat(200_000)}`)];
    for (const bytes of deep) expect(() => parseXgboostJson(bytes, 'model')).toThrow(ModelError);
  });

  it('may hold NaN and Infinity as Python writes them', async () => {
    const text = new TextDecoder().decode(golden('models/xgb-clf-categorical-codes-json/model/model.json')).replace('"sum_hessian":[', '"sum_hessian":[NaN,-Infinity,').replace(/("sum_hessian":\[NaN,-Infinity),[^,]*,[^,]*/, '$1');
    expect((await xgboost.inspect(memoryContext(new TextEncoder().encode(text)))).native).toBe(true);
  });
});
