#!/usr/bin/env node
/**
 * The benchmark: ours and theirs side by side, in turn, in one run; prints the goals and tables, and writes docs/benchmarks.md
 * with its pictures.
 *
 *   npm run bench -- [--short] [--only a,c] [--rounds N] [--libraries xgboost,…] [--json FILE] [--no-build] [--no-write] [--render]
 *
 * `--short`: small models, one round, no heavy rivals, nothing written: whether all of it runs. `--only` measures some row groups; the
 * others keep the figures of their last run. `--no-build` takes dist/ as it stands. `--render` measures nothing and writes the page and pictures from the kept figures.
 * Needs python3 (the rivals' environments are built by uv) and wrk (`apt-get install wrk`).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Context, libraries, type Library, sizes } from './context.ts';
import { buildPackage, cache, prepareEnvironment, prepareModels, preparePictures } from './environment.ts';
import { goalTable } from './report/goals.ts';
import { emptyResults, mergeGroup, readResults, writeResults } from './report/results.ts';
import { writePage } from './report/page.ts';
import { writePictures } from './report/pictures.ts';
import { comparisonTable } from './report/tables.ts';
import { groups } from './rows/groups.ts';

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    libraries: { type: 'string' },
    json: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
    'no-write': { type: 'boolean', default: false },
    render: { type: 'boolean', default: false },
  },
});
const { short } = options, log = (text: string): void => console.error(text);
const only = options.only?.split(',') ?? groups.map(({ letter }) => letter);
for (const letter of only) if (!groups.some((g) => g.letter === letter)) throw new Error(`no row group ${letter}; there are ${groups.map((g) => g.letter).join(', ')}`);
const chosen = (options.libraries?.split(',') ?? libraries) as Library[];
for (const library of chosen) if (!libraries.includes(library)) throw new Error(`no library ${library}; there are ${libraries.join(', ')}`);
const rounds = Number(options.rounds ?? (short ? 1 : 5));
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1 on');
const failures: string[] = [];
let results = short ? emptyResults() : readResults();

if (!options.render) {
  if (!options['no-build']) {
    log('building dist …');
    buildPackage();
  }
  prepareEnvironment('python', log);
  if (!short && (only.includes('a') || only.includes('d'))) {
    prepareEnvironment('mlserver', log);
    prepareEnvironment('bentoml', log);
  }
  const size = sizes[short ? 'short' : 'full'];
  const context: Context = {
    short, log, libraries: chosen,
    rounds,
    fewRounds: Math.min(rounds, 3),
    models: join(cache, short ? 'models-short' : 'models'),
    scratch: join(cache, 'scratch'),
    batchRows: size.rows,
  };
  mkdirSync(context.scratch, { recursive: true });
  prepareModels(context.models, 'build.py', [size.trees, size.training, size.rows], log);
  for (const { letter, title, measure } of groups.filter((g) => only.includes(g.letter))) {
    const begin = performance.now();
    log(`(${letter}) ${title}`);
    try {
      results = mergeGroup(results, letter, await measure(context), rounds);
    } catch (error) {
      // The other groups still have something to say; the exit code tells.
      failures.push(`(${letter}) ${title}: ${error instanceof Error ? error.message : String(error)}`);
      log(failures.at(-1) as string);
    }
    log(`(${letter}) took ${Math.round((performance.now() - begin) / 1000)} s`);
  }
}

console.log(goalTable(results));
for (const comparison of Object.values(results.comparisons)) console.log(`\n${comparisonTable(comparison)}`);
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 1)}\n`);
if (!short && !options['no-write']) {
  preparePictures(log);
  writeResults(results);
  await writePictures(results);
  writePage(results);
}
for (const failure of failures) log(`FAILED ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;
