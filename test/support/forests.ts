import { CATEGORICAL, MISSING_LEFT, MISSING_NAN, MISSING_NONE, MISSING_ZERO, ONLY_NONNEGATIVE, ZERO_THRESHOLD, type Forest, type TreeNodes } from '../../src/engines/trees/forest.ts';
import { ForestBuilder } from '../../src/engines/trees/forest-builder.ts';

/** A small generator of numbers in [0, 1): the same seed, the same forest. */
function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How forests are drawn. */
export interface ForestPlan {
  readonly trees: number;
  /** Most leaves of a tree. */
  readonly leaves: number;
  /** How trees grow: every leaf alike, the newest leaf first, level by level, or so with one test a level (four trees of five). */
  readonly growth: 'ragged' | 'deep' | 'complete' | 'symmetric';
  readonly features?: number;
  readonly outputs?: number;
  readonly vector?: boolean;
  /** Share of categorical tests, and how large categories get. */
  readonly categorical?: number;
  readonly categories?: number;
  /** Distinct thresholds of a feature, about. */
  readonly thresholds?: number;
  readonly weights?: boolean;
  readonly linear?: boolean;
  readonly narrow?: boolean;
  readonly divisor?: number;
}

/** Values on every border: zeros, their neighbourhood, subnormals, infinities, what float32 cannot hold. */
const BORDERS = [NaN, 0, -0, ZERO_THRESHOLD, -ZERO_THRESHOLD, 1.0000000180025095e-35, 2e-35, 1e-40, 5e-324, -5e-324, Infinity, -Infinity, 3e38, 1e39, -1e39, -0.5, 2 ** 31, 0.1, Math.fround(0.1)];

/** Draws a forest. */
export function drawForest(seed: number, plan: ForestPlan): Forest {
  const next = random(seed), below = (n: number): number => Math.floor(next() * n);
  const { trees, leaves, growth, features = 7, outputs = 1, vector = false, categorical = 0, categories = 60, thresholds = 100, weights = false, linear = false, narrow = next() < 0.5, divisor = 1 } = plan;
  const leafSize = vector ? outputs : 1, sum = narrow ? 'float32' : 'float64', round = narrow ? Math.fround : (x: number): number => x;
  const builder = new ForestBuilder({
    features, outputs, leafSize, input: narrow && next() < 0.8 ? 'float32' : 'float64', comparison: next() < 0.5 ? '<' : '<=', sum, divisor,
    base: Float64Array.from({ length: outputs }, () => round(next() - 0.5)), categoriesAbove: next() < 0.5 ? -1 : ONLY_NONNEGATIVE,
  });
  const threshold = (): number => {
    if (next() < 0.1) return BORDERS[1 + below(BORDERS.length - 1)] as number;
    return round((below(thresholds) - thresholds / 2) / 8);
  };
  for (let t = 0; t < trees; t++) {
    const even = growth === 'complete' || growth === 'symmetric';
    const count = growth === 'symmetric' ? 2 ** below(Math.log2(leaves) + 1) : growth === 'complete' ? leaves : 1 + below(leaves), nodes = count - 1;
    const left: number[] = [], right: number[] = [], sets: Uint32Array[] = [], holes: [number[], number][] = [];
    const feature: number[] = [], limits: number[] = [], flags: number[] = [];
    for (let i = 0; i < nodes; i++) {
      if (i > 0) {
        const at = growth === 'ragged' ? below(holes.length) : even ? 0 : Math.max(0, holes.length - 1 - below(2));
        const [[side, node]] = holes.splice(at, 1) as [[number[], number]];
        side[node] = i;
      }
      holes.push([left, i], [right, i]);
      feature.push(below(features));
      const missing = [MISSING_NONE, MISSING_ZERO, MISSING_NAN][below(3)] as number, way = next() < 0.5 ? MISSING_LEFT : 0;
      if (next() < categorical) {
        const words = new Uint32Array(1 + below(Math.ceil(categories / 32)));
        for (let c = 0; c < 6; c++) words[below(words.length)]! |= 1 << below(32);
        limits.push(sets.push(words) - 1);
        flags.push(CATEGORICAL | missing | way);
      } else {
        limits.push(threshold());
        flags.push(missing | way);
      }
      const first = 2 ** Math.floor(Math.log2(i + 1)) - 1;
      if (growth === 'symmetric' && t % 5 !== 4) for (const list of [feature, limits, flags]) list[i] = list[first] as number;
    }
    holes.forEach(([side, node], leaf) => { side[node] = ~leaf; });
    const tree: TreeNodes = { feature, threshold: limits, left, right, flags, sets, value: Array.from({ length: count * leafSize }, () => round(next() * 2 - 1)), group: vector ? 0 : below(outputs), weight: weights ? round(next()) : 1 };
    const terms = linear && { features: Array.from({ length: count }, () => [below(features)]), coefficients: Array.from({ length: count }, () => [next()]), constants: Array.from({ length: count }, () => next()) };
    builder.add(terms ? { ...tree, linear: terms } : tree);
  }
  return builder.build();
}

/** Draws rows for a forest: near its thresholds and categories, and on the borders. */
export function drawRows(seed: number, rows: number, { features = 7, thresholds = 100, categories = 60 }: ForestPlan): Float64Array {
  const next = random(seed ^ 0x5bd1e995);
  return Float64Array.from({ length: rows * features }, () => {
    const kind = next();
    if (kind < 0.15) return BORDERS[Math.floor(next() * BORDERS.length)] as number;
    if (kind < 0.4) return Math.floor(next() * (categories + 3)) - 1 + (next() < 0.3 ? next() : 0);
    return (Math.floor(next() * thresholds) - thresholds / 2) / 8 + (next() < 0.5 ? 0 : (next() - 0.5) / 8);
  });
}
