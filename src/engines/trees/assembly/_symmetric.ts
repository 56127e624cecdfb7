/**
 * Symmetric trees: one test a level, whose outcomes for 64 rows become bits of 64 leaf numbers, from the left.
 */
import { LANES, Tree } from './_layout';

/** Trees whose values are added together, in their order, while a sum stays in its register. */
export const TOGETHER: i32 = 8;

/** Writes the leaf numbers of 64 rows. */
export function symmetric64(tree: Tree, planes: usize, out: usize): void {
  let a = v128.splat<i8>(0), b = a, c = a, d = a;
  let node = tree.pairs, end = node + usize(tree.pairCount) * 4;
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
@inline function two(sum: v128, values: usize, leaves: usize): v128 {
  const a = values + (usize(load<u8>(leaves)) << 3), b = values + (usize(load<u8>(leaves, 1)) << 3);
  return v128.add<f64>(sum, v128.load64_lane(b, v128.load64_zero(a), 1));
}

/** Adds the values of TOGETHER trees, whose leaf numbers stand one after another, to the sums of a block. */
export function addTogether(trees: usize, leaves: usize, rows: i32, sums: usize): void {
  const a = valuesOf(trees, 0), b = valuesOf(trees, 1), c = valuesOf(trees, 2), d = valuesOf(trees, 3);
  const e = valuesOf(trees, 4), f = valuesOf(trees, 5), g = valuesOf(trees, 6), h = valuesOf(trees, 7);
  for (const end = leaves + usize(rows); leaves < end; leaves += 2, sums += 16) {
    let sum = two(v128.load(sums), a, leaves);
    sum = two(sum, b, leaves + LANES);
    sum = two(sum, c, leaves + 2 * LANES);
    sum = two(sum, d, leaves + 3 * LANES);
    sum = two(sum, e, leaves + 4 * LANES);
    sum = two(sum, f, leaves + 5 * LANES);
    sum = two(sum, g, leaves + 6 * LANES);
    v128.store(sums, two(sum, h, leaves + 7 * LANES));
  }
}

// @ts-ignore: decorator
@inline function valuesOf(trees: usize, i: i32): usize {
  return changetype<Tree>(trees + usize(i) * offsetof<Tree>()).values;
}
