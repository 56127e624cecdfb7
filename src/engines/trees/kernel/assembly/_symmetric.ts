/**
 * Symmetric trees: one test a level, whose outcomes for 64 rows become bits of 64 leaf numbers, from the left.
 */
import { LANES, Tree } from './_layout';

/** Trees whose values are added together, in their order, while a sum stays in its register. */
export const TOGETHER: i32 = 8;

/** Levels whose outcomes a byte holds. */
const BYTE_LEVELS: usize = 8;

/** Writes the leaf numbers of 64 rows, as bytes. */
export function symmetric64(tree: Tree, planes: usize, out: usize): void {
  levels64(tree.pairs, tree.pairs + usize(tree.pairCount) * 4, planes, out);
}

/** The same for trees of more levels than a byte holds: numbers of 16 bits; 128 bytes of scratch. */
export function deep64(tree: Tree, planes: usize, out: usize, scratch: usize): void {
  const end = tree.pairs + usize(tree.pairCount) * 4, middle = end - BYTE_LEVELS * 4;
  levels64(tree.pairs, middle, planes, scratch + 64);
  levels64(middle, end, planes, scratch);
  for (let at = scratch; at < scratch + 64; at += 16, out += 32) {
    const low = v128.load(at), high = v128.load(at, 64);
    v128.store(out, v128.shuffle<i8>(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(out, v128.shuffle<i8>(low, high, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
  }
}

/** Outcomes of the levels at `node` up to `end` as bits of 64 bytes, the first in the highest. */
function levels64(node: usize, end: usize, planes: usize, out: usize): void {
  let a = v128.splat<i8>(0), b = a, c = a, d = a;
  for (; node < end; node += 4) {
    const rank = planes + ((usize(load<u32>(node)) >> 2) & ~63), key = v128.load8_splat(node);
    // A test that holds is -1.
    a = v128.sub<i8>(v128.add<i8>(a, a), v128.gt<i8>(v128.load(rank), key));
    b = v128.sub<i8>(v128.add<i8>(b, b), v128.gt<i8>(v128.load(rank, 16), key));
    c = v128.sub<i8>(v128.add<i8>(c, c), v128.gt<i8>(v128.load(rank, 32), key));
    d = v128.sub<i8>(v128.add<i8>(d, d), v128.gt<i8>(v128.load(rank, 48), key));
  }
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
}

// @ts-ignore: decorator
@inline function two<N>(sum: v128, values: usize, leaves: usize): v128 {
  const a = values + (usize(load<N>(leaves)) << 3), b = values + (usize(load<N>(leaves, sizeof<N>())) << 3);
  return v128.add<f64>(sum, v128.load64_lane(b, v128.load64_zero(a), 1));
}

/** Adds the values of TOGETHER trees, whose leaf numbers stand one after another, to the sums of a block. */
export function addTogether<N>(trees: usize, leaves: usize, rows: i32, sums: usize): void {
  const a = valuesOf(trees, 0), b = valuesOf(trees, 1), c = valuesOf(trees, 2), d = valuesOf(trees, 3);
  const e = valuesOf(trees, 4), f = valuesOf(trees, 5), g = valuesOf(trees, 6), h = valuesOf(trees, 7);
  const next = LANES * sizeof<N>();
  for (const end = leaves + usize(rows) * sizeof<N>(); leaves < end; leaves += 2 * sizeof<N>(), sums += 16) {
    let sum = two<N>(v128.load(sums), a, leaves);
    sum = two<N>(sum, b, leaves + next);
    sum = two<N>(sum, c, leaves + 2 * next);
    sum = two<N>(sum, d, leaves + 3 * next);
    sum = two<N>(sum, e, leaves + 4 * next);
    sum = two<N>(sum, f, leaves + 5 * next);
    sum = two<N>(sum, g, leaves + 6 * next);
    v128.store(sums, two<N>(sum, h, leaves + 7 * next));
  }
}

// @ts-ignore: decorator
@inline function valuesOf(trees: usize, i: i32): usize {
  return changetype<Tree>(trees + usize(i) * offsetof<Tree>()).values;
}
