/**
 * This package in process: reads one JSON request a line on stdin, answers one JSON line each, as rivals/score.py does.
 *
 *   {"op": "load", "model": "xgboost", "models": DIR, "threads": 1, "columns": 28}
 *   {"op": "time", "method": "margin", "rows": 1000, "write": FILE?}    one timed call: {"ms"}
 *   {"op": "single", "method": "margin" | "predict", "calls": 1000}     timed calls of one row: {"p50", "p99"} in µs
 *   {"op": "peak"}                                                      peak resident memory of the process: {"mb"}
 */
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { built } from './built.ts';

const { column, loadModel, Table, Tensor } = await built('index');
type Model = Awaited<ReturnType<typeof loadModel>>;

let model: Model | undefined, models = '', columns = 0, matrix = new Float32Array(0);

interface Request {
  readonly op: 'load' | 'time' | 'single' | 'peak';
  readonly model: string;
  readonly models: string;
  readonly threads: number;
  readonly method: string;
  readonly rows: number;
  readonly columns: number;
  readonly calls: number;
  readonly write?: string;
}

/** The first rows of rows.f32. */
function readRows(count: number): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(count * columns), file = openSync(`${models}/rows.f32`, 'r');
  readSync(file, rows, 0, rows.byteLength, 0);
  closeSync(file);
  return rows;
}

type Input = Parameters<Model['score']>[0];

const score = (method: string, input: Input): ReturnType<Model['score']> => (model as Model).score(input, { output: method.replace('_prepared', ''), enforced: true });
/** What the libraries' own predict takes. */
const array = (rows: Float32Array): Input => new Tensor('float32', [rows.length / columns, columns], rows);
/** Rows as named columns, where only names are taken: XGBoost's contributions. */
const table = (rows: Float32Array): Input => {
  const values = Array.from({ length: columns }, (_, j) => Float32Array.from({ length: rows.length / columns }, (_x, i) => rows[i * columns + j] as number));
  return new Table(values.map((_, j) => `f${j}`), values.map((each) => column('float32', each)));
};

async function time({ method, rows, write }: Request): Promise<object> {
  if (matrix.length !== rows * columns) matrix = readRows(rows);
  // An array is wrapped while the clock runs, a table is made before, as a DMatrix or Pool is.
  const prepared = method.endsWith('_prepared') ? table(matrix) : undefined;
  const begin = performance.now(), given = score(method, prepared ?? array(matrix)), answer = given instanceof Promise ? await given : given;
  const ms = performance.now() - begin;
  if (write !== undefined && answer instanceof Tensor) writeFileSync(write, Float64Array.from(answer.values as ArrayLike<number>));
  return { ms };
}

async function single({ method, calls }: Request): Promise<object> {
  const rows = readRows(1000), each = Array.from({ length: 1000 }, (_, i) => rows.slice(i * columns, (i + 1) * columns));
  const objects = each.map((row) => [Object.fromEntries(Array.from(row, (x, j) => [`f${j}`, x]))]);
  const call = method === 'predict' ? (i: number) => (model as Model).predict(objects[i] as Record<string, number>[]) : (i: number) => score(method, array(each[i] as Float32Array));
  const times = new Float64Array(calls);
  for (let i = -Math.max(calls, 2000); i < calls; i++) {
    const begin = performance.now(), answer = call((i + 1e6) % 1000);
    if (answer instanceof Promise) await answer;
    if (i >= 0) times[i] = (performance.now() - begin) * 1000;
  }
  times.sort();
  return { p50: times[calls >> 1], p99: times[Math.floor(calls * 0.99)] };
}

async function answer(request: Request): Promise<object> {
  switch (request.op) {
    case 'load': {
      ({ models, columns } = request);
      const { threads } = request;
      model = await loadModel(`${models}/${request.model}`, { threads });
      return { outputs: model.outputs };
    }
    case 'time': return time(request);
    case 'single': return single(request);
    case 'peak': return { mb: Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024 };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const text = await answer(JSON.parse(line) as Request).catch((error: unknown) => ({ error: String(error) }));
  process.stdout.write(`${JSON.stringify(text)}\n`);
}
await model?.close();
