/** (g) Growth: time a row and peak memory along trees, depth, columns and rows; XGBoost, one thread, a fresh process each. */
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { cache, prepareModels } from '../environment.ts';
import { figure, type Growth, type GroupResult, median } from '../samples.ts';
import { scorer } from '../worker.ts';

const FULL: Readonly<Record<string, readonly number[]>> = { trees: [10, 30, 100, 300, 1000, 2000], depth: [2, 4, 6, 8, 10], columns: [4, 16, 64, 256, 1000], rows: [1, 10, 100, 1000, 10_000, 100_000, 1_000_000] };
const SHORT: typeof FULL = { trees: [10, 20] };
/** Of the points on other axes. */
const ROWS = 10_000;

export async function growth(context: Context): Promise<GroupResult> {
  const { short, models, rounds, log } = context, axes = short ? SHORT : FULL;
  const folder = join(cache, short ? 'growth-short' : 'growth');
  prepareModels(folder, 'growth.py', [ROWS, ...Object.entries(axes).filter(([axis]) => axis !== 'rows').map(([axis, values]) => `${axis}=${values.join()}`)], log);
  const found: Growth[] = [];
  for (const [axis, values] of Object.entries(axes)) {
    const time: { x: number; name: string; y: number }[] = [], memory: typeof time = [];
    for (const x of values) {
      for (const [name, side] of [['mlmodel', 'ours'], ['XGBoost from Python', 'theirs']] as const) {
        const rows = axis === 'rows' ? x : ROWS, columns = axis === 'columns' ? x : 28;
        const one = await scorer(side, 'xgboost', axis === 'rows' ? models : join(folder, `${axis}-${x}`), 1, columns);
        try {
          // Short calls are timed more often, after both sides' warm-up.
          const calls = rows < ROWS ? 20 * rounds : rounds, ms: number[] = [];
          for (let i = rows < ROWS ? -20 : -1; i < calls; i++) {
            const { ms: each } = await one.ask({ op: 'time', method: 'margin', rows });
            if (i >= 0) ms.push(each as number);
          }
          const { mb } = await one.ask({ op: 'peak' });
          time.push({ x, name, y: (median(ms) * 1000) / rows });
          memory.push({ x, name, y: mb as number });
          log(`growth, ${axis} ${x}: ${name} ${figure((median(ms) * 1000) / rows)} µs/row, ${figure(mb as number)} MB`);
        } finally {
          await one.stop();
        }
      }
    }
    found.push({ id: `growth-${axis}-time`, axis, unit: 'µs a row', points: time }, { id: `growth-${axis}-memory`, axis, unit: 'MB, peak', points: memory });
  }
  return {
    comparisons: [],
    growth: found,
    method: ['XGBoost regressors of 500 complete trees, depth 6, 28 columns, drawn at random; 10,000 rows a call, one thread; one of the four grows. A fresh process for each point; the median of the calls after a warm-up, and the process’s peak resident memory (interpreter, library, model, rows and answer).'],
  };
}
