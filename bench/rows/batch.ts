/** (c) In process, 1,000,000 rows × 28, one and two threads: margins of XGBoost, LightGBM and CatBoost, and ONNX Runtime on the converted models. */
import { agree, type Answering, type Kind } from '../agree.ts';
import { type Context, type Library, shapes, titles } from '../context.ts';
import { type Comparison, figure, type GroupResult, inTurn } from '../samples.ts';
import { scorer } from '../worker.ts';

export async function batch(context: Context): Promise<GroupResult> {
  const comparisons: Comparison[] = [];
  for (const library of context.libraries) {
    for (const threads of context.short ? [2] : [1, 2]) comparisons.push(await compare(context, library, threads));
  }
  return {
    comparisons,
    rounds: context.fewRounds,
    method: [
      'Both sides are given the same float32 array in C order and answer margins (raw scores); a round is one call over all rows; files are loaded before.',
      "XGBoost: `Booster.inplace_predict`, `nthread` set. LightGBM: `Booster.predict(raw_score=True, num_threads=…)`. CatBoost: `predict(prediction_type='RawFormulaVal', thread_count=…)`, once from the array, once from a Pool that was made before the clock started.",
      'ONNX Runtime: `InferenceSession` with `intra_op_num_threads` set, models by onnxmltools (XGBoost, LightGBM) and by CatBoost’s own export; it answers probabilities, so it is held against ours with the sigmoid, of 99.9 % of the rows: its thresholds are float32.',
    ],
  };
}

async function compare(context: Context, library: Library, threads: number): Promise<Comparison> {
  const { models, batchRows: rows, log } = context, entries: Answering[] = [];
  const add = async (name: string, side: 'ours' | 'theirs', model: string, method: string, kind: Kind = 'margin'): Promise<void> => {
    entries.push({ name, method, kind, scorer: await scorer(side, model, models, threads) });
  };
  try {
    await add('mlmodel', 'ours', library, 'margin');
    await add(`${titles[library]} from Python`, 'theirs', library, 'margin');
    if (library === 'catboost') entries.push({ name: 'CatBoost from Python, Pool made before', method: 'margin_prepared', kind: 'margin', scorer: (entries[1] as Answering).scorer });
    await add('ONNX Runtime from Python', 'theirs', `onnx:${library}`, 'probability', 'probability');
    await agree(library, entries, context.short ? 2000 : 100_000, context.scratch);
    const series = await inTurn(
      entries.map(({ name, scorer: s, method }) => ({ name, measure: async () => ((await s.ask({ op: 'time', method, rows })).ms as number) / 1000 })),
      // Comparing the answers has warmed both sides up.
      context.fewRounds, 0,
      (name, round, seconds) => log(`${library}, ${threads} thread(s), round ${round}: ${name} ${figure(seconds)} s, ${figure((seconds / rows) * 1e6)} µs/row`),
    );
    return { id: `batch-${library}-${threads}`, title: `${titles[library]}, 500 trees, ${shapes[library]}: ${rows.toLocaleString('en')} rows, ${threads === 1 ? 'one thread' : 'two threads'}`, unit: 's', better: 'less', series };
  } finally {
    for (const entry of new Set(entries.map((e) => e.scorer))) await entry.stop();
  }
}
