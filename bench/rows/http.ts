/** (a) HTTP, 1, 32 and 1000 rows × 28 a request, 8 connections: ours, the servers people use today, and a bare node:http floor. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerContender, serverContenders } from '../contenders.ts';
import type { Context } from '../context.ts';
import { load } from '../load.ts';
import { type Comparison, figure, type GroupResult, inTurn } from '../samples.ts';
import { start, type Started } from '../server.ts';

export async function http(context: Context): Promise<GroupResult> {
  const { rounds, short, log, scratch } = context, contenders = serverContenders(context), seconds = short ? 1 : 3;
  const comparisons: Comparison[] = [], up = new Map<ServerContender, Started>();
  try {
    for (const contender of contenders) {
      log(`starting ${contender.name} …`);
      up.set(contender, await start(contender, contender.body(contender.rows[0] as number)));
    }
    for (const rows of [1, 32, 1000]) {
      const part = contenders.filter((c) => c.rows.includes(rows));
      for (const contender of part) await check(contender, rows, context, (up.get(contender) as Started).url);
      const series = await inTurn(
        part.map((c) => ({ name: c.name, measure: () => load((up.get(c) as Started).url, c.body(rows), { seconds, connections: 8, scratch }) })),
        rounds, short ? 0 : 1, (name, round, rate) => log(`${rows} row(s), round ${round}: ${name} ${figure(rate)} requests/s`),
      );
      comparisons.push({ id: `http-${rows}`, title: `HTTP, ${rows === 1 ? 'one row' : `${rows} rows`} × 28 columns, XGBoost 500 trees, depth 6, concurrency 8`, unit: 'requests/s', better: 'more', series });
    }
  } finally {
    for (const server of up.values()) await server.stop();
  }
  return {
    comparisons,
    method: [
      'All servers stand side by side, one process each, and are loaded in turn by wrk (one thread, 8 connections), which runs on the same two cores. The body of a request is the same rows in the form each server takes; every answer’s labels are checked before.',
      'mlmodel: default options and `--threads 1`, or `--threads 2`. mlflow models serve: `--env-manager local`, its default of one worker, XGBoost with its default of all cores. MLServer: `parallel_workers: 0` (scores in the server’s process, its fastest form for one model), V2 REST with FP32, XGBoost with all cores. BentoML: a service as its documents show, over numpy arrays, with `inplace_predict`. FastAPI: uvicorn with uvloop and httptools, `inplace_predict`, one thread for 1 and 32 rows, two for 1000.',
      'The floor is a node:http handler that parses the same JSON and answers a number a row without a model.',
    ],
  };
}

/** A server that answers wrongly is not timed. */
async function check({ name, body, labels }: ServerContender, rows: number, { models }: Context, url: string): Promise<void> {
  if (labels === null) return;
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: body(rows) });
  const answer = labels(await response.json()), expected = JSON.parse(readFileSync(join(models, 'expected-1000.json'), 'utf8')) as number[];
  if (answer.length !== rows || !answer.every((x, i) => x === expected[i])) throw new Error(`${name} answers ${rows} row(s) wrongly`);
}
