/**
 * Rows walk down trees, eight walks side by side so that their latencies overlap. A step has no branch: a leaf points at itself.
 */
import { LANES, SetSlot, Slot } from './_layout';

/** Steps between two looks at whether all have arrived, after the first ones. */
const STRIDE: i32 = 2;

/** One step from slot `p`, for ranks at `row`. */
// @ts-ignore: decorator
@inline function next<T>(p: usize, row: usize): usize {
  const rank = i32(load<T>(row + usize(load<u16>(p, 2)) * (LANES * sizeof<T>())));
  return p + load<u32>(p, 4) + (usize(rank < i32(load<i16>(p))) * offsetof<Slot>());
}

// @ts-ignore: decorator
@inline function nextSet<T>(p: usize, row: usize): usize {
  const rank = i32(load<T>(row + usize(load<u16>(p, 2)) * (LANES * sizeof<T>()))), code = sizeof<T>() == 1 ? rank + 128 : rank + 32768;
  const left = i32(rank < i32(load<i16>(p))) | ((load<u8>(usize(load<u32>(p, 8)) + usize(code >> 3)) >> u8(code & 7)) & 1);
  return p + load<u32>(p, 4) + usize(left) * offsetof<SetSlot>();
}

// @ts-ignore: decorator
@inline function step<T>(p: usize, row: usize, sets: bool): usize {
  return sets ? nextSet<T>(p, row) : next<T>(p, row);
}

/**
 * Eight rows, the first at `row`, down the tree at `root`.
 * @param steps how many to take before the first look
 * @param out eight addresses of the slots where they end
 */
// @ts-ignore: decorator
@inline export function walkRows<T>(root: usize, row: usize, steps: i32, sets: bool, out: usize): void {
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
    moving = load<u32>(a, 4) | load<u32>(b, 4) | load<u32>(c, 4) | load<u32>(d, 4) | load<u32>(e, 4) | load<u32>(f, 4) | load<u32>(g, 4) | load<u32>(h, 4);
    steps = STRIDE;
  } while (moving != 0);
  put8(out, a, b, c, d, e, f, g, h);
}

/** One row down eight trees, whose roots stand at `roots`. */
// @ts-ignore: decorator
@inline export function walkTrees<T>(roots: usize, row: usize, steps: i32, sets: bool, out: usize): void {
  let a = usize(load<u32>(roots)), b = usize(load<u32>(roots, 4)), c = usize(load<u32>(roots, 8)), d = usize(load<u32>(roots, 12));
  let e = usize(load<u32>(roots, 16)), f = usize(load<u32>(roots, 20)), g = usize(load<u32>(roots, 24)), h = usize(load<u32>(roots, 28)), moving: u32;
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
    moving = load<u32>(a, 4) | load<u32>(b, 4) | load<u32>(c, 4) | load<u32>(d, 4) | load<u32>(e, 4) | load<u32>(f, 4) | load<u32>(g, 4) | load<u32>(h, 4);
    steps = STRIDE;
  } while (moving != 0);
  put8(out, a, b, c, d, e, f, g, h);
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
