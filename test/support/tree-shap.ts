/** TreeSHAP as it is defined, and as its authors wrote it down: what the quick ways are held against. */
import type { Forest } from '../../src/engines/trees/forest.ts';
import { goesLeft } from '../../src/engines/trees/plain-walk.ts';

type Row = Float32Array | Float64Array;

const cover = (forest: Forest, node: number): number => (node < 0 ? forest.cover!.leaf[~node]! : forest.cover!.node[node]!);

const goes = (forest: Forest, node: number, row: Row): boolean => goesLeft(forest, node, forest.flags[node]!, row[forest.feature[node]!]!);

/** What a tree is expected to give when only the features of `known` are known: value `k` of its leaves. */
function expected(forest: Forest, tree: number, row: Row, known: number, k: number): number {
  const visit = (node: number): number => {
    if (node < 0) return forest.value[~node * forest.leafSize + k]!;
    const { left, right } = forest, f = forest.feature[node]!;
    if ((known & (1 << f)) !== 0) return visit(goes(forest, node, row) ? left[node]! : right[node]!);
    return (visit(left[node]!) * cover(forest, left[node]!) + visit(right[node]!) * cover(forest, right[node]!)) / cover(forest, node);
  };
  return visit(forest.root[tree]!);
}

const factorial = (x: number): number => (x < 2 ? 1 : x * factorial(x - 1));
const sizeOf = (set: number): number => set.toString(2).replaceAll('0', '').length;

/** Shapley values by their definition, over all subsets of features; the mean last. */
export function shapley(forest: Forest, tree: number, row: Row, k: number): number[] {
  const n = forest.features;
  const worth = Array.from({ length: 2 ** n }, (_, known) => expected(forest, tree, row, known, k));
  const out = Array.from({ length: n }, (_, f) => {
    let sum = 0;
    for (let set = 0; set < 2 ** n; set++) {
      if ((set & (1 << f)) !== 0) continue;
      const size = sizeOf(set);
      sum += ((factorial(size) * factorial(n - size - 1)) / factorial(n)) * (worth[set | (1 << f)]! - worth[set]!);
    }
    return sum;
  });
  return [...out, worth[0]!];
}

/** The Shapley interaction index of two features by its definition, half of it. */
export function interaction(forest: Forest, tree: number, row: Row, k: number, i: number, j: number): number {
  const n = forest.features, a = 1 << i, b = 1 << j, worth = (known: number): number => expected(forest, tree, row, known, k);
  let sum = 0;
  for (let set = 0; set < 2 ** n; set++) {
    if ((set & (a | b)) !== 0) continue;
    const size = sizeOf(set);
    sum += ((factorial(size) * factorial(n - size - 2)) / (2 * factorial(n - 1))) * (worth(set | a | b) - worth(set | a) - worth(set | b) + worth(set));
  }
  return sum;
}

interface Element { feature: number; zero: number; one: number; weight: number }

/**
 * The recursion of "Consistent Individualized Feature Attribution for Tree Ensembles" in float32, visiting first where the row
 * goes. `condition`: 1 knows the feature `fixed`, -1 leaves it unknown, 0 asks for plain contributions.
 */
export function recursion(forest: Forest, tree: number, row: Row, condition: -1 | 0 | 1 = 0, fixed: number = -1): Float32Array {
  const { fround } = Math, phi = new Float32Array(forest.features);
  const extend = (path: Element[], zero: number, one: number, feature: number): void => {
    const d = path.length;
    path.push({ feature, zero, one, weight: d === 0 ? 1 : 0 });
    for (let i = d - 1; i >= 0; i--) {
      path[i + 1]!.weight = fround(path[i + 1]!.weight + fround(fround(fround(one * path[i]!.weight) * (i + 1)) / (d + 1)));
      path[i]!.weight = fround(fround(fround(zero * path[i]!.weight) * (d - i)) / (d + 1));
    }
  };
  const unwind = (path: Element[], at: number): void => {
    const d = path.length - 1, { one, zero } = path[at]!;
    let next = path[d]!.weight;
    for (let i = d - 1; i >= 0; i--) {
      const before = path[i]!.weight;
      if (one !== 0) {
        path[i]!.weight = fround(fround(next * (d + 1)) / fround((i + 1) * one));
        next = fround(before - fround(fround(fround(path[i]!.weight * zero) * (d - i)) / (d + 1)));
      } else path[i]!.weight = fround(fround(before * (d + 1)) / fround(zero * (d - i)));
    }
    for (let i = at; i < d; i++) path[i] = { ...path[i + 1]!, weight: path[i]!.weight };
    path.pop();
  };
  const unwoundSum = (path: readonly Element[], at: number): number => {
    const d = path.length - 1, { one, zero } = path[at]!;
    let next = path[d]!.weight, total = 0;
    for (let i = d - 1; i >= 0; i--) {
      if (one !== 0) {
        const part = fround(fround(next * (d + 1)) / fround((i + 1) * one));
        total = fround(total + part);
        next = fround(path[i]!.weight - fround(fround(part * zero) * fround((d - i) / (d + 1))));
      } else if (zero !== 0) total = fround(total + fround(fround(path[i]!.weight / zero) / fround((d - i) / (d + 1))));
    }
    return total;
  };
  const visit = (node: number, above: readonly Element[], zero: number, one: number, feature: number, fraction: number): void => {
    if (fraction === 0) return;
    const path = above.map((element) => ({ ...element }));
    if (condition === 0 || feature !== fixed) extend(path, zero, one, feature);
    if (node < 0) {
      for (let i = 1; i < path.length; i++) {
        const { feature: f, one: o, zero: z } = path[i]!;
        phi[f] = phi[f]! + fround(fround(fround(unwoundSum(path, i) * fround(o - z)) * forest.value[~node]!) * fraction);
      }
      return;
    }
    const { left, right } = forest, isLeft = goes(forest, node, row), f = forest.feature[node]!;
    const hot = isLeft ? left[node]! : right[node]!, cold = isLeft ? right[node]! : left[node]!;
    const hotShare = fround(cover(forest, hot) / cover(forest, node)), coldShare = fround(cover(forest, cold) / cover(forest, node));
    let zeroBefore = 1, oneBefore = 1;
    const at = path.findIndex((element) => element.feature === f);
    if (at >= 0) {
      ({ zero: zeroBefore, one: oneBefore } = path[at]!);
      unwind(path, at);
    }
    const isFixed = condition !== 0 && f === fixed;
    visit(hot, path, fround(hotShare * zeroBefore), oneBefore, f, isFixed && condition < 0 ? fround(fraction * hotShare) : fraction);
    visit(cold, path, fround(coldShare * zeroBefore), 0, f, isFixed ? (condition < 0 ? fround(fraction * coldShare) : 0) : fraction);
  };
  visit(forest.root[tree]!, [], 1, 1, -1, 1);
  return phi;
}
