/**
 * Statistics of categories, grouped by the combination they are over, whose hash is worked out once; the plain way to fill their
 * columns.
 * @module
 */
import { CombinationHashes, type CtrTable } from './ctr-table.ts';

/** Statistics over one combination. */
export interface CtrGroup {
  /** Slots of the hashes of categorical features. */
  readonly categoricals: readonly number[];
  readonly floats: readonly { readonly column: number; readonly border: number; readonly nanPasses: boolean }[];
  readonly oneHots: readonly { readonly slot: number; readonly value: number }[];
  /** Columns to fill; `values` are the numbers of the table's entries and that of no entry. */
  readonly parts: { readonly column: number; readonly table: CtrTable; readonly values: Float32Array }[];
}

/** Rows filled together, so that they stay in the cache while columns are filled one by one. */
const BLOCK = 64;

/** Fills the columns of groups: rows `count` columns wide, hashes per slot. */
export function fillCtrs(groups: readonly CtrGroup[], count: number, values: Float32Array, rows: number, hashes: readonly Int32Array[]): void {
  const state = new CombinationHashes(Math.min(rows, BLOCK)), bits = new Uint8Array(state.low.length);
  for (let first = 0; first < rows; first += BLOCK) {
    const n = Math.min(BLOCK, rows - first), start = first * count;
    for (const group of groups) {
      combine(group, values, start, count, first, n, hashes, state, bits);
      const { low, high } = state;
      for (const { column, table, values: numbers } of group.parts) {
        for (let r = 0, at = start + column; r < n; r++, at += count) values[at] = numbers[table.find(low[r] as number, high[r] as number)] as number;
      }
    }
  }
}

/** Hashes of a group's combination for `rows` rows. */
function combine(group: CtrGroup, values: Float32Array, start: number, count: number, first: number, rows: number, hashes: readonly Int32Array[], state: CombinationHashes, bits: Uint8Array): void {
  state.reset();
  for (const slot of group.categoricals) state.take(hashes[slot] as Int32Array, first, rows);
  for (const { column, border, nanPasses } of group.floats) {
    for (let r = 0, at = start + column; r < rows; r++, at += count) {
      const x = values[at] as number;
      bits[r] = Number(x > border || (nanPasses && x !== x));
    }
    state.takeBits(bits, rows);
  }
  for (const { slot, value } of group.oneHots) {
    const hash = hashes[slot] as Int32Array;
    for (let r = 0; r < rows; r++) bits[r] = Number(hash[first + r] === value);
    state.takeBits(bits, rows);
  }
}
