import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lightgbmForest } from '../../src/engines/trees/lightgbm-forest.ts';
import { readLightgbmText } from '../../src/formats/lightgbm-text.ts';
import { caught, givesDataOrModelError } from '../support/caught.ts';
import { golden } from '../support/golden-files.ts';

const source = (name: string): string => new TextDecoder().decode(golden(`models/${name}/model/model.lgb`));
const categorical = source('lgb-booster-categorical'), linear = source('lgb-booster-lineartree'), old = source('lgb130-booster-multiclass');

describe('readLightgbmText', () => {
  it('reads header, trees and categories', () => {
    const model = readLightgbmText(categorical, 'model.lgb');
    expect(model).toMatchObject({ version: 'v4', classes: 1, treesPerIteration: 1, features: 4, featureNames: ['c1', 'num1', 'c2', 'num2'], objective: ['binary', 'sigmoid:1'], averaged: false, pandasCategorical: [] });
    expect(model.trees.length).toBe(12);
    expect([...model.trees[0]!.categorySets[0]!]).toEqual([2444]);
    expect(readLightgbmText(source('lgb-booster-catdtype'), 'm').pandasCategorical?.[0]).toEqual(['aa', 'bb', 'cc', 'dé', 'ee', 'ff']);
    expect(readLightgbmText(source('lgb-booster-rf'), 'm').averaged).toBe(true);
    expect(readLightgbmText(source('lgb-booster-customobj'), 'm').objective).toEqual([]);
    expect(readLightgbmText(old, 'm')).toMatchObject({ version: 'v3', classes: 3, treesPerIteration: 3 });
    const leaves = readLightgbmText(linear, 'm').trees[1]!.linear!;
    expect(leaves.features.map((f) => f.length)).toEqual(leaves.coefficients.map((c) => c.length));
  });

  it('reads Windows line ends, and files of 2.x without the later lines', () => {
    expect(readLightgbmText(categorical.replaceAll('\n', '\r\n'), 'm').trees).toEqual(readLightgbmText(categorical, 'm').trees);
    const early = old.split('\n').filter((line) => !/^(version|tree_sizes|is_linear|num_tree_per_iteration|end of trees)/.test(line)).join('\n').replace(/\npandas_categorical.*/, '');
    const model = readLightgbmText(early, 'm');
    expect(model.trees).toEqual(readLightgbmText(old, 'm').trees);
    expect([model.version, model.pandasCategorical]).toEqual(['', null]);
  });

  const edit = (from: string | RegExp, to: string, text: string = categorical): string => {
    const out = text.replace(from, to);
    if (out === text) throw new Error(`nothing to edit: ${String(from)}`);
    return out;
  };

  it.each<[string, string, string]>([
    ['no text', '', 'FILE_MALFORMED'],
    ['another file', '{"learner": 1}', 'FILE_MALFORMED'],
    ['no feature count', edit(/max_feature_idx=.*\n/, ''), 'FILE_MALFORMED'],
    ['too few names', edit('c1 num1', 'c1'), 'FILE_MALFORMED'],
    ['an absurd feature count', edit('max_feature_idx=3', 'max_feature_idx=999999999'), 'FILE_MALFORMED'],
    ['no classes', edit('num_class=1', 'num_class=0'), 'FILE_MALFORMED'],
    ['trees that do not fit the classes', edit('num_tree_per_iteration=1', 'num_tree_per_iteration=7'), 'FILE_MALFORMED'],
    ['a feature past the last', edit(/split_feature=\d+/, 'split_feature=4'), 'FILE_MALFORMED'],
    ['a negative feature', edit(/split_feature=\d+/, 'split_feature=-1'), 'FILE_MALFORMED'],
    ['a fraction as child', edit(/left_child=-?\d+/, 'left_child=1.5'), 'FILE_MALFORMED'],
    ['one threshold too few', edit(/threshold=\S+ /, 'threshold='), 'FILE_MALFORMED'],
    ['a word as threshold', edit(/threshold=\S+/, 'threshold=abc'), 'FILE_MALFORMED'],
    ['a hexadecimal number', edit(/threshold=\S+/, 'threshold=0x10'), 'FILE_MALFORMED'],
    ['a missing line', edit(/leaf_value=.*\n/, ''), 'FILE_MALFORMED'],
    ['an absurd leaf count', edit(/num_leaves=\d+/, 'num_leaves=999999999'), 'FILE_MALFORMED'],
    ['no leaves', edit(/num_leaves=\d+/, 'num_leaves=0'), 'FILE_MALFORMED'],
    ['sets out of order', edit('cat_boundaries=0 1 2', 'cat_boundaries=0 2 1'), 'FILE_MALFORMED'],
    ['sets past the end', edit('cat_boundaries=0 1 2', 'cat_boundaries=0 1 9'), 'FILE_MALFORMED'],
    ['an absurd set count', edit(/num_cat=\d+/, 'num_cat=999999999'), 'FILE_MALFORMED'],
    ['text between trees', edit('Tree=1\n', 'Tree 1\n'), 'FILE_MALFORMED'],
    ['a cut file', categorical.slice(0, categorical.indexOf('Tree=5')), 'FILE_TRUNCATED'],
    ['a negative count in a linear leaf', edit(/num_features=\d+/, 'num_features=-1', linear), 'FILE_MALFORMED'],
    ['broken categories', `${categorical.trimEnd()}]`, 'FILE_MALFORMED'],
  ])('refuses %s', (_, text, code) => {
    expect(caught(() => readLightgbmText(text, 'model.lgb')).code).toBe(code);
  });

  it.each<[string, string]>([
    ['a tree that is its own child', edit(/left_child=-?\d+/, 'left_child=0')],
    ['a child past the last', edit(/left_child=-?\d+/, 'left_child=99')],
    ['a leaf past the last', edit(/left_child=-?\d+/, 'left_child=-99')],
    ['a set past the last', edit(/threshold=\S+/, 'threshold=7').replace(/decision_type=\d+/, 'decision_type=1')],
    ['a linear leaf of an unknown feature', edit(/leaf_features=(\s*)\d+/, 'leaf_features=$1 77', linear.replace(/num_features=0 0.*\nleaf_features=.*\n/, ''))],
  ])('builds no forest of %s', (_, text) => {
    expect(['FOREST_INVALID', 'FILE_MALFORMED']).toContain(caught(() => lightgbmForest(readLightgbmText(text, 'model.lgb'), 0)).code);
  });

  it('gives data or a ModelError for damaged files', () => {
    const words = ['', '0', '-1', '1e308', '-1e308', 'nan', '4294967295', '99999999999', ' ', '\n', '=', 'Tree=', 'inf', '1 1'];
    const texts = [categorical, linear, old].map((text) => text.slice(0, text.indexOf('Tree=3')).replace(/tree_sizes.*\n/, ''));
    fc.assert(fc.property(fc.constantFrom(...texts), fc.array(fc.tuple(fc.nat(), fc.nat(8), fc.constantFrom(...words)), { minLength: 1, maxLength: 3 }), (text, edits) => {
      const broken = edits.reduce((all, [at, length, word]) => {
        const start = at % (all.length + 1);
        return all.slice(0, start) + word + all.slice(start + length);
      }, text);
      return givesDataOrModelError(() => lightgbmForest(readLightgbmText(broken, 'model.lgb'), 0));
    }), { numRuns: 4000 });
  });
});
