/**
 * Contributions of features to the values of one tree, for some rows: what src/engines/trees/leaf-terms.ts with permutation-path.ts and
 * attributions-float64.ts do, in the same steps. Which way each row goes at each inner node is given, a byte each.
 *
 * Nothing is checked here: the memory was laid out by src/engines/trees/attributions-kernel.ts from a proven tree.
 */

/** A tree of float32. All fields are 4 bytes; nodes, leaves and features (as slots) count from the tree's first. */
@unmanaged class Narrow {
  root: i32;
  /** Bytes of a row's ways. */
  nodes: usize;
  slots: i32;
  /** Most features on a path. */
  tests: i32;
  /** Where terms begin that are not kept. */
  spare: i32;
  /** Per inner node: its children (below 0 a leaf, `~leaf`), its slot, and the share of training data that goes to each. */
  left: usize;
  right: usize;
  slot: usize;
  shareLeft: usize;
  shareRight: usize;
  /** Per leaf: value, where its terms begin (below 0: not kept), how many there are, and the slot of each (`tests` places). */
  value: usize;
  place: usize;
  count: usize;
  tested: usize;
  terms: usize;
  /** Nodes still to be visited, with depth and pattern. */
  waiting: usize;
  /** The way to the leaf: nodes (i32) and whether the row goes it (i32). */
  above: usize;
  hot: usize;
  /** Elements of a path: slot, zero, one, weight. */
  path: usize;
}

const ELEMENT: usize = 16;
const WAITING: usize = 12;

/** Per row and slot the contributions, from `sums` on. */
export function contributions32(header: usize, ways: usize, rows: i32, sums: usize): void {
  const tree = changetype<Narrow>(header);
  for (let r = 0; r < rows; r++, ways += tree.nodes, sums += usize(tree.slots) * 4) {
    for (let i = 0; i < tree.slots; i++) store<f32>(sums + usize(i) * 4, 0);
    tour(tree, ways, sums);
  }
}

function tour(tree: Narrow, ways: usize, sums: usize): void {
  const left = tree.left, right = tree.right, above = tree.above, hot = tree.hot, terms = tree.terms, tests = tree.tests;
  let top = tree.waiting;
  store<i32>(top, tree.root, 0);
  store<i32>(top, 0, 4);
  store<i32>(top, 0, 8);
  top += WAITING;
  while (top != tree.waiting) {
    top -= WAITING;
    let node = load<i32>(top, 0), depth = load<i32>(top, 4), pattern = load<i32>(top, 8);
    if (depth > 0) store<i32>(hot + usize(depth - 1) * 4, 0);
    while (node >= 0) {
      const at = usize(node) * 4, goesLeft = load<u8>(ways + usize(node)) != 0, a = load<i32>(left + at), b = load<i32>(right + at);
      store<i32>(above + usize(depth) * 4, node);
      store<i32>(hot + usize(depth) * 4, 1);
      depth++;
      store<i32>(top, goesLeft ? b : a, 0);
      store<i32>(top, depth, 4);
      store<i32>(top, pattern << 1, 8);
      top += WAITING;
      node = goesLeft ? a : b;
      pattern = (pattern << 1) | 1;
    }
    const leaf = usize(~node), place = load<i32>(tree.place + leaf * 4);
    const from = terms + usize(place < 0 ? tree.spare : place + pattern * min(depth, tests)) * 4;
    const first = load<f32>(from);
    if (place < 0 || first != first) workOut(tree, leaf, depth, from);
    let tested = tree.tested + leaf * usize(tests) * 4;
    for (let i = from, end = from + usize(load<i32>(tree.count + leaf * 4)) * 4; i < end; i += 4, tested += 4) {
      const sum = sums + usize(load<i32>(tested)) * 4;
      store<f32>(sum, load<f32>(sum) + load<f32>(i));
    }
  }
}

/** Writes the terms of the leaf to which the way at hand leads. */
function workOut(tree: Narrow, leaf: usize, depth: i32, from: usize): void {
  const path = tree.path, above = tree.above, hot = tree.hot;
  let last = 0;
  extend(path, 0, 1, 1, -1);
  for (let i = 0; i < depth; i++) {
    const node = load<i32>(above + usize(i) * 4), at = usize(node) * 4, next = i + 1 < depth ? load<i32>(above + usize(i + 1) * 4) : ~i32(leaf);
    const slot = load<i32>(tree.slot + at), isHot = load<i32>(hot + usize(i) * 4) != 0;
    let zero = load<f32>((next == load<i32>(tree.left + at) ? tree.shareLeft : tree.shareRight) + at), one: f32 = isHot ? 1 : 0;
    for (let k = 1; k <= last; k++) {
      const element = path + usize(k) * ELEMENT;
      if (load<i32>(element) != slot) continue;
      zero *= load<f32>(element, 4);
      if (isHot) one = load<f32>(element, 8);
      unwind(path, last, k);
      last--;
      break;
    }
    extend(path, ++last, zero, one, slot);
  }
  store<i32>(tree.count + leaf * 4, last);
  const value = load<f32>(tree.value + leaf * 4), tested = tree.tested + leaf * usize(tree.tests) * 4;
  for (let k = 1; k <= last; k++) {
    const element = path + usize(k) * ELEMENT, zero = load<f32>(element, 4), one = load<f32>(element, 8);
    store<i32>(tested + usize(k - 1) * 4, load<i32>(element));
    store<f32>(from + usize(k - 1) * 4, sumWithout(path, last, zero, one) * (one - zero) * value);
  }
}

// @ts-ignore: decorator
@inline function weightAt(path: usize, i: i32): usize {
  return path + usize(i) * ELEMENT + 12;
}

function extend(path: usize, last: i32, zero: f32, one: f32, slot: i32): void {
  const element = path + usize(last) * ELEMENT, all = f32(last + 1);
  store<i32>(element, slot);
  store<f32>(element, zero, 4);
  store<f32>(element, one, 8);
  store<f32>(element, last == 0 ? 1 : 0, 12);
  for (let i = last - 1; i >= 0; i--) {
    const at = weightAt(path, i), weight = load<f32>(at);
    store<f32>(at, load<f32>(at, ELEMENT) + one * weight * f32(i + 1) / all, ELEMENT);
    store<f32>(at, zero * weight * f32(last - i) / all);
  }
}

function unwind(path: usize, last: i32, at: i32): void {
  const own = path + usize(at) * ELEMENT, zero = load<f32>(own, 4), one = load<f32>(own, 8), all = f32(last + 1);
  let next = load<f32>(weightAt(path, last));
  for (let i = last - 1; i >= 0; i--) {
    const place = weightAt(path, i), before = load<f32>(place);
    if (one != 0) {
      const weight = next * all / (f32(i + 1) * one);
      store<f32>(place, weight);
      next = before - weight * zero * f32(last - i) / all;
    } else store<f32>(place, before * all / (zero * f32(last - i)));
  }
  for (let i = at; i < last; i++) {
    const element = path + usize(i) * ELEMENT;
    store<i32>(element, load<i32>(element, ELEMENT));
    store<f32>(element, load<f32>(element, ELEMENT + 4), 4);
    store<f32>(element, load<f32>(element, ELEMENT + 8), 8);
  }
}

function sumWithout(path: usize, last: i32, zero: f32, one: f32): f32 {
  const all = f32(last + 1);
  let total: f32 = 0;
  if (one != 0) {
    let next = load<f32>(weightAt(path, last));
    for (let i = last - 1; i >= 0; i--) {
      const part = next * all / (f32(i + 1) * one);
      total += part;
      next = load<f32>(weightAt(path, i)) - part * zero * (f32(last - i) / all);
    }
  } else if (zero != 0) {
    for (let i = last - 1; i >= 0; i--) total += load<f32>(weightAt(path, i)) / zero / (f32(last - i) / all);
  }
  return total;
}
