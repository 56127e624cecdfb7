/**
 * Rows walk down trees, eight walks side by side so that their latencies overlap. A step has no branch: a leaf points at itself.
 */
import { CHAIN_SHIFT, LANES, SET_CHAIN_SHIFT, SetSlot, Slot } from './_layout';

/** Types that stand for whether slots have sets. */
export type Sets = u16;
export type NoSets = u8;

/** Steps between two looks at whether all have arrived, after the first ones. */
const STRIDE: i32 = 1;

/** One step from slot `p`, for ranks of type T at `row`. */
// @ts-ignore: decorator
@inline function step<T>(p: usize, row: usize, sets: bool): usize {
  if (sets) {
    const at = row + usize(load<u16>(p, 2)) * (LANES * sizeof<T>()), rank = i32(load<T>(at));
    const byte = usize(load<u32>(p, 8)) + (sizeof<T>() == 1 ? usize(rank & 255) : usize(rank & 65535));
    const left = i32(rank < i32(load<i16>(p))) | i32((load<u8>(byte) & load<u8>(at, LANES * sizeof<T>())) != 0);
    return p + load<u32>(p, 4) + usize(left) * offsetof<SetSlot>();
  }
  if (sizeof<T>() == 1) {
    const slot = load<u32>(p), rank = i32(load<i8>(row + usize((slot >> 2) & 0x3ffc0)));
    return p + (usize((slot >> 20) + u32(rank < i32(i8(slot)))) << 2);
  }
  const rank = i32(load<T>(row + usize(load<u16>(p, 2)) * (LANES * sizeof<T>())));
  return p + load<u32>(p, 4) + usize(rank < i32(load<i16>(p))) * offsetof<Slot>();
}

/** Not 0 while a slot is no leaf; of several slots their words are or-ed. */
// @ts-ignore: decorator
@inline function word<T>(p: usize, sets: bool): u32 {
  return sizeof<T>() == 1 && !sets ? load<u32>(p) & 0xfff00000 : load<u32>(p, 4);
}

/** The number from the left of the leaf in a slot. */
// @ts-ignore: decorator
@inline export function leafOf<T>(p: usize, slots: usize, leaves: usize, sets: bool): u32 {
  if (sets) return load<u32>(p, 12);
  return sizeof<T>() == 1 ? (load<u32>(p) >> 8) & 0xfff : load<u32>(leaves + (((p - slots) / offsetof<Slot>()) << 2));
}

/**
 * Eight rows, the first at `row`, down the tree at `root`. F stands for the slots' form: {@link Sets} or {@link NoSets}.
 * @param steps how many to take before the first look
 * @param out eight addresses of the slots where they end
 */
export function walkRows<T, F>(root: usize, row: usize, steps: i32, out: usize): void {
  const sets = sizeof<F>() == 2;
  let a = root, b = root, c = root, d = root, e = root, f = root, g = root, h = root, moving: u32;
  do {
    for (let i = 0; i < steps; i++) {
      a = step<T>(a, row, sets);
      b = step<T>(b, row + sizeof<T>(), sets);
      c = step<T>(c, row + 2 * sizeof<T>(), sets);
      d = step<T>(d, row + 3 * sizeof<T>(), sets);
      e = step<T>(e, row + 4 * sizeof<T>(), sets);
      f = step<T>(f, row + 5 * sizeof<T>(), sets);
      g = step<T>(g, row + 6 * sizeof<T>(), sets);
      h = step<T>(h, row + 7 * sizeof<T>(), sets);
    }
    moving = word<T>(a, sets) | word<T>(b, sets) | word<T>(c, sets) | word<T>(d, sets) | word<T>(e, sets) | word<T>(f, sets) | word<T>(g, sets) | word<T>(h, sets);
    steps = STRIDE;
  } while (moving != 0);
  put8(out, a, b, c, d, e, f, g, h);
}

/** One row down eight trees, whose heads stand at `heads`. */
export function walkTrees<T, F>(heads: usize, row: usize, steps: i32, out: usize): void {
  const sets = sizeof<F>() == 2;
  let a = usize(load<u32>(heads)), b = usize(load<u32>(heads, 8)), c = usize(load<u32>(heads, 16)), d = usize(load<u32>(heads, 24));
  let e = usize(load<u32>(heads, 32)), f = usize(load<u32>(heads, 40)), g = usize(load<u32>(heads, 48)), h = usize(load<u32>(heads, 56)), moving: u32;
  do {
    for (let i = 0; i < steps; i++) {
      a = step<T>(a, row, sets);
      b = step<T>(b, row, sets);
      c = step<T>(c, row, sets);
      d = step<T>(d, row, sets);
      e = step<T>(e, row, sets);
      f = step<T>(f, row, sets);
      g = step<T>(g, row, sets);
      h = step<T>(h, row, sets);
    }
    moving = word<T>(a, sets) | word<T>(b, sets) | word<T>(c, sets) | word<T>(d, sets) | word<T>(e, sets) | word<T>(f, sets) | word<T>(g, sets) | word<T>(h, sets);
    steps = STRIDE;
  } while (moving != 0);
  put8(out, a, b, c, d, e, f, g, h);
}

/** Rounds of a chain between two looks at whether all have arrived. */
const ROUNDS: i32 = 4;

/** One step along a chain; what stands in a tree's place of `out` at last is its leaf. */
// @ts-ignore: decorator
@inline function link(p: usize, row: usize, out: usize, sets: bool): usize {
  if (sets) {
    store<u32>(out + ((p >> SET_CHAIN_SHIFT) << 2), load<u32>(p, 12));
    return step<i8>(p, row, true);
  }
  const slot = load<u32>(p), rank = i32(load<i8>(row + usize((slot >> 2) & 0x3ffc0)));
  store<u32>(out + ((p >> CHAIN_SHIFT) << 2), slot);
  return p + (usize((slot >> 20) + u32(rank < i32(i8(slot)))) << 2);
}

/**
 * One row along eight chains, from the trees at `root` on until all are past `end`: no walk waits for a longer one.
 * @param end the address of the last of these trees
 * @param out leaves, for the block at address 0 on, as {@link chainLeaf} reads them
 */
export function walkChains<F>(root: usize, end: usize, row: usize, out: usize): void {
  const sets = sizeof<F>() == 2, block: usize = <usize>1 << (sets ? SET_CHAIN_SHIFT : CHAIN_SHIFT);
  end += block;
  let a = root, b = a + block, c = b + block, d = c + block, e = d + block, f = e + block, g = f + block, h = g + block;
  while (min(min(min(a, b), min(c, d)), min(min(e, f), min(g, h))) < end) {
    for (let i = 0; i < ROUNDS; i++) {
      a = link(a, row, out, sets);
      b = link(b, row, out, sets);
      c = link(c, row, out, sets);
      d = link(d, row, out, sets);
      e = link(e, row, out, sets);
      f = link(f, row, out, sets);
      g = link(g, row, out, sets);
      h = link(h, row, out, sets);
    }
  }
}

/** The leaf of the tree at `root` from what a walk along chains wrote. */
// @ts-ignore: decorator
@inline export function chainLeaf(root: usize, out: usize, sets: bool): u32 {
  const word = load<u32>(out + ((root >> (sets ? SET_CHAIN_SHIFT : CHAIN_SHIFT)) << 2));
  return sets ? word : (word >> 8) & 0xfff;
}

/** One row down one tree. */
// @ts-ignore: decorator
@inline export function walk<T>(root: usize, row: usize, sets: bool): usize {
  let p = root;
  while (word<T>(p, sets) != 0) p = step<T>(p, row, sets);
  return p;
}

// @ts-ignore: decorator
@inline function put8(out: usize, a: usize, b: usize, c: usize, d: usize, e: usize, f: usize, g: usize, h: usize): void {
  store<u32>(out, u32(a));
  store<u32>(out, u32(b), 4);
  store<u32>(out, u32(c), 8);
  store<u32>(out, u32(d), 12);
  store<u32>(out, u32(e), 16);
  store<u32>(out, u32(f), 20);
  store<u32>(out, u32(g), 24);
  store<u32>(out, u32(h), 28);
}
