import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { column } from '../../src/data/column.ts';
import { parseJson } from '../../src/data/json-parse.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import { Tuple, type Value } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import { formatInputExample, readInputExample, readServingExample } from '../../src/mlmodel/input-example.ts';
import { memoryFiles } from '../../src/mlmodel/memory-files.ts';
import { Model } from '../../src/mlmodel/model.ts';
import { ColSpec } from '../../src/schema/col-spec.ts';
import { compileEnforcer } from '../../src/schema/enforce.ts';
import { inferSignature } from '../../src/schema/infer.ts';
import { Schema } from '../../src/schema/schema.ts';
import { ModelSignature } from '../../src/schema/signature.ts';
import { TensorSpec } from '../../src/schema/tensor-spec.ts';
import { formatPredictions } from '../../src/wire/response.ts';

const bare = (value: Value): string => formatPredictions(value, { unwrapped: true });
const signature = (...inputs: ColSpec[] | TensorSpec[]): ModelSignature => new ModelSignature({ inputs: new Schema(inputs as ColSpec[]) });

async function read(info: Record<string, unknown>, text: string, inputs?: ModelSignature): Promise<{ input: Value; params: Map<Value, Value> | undefined }> {
  const model = new Model({ flavors: {}, savedInputExampleInfo: { artifact_path: 'input_example.json', ...info }, signature: inputs });
  const example = await readInputExample(memoryFiles({ 'input_example.json': text }), model);
  if (!example) throw new Error('no example');
  return example;
}

describe('readInputExample', () => {
  it('gives nothing where the model has none', async () => {
    expect(await readInputExample(memoryFiles({}), new Model({ flavors: {} }))).toBeUndefined();
    expect(await readServingExample(memoryFiles({}), new Model({ flavors: {} }))).toBeUndefined();
  });

  it('reads split frames, casting base64, dates and numbers by the signature', async () => {
    const text = '{"columns": ["b", "d", "n", "f"], "data": [["aGVsbG8=", "2021-03-04T05:06:07", 1, 1], ["AAEC", "1999-12-31T00:00:00", 2, null]]}';
    const { input } = await read({ type: 'dataframe', pandas_orient: 'split' }, text, signature(new ColSpec('binary', 'b'), new ColSpec('datetime', 'd'), new ColSpec('integer', 'n'), new ColSpec('double', 'f')));
    expect(input).toBeInstanceOf(Table);
    const [b, d, n, f] = (input as Table).columns;
    expect(b?.values).toEqual([new TextEncoder().encode('hello'), Uint8Array.of(0, 1, 2)]);
    expect([d?.dtype.startsWith('datetime64'), n?.dtype, f?.dtype]).toEqual([true, 'int32', 'float64']);
    expect(bare(new Table(['f'], [f as NonNullable<typeof f>]))).toBe('[{"f": 1.0}, {"f": NaN}]');
  });

  it.each([
    ['no columns', { type: 'dataframe', pandas_orient: 'values' }, '{"data": [[0.5, 42]]}', '[{"0": 0.5, "1": 42}]'],
    ['the 1.x frame', { type: 'dataframe', pandas_orient: 'split' }, '{"columns": ["a"], "data": [[1], [2]]}', '[{"a": 1}, {"a": 2}]'],
    ['records', { type: 'dataframe', pandas_orient: 'records' }, '[{"a": 1}, {"a": 2}]', '[{"a": 1}, {"a": 2}]'],
    ['only a path, split', {}, '{"columns": ["a"], "data": [["x"]]}', '[{"a": "x"}]'],
    ['only a path, other JSON', {}, '{"a": [1, 2]}', '{"a": [1, 2]}'],
    ['an array', { type: 'ndarray' }, '[[1, 2.5], [3, 4]]', '[[1.0, 2.5], [3.0, 4.0]]'],
    ['a 1.x array', { type: 'ndarray', format: 'tf-serving' }, '{"inputs": [[1, 2]]}', '[[1, 2]]'],
    ['1.x instances', { type: 'ndarray', format: 'tf-serving' }, '{"instances": [[1, 2]]}', '[[1, 2]]'],
    ['a dict of arrays', { type: 'ndarray' }, '{"a": [1], "b": [[2.0]]}', '{"a": [1], "b": [[2.0]]}'],
    ['1.x named arrays', { type: 'ndarray', format: 'tf-serving' }, '{"inputs": {"a": [1]}}', '{"a": [1]}'],
    ['plain JSON', { type: 'json_object' }, '{"messages": [{"role": "user"}], "n": 1.0}', '{"messages": [{"role": "user"}], "n": 1.0}'],
    ['sparse rows', { type: 'sparse_matrix_csr' }, '{"data": [1.5, 2, null], "indices": [0, 2, 1], "indptr": [0, 2, 3], "shape": [2, 3]}', '[[1.5, 0.0, 2.0], [0.0, NaN, 0.0]]'],
    ['sparse columns', { type: 'sparse_matrix_csc' }, '{"data": [1, 2], "indices": [0, 1], "indptr": [0, 1, 1, 2], "shape": [2, 3]}', '[[1, 0, 0], [0, 0, 2]]'],
  ])('reads %s', async (_, info, text, answer) => {
    expect(bare((await read(info, text)).input)).toBe(answer);
  });

  it('gives arrays the dtype of the signature, null as NaN', async () => {
    const unnamed = await read({ type: 'ndarray' }, '[[1, null]]', signature(new TensorSpec('float32', [-1, 2])));
    expect(unnamed.input).toMatchObject({ dtype: 'float32', shape: [1, 2], values: Float32Array.of(1, NaN) });
    const named = await read({ type: 'ndarray' }, '{"x": [1]}', signature(new TensorSpec('uint8', [-1], 'x')));
    expect((named.input as Map<string, Tensor>).get('x')?.dtype).toBe('uint8');
  });

  it('leaves the batch axis where the signature has it', async () => {
    const inputs = signature(new TensorSpec('uint8', [2, -1]));
    const { input } = await read({ type: 'ndarray', format: 'tf-serving' }, '{"inputs": [[0, 134, 25], [253, 242, 195]]}', inputs);
    expect(input).toMatchObject({ dtype: 'uint8', shape: [2, 3] });
    expect(compileEnforcer(inputs, 'mlflow').input(input)).toBe(input);
    // Else it is the first.
    expect(inferSignature(input as Tensor).inputs?.toString()).toBe("[Tensor('uint8', (-1, 3))]");
  });

  it.each([
    ['one record', '{"columns": ["a", "b"], "data": [[5.1, 3.5]]}', '[{"a": 5.1, "b": 3.5}]'],
    ['a list', '{"data": [[5.1, 3.5]]}', '[{"0": 5.1, "1": 3.5}]'],
    ['a batch', '{"columns": ["a", "b"], "data": [[5.1, 3.5], [1.4, 0.2]]}', '[{"a": 5.1, "b": 3.5}, {"a": 1.4, "b": 0.2}]'],
  ])('reads %s as 1.x wrote it', async (_, text, answer) => {
    expect(bare((await read({ type: 'dataframe', pandas_orient: 'split' }, text)).input)).toBe(answer);
  });

  it('separates params', async () => {
    const { input, params } = await read({ type: 'dataframe', pandas_orient: 'split', params: 'true' }, '{"inputs": {"columns": ["a"], "data": [[1]]}, "params": {"height": 0.5, "age": [1, 2]}}');
    expect(bare(input)).toBe('[{"a": 1}]');
    expect(bare(params as Map<Value, Value>)).toBe('{"height": 0.5, "age": [1, 2]}');
  });

  it.each([
    [{ type: 'pickle' }, '{}', 'INPUT_EXAMPLE_INVALID'], [{ type: 'dataframe' }, '{"data": [[1]], "more": 1}', 'REQUEST_INVALID'], [{ type: 'dataframe' }, '{', 'FILE_MALFORMED'],
    [{ artifact_path: '../x' }, '{}', 'PATH_OUTSIDE_MODEL'], [{ artifact_path: 'gone.json' }, '{}', 'FILE_NOT_FOUND'], [{ artifact_path: null }, '{}', 'INPUT_EXAMPLE_INVALID'],
    [{ type: 'sparse_matrix_csr' }, '{"data": [1], "indices": [5], "indptr": [0, 1], "shape": [1, 2]}', 'INPUT_EXAMPLE_INVALID'],
    [{ type: 'sparse_matrix_csr' }, '{"data": [1], "indices": [0], "indptr": [0, 9, 1], "shape": [2, 2]}', 'INPUT_EXAMPLE_INVALID'],
    [{ type: 'sparse_matrix_csr' }, '{"data": [], "indices": [], "indptr": [0], "shape": [1000000000000, 2]}', 'INPUT_EXAMPLE_INVALID'],
    [{ type: 'sparse_matrix_csc' }, '[1]', 'INPUT_EXAMPLE_INVALID'],
  ])('refuses %j %s', async (info, text, code) => {
    await expect(read(info, text)).rejects.toThrow(expect.objectContaining({ code }));
  });

  it('ends in an example or a coded error for any change of the text', async () => {
    const infos = [{ type: 'dataframe' }, { type: 'ndarray' }, { type: 'sparse_matrix_csr' }, { type: 'ndarray', format: 'tf-serving' }, {}];
    const texts = ['{"columns": ["a", "b"], "data": [[1, "x"], [2.5, null]]}', '{"inputs": {"a": [[1, 2], [3, 4]]}}', '{"data": [1.5, 2], "indices": [0, 2], "indptr": [0, 2, 2], "shape": [2, 3]}'];
    await fc.assert(fc.asyncProperty(fc.constantFrom(...infos), fc.constantFrom(...texts), fc.nat(), fc.nat({ max: 3 }), fc.constantFrom('', '[', ']', '{', '}', '"', ',', '9', '-', 'null', 'e99', '99999999'), async (info, text, at, cut, put) => {
      const from = at % text.length;
      await read(info, text.slice(0, from) + put + text.slice(from + cut)).catch((error: unknown) => expect(ModelError.isInstance(error), String(error)).toBe(true));
    }), { numRuns: 3000 });
  }, 30_000);
});

describe('formatInputExample', () => {
  it('is read back as the same value', async () => {
    const table = new Table(['a', 'b'], [column('float64', Float64Array.of(0.5, 2)), column('str', ['x', 'y'])]);
    for (const example of [table, new Tensor('float64', [2, 1], Float64Array.of(1, 2)), [1n, 'a', null], new Map<Value, Value>([['k', [1n]]]), 'text', 5n]) {
      for (const params of [undefined, new Map<Value, Value>([['p', 1n]])]) {
        const saved = formatInputExample(params ? new Tuple([example, params]) : example);
        const again = await read(saved.info, saved.text);
        expect(bare(again.input)).toBe(bare(example));
        expect(again.params).toEqual(params);
      }
    }
  });

  it('makes a request body where MLflow saved none', async () => {
    const model = new Model({ flavors: {}, savedInputExampleInfo: { artifact_path: 'input_example.json', type: 'dataframe', pandas_orient: 'split' } });
    const body = await readServingExample(memoryFiles({ 'input_example.json': '{"columns": ["a"], "data": [[1]]}' }), model);
    expect(body && parseJson(body)).toEqual(parseJson('{"dataframe_split": {"columns": ["a"], "data": [[1]]}}'));
    const own = new Model({ flavors: {}, savedInputExampleInfo: { artifact_path: 'i', serving_input_path: 's' } });
    expect(await readServingExample(memoryFiles({ s: '{"inputs": 1}' }), own)).toBe('{"inputs": 1}');
  });

  it('is what MLflow saved beside its models', async () => {
    const recorded = JSON.parse(readFileSync(new URL('../golden/data/input-examples.json', import.meta.url), 'utf8')) as { mlmodel: string; example: string; serving: string | null; text: string; dtypes: string | string[] }[];
    for (const { mlmodel, example, serving, text, dtypes } of recorded) {
      const model = Model.parse(mlmodel, { enforcement: 'mlflow' });
      const files = memoryFiles({ 'input_example.json': example });
      const { input } = await readInputExample(files, model) ?? expect.fail('no example');
      expect(formatPredictions(input)).toBe(text);
      if (input instanceof Table) expect(input.columns.map((col) => col.dtype)).toEqual(dtypes);
      if (serving !== null && input instanceof Table) expect(formatInputExample(input).servingText).toBe(serving);
    }
  });
});
