import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { column, validityOf } from '../../src/data/column.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import type { Value } from '../../src/data/values.ts';
import xgboost from '../../src/flavors/xgboost.ts';
import { xgboostMatrix } from '../../src/flavors/xgboost-input.ts';
import type { Predictor } from '../../src/flavors/_contract.ts';
import { caught } from '../support/caught.ts';
import { checkOutputs, contextOf, readCase, tableOf, tensorOf } from '../support/corpus-models.ts';
import { golden } from '../support/golden-files.ts';
import { memoryContext } from '../support/xgboost-files.ts';

const models = join(import.meta.dirname, '../golden/models');
const cases = readdirSync(models).filter((name) => name.startsWith('xgb'));

async function load(name: string): Promise<Predictor> {
  return xgboost.load(await contextOf(join(models, name), 'xgboost'));
}

function recordedTable(name: string): Table {
  return tableOf(readCase(join(models, name)));
}

describe('the xgboost flavor', () => {
  it('keeps a 1.x Booster without names to those of the first frame', async () => {
    const booster = await load('xgb130-booster-cox'), table = recordedTable('xgb130-booster-cox');
    const first = booster.predict(table, {}), { names, columns, length } = table;
    expect(booster.predict(table, {})).toEqual(first);
    const code = (input: Value): unknown => caught(() => booster.predict(input, {})).code;
    expect(code(new Table(names.toReversed(), columns.toReversed(), length))).toBe('INPUT_UNSUITABLE');
    expect(code(new Table(names.slice(1), columns.slice(1), length))).toBe('INPUT_UNSUITABLE');
    expect(code(new Tensor('float64', [1, names.length], new Float64Array(names.length)))).toBe('INPUT_UNSUITABLE');
  });

  it('has cases', () => {
    expect(cases.length).toBeGreaterThan(15);
  });

  it.each(cases)('answers %s as recorded', async (name) => {
    const { checked, differences } = await checkOutputs(join(models, name), xgboost);
    expect(checked.length).toBeGreaterThan(1);
    expect(differences).toEqual([]);
  });

  it.each(cases)('gives one row of %s what it gives many', async (name) => {
    const context = await contextOf(join(models, name), 'xgboost'), predictor = await xgboost.load(context), table = recordedTable(name);
    const one = new Table(table.names, table.columns.map((col) => ({ ...col, length: 1, values: col.values.slice(0, 1) as never })), 1);
    if (context.model.signature?.inputs?.tensors) return expect(one.length).toBe(1);
    const all = (await predictor.predict(table, {})) as Tensor, first = (await predictor.predict(one, {})) as Tensor;
    expect(first.values).toEqual(all.values.slice(0, first.size));
  });

  it('lists its outputs, and refuses others', async () => {
    const classifier = await load('xgb-clf-nosig'), booster = await load('xgb-booster-aft'), linear = await load('xgb-clf-gblinear');
    expect(classifier.outputs).toEqual(['predict', 'predict_proba', 'margin', 'leaf', 'contributions', 'interactions']);
    expect(booster.outputs).toEqual(['predict', 'margin', 'leaf', 'contributions', 'interactions']);
    expect(linear.outputs).toEqual(['predict', 'predict_proba', 'margin', 'contributions']);
    expect(caught(() => booster.predict(null, { output: 'predict_proba' })).code).toBe('OUTPUT_UNKNOWN');
    expect(caught(() => booster.predict(null, { output: 'constructor' })).code).toBe('OUTPUT_UNKNOWN');
  });

  it('reads the bytes, not the extension, and maps labels of the label encoder of old files', async () => {
    const root = JSON.parse(new TextDecoder().decode(golden('models/xgb-clf-categorical-codes-json/model/model.json')));
    root.learner.attributes.scikit_learn = '{"_estimator_type": "classifier", "n_classes_": 2, "missing": NaN, "_le": {"classes_": ["no", "yes"]}}';
    const predictor = await xgboost.load(memoryContext(new TextEncoder().encode(JSON.stringify(root)), { model_class: 'xgboost.sklearn.XGBClassifier' }));
    const labels = (await predictor.predict(recordedTable('xgb-clf-categorical-codes-json'), {})) as Tensor;
    expect(labels.dtype).toBe('str');
    expect(new Set(labels.values as string[])).toEqual(new Set(['no', 'yes']));
  });

  it('names the class it does not know', async () => {
    const inspected = await xgboost.inspect(memoryContext(new Uint8Array(), { model_class: 'xgboost.dask.DaskXGBClassifier' }));
    expect(inspected).toEqual({ native: false, unsupported: ['class xgboost.dask.DaskXGBClassifier'] });
  });
});

describe('parameters of a Booster', () => {
  const call = async (name: string, params: Record<string, Value>): Promise<Tensor> => (await (await load(name)).predict(recordedTable(name), { params: new Map(Object.entries(params)) })) as Tensor;

  it('choose the output', async () => {
    const table = recordedTable('xgb-booster-aft'), booster = await load('xgb-booster-aft');
    expect(await call('xgb-booster-aft', { output_margin: true })).toEqual(booster.predict(table, { output: 'margin' }));
    expect(await call('xgb-booster-aft', { pred_leaf: true, unknown: 1n })).toEqual(booster.predict(table, { output: 'leaf' }));
  });

  it('choose rounds and shape', async () => {
    const leaf = await call('xgb-booster-dart-json', { pred_leaf: true, iteration_range: [0n, 3n], strict_shape: true });
    expect(leaf.shape).toEqual([24, 3, 3, 1]);
    const none = await call('xgb-booster-aft', { output_margin: true, iteration_range: [2n, 2n], strict_shape: true });
    expect(none.shape).toEqual([24, 1]);
    expect(new Set(none.values as Float32Array).size).toBe(1);
  });

  it.each<[string, Record<string, Value>, string]>([
    ['contributions from a later round on', { pred_contribs: true, iteration_range: [1n, 2n] }, 'INPUT_UNSUITABLE'],
    ['contributions and interactions at once', { pred_contribs: true, pred_interactions: true }, 'INPUT_UNSUITABLE'],
    ['two outputs at once', { output_margin: true, pred_leaf: true }, 'INPUT_UNSUITABLE'],
    ['validate_features, which the wrapper gives itself', { validate_features: true }, 'INPUT_UNSUITABLE'],
    ['rounds that are not there', { iteration_range: [0n, 99n] }, 'INPUT_UNSUITABLE'],
    ['rounds that fall', { iteration_range: [3n, 1n] }, 'INPUT_UNSUITABLE'],
    ['leaves from a later round on', { pred_leaf: true, iteration_range: [1n, 2n] }, 'INPUT_UNSUITABLE'],
    ['a range of one number', { iteration_range: [1n] }, 'INPUT_UNSUITABLE'],
  ])('refuse %s', async (_, params, code) => {
    const predictor = await load('xgb-booster-aft');
    expect(caught(() => predictor.predict(recordedTable('xgb-booster-aft'), { params: new Map(Object.entries(params)) })).code).toBe(code);
  });

  it('of an estimator: the margin, base_margin refused', async () => {
    const name = 'xgb-params-output-margin', predictor = await load(name), table = recordedTable(name);
    expect(predictor.predict(table, { params: new Map([['output_margin', true]]) })).toEqual(predictor.predict(table, { output: 'margin' }));
    expect(caught(() => predictor.predict(table, { params: new Map<string, Value>([['base_margin', [1]]]) })).code).toBe('PARAM_UNSUPPORTED');
  });
});

describe('input', () => {
  const named = { features: 2, featureNames: ['a', 'b'], categories: null }, bare = { features: 2, featureNames: null, categories: null };
  const read = (input: Value, options: Partial<Parameters<typeof xgboostMatrix>[1]> = {}): number[] => [...xgboostMatrix(input, { model: named, dmatrix: false, categorical: false, missing: NaN, validateFeatures: true, ...options }).values];
  const doubles = (...values: number[]) => column('float64', Float64Array.from(values));
  const frame = (names: string[]): Table => new Table(names, names.map((_, i) => doubles(i)), 1);

  it('is rounded to float32 once', () => {
    const big = 2n ** 60n + 2n ** 36n + 1n;
    expect(read(new Table(['a', 'b'], [column('int64', BigInt64Array.of(big, -big)), doubles(0.1, 1e39)]))).toEqual([2 ** 60 + 2 ** 37, Math.fround(0.1), -(2 ** 60 + 2 ** 37), Infinity]);
  });

  it('may be bool, nullable and float16', () => {
    const flags = column('bool', Uint8Array.of(1, 0), { nullable: true, validity: validityOf(2, (i) => i === 0) });
    expect(read(new Table(['a', 'b'], [flags, column('float16', Float32Array.of(0.5, NaN))]))).toEqual([1, 0.5, NaN, NaN]);
  });

  it('must have the names of training, in order', () => {
    for (const names of [['b', 'a'], ['a', 'z'], ['a'], ['a', 'b', 'c']]) expect(caught(() => read(frame(names))).code).toBe('INPUT_UNSUITABLE');
    expect(read(frame(['b', 'a']), { validateFeatures: false })).toEqual([0, 1]);
    expect(read(frame(['x', 'y']), { model: bare })).toEqual([0, 1]);
    expect(caught(() => read(frame(['x', 'y', 'z']), { model: bare, validateFeatures: false })).code).toBe('INPUT_UNSUITABLE');
  });

  it('through a DMatrix has finite numbers, names, and maybe fewer columns', () => {
    const array = new Tensor('float64', [1, 1], Float64Array.of(1));
    expect(read(array, { dmatrix: true, model: bare })).toEqual([1, NaN]);
    expect(caught(() => read(array, { model: bare })).code).toBe('INPUT_UNSUITABLE');
    expect(caught(() => read(new Tensor('float64', [1, 2], Float64Array.of(1, 2)), { dmatrix: true })).code).toBe('INPUT_UNSUITABLE');
    for (const value of [Infinity, -Infinity, 1e39]) {
      const table = new Table(['a', 'b'], [doubles(1), doubles(value)]);
      expect(read(table)).toEqual([1, Math.fround(value)]);
      expect(caught(() => read(table, { dmatrix: true })).code).toBe('INPUT_ROW_UNSUITABLE');
    }
  });

  it('has another missing value where the file kept one', () => {
    expect(read(new Table(['a', 'b'], [doubles(-999), doubles(0)]), { missing: -999 })).toEqual([NaN, 0]);
  });

  it.each<[string, Value]>([
    ['text', new Table(['a', 'b'], [column('str', ['x']), doubles(1)])],
    ['objects', new Table(['a', 'b'], [column('object', [1]), doubles(1)])],
    ['categories the model does not take', new Table(['a', 'b'], [column('category', Int32Array.of(0), { categories: column('str', ['x']) }), doubles(1)])],
    ['one dimension', new Tensor('float64', [2], Float64Array.of(1, 2))],
    ['an array of text', new Tensor('str', [1, 2], ['1', '2'])],
    ['a dict of arrays', new Map([['a', new Tensor('float64', [1], Float64Array.of(1))]])],
    ['nothing', null],
  ])('of %s is refused', (_, input) => {
    expect(caught(() => read(input)).code).toBe('INPUT_UNSUITABLE');
  });

  it('of objects that are numbers is taken as numpy takes it', () => {
    expect(read(new Tensor('object', [1, 2], [1n, null]), { model: bare })).toEqual([1, NaN]);
  });

  describe('of categories', () => {
    const category = (codes: number[], categories: readonly (string | number)[]) => column('category', Int32Array.from(codes), { categories: typeof categories[0] === 'string' ? column('str', categories as string[]) : column('int64', Float64Array.from(categories, Number)) });
    const text = (values: string[], lengths = values.map((v) => Array.from(v).length)) => ({ offsets: [0, ...lengths.map((_, i) => lengths.slice(0, i + 1).reduce((a, b) => a + b))], bytes: new TextEncoder().encode(values.join('')).slice(0, lengths.reduce((a, b) => a + b)) });
    const taken = (col: ReturnType<typeof category>, training: any): number[] => read(new Table(['a', 'b'], [col, column('float64', new Float64Array(col.length))]), { categorical: true, model: { ...named, categories: [training, null] } }).filter((_, i) => i % 2 === 0);

    it('go by name to the codes of training', () => {
      expect(taken(category([0, 1, -1], ['y', 'x']), text(['x', 'y', 'z']))).toEqual([1, 0, NaN]);
      expect(taken(category([0, 1], [30, 10]), { numbers: [10, 20, 30] })).toEqual([2, 0]);
      expect(caught(() => taken(category([0], ['q']), text(['x']))).code).toBe('INPUT_UNSUITABLE');
      expect(caught(() => taken(category([0], [1]), text(['x']))).code).toBe('INPUT_UNSUITABLE');
    });

    it('outside ASCII must be those of training, for the file cuts them wrong', () => {
      expect(taken(category([2, 0], ['a', 'é', 'z']), text(['a', 'é', 'z']))).toEqual([2, 0]);
      expect(caught(() => taken(category([0], ['z', 'é', 'a']), text(['a', 'é', 'z']))).code).toBe('INPUT_UNSUITABLE');
      expect(caught(() => taken(category([0], ['a', 'z']), text(['a', 'é', 'z']))).code).toBe('INPUT_UNSUITABLE');
    });

    it('must be categories where training had them', () => {
      const table = new Table(['a', 'b'], [doubles(0), doubles(0)]), model = { ...named, categories: [text(['x']), null] };
      expect(caught(() => read(table, { categorical: true, model })).code).toBe('INPUT_UNSUITABLE');
      expect(read(table, { categorical: true, model, dmatrix: true })).toEqual([0, 0]);
    });
  });
});

describe('rows of no number', () => {
  it('give answers of no rows', async () => {
    const predictor = await load('xgb-clf-nosig'), { names } = recordedTable('xgb-clf-nosig');
    const empty = new Table(names, names.map(() => column('float64', new Float64Array(0))), 0);
    expect((await predictor.predict(empty, {}) as Tensor).shape).toEqual([0]);
    expect((await predictor.predict(empty, { output: 'predict_proba' }) as Tensor).shape).toEqual([0, 2]);
    expect(tensorOf({ input: { columns: [], data: [] } }).size).toBe(0);
  });
});
