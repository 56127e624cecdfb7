/** Answers are compared before they are timed: whoever answers otherwise fails the run. */
import { join } from 'node:path';
import { readFloat64 } from './float64.ts';
import type { Scorer } from './worker.ts';

/** What a contender answers for rows: raw scores, probabilities of class 1, or labels 0 and 1. */
export type Kind = 'margin' | 'probability' | 'label';

export interface Answering {
  readonly name: string;
  readonly scorer: Scorer;
  readonly method: string;
  readonly kind: Kind;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Holds every contender's answers for the first `rows` rows against the margins of the first: margins to 1e-6 of their size, labels
 * exactly, probabilities to 1e-4 on 99.9 % of the rows (converted models have thresholds of float32).
 */
export async function agree(about: string, contenders: readonly Answering[], rows: number, scratch: string): Promise<void> {
  let margins: Float64Array = new Float64Array(0);
  for (const [i, { name, scorer, method, kind }] of contenders.entries()) {
    const write = join(scratch, `answer-${i}.f64`);
    await scorer.ask({ op: 'time', method, rows, write });
    const answer = readFloat64(write);
    if (answer.length !== rows) throw new Error(`${about}: ${name} answered ${answer.length} values for ${rows} rows`);
    if (i === 0) margins = answer;
    const wrong = answer.reduce((count, x, r) => count + Number(!same(margins[r] as number, x, kind)), 0);
    if (wrong > (kind === 'probability' ? rows / 1000 : 0)) throw new Error(`${about}: ${wrong} of ${rows} rows of ${name} differ from ours`);
  }
}

function same(margin: number, answer: number, kind: Kind): boolean {
  switch (kind) {
    case 'margin': return Math.abs(margin - answer) <= 1e-6 * Math.max(1, Math.abs(answer));
    case 'probability': return Math.abs(sigmoid(margin) - answer) < 1e-4;
    case 'label': return answer === Number(margin > 0);
  }
}
