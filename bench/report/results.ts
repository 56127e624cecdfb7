/** The figures of the last run of each row group, kept in docs/benchmarks/results.json; the page and pictures are made from it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { root } from '../environment.ts';
import type { Comparison, Growth, GroupResult } from '../samples.ts';
import { versions } from './versions.ts';

/** How and where a row group was measured. */
export interface GroupRun {
  readonly date: string;
  readonly machine: string;
  readonly versions: string;
  readonly rounds: number;
  readonly method: readonly string[];
  readonly comparisons: readonly string[];
  readonly growth: readonly string[];
}

export interface Results {
  readonly groups: Readonly<Record<string, GroupRun>>;
  readonly comparisons: Readonly<Record<string, Comparison>>;
  readonly growth: Readonly<Record<string, Growth>>;
}

export const folder: string = join(root, 'docs/benchmarks');
const file = join(folder, 'results.json');

export const emptyResults = (): Results => ({ groups: {}, comparisons: {}, growth: {} });

export function readResults(): Results {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Results;
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return emptyResults();
    throw error;
  }
}

export function writeResults(results: Results): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, (_, x: unknown) => (typeof x === 'number' ? Number(x.toPrecision(6)) : x), 1)}\n`);
}

/** Puts a group's new figures in the place of its former ones. */
export function mergeGroup(results: Results, letter: string, found: GroupResult, rounds: number): Results {
  const comparisons = Object.fromEntries(found.comparisons.map((c) => [c.id, c])), growth = Object.fromEntries((found.growth ?? []).map((g) => [g.id, g]));
  const former = results.groups[letter];
  const ids = (before: readonly string[] = [], now: object): string[] => [...new Set([...before, ...Object.keys(now)])];
  const run: GroupRun = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB`,
    versions: versions(),
    rounds: found.rounds ?? rounds,
    method: found.method,
    comparisons: ids(former?.comparisons, comparisons),
    growth: ids(former?.growth, growth),
  };
  return { groups: { ...results.groups, [letter]: run }, comparisons: { ...results.comparisons, ...comparisons }, growth: { ...results.growth, ...growth } };
}
