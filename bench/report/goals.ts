/** What must be reached, and what a run reached; the table at the top of the page is made of it, never edited. */
import { figure, times } from '../samples.ts';
import type { Results } from './results.ts';

interface Goal {
  readonly rival: string;
  readonly comparison: string;
  /** The series' name. */
  readonly against: string;
  /** The series that is ours. @default the first */
  readonly ours?: string;
  readonly atLeast: number;
}

interface Work {
  readonly work: string;
  readonly goals: readonly Goal[];
}

const batch = (library: string, against: string, atLeast: number): Goal[] =>
  [1, 2].map((threads) => ({ rival: `${against.split(' ')[0]}, ${threads === 1 ? 'one thread' : 'two threads'}`, comparison: `batch-${library}-${threads}`, against, atLeast }));

const WORKS: readonly Work[] = [
  {
    work: 'HTTP, one row',
    goals: [
      { rival: '`mlflow models serve`', comparison: 'http-1', against: 'mlflow models serve', atLeast: 150 },
      { rival: 'MLServer', comparison: 'http-1', against: 'MLServer', atLeast: 15 },
      { rival: 'FastAPI + xgboost', comparison: 'http-1', against: 'FastAPI + xgboost', atLeast: 8 },
    ],
  },
  { work: 'HTTP, one row', goals: [{ rival: 'the bare node:http floor', comparison: 'http-1', against: 'bare node:http', atLeast: 0.7 }] },
  {
    work: 'HTTP, 1000 rows, one process, two threads',
    goals: [
      { rival: '`mlflow models serve`', comparison: 'http-1000', ours: 'mlmodel, two threads', against: 'mlflow models serve', atLeast: 7 },
      { rival: 'MLServer', comparison: 'http-1000', ours: 'mlmodel, two threads', against: 'MLServer', atLeast: 1.8 },
    ],
  },
  { work: 'Bytes of a 1000 × 28 body → typed columns', goals: [{ rival: '`JSON.parse(buffer.toString())`', comparison: 'decode-rounded', against: 'JSON.parse(buffer.toString())', atLeast: 1.3 }] },
  {
    work: 'In process, one row',
    goals: [
      { rival: 'XGBoost from Python', comparison: 'single-xgboost-p50', against: 'XGBoost from Python', atLeast: 20 },
      { rival: 'LightGBM from Python', comparison: 'single-lightgbm-p50', against: 'LightGBM from Python', atLeast: 5 },
    ],
  },
  { work: 'In process, 1,000,000 rows', goals: [...batch('xgboost', 'XGBoost from Python', 1.5), ...batch('lightgbm', 'LightGBM from Python', 5), ...batch('catboost', 'CatBoost from Python', 1)] },
  { work: 'Exact TreeSHAP, 1000 rows, one thread', goals: [{ rival: 'XGBoost `pred_contribs`', comparison: 'contributions-xgboost', against: 'XGBoost from Python, pred_contribs=True', atLeast: 1 }] },
  {
    work: '`models predict`, CSV of 1,000,000 rows',
    goals: [
      { rival: 'MLflow: time', comparison: 'file-time', against: 'mlflow models predict', atLeast: 3 },
      { rival: 'MLflow: peak memory', comparison: 'file-memory', against: 'mlflow models predict', atLeast: 3 },
    ],
  },
];

/** A row for each of the eight kinds of work. */
export function goalTable({ comparisons }: Results): string {
  const lines = ['| work | against | at least | reached | |', '|---|---|---|---|---|'];
  for (const { work, goals } of WORKS) {
    const reached = goals.map(({ comparison, against, ours }) => {
      const found = comparisons[comparison];
      return found && times(found, against, ours);
    });
    const missed = goals.filter(({ atLeast }, i) => !((reached[i] ?? NaN) >= atLeast));
    lines.push(`| ${[
      work, goals.map(({ rival }) => rival).join(' / '), goals.map(({ atLeast }) => `${atLeast} ×`).join(' / '),
      reached.map((x) => (x === undefined ? 'not measured' : `${figure(x)} ×`)).join(' / '),
      missed.length === 0 ? 'met' : reached.some((x) => x === undefined) ? '' : `**missed**: ${missed.map(({ rival }) => rival).join(', ')}`,
    ].join(' | ')} |`);
  }
  return lines.join('\n');
}
