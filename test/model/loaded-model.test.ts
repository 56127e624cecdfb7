import { tableFromArrays } from 'apache-arrow';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { column, loadModel, type LoadedModel, type LoadProgress, memoryFiles, Table, Tensor } from '../../src/index.ts';

const FOLDER = 'examples/wine-quality';
const example = (JSON.parse(readFileSync(`${FOLDER}/input_example.json`, 'utf8')) as { columns: string[]; data: number[][] });
const columnsOf = (make: (values: number[]) => unknown): Record<string, unknown> => Object.fromEntries(example.columns.map((name, j) => [name, make(example.data.map((row) => row[j] ?? NaN))]));
const rows = example.data.map((row) => Object.fromEntries(example.columns.map((name, j) => [name, row[j]])));

const models: LoadedModel[] = [];
async function load(options: Parameters<typeof loadModel>[1] = {}): Promise<LoadedModel> {
  const model = await loadModel(FOLDER, options);
  models.push(model);
  return model;
}
afterAll(() => Promise.all(models.map((model) => model.close())));

describe('predict', () => {
  it('answers the same for every form of the same rows', async () => {
    const model = await load(), expected = (await model.predict(rows)) as Tensor;
    expect(expected).toBeInstanceOf(Tensor);
    expect([expected.dtype, expected.shape]).toEqual(['float32', [rows.length]]);
    const typed = columnsOf((values) => Float64Array.from(values));
    const forms: unknown[] = [
      columnsOf((values) => values), typed, new Map(Object.entries(typed)), tableFromArrays(typed as Record<string, Float64Array>),
      new Table(example.columns, example.columns.map((name) => column('float64', typed[name] as Float64Array))),
      rows.map((row) => new Map(Object.entries(row).reverse())),
    ];
    for (const form of forms) expect(((await model.predict(form)) as Tensor).values).toEqual(expected.values);
  });

  it('takes one record', async () => {
    const model = await load();
    expect(((await model.predict(rows[0])) as Tensor).shape).toEqual([1]);
  });

  it('reads missing values as the library does', async () => {
    const model = await load();
    const [a, b, c] = [null, NaN, undefined].map((ph) => model.predict([{ ...rows[0], ph }]));
    expect(((await a) as Tensor).values).toEqual(((await b) as Tensor).values);
    await expect(c).rejects.toMatchObject({ code: 'INPUT_MISSING' });
  });

  it('refuses what would lose values, by name and without the data', async () => {
    const model = await load();
    await expect(model.predict([{ ...rows[0], ph: 'acid water' }])).rejects.toMatchObject({ code: 'INPUT_VALUE_INVALID', message: expect.not.stringContaining('acid water') });
    await expect(model.predict({ ...columnsOf((values) => values), ph: BigInt64Array.of(1n) })).rejects.toMatchObject({ status: 400 });
    await expect(model.predict([{ ph: 1 }])).rejects.toMatchObject({ code: 'INPUT_MISSING' });
    await expect(model.predict(() => 1)).rejects.toMatchObject({ code: 'PLAIN_DATA_INVALID' });
  });

  it('knows other outputs and lists them for a wrong name', async () => {
    const model = await load();
    expect(model.outputs).toEqual(expect.arrayContaining(['predict', 'margin', 'leaf']));
    expect(await model.predict(rows, { output: 'leaf' })).toBeInstanceOf(Tensor);
    await expect(model.predict(rows, { output: 'nothing' })).rejects.toMatchObject({ code: 'OUTPUT_UNKNOWN' });
  });

  it('goes no further when it is called off before', async () => {
    const model = await load();
    await expect(model.predict(rows, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('casts whole numbers of plain rows as the server does in mode mlflow', async () => {
    const strict = await loadModel('examples/wine-quality', { enforcement: 'mlflow' });
    const names = (strict.signature?.inputs?.inputNames() ?? []) as string[], row = Object.fromEntries(names.map((name) => [name, 3]));
    const typed = Object.fromEntries(names.map((name) => [name, new Float64Array([3])]));
    expect(await strict.predict([row])).toEqual(await strict.predict(typed));
    await strict.close();
  });
  it('ignores extra columns in safe, refuses them in strict', async () => {
    const extra = rows.map((row) => ({ ...row, extra: 1 }));
    expect(await (await load()).predict(extra)).toBeInstanceOf(Tensor);
    await expect((await load({ enforcement: 'strict' })).predict(extra)).rejects.toMatchObject({ code: 'INPUT_EXTRA' });
  });
});

describe('loadModel', () => {
  it('reads from memory, and tells what it does', async () => {
    const seen: LoadProgress[] = [];
    const files = memoryFiles(new Map(['MLmodel', 'model.ubj'].map((name) => [name, new Uint8Array(readFileSync(`${FOLDER}/${name}`))])));
    const model = await loadModel(files, { onProgress: (progress) => seen.push(progress) });
    models.push(model);
    expect(await model.predict(rows)).toEqual(await (await load()).predict(rows));
    expect(seen.map(({ stage }) => stage)).toEqual(expect.arrayContaining(['read', 'build', 'ready']));
    expect([model.flavor, model.metadata.mlflowVersion, model.signature?.inputs?.columns?.length]).toEqual(['xgboost', '3.17.2', 11]);
  });

  it('says by name what is not native', async () => {
    const custom = memoryFiles({ MLmodel: 'flavors:\n  python_function:\n    loader_module: my.code\n' });
    await expect(loadModel(custom)).rejects.toMatchObject({ code: 'NO_NATIVE_FLAVOR', status: 501, message: expect.stringContaining('my.code') });
    await expect(loadModel(FOLDER, { flavor: 'onnx' })).rejects.toMatchObject({ code: 'MODEL_FLAVOR_UNKNOWN' });
    await expect(loadModel('examples')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });

  it('is disposed of by `await using`', async () => {
    await using model = await loadModel(FOLDER);
    expect(model.flavor).toBe('xgboost');
  });
});

describe('without a signature', () => {
  it('makes a table of rows and of columns', async () => {
    const text = readFileSync(`${FOLDER}/MLmodel`, 'utf8').replace(/signature:[^]*?(?=type_hint)/, '');
    const files = memoryFiles(new Map<string, Uint8Array | string>([['MLmodel', text], ['model.ubj', new Uint8Array(readFileSync(`${FOLDER}/model.ubj`))]]));
    const bare = await loadModel(files), model = await load();
    models.push(bare);
    expect(bare.signature).toBeUndefined();
    const expected = ((await model.predict(rows)) as Tensor).values;
    expect(((await bare.predict(rows)) as Tensor).values).toEqual(expected);
    expect(((await bare.predict(columnsOf((values) => values))) as Tensor).values).toEqual(expected);
  });
});
