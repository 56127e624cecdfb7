/** Damaged model files of CatBoost: a coded error or a model that scores, in bounded time and memory; never another error. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tensor } from '../../src/data/tensor.ts';
import type { Value } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import { readCatboostCbm } from '../../src/formats/catboost-cbm.ts';
import { readCatboostJson } from '../../src/formats/catboost-json.ts';
import { loadCatboost } from '../support/catboost-files.ts';
import { golden } from '../support/golden-files.ts';

const FILES = {
  'models/cb-clf-cat-ctr-binarizedtargetmeanvalue': ['cbm', 400],
  'models/cb-clf-cat-depthwise': ['cbm', 400],
  'models/cb-clf-cat-onehot10': ['cbm', 400],
  'models/cb-multi-cat': ['cbm', 400],
  'models/cb-clf-cat-json': ['json', 100],
  'catboost/class-names-more': ['json', 100],
} as const;

const fileOf = (name: string): Uint8Array => golden(name.startsWith('models') ? `${name}/model/model.cb` : `${name}/model.cb`);

/** Loads and scores one row of text and one of numbers; true when each gave numbers or a coded error. */
async function survives(bytes: Uint8Array, format: string): Promise<boolean> {
  try {
    const predictor = await loadCatboost(bytes, 'CatBoostClassifier', format);
    for (const [cell, outputs] of [['1', predictor.outputs], [0.5, ['predict']]] as [Value, readonly string[]][]) {
      for (const output of outputs) {
        try {
          await predictor.predict(new Tensor('object', [1, 8], new Array<Value>(8).fill(cell)), { output });
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

describe.each(Object.entries(FILES))('%s', (name, [format, runs]) => {
  const whole = fileOf(name);

  it('survives flipped bits', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(7)), { minLength: 1, maxLength: 6 }), (flips) => {
      const bytes = whole.slice();
      for (const [at, bit] of flips) bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      return survives(bytes, format);
    }), { numRuns: runs });
  }, 60_000);

  it('survives other numbers', async () => {
    // Whole words, so that offsets, counts and sizes change as such.
    const word = fc.oneof(fc.constantFrom(0, 1, 2, 0xffffffff, 0x7fffffff, 0x80000000, 0x7fc00000, 0x7f800000, whole.length), fc.nat(whole.length), fc.integer({ min: 0, max: 0xffffffff }));
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat((whole.length >> 2) - 1), word), { minLength: 1, maxLength: 3 }), (patches) => {
      const bytes = whole.slice(), view = new DataView(bytes.buffer);
      for (const [at, value] of patches) view.setUint32(4 * at, value, true);
      return survives(bytes, format);
    }), { numRuns: runs });
  }, 60_000);

  it('refuses every truncated file', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(whole.length - 2), async (length) => {
      const error: unknown = await loadCatboost(whole.slice(0, length), 'CatBoost', format).catch((reason: unknown) => reason);
      return ModelError.isInstance(error);
    }), { numRuns: 300 });
  }, 60_000);
});

describe('bytes of any kind', () => {
  it('are refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom('', 'CBM1', 'CBM1\x20\x00\x00\x00', '{'), (tail, head) => {
      const bytes = new Uint8Array([...new TextEncoder().encode(head), ...tail]);
      for (const read of [readCatboostCbm, readCatboostJson]) {
        try {
          read(bytes, 'model');
        } catch (error) {
          if (!ModelError.isInstance(error)) throw error;
        }
      }
      return true;
    }), { numRuns: 2000 });
  });
});

/** A JSON model with changes. */
function edited(change: (model: Record<string, unknown>) => void): Uint8Array {
  const model = JSON.parse(new TextDecoder().decode(fileOf('models/cb-clf-cat-json'))) as Record<string, unknown>;
  change(model);
  return new TextEncoder().encode(JSON.stringify(model));
}

describe('a JSON model', () => {
  const table = (model: Record<string, unknown>): Record<string, unknown> => Object.values(model['ctr_data'] as Record<string, Record<string, unknown>>)[0] ?? {};
  const tree = (model: Record<string, unknown>): Record<string, unknown> => (model['oblivious_trees'] as Record<string, unknown>[])[0] ?? {};
  it.each<[string, (model: Record<string, unknown>) => void, string]>([
    ['a table of another width', (model) => (table(model)['hash_stride'] = 7), 'hash_map'],
    ['a table without classes', (model) => (table(model)['hash_stride'] = 1), 'hash_map'],
    ['a hash past 64 bits', (model) => ((table(model)['hash_map'] as unknown[])[3] = '99999999999999999999'), 'beyond 64 bits'],
    ['no tables', (model) => delete model['ctr_data'], 'has no table'],
    ['a test that is not there', (model) => ((tree(model)['splits'] as Record<string, unknown>[])[0]!['split_index'] = 100000), 'it has the test 100000'],
    ['too few leaf values', (model) => (tree(model)['leaf_values'] as unknown[]).pop(), 'leaf values'],
    ['falling borders', (model) => ((model['features_info'] as { float_features: { borders: number[] }[] }).float_features.find((one) => one.borders.length > 1)!.borders.reverse()), 'do not rise'],
    ['two features in one column', (model) => ((model['features_info'] as { float_features: Record<string, unknown>[] }).float_features[0]!['flat_feature_index'] = 1), 'a column of their own'],
    ['a class past its list', (model) => ((model['model_info'] as { class_params: Record<string, unknown> }).class_params['class_to_label'] = [0, 9]), 'class_to_label'],
    ['another bias', (model) => (model['scale_and_bias'] = [1, [1, 2]]), '2 biases for 1'],
    ['a threshold of 1', (model) => ((model['model_info'] as Record<string, unknown>)['binclass_probability_threshold'] = '1'), 'between 0 and 1'],
  ])('with %s is refused', async (_, change, message) => {
    await expect(loadCatboost(edited(change), 'CatBoost', 'json')).rejects.toThrow(message);
  });

  it('with a deep tree is read without recursion', () => {
    let tree: unknown = { value: 1, weight: 1 };
    for (let depth = 0; depth < 400; depth++) tree = { split: { split_index: 0 }, left: { value: 0, weight: 1 }, right: tree };
    const bytes = new TextEncoder().encode(JSON.stringify({ features_info: { float_features: [{ feature_index: 0, flat_feature_index: 0, has_nans: false, borders: [1] }] }, trees: [tree] }));
    expect(readCatboostJson(bytes, 'model').trees[0]?.tests.length).toBe(400);
  });
});
