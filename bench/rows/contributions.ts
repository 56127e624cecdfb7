/** (f) Exact TreeSHAP of 1000 rows × 28, one thread: ours held against the libraries' own. */
import { join } from 'node:path';
import { type Context, type Library, shapes, titles } from '../context.ts';
import { readFloat64 } from '../float64.ts';
import { type Comparison, figure, type GroupResult, inTurn } from '../samples.ts';
import { type Scorer, scorer } from '../worker.ts';

const CALLS: Readonly<Record<Library, readonly [method: string, call: string]>> = {
  xgboost: ['contributions_prepared', 'pred_contribs=True'],
  lightgbm: ['contributions', 'pred_contrib=True'],
  catboost: ['contributions_prepared', "type='ShapValues'"],
};

export async function contributions(context: Context): Promise<GroupResult> {
  const comparisons: Comparison[] = [];
  for (const library of context.libraries) comparisons.push(await compare(context, library));
  return { comparisons, rounds: context.fewRounds, method: ['1000 rows in one call, one thread, rows × 29 contributions out; our table of float32 columns, XGBoost’s DMatrix and CatBoost’s Pool are made before the clock starts, LightGBM takes an array. Answers are compared before they are timed.'] };
}

async function compare({ models, scratch, fewRounds, short, log }: Context, library: Library): Promise<Comparison> {
  const rows = short ? 100 : 1000, [method, call] = CALLS[library];
  const sides: Scorer[] = [];
  try {
    sides.push(await scorer('ours', library, models, 1), await scorer('theirs', library, models, 1));
    const entries = [['mlmodel', 'contributions_prepared'], [`${titles[library]} from Python, ${call}`, method]] as const;
    const answers: Float64Array[] = [];
    for (const [i, [, m]] of entries.entries()) {
      const write = join(scratch, `contributions-${i}.f64`);
      await (sides[i] as Scorer).ask({ op: 'time', method: m, rows, write });
      answers.push(readFloat64(write));
    }
    agree(library, answers[0] as Float64Array, answers[1] as Float64Array);
    const series = await inTurn(
      entries.map(([name, m], i) => ({ name, measure: async () => (await (sides[i] as Scorer).ask({ op: 'time', method: m, rows })).ms as number })),
      fewRounds, 0, (name, round, ms) => log(`contributions, ${library}, round ${round}: ${name} ${figure(ms)} ms`),
    );
    return { id: `contributions-${library}`, title: `${titles[library]}, 500 trees, ${shapes[library]}: exact TreeSHAP of ${rows} rows, one thread`, unit: 'ms', better: 'less', series };
  } finally {
    for (const side of sides) await side.stop();
  }
}

/** float32 libraries add up in float32, so to 1e-4 of the largest contribution; the others far closer. */
function agree(library: Library, ours: Float64Array, theirs: Float64Array): void {
  const largest = theirs.reduce((a, b) => Math.max(a, Math.abs(b)), 0), tolerance = largest * (library === 'xgboost' ? 1e-4 : 1e-6);
  if (ours.length !== theirs.length || !ours.every((x, i) => Math.abs(x - (theirs[i] as number)) <= tolerance)) {
    throw new Error(`${library}: our contributions (${ours.length}) differ from the library's (${theirs.length})`);
  }
}
