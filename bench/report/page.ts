/** docs/benchmarks.md: written from the figures; what stands under Notes is kept. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../environment.ts';
import { groups } from '../rows/groups.ts';
import { goalTable } from './goals.ts';
import { pictures } from './pictures.ts';
import { folder, type Results } from './results.ts';
import { comparisonTable, growthTables } from './tables.ts';

export function writePage(results: Results): void {
  const path = join(root, 'docs/benchmarks.md');
  const notes = /\n## Notes\n[\s\S]*$/.exec(existsSync(path) ? readFileSync(path, 'utf8') : '')?.[0] ?? '\n## Notes\n';
  const parts = [`# Benchmarks

Written by \`npm run bench\` from [its figures](benchmarks/results.json); what stands under Notes is kept by hand. Ours and theirs run side by side on one
machine: the same model files, the same rows, the same threads, in turn, round by round after a warm-up. Answers are compared before they are timed. A ratio is taken
pair by pair in each round, and its median is printed; above 1 ours is better. The numbers of another machine differ; the ratios are what we answer for.

Models: binary classifiers of 500 trees on 28 double columns, trained by the real libraries and saved by MLflow with a signature: XGBoost (depth 6), LightGBM (63
leaves), CatBoost (symmetric, depth 6).

## Goals

${goalTable(results)}
`];
  for (const { letter, title } of groups) {
    const run = results.groups[letter];
    if (!run) continue;
    const tables = [
      ...run.comparisons.map((id) => results.comparisons[id]).filter((c) => c !== undefined).map(comparisonTable),
      ...growthTables(run.growth.map((id) => results.growth[id]).filter((g) => g !== undefined)),
    ];
    const images = pictures.filter((p) => p.group === letter && existsSync(join(folder, p.file))).map(({ file, about }) => `![${about}](benchmarks/${file})`);
    parts.push(`\n## (${letter}) ${title}\n`, ...images.map((image) => `\n${image}\n`), ...tables.map((table) => `\n${table}\n`),
      `\n${run.method.map((line) => `- ${line}`).join('\n')}\n- Measured ${run.date} on ${run.machine}, ${run.rounds} round${run.rounds === 1 ? '' : 's'}. ${run.versions}.\n`);
  }
  writeFileSync(path, `${parts.join('')}${notes}`);
}
