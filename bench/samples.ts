/** What a run measures: values by round, side by side, and the ratios between them. */

/** One contender's values, one a round. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

/** Contenders measured in turn, round by round. */
export interface Comparison {
  /** Stable: goals and pictures find it by this. */
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  /** The first is ours. */
  readonly series: readonly Series[];
}

/** How time or memory grows along one axis. */
export interface Growth {
  readonly id: string;
  readonly axis: string;
  readonly unit: string;
  readonly points: readonly { readonly x: number; readonly name: string; readonly y: number }[];
}

/** What one row group of the table found. */
export interface GroupResult {
  readonly comparisons: readonly Comparison[];
  readonly growth?: readonly Growth[];
  /** Where it took other than the run's. */
  readonly rounds?: number;
  /** What the tables' readers must know: settings of the rivals, how much was timed. */
  readonly method: readonly string[];
}

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/** NaN of none. */
export function median(values: readonly number[]): number {
  const all = sorted(values), middle = all.length >> 1;
  return all.length % 2 === 1 ? (all[middle] as number) : ((all[middle - 1] ?? NaN) + (all[middle] ?? NaN)) / 2;
}

/** A figure for people: three digits, or whole from 100 on. */
export function figure(x: number): string {
  return x >= 100 ? Math.round(x).toLocaleString('en') : Number.isFinite(x) ? x.toPrecision(3) : '–';
}

/** How many times better `ours` is than `rival`: the median over the pairs of each round; undefined where one is missing. */
export function times({ series, better }: Comparison, rival: string, ours: string = series[0]?.name ?? ''): number | undefined {
  const own = series.find(({ name }) => name === ours), other = series.find(({ name }) => name === rival);
  if (!own || !other) return undefined;
  const pairs = Math.min(own.values.length, other.values.length);
  if (pairs === 0) return undefined;
  return median(Array.from({ length: pairs }, (_, i) => {
    const a = own.values[i] as number, b = other.values[i] as number;
    return better === 'more' ? a / b : b / a;
  }));
}

/** Something that can be measured once a round. */
export interface Contender {
  readonly name: string;
  measure(): Promise<number>;
}

/** Measures contenders in turn, `rounds` times after `warmUps` unrecorded ones, so that the machine's drift meets all alike. */
export async function inTurn(contenders: readonly Contender[], rounds: number, warmUps: number, said: (name: string, round: number, value: number) => void): Promise<Series[]> {
  const values = contenders.map((): number[] => []);
  for (let round = -warmUps; round < rounds; round++) {
    // Every second round goes backwards: nobody always follows the same neighbour.
    const order = contenders.map((_, i) => i);
    if (round % 2 !== 0) order.reverse();
    for (const i of order) {
      const { name, measure } = contenders[i] as Contender, value = await measure();
      if (round < 0) continue;
      (values[i] as number[]).push(value);
      said(name, round + 1, value);
    }
  }
  return contenders.map(({ name }, i) => ({ name, values: values[i] as number[] }));
}
