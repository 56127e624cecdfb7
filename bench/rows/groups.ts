/** The row groups of the table, in the order of the page. */
import type { Context } from '../context.ts';
import type { GroupResult } from '../samples.ts';
import { batch } from './batch.ts';
import { contributions } from './contributions.ts';
import { decode } from './decode.ts';
import { growth } from './growth.ts';
import { http } from './http.ts';
import { predictFile } from './predict-file.ts';
import { singleRow } from './single-row.ts';
import { coldStart } from './start.ts';

export interface Group {
  /** As `--only` names it. */
  readonly letter: string;
  readonly title: string;
  measure(context: Context): Promise<GroupResult>;
}

export const groups: readonly Group[] = [
  { letter: 'a', title: 'HTTP', measure: http },
  { letter: 'b', title: 'One row, in process', measure: singleRow },
  { letter: 'c', title: 'A million rows, in process', measure: batch },
  { letter: 'd', title: 'Cold start and memory', measure: coldStart },
  { letter: 'e', title: 'A CSV file', measure: predictFile },
  { letter: 'f', title: 'Attributions', measure: contributions },
  { letter: 'g', title: 'Growth', measure: growth },
  { letter: 'h', title: 'Decoding a request', measure: decode },
];
