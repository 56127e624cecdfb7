/** CatBoost models: drawn ones to the last bit, and what input is taken. Source of every expectation: CatBoost 1.2.10. */
import { describe, expect, it } from 'vitest';
import { column } from '../../src/data/column.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import { Scalar, Series, type Value } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import type { Predictor } from '../../src/flavors/_contract.ts';
import catboost from '../../src/flavors/catboost.ts';
import { doubles, DRAWN, drawnCase, drawnInput, loadCatboost } from '../support/catboost-files.ts';
import { golden } from '../support/golden-files.ts';
import { memoryContext } from '../support/xgboost-files.ts';

describe.each(DRAWN)('the drawn model %s', (name) => {
  const drawn = drawnCase(name), input = drawnInput(drawn);

  it.each(Object.entries(drawn.out))('answers %s as the library does', async (output, want) => {
    const predictor = await loadCatboost(golden(`catboost/${name}/model.cb`), drawn.class, drawn.format);
    const got = (await predictor.predict(input, { output })) as Tensor;
    expect(got.shape).toEqual(want.shape);
    if (want.hex === null) {
      expect(Array.from(got.values as ArrayLike<unknown>, (value) => (got.dtype === 'bool' ? value === 1 : value))).toEqual((want.data as unknown[]).flat(2));
      return;
    }
    const numbers = doubles(want.hex), own = got.values as Float64Array;
    expect(got.dtype).toBe('float64');
    // Margins are sums of doubles in one order; exponentials differ by an ulp between mathematical libraries.
    if (output === 'margin') expect(Array.from(own)).toEqual(Array.from(numbers));
    else for (const [i, x] of numbers.entries()) expect(Object.is(own[i], x) || Math.abs((own[i] as number) - x) <= 1e-13 * Math.abs(x) + 1e-300).toBe(true);
  });
});

const refusal = async (predictor: Predictor, input: Value): Promise<string> => {
  try {
    await predictor.predict(input, {});
  } catch (error) {
    if (ModelError.isInstance(error) && /^INPUT_(ROW_)?UNSUITABLE$/.test(error.code)) return error.message;
    throw error;
  }
  return 'answered';
};
const margins = async (predictor: Predictor, input: Value): Promise<number[]> => Array.from(((await predictor.predict(input, { output: 'margin' })) as Tensor).values as Float64Array);

// Columns a (numeric), b (numeric), c (categorical: x, y, z).
const load = (): Promise<Predictor> => loadCatboost(golden('catboost/threshold/model.cb'), 'CatBoostClassifier', 'json');
const a = column('float64', new Float64Array([0.5, -0.5])), b = column('int64', new Float64Array([1, 4])), c = column('str', ['x', 'unseen']);
const frame = (): Table => new Table(['a', 'b', 'c'], [a, b, c]);

describe('columns', () => {
  it('are found by name among others, where categories keep their positions', async () => {
    const model = await load(), want = await margins(model, frame());
    expect(await margins(model, new Table(['b', 'a', 'c', 'more'], [b, a, c, b]))).toEqual(want);
    expect(await refusal(model, new Table(['c', 'a', 'b'], [c, a, b]))).toContain('the feature b is numeric in the model');
  });

  it('must have the names of training where some are missing', async () => {
    const model = await load();
    expect(await refusal(model, new Table(['q', 'b', 'c'], [a, b, c]))).toContain('should be the feature a, it is q');
    expect(await refusal(model, new Table(['a', 'b'], [a, b]))).toContain('a categorical feature of the model is column 2');
    expect(await refusal(model, new Table(['a', 'a', 'c'], [a, b, c]))).toContain('more than once');
    expect(await refusal(model, new Table([], [], 2))).toContain('no columns');
    expect(await margins(model, new Table(['', '', ''], [a, b, c]))).toEqual(await margins(model, frame()));
  });

  it('must be readable where the model does not use them', async () => {
    expect(await refusal(await load(), new Table(['a', 'b', 'c', 'note'], [a, b, c, c]))).toContain('row 0 is not a number in column note');
  });
});

describe('numeric cells', () => {
  const score = async (cell: Value): Promise<number[] | string> => {
    const model = await load(), input = new Table(['a', 'b', 'c'], [column('object', [cell]), column('int64', new Float64Array([1])), column('str', ['x'])]);
    const refused = await refusal(model, input);
    return refused === 'answered' ? margins(model, input) : refused;
  };

  it.each([['1.5', 1.5], [' +1.5', 1.5], ['.5', 0.5], ['5.', 5], ['1e3', 1000], ['', NaN], ['nan', NaN], ['#N/A', NaN], ['None', NaN], [null, NaN], [true, 1], [5n, 5]] as const)('take %s', async (cell, number) => {
    expect(await score(cell)).toEqual(await score(number));
  });

  it.each(['abc', 'inf', 'Infinity', '1_0', '1.5 ', '١', '1e', 10n ** 400n])('refuse %s', async (cell) => {
    expect(await score(cell)).toContain('is not a number');
  });

  it('refuse other dtypes', async () => {
    const model = await load();
    const day = column('datetime64[ns]', new BigInt64Array(2)), kinds = { ...column('category', new Int32Array([0, 1])), categories: column('float64', new Float64Array([1, 2])) };
    for (const col of [day, kinds]) expect(await refusal(model, new Table(['a', 'b', 'c'], [col, b, c]))).toContain(`column a has the dtype ${col.dtype}`);
  });
});

describe('categories', () => {
  const model = (): Promise<Predictor> => loadCatboost(golden('models/cb-clf-cat-int/model/model.cb'), 'CatBoostClassifier');
  // Columns c1 (categorical), num1, c2 (categorical), num2.
  const rows = (first: ReturnType<typeof column>): Table => {
    const n = first.length, numbers = column('float64', new Float64Array(n).fill(0.1));
    return new Table(['c1', 'num1', 'c2', 'num2'], [first, numbers, column('int64', new Float64Array(n).fill(3)), numbers]);
  };

  it('are the same as integers, text, booleans and bytes', async () => {
    const predictor = await model(), want = await margins(predictor, rows(column('int64', new Float64Array([1, 0]))));
    const same = [
      column('str', ['1', '0']),
      column('object', [1n, false]),
      column('object', [new Uint8Array([49]), new Scalar('int32', 0)]),
      column('bool', new Uint8Array([1, 0])),
      column('uint64', new BigUint64Array([1n, 0n])),
      { ...column('category', new Int32Array([1, 0])), categories: column('str', ['0', '1']) },
    ];
    for (const first of same) expect(await margins(predictor, rows(first))).toEqual(want);
  });

  it('refuse real numbers, missing values and large integers', async () => {
    const predictor = await model();
    expect(await refusal(predictor, rows(column('float64', new Float64Array([1]))))).toContain('has the dtype float64; categories must be');
    const missing = [column('str', [null]), column('object', [NaN]), column('object', [1.5]), column('object', [null]), column('object', [2n ** 63n]), column('str', ['\ud800']), column('object', [new Scalar('float64', 1)])];
    for (const first of missing) expect(await refusal(predictor, rows(first))).toContain('row 0 is no category in column c1');
    expect(await refusal(predictor, rows({ ...column('category', new Int32Array([-1])), categories: column('str', ['1']) }))).toContain('row 0 is no category');
    expect(await refusal(predictor, rows({ ...column('category', new Int32Array([0])), categories: column('float64', new Float64Array([1])) }))).toContain('categories must be');
  });
});

describe('arrays', () => {
  it('are taken by position; one object answers without a list', async () => {
    const predictor = await load(), cells: Value[] = [0.5, 1n, 'x'], want = (await margins(predictor, frame()))[0];
    expect(await margins(predictor, new Tensor('object', [1, 3], cells))).toEqual([want]);
    expect(await margins(predictor, [cells])).toEqual([want]);
    for (const one of [new Tensor('object', [3], cells), cells, new Series(null, new Table(['v'], [column('object', cells)]))]) {
      const answer = (await predictor.predict(one, { output: 'predict_proba' })) as Tensor;
      expect(answer.shape).toEqual([2]);
      expect(((await predictor.predict(one, {})) as Tensor).shape).toEqual([]);
    }
  });

  it('of real numbers hold no categories', async () => {
    const predictor = await load();
    expect(await refusal(predictor, new Tensor('float64', [1, 3], new Float64Array(3)))).toContain('array of real numbers');
    expect(await refusal(predictor, new Tensor('int64', [1, 3, 1], new Float64Array(3)))).toContain('dimensions');
    expect(await refusal(predictor, new Map())).toContain('neither a table nor an array');
    expect(await refusal(predictor, new Tensor('complex128', [1, 3], new Float64Array(6)))).toContain('complex128');
    expect((await predictor.predict(new Tensor('int64', [1, 3], new Float64Array(3)), {}) as Tensor).shape).toEqual([1]);
  });

  it('without rows answer without rows', async () => {
    const predictor = await load(), none = new Table(['a', 'b', 'c'], [a, b, c].map((col) => column(col.dtype, [] as string[])));
    const shapes = await Promise.all(['predict', 'predict_proba', 'margin', 'leaf'].map(async (output) => ((await predictor.predict(none, { output })) as Tensor).shape));
    expect(shapes).toEqual([[0], [0, 2], [0], [0, 4]]);
  });
});

describe('what is not native', () => {
  it('is named', async () => {
    const inspect = (bytes: Uint8Array, config: Record<string, string>): Promise<unknown> => catboost.inspect(memoryContext(bytes, config));
    expect(await inspect(golden('catboost/text.cb'), { model_type: 'CatBoostClassifier', save_format: 'cbm' })).toEqual({ native: false, unsupported: ['text features'] });
    expect(await inspect(new Uint8Array(), { model_type: 'Mine', save_format: 'cbm' })).toEqual({ native: false, unsupported: ['class Mine'] });
    expect(await inspect(new Uint8Array(), { model_type: 'CatBoost', save_format: 'onnx' })).toEqual({ native: false, unsupported: ['save_format onnx'] });
  });

  it('is a classifier without classes', async () => {
    const predictor = await loadCatboost(golden('catboost/scale-negative/model.cb'), 'CatBoostClassifier');
    expect(await refusal(predictor, frame())).toContain('no classes');
    await expect(async () => predictor.predict(frame(), { output: 'score' })).rejects.toThrow('predict, predict_proba, predict_log_proba, margin, leaf');
  });
});
