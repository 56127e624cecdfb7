import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { column } from '../../src/data/column.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import { PySet, type Value } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import { LightgbmBooster } from '../../src/flavors/lightgbm-booster.ts';
import lightgbm from '../../src/flavors/lightgbm.ts';
import type { FlavorContext, Predictor } from '../../src/flavors/_contract.ts';
import { readLightgbmText } from '../../src/formats/lightgbm-text.ts';
import { caught } from '../support/caught.ts';
import { contextOf, differences, readCase, tableOf, tensorOf } from '../support/corpus-models.ts';
import { golden } from '../support/golden-files.ts';

const models = join(import.meta.dirname, '../golden/models');
const cases = readdirSync(models).filter((name) => name.startsWith('lgb'));
/** Recorded under the name of the library's argument. */
const NAMES: Readonly<Record<string, string>> = { raw: 'margin', raw_error: 'margin', predict_error: 'predict', leaf_error: 'leaf', predict_proba_error: 'predict_proba' };

describe('the lightgbm flavor', () => {
  it('has cases', () => {
    expect(cases.length).toBeGreaterThan(12);
  });

  it.each(cases)('answers %s as recorded', async (name) => {
    const folder = join(models, name), recorded = readCase(folder), context = await contextOf(folder, 'lightgbm');
    expect(await lightgbm.inspect(context)).toEqual({ native: true, unsupported: [] });
    const predictor = await lightgbm.load(context);
    const input = context.model.signature?.inputs?.tensors ? tensorOf(recorded) : tableOf(recorded);
    const wanted = Object.entries(recorded.outputs);
    expect(wanted.length).toBeGreaterThan(2);
    for (const [key, want] of wanted) {
      const output = NAMES[key] ?? key;
      if (key.endsWith('_error')) expect(caught(() => predictor.predict(input, { output })).code, key).toBe('INPUT_UNSUITABLE');
      else expect(differences(want, recorded.dtypes[key], predictor.predict(input, { output }) as Value, { abs: 0, rel: 1e-14 }), key).toEqual([]);
    }
  });

  it('lists its outputs, and refuses others', async () => {
    const booster = await load('lgb-booster-rf'), classifier = await load('lgb-clf-nosig');
    expect(booster.outputs).toEqual(['predict', 'margin', 'leaf', 'contributions']);
    expect(classifier.outputs).toEqual(['predict', 'predict_proba', 'margin', 'leaf', 'contributions']);
    expect(caught(() => booster.predict(null, { output: 'predict_proba' })).data['outputs']).toEqual(['predict', 'margin', 'leaf', 'contributions']);
    expect(caught(() => booster.predict(null, { output: '__proto__' })).code).toBe('OUTPUT_UNKNOWN');
  });

  it('names the class it does not know', async () => {
    const context = await contextOf(join(models, 'lgb-clf-multi-pickle'), 'lightgbm');
    const pickle = new TextEncoder().encode('(cos\nsystem\ncm\nC\ncnumpy\nfloat64\ncos\nsystem\nl.');
    const other: FlavorContext = { ...context, files: { ...context.files, name: 'x', list: async () => [], stat: async () => undefined, read: async () => pickle } };
    expect(await lightgbm.inspect(other)).toEqual({ native: false, unsupported: ['os.system', 'm.C'] });
    await expect(lightgbm.load(other)).rejects.toMatchObject({ code: 'GLOBAL_REFUSED' });
    const noData: FlavorContext = { ...context, config: { data: 5 } };
    await expect(lightgbm.load(noData)).rejects.toMatchObject({ code: 'FLAVOR_CONFIG_INVALID' });
  });
});

async function load(name: string): Promise<Predictor> {
  return lightgbm.load(await contextOf(join(models, name), 'lightgbm'));
}

describe('damaged files', () => {
  it.each(['lgb-clf-multi-pickle/model/model.pkl', 'lgb-clf-binary-str/model/model.skops', 'lgb-booster-categorical/model/model.lgb'])('%s gives answers or a ModelError', async (path) => {
    const context = await contextOf(join(models, path.split('/')[0]!), 'lightgbm'), recorded = tableOf(readCase(join(models, path.split('/')[0]!)));
    const bytes = golden(`models/${path}`);
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }), fc.option(fc.nat(bytes.length), { freq: 8 }), async (edits, cut) => {
      const broken = bytes.slice(0, cut ?? bytes.length);
      for (const [at, value] of edits) if (at < broken.length) broken[at] = value;
      const files = { name: 'x', list: async () => [], stat: async () => undefined, read: async () => broken };
      try {
        const predictor = await lightgbm.load({ ...context, files });
        for (const output of predictor.outputs) predictor.predict(recorded, { output });
      } catch (error) {
        if (!ModelError.isInstance(error)) throw error;
      }
    }), { numRuns: 700 });
  });
});

describe('input', () => {
  const text = new TextDecoder().decode(golden('models/lgb-booster-zeroasmissing/model/model.lgb'));
  const model = readLightgbmText(text, 'model.lgb');
  const booster = (version: string, pandasCategorical: Value[][] | null = [], estimator: boolean = false): LightgbmBooster => new LightgbmBooster(model, { bestIteration: 0, pandasCategorical, version, estimator });
  const table = (...columns: ReturnType<typeof column>[]): Table => new Table(columns.map((_, i) => `c${i}`), columns);
  const column3 = (values: number[]): ReturnType<typeof column> => column('float64', Float64Array.from(values));

  it('takes numbers of every dtype, missing ones as NaN', () => {
    const matrix = booster('4.0.0').matrix(table(
      column('int64', BigInt64Array.of(2n ** 60n, 1n), { validity: Uint8Array.of(1) }), column('float32', Float32Array.of(0.1, NaN)), column('bool', Uint8Array.of(1, 0)),
      ...Array.from({ length: model.features - 3 }, () => column('int8', Int8Array.of(1, 2))),
    ));
    expect(matrix.values.slice(0, 3)).toEqual(Float64Array.of(2 ** 60, Math.fround(0.1), 1));
    expect(matrix.values[model.features]).toBeNaN();
  });

  it('rounds frames of integers to float32 before version 4, arrays of integers always', () => {
    const columns = Array.from({ length: model.features }, () => column('int64', Float64Array.of(16777217)));
    expect(booster('3.3.5').matrix(table(...columns)).values[0]).toBe(16777216);
    expect(booster('4.7.0').matrix(table(...columns)).values[0]).toBe(16777217);
    const tensor = new Tensor('int64', [1, model.features], new Float64Array(model.features).fill(16777217));
    expect(booster('4.7.0').matrix(tensor).values[0]).toBe(16777216);
    expect(booster('4.7.0').matrix(new Tensor('int64', [1, model.features], new BigInt64Array(model.features).fill(16777217n))).values[0]).toBe(16777216);
  });

  it('puts categories in the order of the training', () => {
    const category = (labels: string[], codes: number[]): ReturnType<typeof column> => column('category', Int32Array.from(codes), { categories: column('str', labels) });
    const rest = Array.from({ length: model.features - 1 }, () => column3([0, 0, 0, 0]));
    const given = category(['c', 'b', 'x'], [0, 1, 2, -1]);
    expect(byColumn(booster('4.0.0', [['a', 'b', 'c']]).matrix(table(given, ...rest)))).toEqual([2, 1, NaN, NaN]);
    expect(byColumn(booster('4.0.0', null).matrix(table(given, ...rest)))).toEqual([0, 1, 2, NaN]);
    const numbers = column('category', Int32Array.of(0, 1, 2, -1), { categories: column('int64', Float64Array.of(7, 5, 6)) });
    expect(byColumn(booster('4.0.0', [[5n, 7n]]).matrix(table(numbers, ...rest)))).toEqual([1, 0, NaN, NaN]);
    expect(caught(() => booster('4.0.0', []).matrix(table(given, ...rest))).message).toContain('0 category columns, 1 are given');
  });

  it.each<[string, Value]>([
    ['text columns', table(column('str', ['a']), ...Array.from({ length: model.features - 1 }, () => column3([0])))],
    ['object columns', table(column('object', [null]), ...Array.from({ length: model.features - 1 }, () => column3([0])))],
    ['dates', table(column('datetime64[ns]', BigInt64Array.of(0n)), ...Array.from({ length: model.features - 1 }, () => column3([0])))],
    ['too few columns', table(column3([1]))],
    ['too many columns', table(...Array.from({ length: model.features + 1 }, () => column3([0])))],
    ['no rows', table(...Array.from({ length: model.features }, () => column3([])))],
    ['a list of numbers', new Tensor('float64', [model.features], new Float64Array(model.features))],
    ['a dict', new Map()], ['None', null], ['a set', new PySet([])],
  ])('refuses %s', (_, input) => {
    const error = caught(() => booster('4.0.0').matrix(input));
    expect([error.code, error.status]).toEqual(['INPUT_UNSUITABLE', 400]);
  });
});

describe('arrays', () => {
  const model = readLightgbmText(new TextDecoder().decode(golden('models/lgb-booster-zeroasmissing/model/model.lgb')), 'model.lgb');
  const width = model.features;
  const of = (estimator: boolean): LightgbmBooster => new LightgbmBooster(model, { bestIteration: 0, pandasCategorical: null, version: '4.7.0', estimator });
  const row = <T>(first: T, rest: T): T[] => [first, ...Array.from({ length: width - 1 }, () => rest)];

  it('become float32 unless they are float64, objects float64 in scikit-learn classes', () => {
    expect(of(false).matrix([row<Value>(16777217n, 1n)]).values[0]).toBe(16777216);
    expect(of(false).matrix([row<Value>(0.1, 1n)]).values[0]).toBe(0.1);
    const objects = new Tensor('object', [1, width], row<Value>(0.1, null));
    expect([...of(false).matrix(objects).values]).toEqual(row(Math.fround(0.1), NaN));
    expect([...of(true).matrix(objects).values]).toEqual(row(0.1, NaN));
    expect([...of(false).matrix(new Tensor('str', [1, width], row('1.5', '2'))).values]).toEqual(row(1.5, 2));
  });

  it('of text and of no rows are refused by scikit-learn classes', () => {
    expect(caught(() => of(true).matrix(new Tensor('str', [1, width], row('1.5', '2')))).code).toBe('INPUT_UNSUITABLE');
    expect(caught(() => of(true).matrix(new Tensor('complex128', [1, width], new Float64Array(2 * width)))).code).toBe('INPUT_UNSUITABLE');
    const empty = new Tensor('float64', [0, width], new Float64Array(0));
    expect(caught(() => of(true).matrix(empty)).code).toBe('INPUT_UNSUITABLE');
    expect((of(false).predict(of(false).matrix(empty)) as Tensor).shape).toEqual([0]);
    expect(caught(() => of(false).matrix(new Tensor('str', [1, width], row('x', '2')))).status).toBe(400);
  });
});

function byColumn({ values, columns, rows }: { values: ArrayLike<number>; columns: number; rows: number }): number[] {
  return Array.from({ length: rows }, (_, i) => values[i * columns]!);
}

describe('an unknown objective', () => {
  it('is refused by name', () => {
    const source = new TextDecoder().decode(golden('models/lgb-booster-rf/model/model.lgb')).replace('objective=regression', 'objective=guess k:1');
    const error = caught(() => new LightgbmBooster(readLightgbmText(source, 'x'), { bestIteration: 0, pandasCategorical: null, version: '4.0.0', estimator: false }));
    expect([error.code, error.data['unsupported']]).toEqual(['NOT_NATIVE', 'objective guess k:1']);
    expect(ModelError.isInstance(error)).toBe(true);
  });
});
