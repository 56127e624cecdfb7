/**
 * Statistics of categories: tables from 64-bit hashes to counts, and the numbers made of the counts, in float32.
 * Source: catboost/libs/model: static_ctr_provider.cpp, online_ctr.h, hash.h.
 * @module
 */
import type { CatboostCtr, CatboostTable } from '../../../formats/catboost-model.ts';

/** CatBoost's multiplier for hashes of combinations, in two halves. */
const HIGH = 0x4906ba49, LOW = 0x4954cb65, LOW0 = LOW & 0xffff, LOW1 = LOW >>> 16;

/**
 * Hashes of the combinations of many rows. The hash of a row starts at 0 and takes in one number after another by
 * `r = M·(r + M·x)` modulo 2^64. Halves are kept as signed 32-bit numbers.
 */
export class CombinationHashes {
  readonly low: Int32Array;
  readonly high: Int32Array;

  constructor(rows: number) {
    this.low = new Int32Array(rows);
    this.high = new Int32Array(rows);
  }

  /** All at 0. */
  reset(): void {
    this.low.fill(0);
    this.high.fill(0);
  }

  /** Takes in a signed 32-bit number each, extended to 64 bits; `rows` of them from `from` on. */
  take(numbers: Int32Array, from: number, rows: number): void {
    const { low, high } = this;
    for (let r = 0; r < rows; r++) {
      const x = numbers[from + r] as number, l = low[r] as number, sum = (l + Math.imul(x, LOW)) | 0;
      const h = (high[r] as number) + highOf(x, x >> 31) + carryOf(sum, l);
      low[r] = Math.imul(sum, LOW);
      high[r] = highOf(sum, h | 0);
    }
  }

  /** Takes in a bit each. */
  takeBits(bits: Uint8Array, rows: number): void {
    const { low, high } = this;
    for (let r = 0; r < rows; r++) {
      // M·0 is 0, M·1 is M.
      const mask = -(bits[r] as number), l = low[r] as number, sum = (l + (LOW & mask)) | 0;
      const h = (high[r] as number) + (HIGH & mask) + carryOf(sum, l);
      low[r] = Math.imul(sum, LOW);
      high[r] = highOf(sum, h | 0);
    }
  }
}

/** 1 where a sum of low halves went past 32 bits, so that it is below what was added to. */
function carryOf(sum: number, low: number): number {
  return sum >>> 0 < low >>> 0 ? 1 : 0;
}

/** The high half of a number times M, from products of 16 bits. */
function highOf(low: number, high: number): number {
  const a0 = low & 0xffff, a1 = low >>> 16, p = Math.imul(a0, LOW1), q = Math.imul(a1, LOW0);
  const carry = (Math.imul(a0, LOW0) >>> 16) + (p & 0xffff) + (q & 0xffff);
  return (Math.imul(a1, LOW1) + (p >>> 16) + (q >>> 16) + (carry >>> 16) + Math.imul(low, HIGH) + Math.imul(high, LOW)) | 0;
}

/** Tables of fewer entries have four places for each, others two. */
const SMALL = 2 ** 18;
/** Searches longer than this are not worth a hash table. */
const MOST_PROBES = 32;

/**
 * Finds the entries of a table. Its hashes are good, so their low bits say where they are; where a file has made them collide,
 * a search in the sorted hashes takes over, which no file can make slow.
 */
export class CtrTable {
  readonly table: CatboostTable;
  /** Entries by hash; of equal hashes the first in the file is first. */
  readonly #order: Int32Array;
  /** Per place four numbers: low and high half, the entry and one (0 where free), nothing; null where hashes collide. */
  readonly places: Int32Array | null;
  readonly #mask: number;

  constructor(table: CatboostTable) {
    const low = Int32Array.from(table.low), high = Int32Array.from(table.high);
    this.table = table;
    this.#order = Int32Array.from(low, (_, i) => i).sort((a, b) => (high[a] as number) - (high[b] as number) || (low[a] as number) - (low[b] as number) || a - b);
    this.#mask = 2 ** Math.max(2, (low.length < SMALL ? 34 : 33) - Math.clz32(low.length)) - 1;
    this.places = this.#fill(low, high);
  }

  /** The entry of a hash of signed halves; the number of entries where there is none. */
  find(low: number, high: number): number {
    const { places } = this;
    if (places === null) return this.#search(low, high);
    for (let at = (low & this.#mask) << 2; ; at = (at + 4) & (places.length - 1)) {
      const entry = places[at + 2] as number;
      if (entry === 0) return this.#order.length;
      if (places[at] === low && places[at + 1] === high) return entry - 1;
    }
  }

  /** At most half full, so that every search ends; null where one would be long. */
  #fill(low: Int32Array, high: Int32Array): Int32Array | null {
    const places = new Int32Array((this.#mask + 1) << 2);
    for (let i = 0; i < low.length; i++) {
      const l = low[i] as number, h = high[i] as number;
      let at = (l & this.#mask) << 2, probes = 0;
      while (places[at + 2] !== 0 && (places[at] !== l || places[at + 1] !== h)) {
        at = (at + 4) & (places.length - 1);
        if (++probes > MOST_PROBES) return null;
      }
      if (places[at + 2] === 0) places.set([l, h, i + 1], at);
    }
    return places;
  }

  #search(low: number, high: number): number {
    const order = this.#order, { table } = this;
    let from = 0, to = order.length;
    while (from < to) {
      const middle = (from + to) >>> 1, entry = order[middle] as number, h = (table.high[entry] as number) | 0;
      if (h < high || (h === high && ((table.low[entry] as number) | 0) < low)) from = middle + 1;
      else to = middle;
    }
    const entry = order[from];
    return entry !== undefined && ((table.low[entry] as number) | 0) === low && ((table.high[entry] as number) | 0) === high ? entry : order.length;
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
