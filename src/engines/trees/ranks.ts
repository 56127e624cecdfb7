/**
 * A row as small integers: each value becomes its rank among the thresholds of its feature, so that one integer kernel
 * serves float32 and float64, `<` and `<=`, and every rule for missing values, all exactly.
 *
 * A rank column is one feature under one missing rule. The numeric test of a node is `rank < key`.
 * @module
 */
import { CATEGORICAL, MISSING_LEFT, MISSING_NONE, MISSING_TYPE, MISSING_ZERO, ZERO_THRESHOLD, type Forest } from './forest.ts';

/** Below and above every rank: missing goes left, missing goes right. */
const LEFT = -1;
const RIGHT = 0x7fffffff;

/** Turns rows into ranks, and thresholds into keys. */
export interface Ranks {
  /** Rank columns; column 0 holds a rank that fails every test. */
  readonly columns: number;
  /** The rank column of an inner node that is not categorical. */
  column(node: number): number;
  /** The key of an inner node that is not categorical. */
  key(node: number): number;
  /** Fills `out` (`columns` long) from the row of values that begins at `offset`. */
  fill(values: Float32Array | Float64Array, offset: number, out: Int32Array): void;
}

/** Prepares the ranks of a forest. */
export function compileRanks(forest: Forest): Ranks {
  const { comparison, threshold, flags } = forest;
  const upTo = comparison === '<';
  const { used, feature, start, cuts } = distinctThresholds(forest);
  const columns = listColumns(forest, feature, used.length);
  const total = columns.feature.length;
  // What a missing value, or zero under the rule "zero is missing", becomes.
  const special = new Int32Array(total);
  for (let c = 1; c < total; c++) {
    const f = columns.feature[c] as number, rule = columns.rule[c] as number;
    special[c] = (rule & MISSING_TYPE) === MISSING_NONE ? rank(cuts, start[f] as number, start[f + 1] as number, 0, upTo) : (rule & MISSING_LEFT) !== 0 ? LEFT : RIGHT;
  }
  special[0] = RIGHT;
  const columnFeature = Int32Array.from(columns.feature), inputColumn = Int32Array.from(used);
  const zeroIsMissing = Uint8Array.from(columns.rule, (rule) => ((rule & MISSING_TYPE) === MISSING_ZERO ? 1 : 0));
  const narrow = forest.input === 'float32';

  return {
    columns: total,
    column: (node) => columns.of(feature[node] as number, flags[node] as number),
    key(node) {
      const f = feature[node] as number, from = start[f] as number, to = start[f + 1] as number;
      return rank(cuts, from, to, threshold[node] as number, false) + 1;
    },
    fill(values, offset, out) {
      out[0] = RIGHT;
      let last = -1, x = 0, place = 0;
      for (let c = 1; c < total; c++) {
        const f = columnFeature[c] as number;
        if (f !== last) {
          last = f;
          const raw = values[offset + (inputColumn[f] as number)] as number;
          x = narrow ? Math.fround(raw) : raw;
          place = rank(cuts, start[f] as number, start[f + 1] as number, x, upTo);
        }
        const missing = x !== x || (zeroIsMissing[c] === 1 && x <= ZERO_THRESHOLD && x >= -ZERO_THRESHOLD);
        out[c] = missing ? (special[c] as number) : place;
      }
    },
  };
}

/** How many of the sorted cuts are below x (`upTo`: below or equal). */
export function rank(cuts: Float64Array, from: number, to: number, x: number, upTo: boolean): number {
  let low = from, count = to - from;
  // The number of steps depends on the count alone, and no step branches on the data.
  if (upTo) {
    while (count > 1) {
      const half = count >> 1;
      low += -Number((cuts[low + half - 1] as number) <= x) & half;
      count -= half;
    }
    return low - from + (count === 1 ? Number((cuts[low] as number) <= x) : 0);
  }
  while (count > 1) {
    const half = count >> 1;
    low += -Number((cuts[low + half - 1] as number) < x) & half;
    count -= half;
  }
  return low - from + (count === 1 ? Number((cuts[low] as number) < x) : 0);
}

/** The distinct thresholds of a forest by feature. */
export interface DistinctThresholds {
  /** Features that numeric tests use, ascending. */
  readonly used: readonly number[];
  /** Per inner node: its feature's number among `used`. */
  readonly feature: Int32Array;
  /** Ascending; those of the used feature f are cuts[start[f]] … cuts[start[f + 1] - 1]. */
  readonly cuts: Float64Array;
  readonly start: Int32Array;
}

/** Sorts the thresholds of numeric tests. */
export function distinctThresholds(forest: Forest): DistinctThresholds {
  const { used, feature } = usedFeatures(forest);
  return { used, feature, ...sortedCuts(forest, feature, used.length) };
}

/** The features that numeric tests use, ascending, and per inner node its feature's number among them; so unused ones cost nothing. */
function usedFeatures({ feature, flags }: Forest): { used: number[]; feature: Int32Array } {
  const seen = new Set<number>();
  for (let i = 0; i < feature.length; i++) if (isNumeric(flags, i)) seen.add(feature[i] as number);
  const used = [...seen].sort((a, b) => a - b), number = new Map(used.map((f, i) => [f, i]));
  return { used, feature: feature.map((f) => number.get(f) ?? 0) };
}

export function isNumeric(flags: Uint8Array, node: number): boolean {
  return ((flags[node] as number) & CATEGORICAL) === 0;
}

/** The distinct thresholds of each used feature, ascending: those of feature f are cuts[start[f]] … cuts[start[f + 1] - 1]. */
function sortedCuts({ threshold, flags }: Forest, feature: Int32Array, features: number): { start: Int32Array; cuts: Float64Array } {
  const begin = new Int32Array(features + 1);
  for (let i = 0; i < feature.length; i++) if (isNumeric(flags, i)) begin[(feature[i] as number) + 1] = (begin[(feature[i] as number) + 1] as number) + 1;
  for (let f = 0; f < features; f++) begin[f + 1] = (begin[f + 1] as number) + (begin[f] as number);
  const all = new Float64Array(begin[features] as number), next = begin.slice();
  for (let i = 0; i < feature.length; i++) {
    if (!isNumeric(flags, i)) continue;
    const f = feature[i] as number, at = next[f] as number;
    all[at] = (threshold[i] as number) + 0; // -0 and 0 are one threshold
    next[f] = at + 1;
  }
  const start = new Int32Array(features + 1);
  let kept = 0;
  for (let f = 0; f < features; f++) {
    start[f] = kept;
    const sorted = all.subarray(begin[f], begin[f + 1]).sort();
    for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) all[kept++] = sorted[i] as number;
  }
  start[features] = kept;
  return { start, cuts: all.slice(0, kept) };
}

/** The rank columns in use, in order of feature. */
function listColumns({ flags }: Forest, feature: Int32Array, features: number): { feature: number[]; rule: number[]; of(feature: number, flags: number): number } {
  const SLOTS = 16, RULE = MISSING_TYPE | MISSING_LEFT;
  const used = new Uint8Array(features * SLOTS);
  const slotOf = (f: number, flag: number): number => f * SLOTS + ((flag & MISSING_TYPE) === MISSING_NONE ? 0 : flag & RULE);
  for (let i = 0; i < feature.length; i++) if (isNumeric(flags, i)) used[slotOf(feature[i] as number, flags[i] as number)] = 1;
  const columnOf = new Int32Array(features * SLOTS), columnFeature = [0], rule = [0];
  for (let slot = 0; slot < used.length; slot++) {
    if (used[slot] === 0) continue;
    columnOf[slot] = columnFeature.length;
    columnFeature.push(Math.floor(slot / SLOTS));
    rule.push(slot % SLOTS);
  }
  return { feature: columnFeature, rule, of: (f, flag) => columnOf[slotOf(f, flag)] as number };
}
