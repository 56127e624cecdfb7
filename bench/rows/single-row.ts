/** (b) In process, one row × 28, one thread: ours, the library from Python, ONNX Runtime and mlflow.pyfunc; p50 and p99 of many calls. */
import { agree, type Kind } from '../agree.ts';
import { type Context, type Library, shapes, titles } from '../context.ts';
import { type Comparison, figure, type GroupResult } from '../samples.ts';
import { type Scorer, scorer } from '../worker.ts';

interface Entry {
  readonly name: string;
  readonly side: 'ours' | 'theirs';
  readonly model: string;
  readonly method: string;
  readonly kind: Kind;
  readonly calls: number;
}

export async function singleRow(context: Context): Promise<GroupResult> {
  const comparisons: Comparison[] = [];
  for (const library of context.libraries) comparisons.push(...(await compare(context, library)));
  return {
    comparisons,
    method: [
      '`engine`: a float32 array of one row in, the margin out, as the libraries’ own predict. `model.predict`: an object of 28 names in, enforced against the signature, labels out, as `mlflow.pyfunc` with a one-row DataFrame that was made before the clock started.',
      'Each call is timed alone after a warm-up; the rows change from call to call. p50 and p99 over the calls of a round.',
      'The libraries run with one thread (`nthread=1`, `num_threads=1`, `thread_count=1`, `OMP_NUM_THREADS=1`), the fastest for one row, by the calls of (c).',
    ],
  };
}

async function compare({ models, scratch, rounds, short, log }: Context, library: Library): Promise<Comparison[]> {
  const calls = short ? 200 : 5000;
  const entries: Entry[] = [
    { name: 'mlmodel, engine', side: 'ours', model: library, method: 'margin', kind: 'margin', calls: calls * 2 },
    { name: 'mlmodel, model.predict', side: 'ours', model: library, method: 'predict', kind: 'label', calls: calls * 2 },
    { name: `${titles[library]} from Python`, side: 'theirs', model: library, method: 'margin', kind: 'margin', calls },
    { name: 'ONNX Runtime from Python', side: 'theirs', model: `onnx:${library}`, method: 'probability', kind: 'probability', calls },
    ...(short ? [] : [{ name: 'mlflow.pyfunc', side: 'theirs', model: `pyfunc:${library}`, method: 'predict_prepared', kind: 'label', calls: calls / 10 } as const]),
  ];
  const scorers: Scorer[] = [];
  const p50 = entries.map((): number[] => []), p99 = entries.map((): number[] => []);
  try {
    for (const { side, model } of entries) scorers.push(await scorer(side, model, models, 1));
    await agree(library, entries.map((entry, i) => ({ ...entry, scorer: scorers[i] as Scorer })), 1000, scratch);
    for (let round = 1; round <= rounds; round++) {
      for (const [i, { name, method, calls: count }] of entries.entries()) {
        const answer = await (scorers[i] as Scorer).ask({ op: 'single', method, calls: count });
        (p50[i] as number[]).push(answer.p50 as number);
        (p99[i] as number[]).push(answer.p99 as number);
        log(`one row, ${library}, round ${round}: ${name} p50 ${figure(answer.p50 as number)} µs, p99 ${figure(answer.p99 as number)} µs`);
      }
    }
  } finally {
    for (const each of scorers) await each.stop();
  }
  const of = (percentile: string, values: readonly number[][]): Comparison => ({
    id: `single-${library}-${percentile}`, title: `${titles[library]}, 500 trees, ${shapes[library]}: one row, ${percentile}`, unit: 'µs', better: 'less',
    series: entries.map(({ name }, i) => ({ name, values: values[i] as number[] })),
  });
  return [of('p50', p50), of('p99', p99)];
}
