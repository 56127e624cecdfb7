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
  /**
   * Per number of steps taken the path after them, of `stride` bytes (whole vectors): number of its last element, then its elements'
   * slots, zeros, ones and weights, each `part` bytes on; the place before the first weight is 0. Those of up to `valid` steps hold.
   */
  paths: usize;
  stride: usize;
  part: usize;
  valid: i32;
}

const ELEMENTS: usize = 16;

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
  tree.valid = 0;
  store<i32>(top, tree.root, 0);
  store<i32>(top, 0, 4);
  store<i32>(top, 0, 8);
  top += WAITING;
  while (top != tree.waiting) {
    top -= WAITING;
    let node = load<i32>(top, 0), depth = load<i32>(top, 4), pattern = load<i32>(top, 8);
    if (depth > 0) {
      store<i32>(hot + usize(depth - 1) * 4, 0);
      tree.valid = min(tree.valid, depth - 1);
    }
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
  const above = tree.above, part = tree.part;
  let path = tree.paths + usize(tree.valid) * tree.stride;
  for (let i = tree.valid; i < depth; i++) {
    const next = i + 1 < depth ? load<i32>(above + usize(i + 1) * 4) : ~i32(leaf);
    for (let k: usize = 0; k < tree.stride; k += 16) v128.store(path + tree.stride + k, v128.load(path + k));
    path += tree.stride;
    step(tree, path, load<i32>(above + usize(i) * 4), next, load<i32>(tree.hot + usize(i) * 4) != 0);
  }
  tree.valid = depth;
  const last = load<i32>(path), elements = path + ELEMENTS;
  store<i32>(tree.count + leaf * 4, last);
  memory.copy(tree.tested + leaf * usize(tree.tests) * 4, elements + 4, usize(last) * 4);
  const value = f32x4.splat(load<f32>(tree.value + leaf * 4));
  for (let k = 1; k <= last; k += 4) {
    const zero = v128.load(elements + part + usize(k) * 4), one = v128.load(elements + 2 * part + usize(k) * 4);
    const terms = f32x4.mul(f32x4.mul(sumsWithout(elements + 3 * part, last, zero, one), f32x4.sub(one, zero)), value), to = from + usize(k - 1) * 4;
    if (k + 3 <= last) v128.store(to, terms);
    else {
      store<f32>(to, f32x4.extract_lane(terms, 0));
      if (k < last) store<f32>(to, f32x4.extract_lane(terms, 1), 4);
      if (k + 1 < last) store<f32>(to, f32x4.extract_lane(terms, 2), 8);
    }
  }
}

/** Takes a path from a node to its child. */
function step(tree: Narrow, path: usize, node: i32, child: i32, isHot: bool): void {
  const at = usize(node) * 4, slot = load<i32>(tree.slot + at), elements = path + ELEMENTS, part = tree.part;
  let last = load<i32>(path), zero = load<f32>((child == load<i32>(tree.left + at) ? tree.shareLeft : tree.shareRight) + at), one: f32 = isHot ? 1 : 0;
  for (let k = 1; k <= last; k++) {
    const element = elements + usize(k) * 4;
    if (load<i32>(element) != slot) continue;
    zero *= load<f32>(element + part);
    if (isHot) one = load<f32>(element + 2 * part);
    unwind(elements, part, last, k);
    last--;
    break;
  }
  extend(elements, part, ++last, zero, one, slot);
  store<i32>(path, last);
}

/** All weights at once: each becomes `zero · w(i) · (last − i) / (last + 1) + one · w(i − 1) · i / (last + 1)`. */
function extend(elements: usize, part: usize, last: i32, zero: f32, one: f32, slot: i32): void {
  const element = elements + usize(last) * 4, weights = elements + 3 * part, all = f32(last + 1);
  store<i32>(element, slot);
  store<f32>(element + part, zero);
  store<f32>(element + 2 * part, one);
  const end = one * load<f32>(weights + usize(last - 1) * 4) * f32(last) / all, zeros = f32x4.splat(zero), ones = f32x4.splat(one), alls = f32x4.splat(all), lasts = f32x4.splat(f32(last));
  for (let i = last & ~3; i >= 0; i -= 4) {
    const at = weights + usize(i) * 4, place = f32x4.add(f32x4.splat(f32(i)), f32x4(0, 1, 2, 3));
    const stays = f32x4.div(f32x4.mul(f32x4.mul(zeros, v128.load(at)), f32x4.sub(lasts, place)), alls);
    v128.store(at, f32x4.add(stays, f32x4.div(f32x4.mul(f32x4.mul(ones, v128.load(at - 4)), place), alls)));
  }
  store<f32>(weights + usize(last) * 4, end);
}

function unwind(elements: usize, part: usize, last: i32, at: i32): void {
  const weights = elements + 3 * part, own = elements + usize(at) * 4, zero = load<f32>(own + part), one = load<f32>(own + 2 * part), all = f32(last + 1);
  let next = load<f32>(weights + usize(last) * 4);
  for (let i = last - 1; i >= 0; i--) {
    const place = weights + usize(i) * 4, before = load<f32>(place);
    if (one != 0) {
      const weight = next * all / (f32(i + 1) * one);
      store<f32>(place, weight);
      next = before - weight * zero * f32(last - i) / all;
    } else store<f32>(place, before * all / (zero * f32(last - i)));
  }
  const size = usize(last - at) * 4;
  for (let p: usize = 0; p < 3; p++) memory.copy(own + p * part, own + p * part + 4, size);
}

/** The sums of the weights that were there without each of four elements. */
// @ts-ignore: decorator
@inline function sumsWithout(weights: usize, last: i32, zero: v128, one: v128): v128 {
  const all = f32(last + 1), alls = f32x4.splat(all), none = f32x4.splat(0);
  let next = f32x4.splat(load<f32>(weights + usize(last) * 4)), hot = none, cold = none;
  for (let i = last - 1; i >= 0; i--) {
    const weight = f32x4.splat(load<f32>(weights + usize(i) * 4)), rest = f32x4.splat(f32(last - i) / all);
    const part = f32x4.div(f32x4.mul(next, alls), f32x4.mul(f32x4.splat(f32(i + 1)), one));
    hot = f32x4.add(hot, part);
    next = f32x4.sub(weight, f32x4.mul(f32x4.mul(part, zero), rest));
    cold = f32x4.add(cold, f32x4.div(f32x4.div(weight, zero), rest));
  }
  return v128.bitselect(hot, v128.bitselect(cold, none, f32x4.ne(zero, none)), f32x4.ne(one, none));
}

/** A tree of float64, as src/engines/trees/edge-sums.ts lays it out. All fields are 4 bytes. */
@unmanaged class Wide {
  edges: i32;
  /** Even. */
  points: i32;
  leafSize: i32;
  slots: i32;
  ways: usize;
  leaf: usize;
  node: usize;
  isLeft: usize;
  parent: usize;
  before: usize;
  slot: usize;
  one: usize;
  ratio: usize;
  factor: usize;
  term: usize;
  value: usize;
  product: usize;
  sum: usize;
  own: usize;
}

/** Contributions of one row to a tree of float64, times `scale`. */
export function contributions64(header: usize, scale: f64): void {
  const tree = changetype<Wide>(header);
  down(tree);
  up(tree, scale);
}

/** Whether the row went along all edges of a feature above. */
// @ts-ignore: decorator
@inline function wasOne(tree: Wide, edge: usize): bool {
  const old = load<i32>(tree.before + edge);
  return old < 0 || load<i32>(tree.one + usize(old) * 4) != 0;
}

function down(tree: Wide): void {
  const bytes = usize(tree.points) * 8, leafSize = tree.leafSize, end = usize(tree.edges) * 4;
  let product = tree.product, factor = tree.factor, sum = tree.sum;
  for (let e: usize = 0; e < end; e += 4, product += bytes, factor += 2 * bytes) {
    const goes = wasOne(tree, e), hot = i32(load<u8>(tree.ways + usize(load<i32>(tree.node + e)))) == load<i32>(tree.isLeft + e);
    const above = tree.product + usize(load<i32>(tree.parent + e)) * bytes;
    store<i32>(tree.one + e, i32(goes && hot));
    if (goes) {
      const own = hot ? factor : factor + bytes;
      for (let k: usize = 0; k < bytes; k += 16) v128.store(product + k, f64x2.mul(v128.load(above + k), v128.load(own + k)));
    } else {
      const ratio = f64x2.splat(load<f64>(tree.ratio + 2 * e));
      for (let k: usize = 0; k < bytes; k += 16) v128.store(product + k, f64x2.mul(v128.load(above + k), ratio));
    }
    const leaf = load<i32>(tree.leaf + e);
    for (let v = 0; v < leafSize; v++, sum += bytes) {
      if (leaf < 0) memory.fill(sum, 0, bytes);
      else {
        const value = f64x2.splat(load<f64>(tree.value + usize(leaf * leafSize + v) * 8));
        for (let k: usize = 0; k < bytes; k += 16) v128.store(sum + k, f64x2.mul(value, v128.load(product + k)));
      }
    }
  }
}

function up(tree: Wide, scale: f64): void {
  const bytes = usize(tree.points) * 8, leafSize = tree.leafSize, size = bytes * usize(leafSize), slots = tree.slots;
  memory.fill(tree.own, 0, usize(slots * leafSize) * 8);
  memory.fill(tree.sum + usize(tree.edges) * size, 0, size);
  for (let e = tree.edges - 1; e >= 0; e--) {
    const edge = usize(e) * 4, from = tree.sum + usize(e) * size, above = tree.sum + usize(load<i32>(tree.parent + edge)) * size;
    if (wasOne(tree, edge)) {
      const term = tree.term + usize(2 * e + (load<i32>(tree.one + edge) != 0 ? 0 : 1)) * bytes;
      for (let v = 0; v < leafSize; v++) {
        const part = from + usize(v) * bytes, own = tree.own + usize(v * slots + load<i32>(tree.slot + edge)) * 8;
        let taken = f64x2.splat(0);
        for (let k: usize = 0; k < bytes; k += 16) taken = f64x2.add(taken, f64x2.mul(v128.load(term + k), v128.load(part + k)));
        store<f64>(own, load<f64>(own) + (f64x2.extract_lane(taken, 0) + f64x2.extract_lane(taken, 1)) * scale);
      }
    }
    for (let k: usize = 0; k < size; k += 16) v128.store(above + k, f64x2.add(v128.load(above + k), v128.load(from + k)));
  }
}
