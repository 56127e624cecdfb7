/**
 * Every node of a tree tested for 16 rows at once, leaves chosen from the bottom up: no row waits for where it goes.
 *
 * A result is the number of the leaf, from the left, that a row reaches below a node: 64 bytes, one a row. Results of leaves
 * are constants, which stand before those of the nodes, so that either is a place in one table.
 */
import { Join, LANES, Pair, SetTest, Tree } from './_layout';

/** Constants of 256 leaves. */
export const CONSTANTS: usize = 256 * 64;
/** Bytes of the table of results. */
export const RESULTS: usize = CONSTANTS + 256 * 64;

/** Writes the constants, once a table. */
export function fillConstants(results: usize): void {
  for (let leaf: usize = 0; leaf < 256; leaf++) memory.fill(results + leaf * 64, u8(leaf), 64);
}

/** Tests whether the ranks of a block are in the sets of a tree's categorical nodes: planes of "always left" and "always right". */
export function testSets(tree: Tree, planes: usize, free: i32): void {
  let node = tree.sets, out = planes + usize(free) * LANES;
  for (let i = 0; i < tree.setCount; i++, node += offsetof<SetTest>()) {
    const test = changetype<SetTest>(node), from = planes + usize(test.plane) * LANES, end = test.bits + usize(test.tables) * 16;
    for (let at: usize = 0; at < usize(LANES); at += 16, out += 16) {
      let byte = v128.load(from + at), word = v128.splat<i8>(0);
      for (let table = test.bits; table < end; table += 16) {
        // A place of 16 or more is no byte of the table and gives 0.
        word = v128.or(word, v128.swizzle(v128.load(table), byte));
        byte = v128.sub<i8>(byte, v128.splat<i8>(16));
      }
      const bit = v128.load(from + LANES + at);
      // -128 is below every key, 127 below none.
      v128.store(out, v128.xor(v128.eq<i8>(v128.and(word, bit), bit), v128.splat<i8>(127)));
    }
  }
}

/** Tests the nodes of a tree for 64 rows; gives the address of their leaves. */
export function mux64(tree: Tree, planes: usize, results: usize): usize {
  let out = results + CONSTANTS, node = tree.pairs, end = node + usize(tree.pairCount) * offsetof<Pair>();
  for (; node < end; node += offsetof<Pair>(), out += 64) {
    const rank = planes + rankAt(node), key = v128.load8_splat(node), right = v128.load8_splat(node, 4);
    // A test that holds is -1: the leaf to the left.
    v128.store(out, v128.add<i8>(right, v128.gt<i8>(key, v128.load(rank))));
    v128.store(out, v128.add<i8>(right, v128.gt<i8>(key, v128.load(rank, 16))), 16);
    v128.store(out, v128.add<i8>(right, v128.gt<i8>(key, v128.load(rank, 32))), 32);
    v128.store(out, v128.add<i8>(right, v128.gt<i8>(key, v128.load(rank, 48))), 48);
  }
  node = tree.joins;
  end = node + usize(tree.joinCount) * offsetof<Join>();
  for (; node < end; node += offsetof<Join>(), out += 64) {
    const rank = planes + rankAt(node), key = v128.load8_splat(node);
    const left = results + usize(load<u16>(node, 4)), right = results + usize(load<u16>(node, 6));
    v128.store(out, v128.bitselect(v128.load(left), v128.load(right), v128.gt<i8>(key, v128.load(rank))));
    v128.store(out, v128.bitselect(v128.load(left, 16), v128.load(right, 16), v128.gt<i8>(key, v128.load(rank, 16))), 16);
    v128.store(out, v128.bitselect(v128.load(left, 32), v128.load(right, 32), v128.gt<i8>(key, v128.load(rank, 32))), 32);
    v128.store(out, v128.bitselect(v128.load(left, 48), v128.load(right, 48), v128.gt<i8>(key, v128.load(rank, 48))), 48);
  }
  return end == tree.pairs ? results : out - 64;
}

/** The same for 16 rows. */
export function mux16(tree: Tree, planes: usize, results: usize): usize {
  let out = results + CONSTANTS, node = tree.pairs, end = node + usize(tree.pairCount) * offsetof<Pair>();
  for (; node < end; node += offsetof<Pair>(), out += 64) {
    v128.store(out, v128.add<i8>(v128.load8_splat(node, 4), v128.gt<i8>(v128.load8_splat(node), v128.load(planes + rankAt(node)))));
  }
  node = tree.joins;
  end = node + usize(tree.joinCount) * offsetof<Join>();
  for (; node < end; node += offsetof<Join>(), out += 64) {
    const test = v128.gt<i8>(v128.load8_splat(node), v128.load(planes + rankAt(node)));
    v128.store(out, v128.bitselect(v128.load(results + usize(load<u16>(node, 4))), v128.load(results + usize(load<u16>(node, 6))), test));
  }
  return end == tree.pairs ? results : out - 64;
}

/** Where a node's plane begins: plane << 8 | key becomes plane * 64. */
// @ts-ignore: decorator
@inline function rankAt(node: usize): usize {
  return (usize(load<u32>(node)) >> 2) & ~63;
}
