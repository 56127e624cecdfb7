/**
 * How a forest is cut into parts for the kernel: a part is a run of trees whose tests of one feature have so few distinct
 * thresholds and categories that a rank among them fits into 8 (or 16) bits.
 * @module
 */
import { CATEGORICAL, MISSING_LEFT, MISSING_NAN, MISSING_NONE, MISSING_TYPE, MISSING_ZERO, type Forest } from '../forest.ts';
import { distinctThresholds, isNumeric, rank, type DistinctThresholds } from '../ranks.ts';

/** A numeric feature of a part. */
export interface PlannedFeature {
  /** Column of the input. */
  readonly column: number;
  /** Distinct thresholds, ascending. */
  readonly cuts: Float64Array;
  /** One a rule for missing values; `special` is the rank of what is missing. */
  readonly columns: readonly { readonly plane: number; readonly special: number; readonly zero: boolean }[];
}

/** A categorical feature of a part under one rule for missing values. */
export interface PlannedCategories {
  readonly column: number;
  /** The first of two. */
  readonly plane: number;
  /** Distinct categories that the sets name, ascending: the code of one is its place. */
  readonly categories: Float64Array;
  /** Code of any other value; it is in no set. */
  readonly none: number;
  /** Code of a missing value: `none`, or where it goes left `none + 1`, which is in every set. */
  readonly missing: number;
  readonly nan: boolean;
  readonly zero: boolean;
}

/** A run of trees. */
export interface PlannedPart {
  readonly first: number;
  readonly end: number;
  /** Ranks take 16 bits. */
  readonly wide: boolean;
  readonly features: readonly PlannedFeature[];
  readonly categories: readonly PlannedCategories[];
  /** The first of its inner nodes. */
  readonly firstNode: number;
  /** Per inner node: its plane. */
  readonly plane: Int32Array;
  /** Per inner node: a row goes left when its rank is below this; 0 for categorical nodes. */
  readonly key: Int32Array;
  /** Planes of all columns. */
  readonly planes: number;
}

/** Most distinct thresholds of a feature: ranks are one more. */
const MOST_NARROW = 255, MOST_WIDE = 65_535;
/** Most categories of a feature: two codes are added, and a byte (or 16 bits) tells where eight of them are. */
const MOST_CODES_NARROW = 2046, MOST_CODES_WIDE = 2 ** 18;
/** Planes and leaves of a tree that a slot of one word can number; a narrow part has no more. */
const MOST_PLANES = 4095, MOST_LEAVES = 2047, MOST_PLANES_WIDE = 65_535;
/** A part costs a ranking of each row, which fewer trees are not worth. */
const FEWEST_TREES = 16;
/** Categories that all sets may name together; more are not worth their tables. */
const MOST_CATEGORIES = 2 ** 22;
const RULES = 16, RULE = MISSING_TYPE | MISSING_LEFT;
/** Rules for missing values that differ: none, and zero or NaN to the left or right. */
const RULES_USED = 5;
/** Categorical nodes of a mux tree; each takes a plane beside those of the columns. */
export const MOST_TESTS = 255;

/**
 * Cuts a forest into parts.
 * @param narrow whether 8 bits are worth having
 * @returns null for forests that no part can hold
 */
export function planForest(forest: Forest, narrow: boolean): readonly PlannedPart[] | null {
  const categories = namedCategories(forest);
  if (categories === null) return null;
  const mostCategories = Math.max(0, ...[...categories.values()].map((list) => list.length));
  const thresholds = distinctThresholds(forest), cut = nodeCuts(forest, thresholds);
  let most = 0;
  for (let t = 0; t < forest.trees; t++) most = Math.max(most, (forest.leafStart[t + 1] as number) - (forest.leafStart[t] as number));
  // A plane each for numbers and two for categories, at most five rules for missing values.
  const columns = RULES_USED * (thresholds.used.length + 2 * categories.size);
  const fits = narrow && mostCategories <= MOST_CODES_NARROW && most <= MOST_LEAVES && columns + MOST_TESTS <= MOST_PLANES;
  let starts = fits ? cutAt(forest, thresholds, cut, MOST_NARROW) : null, wide = false;
  if (starts === null || (starts.length > 1 && forest.trees / starts.length < FEWEST_TREES)) {
    wide = true;
    starts = mostCategories <= MOST_CODES_WIDE && columns <= MOST_PLANES_WIDE ? cutAt(forest, thresholds, cut, MOST_WIDE) : null;
  }
  return starts && starts.map((first, i) => planPart(forest, { first, end: starts[i + 1] ?? forest.trees, wide, thresholds, cut, categories }));
}

/** Per inner node its threshold's place among all cuts. */
function nodeCuts({ threshold, flags }: Forest, { feature, start, cuts }: DistinctThresholds): Int32Array {
  const out = new Int32Array(feature.length);
  for (let i = 0; i < out.length; i++) {
    if (!isNumeric(flags, i)) continue;
    const f = feature[i] as number, from = start[f] as number;
    out[i] = from + rank(cuts, from, start[f + 1] as number, threshold[i] as number, false);
  }
  return out;
}

/** First trees of parts with at most `most` cuts a feature; null when one tree has more. */
function cutAt(forest: Forest, { used, feature }: DistinctThresholds, cut: Int32Array, most: number): number[] | null {
  const { nodeStart, flags } = forest, starts: number[] = [];
  const seen = new Int32Array(cut.length === 0 ? 0 : cut.reduce((a, b) => Math.max(a, b), 0) + 1), count = new Int32Array(used.length);
  const add = (tree: number): boolean => {
    let fits = true;
    for (let i = nodeStart[tree] as number; i < (nodeStart[tree + 1] as number); i++) {
      const c = cut[i] as number;
      if (!isNumeric(flags, i) || seen[c] === starts.length) continue;
      seen[c] = starts.length;
      const f = feature[i] as number;
      count[f] = (count[f] as number) + 1;
      if ((count[f] as number) > most) fits = false;
    }
    return fits;
  };
  for (let t = 0; t < forest.trees; t++) {
    if (t > 0 && add(t)) continue;
    starts.push(t);
    count.fill(0);
    if (!add(t)) return null;
  }
  return starts;
}

interface Run {
  readonly first: number;
  readonly end: number;
  readonly wide: boolean;
  readonly thresholds: DistinctThresholds;
  readonly cut: Int32Array;
  readonly categories: ReadonlyMap<number, Float64Array>;
}

function planPart(forest: Forest, { first, end, wide, thresholds, cut, categories: named }: Run): PlannedPart {
  const { nodeStart, flags } = forest, { used, feature, start, cuts } = thresholds;
  const firstNode = nodeStart[first] as number, nodes = (nodeStart[end] as number) - firstNode;
  const plane = new Int32Array(nodes), key = new Int32Array(nodes);
  // Cuts and rules in use.
  const local = new Int32Array(cuts.length + 1), rules = new Uint8Array(used.length * RULES), sets = new Map<number, Uint8Array>();
  for (let i = 0; i < nodes; i++) {
    const node = firstNode + i, rule = ruleOf(flags[node] as number);
    if (isNumeric(flags, node)) {
      local[cut[node] as number] = 1;
      rules[(feature[node] as number) * RULES + rule] = 1;
    } else {
      const f = forest.feature[node] as number;
      if (!sets.has(f)) sets.set(f, new Uint8Array(RULES));
      (sets.get(f) as Uint8Array)[rule] = 1;
    }
  }
  let planes = 0;
  const planeOf = new Int32Array(rules.length), features: PlannedFeature[] = [];
  for (const [f, column] of used.entries()) {
    let count = 0;
    const from = start[f] as number, to = start[f + 1] as number, own = new Float64Array(to - from);
    for (let c = from; c < to; c++) {
      if (local[c] === 0) continue;
      own[count] = cuts[c] as number;
      local[c] = ++count;
    }
    if (count === 0) continue;
    const list = own.slice(0, count), columns: { plane: number; special: number; zero: boolean }[] = [];
    for (let rule = 0; rule < RULES; rule++) {
      if (rules[f * RULES + rule] === 0) continue;
      const none = (rule & MISSING_TYPE) === MISSING_NONE;
      planeOf[f * RULES + rule] = planes;
      columns.push({ plane: planes++, special: none ? rank(list, 0, count, 0, forest.comparison === '<') : (rule & MISSING_LEFT) !== 0 ? 0 : count, zero: (rule & MISSING_TYPE) === MISSING_ZERO });
    }
    features.push({ column, cuts: list, columns });
  }
  const categories: PlannedCategories[] = [], setPlanes = new Map<number, number>();
  for (const [column, own] of sets) {
    const list = named.get(column) as Float64Array, none = list.length;
    for (let rule = 0; rule < RULES; rule++) {
      if (own[rule] === 0) continue;
      const zero = (rule & MISSING_TYPE) === MISSING_ZERO;
      setPlanes.set(column * RULES + rule, planes);
      categories.push({ column, plane: planes, categories: list, none, missing: (rule & MISSING_LEFT) !== 0 ? none + 1 : none, nan: zero || (rule & MISSING_TYPE) === MISSING_NAN, zero });
      planes += 2;
    }
  }
  for (let i = 0; i < nodes; i++) {
    const node = firstNode + i, rule = ruleOf(flags[node] as number);
    if (isNumeric(flags, node)) {
      plane[i] = planeOf[(feature[node] as number) * RULES + rule] as number;
      key[i] = local[cut[node] as number] as number;
    } else plane[i] = setPlanes.get((forest.feature[node] as number) * RULES + rule) as number;
  }
  return { first, end, wide, features, categories, firstNode, plane, key, planes };
}

/** Where nothing is missing, the default way does not matter. */
function ruleOf(flags: number): number {
  return (flags & MISSING_TYPE) === MISSING_NONE ? MISSING_NONE : flags & RULE;
}

/** Per feature the categories that sets name, ascending; null when they are too many. */
function namedCategories({ categorical, feature, flags, threshold, setStart, setWords }: Forest): Map<number, Float64Array> | null {
  const named = new Map<number, Set<number>>();
  if (!categorical) return new Map();
  let budget = MOST_CATEGORIES;
  for (let i = 0; i < feature.length; i++) {
    if (((flags[i] as number) & CATEGORICAL) === 0) continue;
    const own = named.get(feature[i] as number) ?? new Set(), set = threshold[i] as number, first = setStart[set] as number;
    named.set(feature[i] as number, own);
    for (let w = first; w < (setStart[set + 1] as number); w++) {
      if (--budget < 0) return null;
      for (let bits = setWords[w] as number; bits !== 0; bits &= bits - 1) {
        if (--budget < 0) return null;
        own.add((w - first) * 32 + 31 - Math.clz32(bits & -bits));
      }
    }
  }
  return new Map([...named].map(([f, own]) => [f, Float64Array.from(own).sort()]));
}
