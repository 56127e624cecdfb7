/**
 * Statistics of categories: tables from 64-bit hashes to counts, and the numbers made of the counts, in float32.
 * Source: catboost/libs/model: static_ctr_provider.cpp, online_ctr.h, hash.h.
 * @module
 */
import type { CatboostCtr, CatboostTable } from '../../formats/catboost-model.ts';

/** CatBoost's multiplier for hashes of combinations, in two halves. */
const HIGH = 0x4906ba49, LOW = 0x4954cb65, LOW0 = LOW & 0xffff, LOW1 = LOW >>> 16;

/** The hash of a combination: starts at 0, takes in one number after another by `r = M·(r + M·x)` modulo 2^64. */
export class CombinationHash {
  low = 0;
  high = 0;

  reset(): void {
    this.low = 0;
    this.high = 0;
  }

  /** Takes in a signed 32-bit number, extended to 64 bits. */
  take(x: number): void {
    const { low, high } = this;
    this.low = x >>> 0;
    this.high = x < 0 ? 0xffffffff : 0;
    this.#multiply();
    const sum = this.low + low;
    this.high = (this.high + high + (sum > 0xffffffff ? 1 : 0)) >>> 0;
    this.low = sum >>> 0;
    this.#multiply();
  }

  /** Times M, in products of 16 bits, which are exact in doubles. */
  #multiply(): void {
    const { low, high } = this, a0 = low & 0xffff, a1 = low >>> 16;
    const p0 = a0 * LOW0, middle = a0 * LOW1 + a1 * LOW0 + Math.floor(p0 / 65536);
    this.low = ((middle % 65536) * 65536 + (p0 & 0xffff)) >>> 0;
    this.high = (a1 * LOW1 + Math.floor(middle / 65536) + Math.imul(low, HIGH) + Math.imul(high, LOW)) >>> 0;
  }
}

/** Finds the entries of a table by search in their sorted hashes, which no file can make slow. */
export class CtrTable {
  readonly table: CatboostTable;
  /** Entries by hash; of equal hashes the first in the file is first. */
  readonly #order: Uint32Array;
  readonly #low: Uint32Array;
  readonly #high: Uint32Array;

  constructor(table: CatboostTable) {
    const { low, high } = table;
    this.table = table;
    this.#order = Uint32Array.from(low, (_, i) => i).sort((a, b) => (high[a] as number) - (high[b] as number) || (low[a] as number) - (low[b] as number) || a - b);
    this.#low = this.#order.map((entry) => low[entry] as number);
    this.#high = this.#order.map((entry) => high[entry] as number);
  }

  /** The entry of a hash; the number of entries where there is none. */
  find(low: number, high: number): number {
    const lows = this.#low, highs = this.#high;
    let from = 0, to = lows.length;
    while (from < to) {
      const middle = (from + to) >>> 1, h = highs[middle] as number;
      if (h < high || (h === high && (lows[middle] as number) < low)) from = middle + 1;
      else to = middle;
    }
    return lows[from] === low && highs[from] === high ? (this.#order[from] as number) : lows.length;
  }
}

/** The number of each entry of its table under a statistic, and last that of a hash which is not in the table. */
export function ctrValues(ctr: CatboostCtr, table: CatboostTable): Float32Array {
  const { counts, width } = table, entries = table.low.length, round = Math.fround;
  const value = (count: number, total: number): number => {
    const ratio = round(round(round(count) + ctr.priorNumerator) / round(round(total) + ctr.priorDenominator));
    return round(round(ratio + ctr.shift) * ctr.scale);
  };
  const sum = (from: number, to: number): number => {
    let total = 0;
    for (let i = from; i < to; i++) total += counts[i] as number;
    return total;
  };
  const of = (entry: number): number => {
    const at = entry * width, total = sum(at, at + width);
    switch (ctr.type) {
      case 'BinarizedTargetMeanValue': case 'FloatTargetMeanValue': return value(counts[at] as number, counts[at + 1] as number);
      case 'Counter': case 'FeatureFreq': return value(counts[at] as number, table.denominator);
      case 'Buckets': return value(counts[at + ctr.targetBorder] as number, total);
      // Of two classes the second counts, whatever the border.
      case 'Borders': return value(sum(width > 2 ? at + ctr.targetBorder + 1 : at + 1, at + width), total);
    }
  };
  const out = new Float32Array(entries + 1);
  for (let i = 0; i < entries; i++) out[i] = of(i);
  out[entries] = value(0, ctr.type === 'Counter' || ctr.type === 'FeatureFreq' ? table.denominator : 0);
  return out;
}
