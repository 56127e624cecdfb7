/** (e) `models predict` on a CSV of 1,000,000 × 28: wall time and peak memory of the whole process tree. */
import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { binOf, cache, python, root } from '../environment.ts';
import { memoryOf } from '../memory.ts';
import { figure, type GroupResult, type Series } from '../samples.ts';

interface Command {
  readonly name: string;
  readonly args: readonly [program: string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
}

export async function predictFile(context: Context): Promise<GroupResult> {
  const { models, scratch, short, log, batchRows } = context, csv = join(models, 'rows.csv');
  const output = (i: number): string => join(scratch, `predictions-${i}.json`);
  const flags = (i: number): string[] => ['models', 'predict', '-m', join(models, 'xgboost'), '-i', csv, '-t', 'csv', '-o', output(i)];
  const commands: Command[] = [
    { name: 'mlmodel models predict', args: [process.execPath, join(root, 'bin/mlmodel.cjs'), ...flags(0)] },
    ...(short ? [] : [{
      name: 'mlflow models predict', args: [python, '-m', 'mlflow', ...flags(1), '--env-manager', 'local'],
      env: { MLFLOW_TRACKING_URI: `sqlite:///${join(cache, 'mlflow.db')}`, PATH: `${binOf('python')}:${process.env.PATH ?? ''}` },
    } satisfies Command]),
  ];
  const time = commands.map((): number[] => []), memory = commands.map((): number[] => []), rounds = context.fewRounds;
  for (let round = 1; round <= rounds; round++) {
    for (const [i, command] of commands.entries()) {
      const { seconds, mb } = await run(command);
      (time[i] as number[]).push(seconds);
      (memory[i] as number[]).push(mb);
      log(`CSV, round ${round}: ${command.name} ${figure(seconds)} s, ${figure(mb)} MB`);
    }
    if (round === 1) check(commands.map((_, i) => output(i)), models, batchRows);
  }
  const series = (values: readonly number[][]): Series[] => commands.map(({ name }, i) => ({ name, values: values[i] as number[] }));
  const what = `a CSV of ${batchRows.toLocaleString('en')} × 28 (${figure(statSync(csv).size / 1e6)} MB)`;
  return {
    comparisons: [
      { id: 'file-time', title: `\`models predict\` on ${what}`, unit: 's', better: 'less', series: series(time) },
      { id: 'file-memory', title: `\`models predict\` on ${what}: peak memory`, unit: 'MB', better: 'less', series: series(memory) },
    ],
    rounds,
    method: [`Both commands with the same flags (\`-m -i -t csv -o\`), MLflow with \`--env-manager local\`; both use both cores. From spawn to exit, start of the interpreter included. Memory: the largest of the sums of resident memory over the process tree, looked at every 20 ms, and of each process’s own peak. The answers are compared, all rows.`],
  };
}

async function run({ name, args: [program, ...args], env }: Command): Promise<{ seconds: number; mb: number }> {
  const begin = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
  let errors = '', mb = 0;
  child.stderr.on('data', (chunk: Buffer) => { errors = (errors + chunk.toString()).slice(-2000); });
  const timer = setInterval(() => { mb = Math.max(mb, memoryOf(child.pid ?? 0).peak); }, 20);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${errors}`);
  return { seconds: (performance.now() - begin) / 1000, mb };
}

/** The same labels in every output, and those the library gave for the first 1000 rows. */
function check(files: readonly string[], models: string, rows: number): void {
  const answers = files.map((file) => (JSON.parse(readFileSync(file, 'utf8')) as { predictions: number[] }).predictions);
  const expected = JSON.parse(readFileSync(join(models, 'expected-1000.json'), 'utf8')) as number[];
  for (const [i, answer] of answers.entries()) {
    if (answer.length !== rows || !expected.every((x, r) => x === answer[r]) || !answer.every((x, r) => x === answers[0]?.[r])) throw new Error(`${files[i]}: ${answer.length} predictions for ${rows} rows, or other ones`);
  }
}
