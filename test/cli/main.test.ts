import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run, WINE } from './support.ts';

const place = mkdtempSync(join(tmpdir(), 'cli-'));
afterAll(() => rmSync(place, { recursive: true }));
const file = (name: string, content: string): string => {
  writeFileSync(join(place, name), content);
  return join(place, name);
};

const example = readFileSync(`${WINE}/serving_input_example.json`, 'utf8');
const frame = (JSON.parse(example) as { dataframe_split: { columns: string[]; data: number[][] } }).dataframe_split;
const csv = `${[frame.columns.join(','), ...frame.data.map((row) => row.join(','))].join('\n')}\n`;

describe('help and usage', () => {
  it.each([['--help'], ['models', '--help'], ['models', 'serve', '--help'], ['models', 'predict', '--help'], ['serve', '--help'], ['predict', '--help'], ['inspect', '--help'], ['verify', '--help'], ['types', '--help']])('%s %s %s', async (...args) => {
    const { status, out } = await run(args);
    expect(status).toBe(0);
    expect(out).toMatch(/^Usage: mlmodel/);
    if (args.length !== 2 || args[0] !== 'models') expect(out).toContain('Examples:');
  });

  it.each([
    [['no-such-command'], 'unknown command'], [['models', 'serve'], '--model-uri'], [['serve'], "missing required argument 'model'"],
    [['serve', WINE, '-p', 'x'], '--port must be a whole number'], [['serve', WINE, '--no-such-flag'], 'unknown option'], [['predict', WINE, '-t', 'xml'], 'Allowed choices'],
    [['predict', WINE, '--env', 'novalue'], 'KEY=VALUE'], [['verify', WINE, '--abs', '-1'], 'a number from 0'],
  ])('ends with 2 on wrong usage: %j', async (args, message) => {
    const { err, out, status } = await run(args);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  it.each([
    [['inspect', 'no-such-folder'], 'MODEL_NOT_FOUND'], [['serve', 'no-such-folder'], 'MODEL_NOT_FOUND'], [['predict', 's3://bucket/model'], 'MODEL_URI_UNSUPPORTED'],
    [['predict', WINE, 'no-such-file.csv'], 'INPUT_FILE_UNREADABLE'], [['predict', WINE, `${WINE}/serving_input_example.json`, '-o', 'no-such-folder/x'], 'FILE_UNWRITABLE'], [['types', WINE, '-o', 'no-such-folder/x'], 'FILE_UNWRITABLE'], [['serve', WINE, '--flavor', 'onnx'], 'MODEL_FLAVOR_UNKNOWN'],
  ])('ends with 1 and the error\'s code: %j', async (args, code) => {
    const { err, out, status } = await run(args);
    expect([status, out]).toEqual([1, '']);
    expect(err).toContain(`error ${code}: `);
    // No stack, no colours into a pipe.
    expect(err).not.toMatch(/ {4}at |\u001b/);
  });
});

describe('predict', () => {
  it('writes the same answer for stdin, files and MLflow\'s flags', async () => {
    const json = file('rows.json', example), out = join(place, 'answer.json');
    const first = await run(['models', 'predict', '-m', WINE], example);
    expect(first).toMatchObject({ status: 0, err: '' });
    expect(first.out).toMatch(/^\{"predictions": \[[\d., ]+\]\}$/);
    const [short, table, full] = await Promise.all([run(['predict', WINE, json]), run(['predict', WINE, file('rows.csv', csv)]), run(['models', 'predict', '-m', WINE, '-i', file('rows.txt', csv), '-t', 'csv', '-o', out])]);
    expect(short.out).toBe(first.out);
    expect(table.out).toBe(first.out);
    expect([full.status, full.out, readFileSync(out, 'utf8')]).toEqual([0, '', first.out]);
  });

  it('answers bare to a bare frame, as MLflow 1.x', async () => {
    const wrapped = await run(['predict', WINE], example);
    const split = await run(['models', 'predict', '-m', WINE, '-j', 'split'], JSON.stringify(frame));
    expect(split).toMatchObject({ status: 0 });
    const records = frame.data.map((row) => Object.fromEntries(frame.columns.map((name, j) => [name, row[j]])));
    const byRecords = await run(['models', 'predict', '-m', WINE, '-j', 'records'], JSON.stringify(records));
    expect(JSON.parse(split.out)).toHaveLength(frame.data.length);
    expect(byRecords.out).toBe(split.out);
    expect((JSON.parse(wrapped.out) as { predictions: number[] }).predictions.map(Math.fround)).toEqual((JSON.parse(split.out) as number[]).map(Math.fround));
    // What to_csv() wrote, with its index.
    const indexed = csv.split('\n').filter(Boolean).map((line, i) => `${i === 0 ? '' : i - 1},${line}`).join('\n');
    expect((await run(['models', 'predict', '-m', WINE, '-t', 'csv', '--scoring-protocol', '1'], indexed)).out).toBe(split.out);
    expect((await run(['models', 'predict', '-m', WINE, '-t', 'csv'], indexed)).out).toBe(wrapped.out);
  });

  it('gives another output by name', async () => {
    const { out, status } = await run(['predict', WINE, '--output', 'leaf'], example);
    expect(status).toBe(0);
    expect((JSON.parse(out) as { predictions: number[][] }).predictions[0]?.length).toBeGreaterThan(1);
  });

  it('says once what has no meaning here', async () => {
    const { err, status } = await run(['models', 'predict', '-m', WINE, '--env-manager', 'conda', '--no-conda', '--install-mlflow', '-r', 'x==1', '--env', 'A=b'], example);
    expect([status, err]).toEqual([0, 'mlmodel: --env-manager, --no-conda, --install-mlflow, -r: without effect, this model is scored natively and needs no Python environment\n']);
  });

  it('fails with the server\'s error and without the data', async () => {
    const { err, out, status } = await run(['predict', WINE], '{"inputs": {"ph": ["secret"]}}');
    expect([status, out]).toEqual([1, '']);
    expect(err).toMatch(/^error INPUT_/);
    expect(err).not.toContain('secret');
  });
});

describe('inspect', () => {
  it('shows a card', async () => {
    const { out, status } = await run(['inspect', WINE]);
    expect(status).toBe(0);
    for (const text of ['scored natively by xgboost', 'xgb_version 3.2.0', 'fixed_acidity', 'tensor float32 [-1]', 'kB in 7 files']) expect(out).toContain(text);
  });

  it('prints it as JSON', async () => {
    const card = JSON.parse((await run(['inspect', WINE, '--json'])).out) as Record<string, unknown>;
    expect(card).toMatchObject({ scoredBy: 'xgboost', mlflowVersion: '3.17.2', files: 7, inputExample: true, flavors: [{ name: 'python_function' }, { name: 'xgboost', native: true }] });
  });
});

describe('the folder of the documents, of MLflow 0.1', () => {
  const folder = join(place, 'my_model'), MLMODEL = 'time_created: 2018-05-25T17:28:53.35\n\nflavors:\n  sklearn:\n    sklearn_version: 0.19.1\n    pickled_model: model.pkl\n  python_function:\n    loader_module: mlflow.sklearn\n';

  it('is read, shown, and refused by name where its flavor cannot score it', async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'MLmodel'), MLMODEL);
    writeFileSync(join(folder, 'model.pkl'), 'no pickle');
    const card = await run(['inspect', folder]);
    expect([card.status, card.err]).toEqual([0, '']);
    for (const text of ['2018-05-25T17:28:53.35', 'sklearn_version 0.19.1', 'loader_module mlflow.sklearn', 'No signature']) expect(card.out).toContain(text);
    expect(await run(['models', 'serve', '-m', folder])).toMatchObject({ status: 1, err: expect.stringMatching(/^error [A-Z_]+: .*sklearn/) });
  });

  it('is scored from its own flavor\'s path alone', async () => {
    const bare = join(place, 'bare');
    mkdirSync(bare, { recursive: true });
    writeFileSync(join(bare, 'MLmodel'), MLMODEL.replace(/ {2}sklearn:[^]*(?= {2}python_function)/, '  xgboost:\n    xgb_version: 0.90\n    data: model.xgb\n').replace('mlflow.sklearn', 'mlflow.xgboost'));
    copyFileSync(`${WINE}/model.ubj`, join(bare, 'model.xgb'));
    // Without a signature the columns are those of training, as they stand.
    expect(await run(['predict', bare], example)).toMatchObject({ status: 0, err: '', out: (await run(['predict', WINE], example)).out });
  });
});

describe('types', () => {
  it('declares the signature', async () => {
    const { out } = await run(['types', WINE, '--name', 'Wine']);
    expect(out).toContain('export interface WineInput {\n  /** double */\n  fixed_acidity: number;');
    expect(out).toContain('/** float32 [-1] */\nexport type WineOutput = number[];');
  });
});

describe('verify', () => {
  it('agrees with recorded answers, and tells how far they lie apart', async () => {
    const folder = 'test/golden/models/xgb-clf-parallel-tree';
    const { out, status } = await run(['verify', `${folder}/model`, '--rel', '1e-6']);
    expect(out).toMatch(/output +values +max absolute +max relative +max ulp/);
    expect(out).toMatch(/(\d+) of \1 answers agree\n$/);
    expect(status).toBe(0);
  });

  it('ends with 1 where an answer differs', async () => {
    const answer = (await run(['predict', WINE], example)).out, wrong = answer.replace(/\[\d/, '[9');
    const [good, bad] = await Promise.all([run(['verify', WINE, file('good.json', answer)]), run(['verify', WINE, file('bad.json', wrong), '--json'])]);
    expect(good).toMatchObject({ status: 0, out: expect.stringContaining('1 of 1 answers agree') });
    expect(bad.status).toBe(1);
    expect(JSON.parse(bad.out)).toMatchObject({ requests: 1, agree: 0, differ: [{ name: 'serving_input_example' }] });
  });

  it('judges refusals by their status', async () => {
    const line = (status: number): string => `${JSON.stringify({ name: 'a', content_type: 'application/json', body: '{"inputs": 1}', status, response: '{}' })}\n`;
    expect((await run(['verify', WINE, file('400.jsonl', line(400))])).status).toBe(0);
    expect((await run(['verify', WINE, file('500.jsonl', line(500))])).status).toBe(0);
    expect((await run(['verify', WINE, file('200.jsonl', line(200))])).status).toBe(1);
  });

  it('says what is missing', async () => {
    mkdirSync(join(place, 'alone', 'model'), { recursive: true });
    for (const name of ['MLmodel', 'model.ubj']) copyFileSync(`${WINE}/${name}`, join(place, 'alone', 'model', name));
    expect((await run(['verify', join(place, 'alone', 'model')])).err).toContain('NOTHING_TO_VERIFY');
    expect((await run(['verify', WINE, file('broken.jsonl', '{"body": 1}\n')])).err).toContain('RECORDING_INVALID');
    expect((await run(['verify', WINE, '--record', join(place, 'out.jsonl'), '--python', join(place, 'no-python')])).err).toContain('PYTHON_MISSING');
  });
});
