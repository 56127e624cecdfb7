/** (a) HTTP, 1, 32 and 1000 rows × 28 a request, 8 connections: ours, the servers people use today, and a bare node:http floor. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerContender, serverContenders } from '../contenders.ts';
import type { Context } from '../context.ts';
import { load } from '../load.ts';
import { type Comparison, figure, type GroupResult, inTurn } from '../samples.ts';
import { start, type Started } from '../server.ts';

export async function http(context: Context): Promise<GroupResult> {
  // One thread where requests are small, two where they are large: the same for all, and each side's best.
  const comparisons = [...(await compare(context, 1, [1, 32])), ...(await compare(context, 2, [1000]))];
  return {
    comparisons,
    method: [
      'All servers stand side by side, one process each, and are loaded in turn by wrk (one thread, 8 connections), which runs on the same two cores. The body of a request is the same rows in the form each server takes; every answer’s labels are checked before.',
      'Requests of 1 and 32 rows: one thread for every model (ours `--threads 1`, theirs `OMP_NUM_THREADS=1` or `nthread`), which is the fastest for XGBoost too; 1000 rows: two threads. Default options else. mlflow models serve: `--env-manager local`, its default of one worker. MLServer: `parallel_workers: 0` (scores in the server’s process, its fastest form for one model), V2 REST with FP32. BentoML: a service as its documents show, over numpy arrays, with `inplace_predict`. FastAPI: uvicorn with uvloop and httptools, `inplace_predict`.',
      'The floor is a node:http handler that parses the same JSON and answers a number a row without a model.',
    ],
  };
}

async function compare(context: Context, threads: 1 | 2, sizes: readonly number[]): Promise<Comparison[]> {
  const { rounds, short, log, scratch } = context, contenders = serverContenders(context, threads), seconds = short ? 1 : 3;
  const up = new Map<ServerContender, Started>(), found: Comparison[] = [];
  try {
    for (const contender of contenders) {
      log(`starting ${contender.name} …`);
      up.set(contender, await start(contender, contender.body(1)));
    }
    for (const rows of sizes) {
      for (const contender of contenders) await check(contender, rows, context, (up.get(contender) as Started).url);
      const series = await inTurn(
        contenders.map((c) => ({ name: c.name, measure: () => load((up.get(c) as Started).url, c.body(rows), { seconds, connections: 8, scratch }) })),
        rounds, short ? 0 : 1, (name, round, rate) => log(`${rows} row(s), round ${round}: ${name} ${figure(rate)} requests/s`),
      );
      found.push({ id: `http-${rows}`, title: `HTTP, ${rows === 1 ? 'one row' : `${rows} rows`} × 28 columns, XGBoost 500 trees, depth 6, concurrency 8`, unit: 'requests/s', better: 'more', series });
    }
  } finally {
    for (const server of up.values()) await server.stop();
  }
  return found;
}

/** A server that answers wrongly is not timed. */
async function check({ name, body, labels }: ServerContender, rows: number, { models }: Context, url: string): Promise<void> {
  if (labels === null) return;
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: body(rows) });
  const answer = labels(await response.json()), expected = JSON.parse(readFileSync(join(models, 'expected-1000.json'), 'utf8')) as number[];
  if (answer.length !== rows || !answer.every((x, i) => x === expected[i])) throw new Error(`${name} answers ${rows} row(s) wrongly`);
}
