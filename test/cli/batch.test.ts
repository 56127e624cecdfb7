/** `predict` of CSV files by the real command line. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { batchProgress } from '../../src/cli/batch-progress.ts';
import { run, WINE } from './support.ts';

const place = mkdtempSync(join(tmpdir(), 'batch-'));
afterAll(() => rmSync(place, { recursive: true }));
const header = 'fixed_acidity,volatile_acidity,citric_acid,residual_sugar,chlorides,free_sulfur_dioxide,total_sulfur_dioxide,density,ph,sulphates,alcohol';
const row = (i: number): string => Array.from({ length: 11 }, (_, j) => String(((i * 7919 + j * 104729) % 1000) / 100)).join(',');
const table = (count: number): string => `${header}\n${Array.from({ length: count }, (_, i) => row(i)).join('\n')}\n`;

describe('predict of a CSV file', () => {
  it('answers as the server does, from a file and from stdin', async () => {
    const file = join(place, 'rows.csv'), out = join(place, 'out.json'), text = table(3000);
    writeFileSync(file, text);
    const [byFile, byStdin, mlflow] = await Promise.all([
      run(['predict', WINE, file, '-o', out]), run(['models', 'predict', '-m', WINE, '-t', 'csv'], text), run(['models', 'predict', '-m', WINE, '-t', 'csv', '-i', file, '--enforcement', 'mlflow', '--output', 'margin', '--threads', '1']),
    ]);
    expect([byFile.status, byFile.out, byFile.err]).toEqual([0, '', '']);
    expect([byStdin.status, byStdin.err]).toEqual([0, '']);
    expect(readFileSync(out, 'utf8')).toBe(byStdin.out);
    expect((JSON.parse(byStdin.out) as { predictions: number[] }).predictions).toHaveLength(3000);
    expect(mlflow.out).toBe(byStdin.out);
    // Parts are what all at once gives: this model reads JSON in one part.
    const records = text.trim().split('\n').slice(1).map((line) => line.split(',').map(Number));
    const json = await run(['predict', WINE], JSON.stringify({ dataframe_split: { columns: header.split(','), data: records } }));
    expect(json.out).toBe(byStdin.out);
  });

  it('takes a whole number of threads', async () => {
    const { err, status } = await run(['predict', WINE, '-t', 'csv', '--threads', 'all'], table(1));
    expect([status, err]).toEqual([2, expect.stringContaining('threads must be a whole number from 1')]);
  });

  it('tells the row of a bad cell and leaves the old answer', async () => {
    const file = join(place, 'bad.csv'), folder = join(place, 'bad'), out = join(folder, 'out.json');
    mkdirSync(folder);
    writeFileSync(out, 'old');
    writeFileSync(file, `${table(30_000)}1,2,3,secret,5,6,7,8,9,10,11\n${row(1)}\n`);
    const { err, status } = await run(['predict', WINE, file, '-o', out]);
    expect(status).toBe(1);
    expect(err).toBe('error INPUT_VALUE_INVALID: Column residual_sugar, row 30000: expected double, given text.\n');
    expect([readdirSync(folder), readFileSync(out, 'utf8')]).toEqual([['out.json'], 'old']);
    const piped = await run(['predict', WINE, file]);
    expect([piped.status, piped.out]).toEqual([1, '']);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves nothing behind when it ends by %s', async (signal) => {
    const folder = join(place, signal), out = join(folder, 'out.json');
    mkdirSync(folder);
    const child = spawn(process.execPath, ['src/cli/main.ts', 'predict', WINE, '-t', 'csv', '-o', out], { stdio: ['pipe', 'ignore', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' } });
    child.stdin.on('error', () => {});
    // Rows without end.
    const lines = `${row(1)}\n`.repeat(2000);
    const feed = (): void => {
      while (child.stdin.writable && child.stdin.write(lines));
    };
    child.stdin.on('drain', feed);
    child.stdin.write(`${header}\n`);
    feed();
    while (readdirSync(folder).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\.out\.json\..*\.tmp$/)]);
    child.kill(signal);
    const [status, by] = await new Promise<[number | null, string | null]>((resolve) => child.once('exit', (...end) => resolve(end)));
    expect([status, by]).toEqual([null, signal]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('can be interrupted while stdin brings nothing', async () => {
    const folder = join(place, 'idle');
    mkdirSync(folder);
    const child = spawn(process.execPath, ['src/cli/main.ts', 'predict', WINE, '-t', 'csv', '-o', join(folder, 'out.json')], { stdio: ['pipe', 'ignore', 'ignore'], env: { ...process.env, NODE_OPTIONS: '' } });
    while (readdirSync(folder).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)))).toBe('SIGINT');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('stops quietly when its reader has seen enough', async () => {
    const file = join(place, 'rows.csv'), child = spawn(process.execPath, ['src/cli/main.ts', 'predict', WINE, file], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' } });
    writeFileSync(file, table(20_000));
    let err = '';
    child.stderr.on('data', (data) => (err += data));
    child.stdout.once('data', () => child.stdout.destroy());
    child.stdout.pipe(createWriteStream('/dev/null'));
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect([status, err]).toEqual([0, '']);
  });
});

describe('progress', () => {
  const told = (isTTY: boolean): string => {
    let time = 0, text = '';
    const stream = { isTTY, write: (part: string | Uint8Array) => { text += part; return true; } }, progress = batchProgress(stream, () => time);
    for (const [at, stage, rows] of [[1000, 'check', 10], [2500, 'check', 20_000], [2600, 'check', 30_000], [3000, 'score', 0], [4000, 'score', 50_000]] as const) {
      time = at;
      progress.tell({ stage, rows, bytes: rows, size: 200_000 });
    }
    progress.end();
    progress.end();
    return text;
  };

  it('is one line on a terminal after two seconds', () => {
    expect(told(true).split('\r\u001b[K')).toEqual(['', 'mlmodel: checking: 20,000 rows, 13,333 rows/s, 10 %', 'mlmodel: scoring: 0 rows, 0 rows/s, 0 %', 'mlmodel: scoring: 50,000 rows, 50,000 rows/s, 25 %', '']);
    expect(told(false)).toBe('');
  });
});
