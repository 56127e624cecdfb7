/** (d) Cold start: from the start of the process to the first good answer; and the memory that is resident then. */
import { serverContenders } from '../contenders.ts';
import type { Context } from '../context.ts';
import { figure, type GroupResult, type Series } from '../samples.ts';
import { start } from '../server.ts';

export async function coldStart(context: Context): Promise<GroupResult> {
  const { short, rounds, log } = context, contenders = serverContenders(context, 1);
  const ms = contenders.map((): number[] => []), mb = contenders.map((): number[] => []);
  for (let round = 1; round <= rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      // Those that take ten seconds are started three times only.
      if (contender.heavy && round > 3) continue;
      const server = await start(contender, contender.body(1));
      (ms[i] as number[]).push(server.coldStart);
      (mb[i] as number[]).push(server.memory());
      await server.stop();
      log(`cold start, round ${round}: ${contender.name} ${figure(server.coldStart)} ms`);
    }
  }
  const series = (values: readonly number[][]): Series[] => contenders.map(({ name }, i) => ({ name, values: values[i] as number[] }));
  return {
    comparisons: [
      { id: 'start-time', title: 'Cold start to the first answer', unit: 'ms', better: 'less', series: series(ms) },
      { id: 'start-memory', title: 'Resident memory after the first answer, all processes', unit: 'MB', better: 'less', series: series(mb) },
    ],
    method: [`One server at a time, started ${short ? 'once' : `${rounds} times (those of ten seconds three times)`}, asked every 5 ms until it answers one row with 200.`],
  };
}
