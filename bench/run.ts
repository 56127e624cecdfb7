#!/usr/bin/env node
/**
 * The benchmark: ours and theirs side by side, in turn, in one run; prints ratios and writes docs/benchmarks.md.
 *
 *   npm run bench [-- --short] [-- --no-write]
 *
 * Needs python3 (the rivals' environment is built by uv) and wrk (`apt-get install wrk`).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cache, prepare, python } from './environment.ts';
import { load } from './load.ts';
import { start } from './server.ts';

const { values: options } = parseArgs({ options: { short: { type: 'boolean', default: false }, 'no-write': { type: 'boolean', default: false } } });
const root = join(import.meta.dirname, '..'), models = join(cache, 'models');
const log = (text: string): void => console.error(text);
const rounds = options.short ? 1 : 5, seconds = options.short ? 1 : 3;

log('building dist …');
execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
prepare(log);

const model = join(models, 'xgb-500x6');
const body = (rows: number): string => readFileSync(join(models, `body-${rows}.json`), 'utf8');
const node = process.execPath;
/** What is compared; the first is ours. */
const servers = {
  mlmodel: (port: number) => [node, join(root, 'bin/mlmodel.cjs'), 'models', 'serve', '-m', model, '-p', String(port)],
  'mlflow models serve': (port: number) => [python, '-m', 'mlflow', 'models', 'serve', '-m', model, '-p', String(port), '--env-manager', 'local'],
  'FastAPI + xgboost': (port: number) => [python, join(import.meta.dirname, 'servers/fastapi_xgboost.py'), join(models, 'xgb-500x6.ubj'), String(port)],
  'bare node:http': (port: number) => [node, join(import.meta.dirname, 'servers/bare-node.ts'), String(port)],
} as const;
type Name = keyof typeof servers;
const names = Object.keys(servers) as Name[];
const env = { MLFLOW_TRACKING_URI: `file:${join(cache, 'mlruns')}`, PATH: `${join(cache, 'python/bin')}:${process.env.PATH ?? ''}` };

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const median = (values: readonly number[]): number => sorted(values)[values.length >> 1] ?? NaN;
const figure = (x: number): string => (x >= 100 ? Math.round(x).toLocaleString('en') : x.toPrecision(3));

const cold = new Map<Name, number[]>(), memory = new Map<Name, number[]>();
const rates = new Map<number, Map<Name, number[]>>([[1, new Map()], [1000, new Map()]]);
const put = <K>(map: Map<K, number[]>, key: K, value: number): void => void map.set(key, [...(map.get(key) ?? []), value]);

// Cold starts apart, so that nothing else runs beside them.
for (let i = 0; i < (options.short ? 1 : 5); i++) {
  for (const name of names) {
    if (i > 1 && name === 'mlflow models serve') continue;
    log(`cold start ${i + 1}: ${name}`);
    const server = await start(servers[name], body(1), env);
    put(cold, name, server.coldStart);
    put(memory, name, server.memory());
    await server.stop();
  }
}
// All servers up at once, loaded in turn: the machine's drift meets all alike.
const up = new Map<Name, Awaited<ReturnType<typeof start>>>();
for (const name of names) up.set(name, await start(servers[name], body(1), env));
try {
  for (const rows of [1, 1000]) {
    for (let i = 0; i < rounds + 1; i++) {
      for (const name of names) {
        const { rate } = await load(up.get(name)?.port ?? 0, body(rows), { seconds: i === 0 ? 1 : seconds, connections: 8 });
        if (i === 0 && !options.short) continue; // the first round warms up
        log(`${rows} row(s), round ${i}: ${name} ${figure(rate)} requests/s`);
        put(rates.get(rows) ?? new Map<Name, number[]>(), name, rate);
      }
    }
  }
} finally {
  for (const server of up.values()) await server.stop();
}

const ours: Name = 'mlmodel';
const version = (args: readonly string[]): string => execFileSync(python, args, { encoding: 'utf8' }).trim();
const versions = version(['-c', 'import mlflow, xgboost, fastapi, pandas, sys; print(f"MLflow {mlflow.__version__}, XGBoost {xgboost.__version__}, FastAPI {fastapi.__version__}, pandas {pandas.__version__}, Python {sys.version.split()[0]}")']);
const lines: string[] = [];
for (const rows of [1, 1000]) {
  const of = rates.get(rows) ?? new Map<Name, number[]>(), own = of.get(ours) ?? [];
  lines.push('', `### HTTP, ${rows === 1 ? 'one row' : `${rows} rows`} × 28 columns, concurrency 8`, '', '| server | requests/s, median | min | max | ours ÷ it, median of pairs |', '|---|---|---|---|---|');
  for (const name of names) {
    const values = of.get(name) ?? [], ratios = values.map((value, i) => (own[i] ?? NaN) / value);
    lines.push(`| ${name} | ${figure(median(values))} | ${figure(Math.min(...values))} | ${figure(Math.max(...values))} | ${name === ours ? '–' : `${figure(median(ratios))} ×`} |`);
  }
}
lines.push('', '### Start and memory', '', '| server | cold start to the first answer, median ms | min | resident memory after it, MB |', '|---|---|---|---|');
for (const name of names) lines.push(`| ${name} | ${figure(median(cold.get(name) ?? []))} | ${figure(Math.min(...(cold.get(name) ?? [])))} | ${figure(median(memory.get(name) ?? []))} |`);

const ratio = (rows: number, name: Name): number => {
  const own = rates.get(rows)?.get(ours) ?? [];
  return median((rates.get(rows)?.get(name) ?? []).map((value, i) => (own[i] ?? NaN) / value));
};
const start0 = median(cold.get(ours) ?? []) / median(cold.get('mlflow models serve') ?? []);
const goals: [string, string, string][] = [
  ['HTTP single row vs `mlflow models serve`', '100 ×', `${figure(ratio(1, 'mlflow models serve'))} ×`],
  ['HTTP single row vs FastAPI + xgboost', '5 ×', `${figure(ratio(1, 'FastAPI + xgboost'))} ×`],
  ['HTTP single row vs the bare node:http floor', '0.5 ×', `${figure(ratio(1, 'bare node:http'))} ×`],
  ['Cold start to the first answer vs MLflow', '≤ 1/20', `1/${figure(1 / start0)}`],
  ['Resident memory after load, one process', '≤ 130 MB', `${figure(median(memory.get(ours) ?? []))} MB`],
];
const goalTable = ['| work | goal | reached |', '|---|---|---|', ...goals.map((row) => `| ${row.join(' | ')} |`)];
console.log(goalTable.join('\n'));
console.log(lines.join('\n'));

if (!options.short && !options['no-write']) {
  const path = join(root, 'docs/benchmarks.md');
  const notes = /\n## Notes\n[\s\S]*$/.exec(read(path))?.[0] ?? '\n## Notes\n';
  writeFileSync(path, `# Benchmarks

Written by \`npm run bench\`; what stands under Notes is kept by hand. All servers run side by side on one machine, loaded in turn, one
after the other, ${rounds} rounds of ${seconds} s each after a warm-up; a ratio is taken pair by pair in each round, its median is printed. The numbers of
another machine differ; the ratios are what we answer for.

Machine: ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB. Node ${process.version}, ${versions}. Load: wrk, one thread, 8 connections.
Model: XGBClassifier, 500 trees of depth 6, 28 double columns, saved by MLflow with its signature. Each server runs as one process: ours with
default options, MLflow with \`--env-manager local\`, FastAPI under uvicorn (uvloop, httptools) with \`inplace_predict\`, the floor a bare
node:http handler that parses the same JSON.

## Goals

${goalTable.join('\n')}

## Figures
${lines.join('\n')}
${notes}`);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
