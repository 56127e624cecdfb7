/** (g) The bytes of a 1000 × 28 body → typed columns, held against `JSON.parse(buffer.toString())`; in one process, in turn. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { built } from '../ours/built.ts';
import { type Comparison, figure, type GroupResult, inTurn } from '../samples.ts';

const BODIES = { rounded: ['body-1000.json', 'four decimals'], full: ['body-1000-full.json', 'doubles in full'] } as const;

export async function decode(context: Context): Promise<GroupResult> {
  const { loadModel, Table } = await built('index'), { compileDecoder } = await built('wire/decode');
  const model = await loadModel(join(context.models, 'xgboost'));
  const read = compileDecoder(model.signature, { enforcement: 'safe' });
  const comparisons: Comparison[] = [];
  for (const [id, [file, title]] of Object.entries(BODIES)) {
    const bytes = readFileSync(join(context.models, file));
    const ours = (): unknown => read(bytes, 'application/json'), theirs = (): unknown => JSON.parse(bytes.toString());
    const { data } = await read(bytes, 'application/json'), { dataframe_split: frame } = theirs() as { dataframe_split: { data: number[][] } };
    if (!(data instanceof Table)) throw new Error(`${file} was not read as a table`);
    const columns = data.columns.map((column) => column.values as Float64Array);
    if (!frame.data.every((row, i) => row.every((x, j) => Object.is(columns[j]?.[i], x)))) throw new Error(`${file}: the columns differ from JSON.parse`);
    const calls = context.short ? 20 : 100;
    const series = await inTurn(
      [['mlmodel, typed columns', ours] as const, ['JSON.parse(buffer.toString())', theirs] as const].map(([name, call]) => ({ name, measure: async () => timed(call, calls) })),
      context.short ? 3 : 10 * context.rounds, context.short ? 1 : 10, () => undefined,
    );
    for (const { name, values } of series) context.log(`decode, ${title}: ${name} ${figure(Math.min(...values))} ms at best`);
    comparisons.push({ id: `decode-${id}`, title: `Decode a body of 1000 × 28, ${title} (${figure(bytes.length / 1000)} kB)`, unit: 'ms', better: 'less', series });
  }
  await model.close();
  return { comparisons, method: [`Bytes to what a model is given: columns of doubles held against the signature (mode safe), against JSON.parse alone, which gives nested arrays. A round is ${context.short ? 20 : 100} calls of each, in turn in one process.`] };
}

/** Milliseconds a call. */
function timed(call: () => unknown, calls: number): number {
  const begin = performance.now();
  for (let i = 0; i < calls; i++) call();
  return (performance.now() - begin) / calls;
}
