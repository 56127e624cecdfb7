/**
 * Margins and leaves of rows, block by block: ranks, then tree by tree, in order, in the width of the sums.
 *
 * Nothing is checked here: the memory was laid out by src/engines/trees/kernel-memory.ts from a proven forest, and the caller
 * gives rows of the forest's width.
 */
import { CHAIN_SHIFT, DEEP_SYMMETRIC, Head, Header, LANES, Part, SET_CHAIN_SHIFT, SYMMETRIC, Tree } from './_layout';
import { CONSTANTS, fillConstants, mux16, mux64, RESULTS, testSets } from './_mux';
import { rankCategories, rankFeatures, rankRow } from './_rank';
import { addTogether, deep64, symmetric64, TOGETHER } from './_symmetric';
import { chainLeaf, leafOf, NoSets, Sets, walk, walkChains, walkRows, walkTrees } from './_walk';

/** So few rows of a block walk one by one, eight trees together. */
const FEW: i32 = 6;

// The working memory of one thread: results of mux trees, slots of eight walks, leaves of a block, three planes of scratch, then
// sums, leaves of a chain and planes.
const SLOTS: usize = RESULTS;
const LEAVES: usize = SLOTS + 64;
const SCRATCH: usize = LEAVES + LANES * 4;
const SUMS: usize = SCRATCH + 3 * LANES * 2;

/** Prepares a thread's working memory. */
export function prepare(work: usize): void {
  fillConstants(work);
}

/** Where the leaves of a chain are, after all sums. */
// @ts-ignore: decorator
@inline function chainOf(h: Header, work: usize): usize {
  return work + SUMS + usize(h.outputs) * LANES * 8;
}

// @ts-ignore: decorator
@inline function planesOf(h: Header, work: usize): usize {
  return chainOf(h, work) + h.chain;
}

/** Margins, rows × outputs, of the trees from `first` up to `end`. */
export function margins(header: usize, work: usize, values: usize, rows: i32, first: i32, end: i32, out: usize): void {
  const h = changetype<Header>(header);
  for (let row = 0; row < rows; row += LANES) {
    const n = min(rows - row, LANES), from = values + usize(row) * h.stride;
    if (h.wideSum) marginsOf<f64>(h, work, from, n, first, end, out + usize(row) * h.outputs * 8);
    else marginsOf<f32>(h, work, from, n, first, end, out + usize(row) * h.outputs * 4);
  }
}

/** Leaves, rows × trees of int32, numbered over the forest. */
export function leaves(header: usize, work: usize, values: usize, rows: i32, first: i32, end: i32, out: usize): void {
  const h = changetype<Header>(header);
  for (let row = 0; row < rows; row += LANES) {
    run<f32>(h, work, values + usize(row) * h.stride, min(rows - row, LANES), first, end, out + usize(row) * (end - first) * 4);
  }
}

function marginsOf<S>(h: Header, work: usize, values: usize, rows: i32, first: i32, end: i32, out: usize): void {
  const sums = work + SUMS;
  for (let k = 0; k < h.outputs; k++) {
    const base = load<S>(h.base + usize(k) * sizeof<S>());
    // Sums are added to four by four.
    for (let r = 0; r < ((rows + 3) & ~3); r++) store<S>(sums + usize(k * LANES + r) * sizeof<S>(), base);
  }
  run<S>(h, work, values, rows, first, end, 0);
  const divisor = h.divisor;
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < h.outputs; k++, out += sizeof<S>()) {
      const sum = load<S>(sums + usize(k * LANES + r) * sizeof<S>());
      store<S>(out, divisor == 1 ? sum : <S>(f64(sum) / divisor));
    }
  }
}

/** Runs a block down all parts; leaves go to `out`, or with `out` 0 values into the sums. */
function run<S>(h: Header, work: usize, values: usize, rows: i32, first: i32, end: i32, out: usize): void {
  for (let p = 0; p < h.partCount; p++) {
    const part = changetype<Part>(h.parts + usize(p) * offsetof<Part>());
    const from = max(first, part.first), to = min(end, part.end);
    if (from >= to) continue;
    if (part.wide) runPart<S, i16>(h, part, work, values, rows, from, to, first, end, out);
    else runPart<S, i8>(h, part, work, values, rows, from, to, first, end, out);
  }
}

function runPart<S, T>(h: Header, part: Part, work: usize, values: usize, rows: i32, from: i32, to: i32, first: i32, end: i32, out: usize): void {
  const planes = planesOf(h, work);
  if (rows <= FEW) {
    for (let r = 0; r < rows; r++, values += h.stride) {
      if (h.wideInput) rankOne<f64, T>(h, part, values, planes);
      else rankOne<f32, T>(h, part, values, planes);
      if (part.sets) oneRow<S, T>(h, part, work, planes, r, from, to, first, end, out, true);
      else oneRow<S, T>(h, part, work, planes, r, from, to, first, end, out, false);
    }
    return;
  }
  if (h.wideInput) rank<f64, T>(h, part, work, values, rows, planes);
  else rank<f32, T>(h, part, work, values, rows, planes);
  for (let t = from; t < to; t++) {
    const tree = treeAt(h, t);
    if (sizeof<T>() == 1 && tree.mux == SYMMETRIC) {
      t += symmetricTrees<S, u8>(h, work, planes, rows, t, to, first, end, out) - 1;
    } else if (sizeof<T>() == 1 && tree.mux == DEEP_SYMMETRIC) {
      t += symmetricTrees<S, u16>(h, work, planes, rows, t, to, first, end, out) - 1;
    } else if (sizeof<T>() == 1 && tree.mux) {
      let at: usize = 0;
      if (tree.setCount > 0) testSets(tree, planes, part.free);
      if (rows > 32) at = mux64(tree, planes, work);
      else for (let r = 0; r < rows; r += 16) at = mux16(tree, planes + r, work + r) - r;
      take<S, u8>(h, tree, work, at, rows, t - first, end - first, out);
    } else {
      const slots = headAt(h, t).slots;
      for (let r = 0; r < rows; r += 8) {
        const row = planes + usize(r) * sizeof<T>(), leaf = work + LEAVES + usize(r) * 4;
        if (part.sets) {
          walkRows<T, Sets>(slots, row, tree.steps, leaf);
          for (let at = leaf; at < leaf + 32; at += 4) store<u32>(at, leafOf<T>(load<u32>(at), slots, tree.leaves, true));
        } else {
          walkRows<T, NoSets>(slots, row, tree.steps, leaf);
          for (let at = leaf; at < leaf + 32; at += 4) store<u32>(at, leafOf<T>(load<u32>(at), slots, tree.leaves, false));
        }
      }
      take<S, u32>(h, tree, work, work + LEAVES, rows, t - first, end - first, out);
    }
  }
}

/** Runs a block down symmetric trees of one kind, so many as are added together; gives their number. */
function symmetricTrees<S, N>(h: Header, work: usize, planes: usize, rows: i32, t: i32, to: i32, first: i32, end: i32, out: usize): i32 {
  const most = sizeof<S>() == 8 && h.outputs == 1 && out == 0 ? min(to - t, TOGETHER) : 1, kind = treeAt(h, t).mux;
  const leaves = work + CONSTANTS, size = LANES * sizeof<N>();
  let n = 0;
  for (; n < most && treeAt(h, t + n).mux == kind; n++) {
    if (sizeof<N>() == 1) symmetric64(treeAt(h, t + n), planes, leaves + usize(n) * size);
    else deep64(treeAt(h, t + n), planes, leaves + usize(n) * size, leaves + TOGETHER * size);
  }
  if (n == TOGETHER) addTogether<N>(changetype<usize>(treeAt(h, t)), leaves, rows, work + SUMS);
  else for (let i = 0; i < n; i++) take<S, N>(h, treeAt(h, t + i), work, leaves + usize(i) * size, rows, t + i - first, end - first, out);
  return n;
}

// @ts-ignore: decorator
@inline function rank<I, T>(h: Header, part: Part, work: usize, values: usize, rows: i32, planes: usize): void {
  rankFeatures<I, T>(values, h.stride, rows, part.features, part.featureCount, h.less != 0, h.zero, planes, work + SCRATCH);
  if (part.categoryCount > 0) rankCategories<I, T>(values, h.stride, rows, part.categories, part.categoryCount, h.above, h.zero, planes);
}

// @ts-ignore: decorator
@inline function rankOne<I, T>(h: Header, part: Part, values: usize, planes: usize): void {
  if (h.less != 0) rankRow<I, T>(values, part.features, part.featureCount, true, h.zero, planes);
  else rankRow<I, T>(values, part.features, part.featureCount, false, h.zero, planes);
  if (part.categoryCount > 0) rankCategories<I, T>(values, h.stride, 1, part.categories, part.categoryCount, h.above, h.zero, planes);
}

// @ts-ignore: decorator
@inline function treeAt(h: Header, t: i32): Tree {
  return changetype<Tree>(h.trees + usize(t) * offsetof<Tree>());
}

// @ts-ignore: decorator
@inline function headAt(h: Header, t: i32): Head {
  return changetype<Head>(h.heads + usize(t) * offsetof<Head>());
}

/** Adds the values of the leaves that a block reached in a tree, or notes their numbers. */
function take<S, N>(h: Header, tree: Tree, work: usize, at: usize, rows: i32, t: i32, width: i32, out: usize): void {
  if (out != 0) {
    for (let r = 0; r < rows; r++) store<u32>(out + usize(r * width + t) * 4, load<u32>(tree.numbers + usize(load<N>(at + usize(r) * sizeof<N>())) * 4));
    return;
  }
  const size = h.leafSize;
  let sums = work + SUMS + usize(tree.group) * LANES * sizeof<S>();
  if (size == 1) add<S, N>(at, rows, tree.values, sums);
  else {
    for (let k = 0; k < size; k++, sums += LANES * sizeof<S>()) {
      for (let r = 0; r < rows; r++) {
        const sum = sums + usize(r) * sizeof<S>();
        store<S>(sum, load<S>(sum) + load<S>(tree.values + usize(i32(load<N>(at + usize(r) * sizeof<N>())) * size + k) * sizeof<S>()));
      }
    }
  }
}

// @ts-ignore: decorator
@inline function add<S, N>(at: usize, rows: i32, values: usize, sums: usize): void {
  for (let r = 0; r < rows; r += 4) {
    const a = values + usize(load<N>(at)) * sizeof<S>(), b = values + usize(load<N>(at, sizeof<N>())) * sizeof<S>();
    const c = values + usize(load<N>(at, 2 * sizeof<N>())) * sizeof<S>(), d = values + usize(load<N>(at, 3 * sizeof<N>())) * sizeof<S>();
    if (sizeof<S>() == 4) {
      const four = v128.load32_lane(d, v128.load32_lane(c, v128.load32_lane(b, v128.load32_zero(a), 1), 2), 3);
      v128.store(sums, v128.add<f32>(v128.load(sums), four));
    } else {
      v128.store(sums, v128.add<f64>(v128.load(sums), v128.load64_lane(b, v128.load64_zero(a), 1)));
      v128.store(sums, v128.add<f64>(v128.load(sums, 16), v128.load64_lane(d, v128.load64_zero(c), 1)), 16);
    }
    at += 4 * sizeof<N>();
    sums += 4 * sizeof<S>();
  }
}

/** Row `r` of a block, whose ranks are in the first lane, down the trees, eight together. */
// @ts-ignore: decorator
@inline function oneRow<S, T>(h: Header, part: Part, work: usize, row: usize, r: i32, from: i32, to: i32, first: i32, end: i32, out: usize, sets: bool): void {
  const slots = work + SLOTS, sums = work + SUMS + usize(r) * sizeof<S>(), plain = out == 0 && h.outputs == 1;
  let sum = load<S>(sums), t = from;
  if (out != 0) out += usize(r * (end - first) - first) * 4;
  if (sizeof<T>() == 1 && part.chained) {
    const reached = chainOf(h, work) - ((headAt(h, part.first).slots >> (sets ? SET_CHAIN_SHIFT : CHAIN_SHIFT)) << 2);
    if (sets) walkChains<Sets>(headAt(h, from).slots, headAt(h, to - 1).slots, row, reached);
    else walkChains<NoSets>(headAt(h, from).slots, headAt(h, to - 1).slots, row, reached);
    for (; t < to; t++) {
      const head = headAt(h, t), leaf = chainLeaf(head.slots, reached, sets);
      if (plain) sum += load<S>(head.values + usize(leaf) * sizeof<S>());
      else takeOne<S>(h, t, leaf, sums, out);
    }
  }
  for (; t + 8 <= to; t += 8) {
    if (sets) walkTrees<T, Sets>(h.heads + usize(t) * offsetof<Head>(), row, part.steps, slots);
    else walkTrees<T, NoSets>(h.heads + usize(t) * offsetof<Head>(), row, part.steps, slots);
    for (let i = 0; i < 8; i++) {
      const head = headAt(h, t + i), p = usize(load<u32>(slots + usize(i) * 4));
      const leaf = leafOf<T>(p, head.slots, sizeof<T>() == 2 && !sets ? treeAt(h, t + i).leaves : 0, sets);
      if (plain) sum += load<S>(head.values + usize(leaf) * sizeof<S>());
      else takeOne<S>(h, t + i, leaf, sums, out);
    }
  }
  for (; t < to; t++) {
    const head = headAt(h, t), leaf = leafOf<T>(walk<T>(head.slots, row, sets), head.slots, treeAt(h, t).leaves, sets);
    if (plain) sum += load<S>(head.values + usize(leaf) * sizeof<S>());
    else takeOne<S>(h, t, leaf, sums, out);
  }
  if (plain) store<S>(sums, sum);
}

/** Adds the values of one leaf, or notes its number. */
function takeOne<S>(h: Header, t: i32, leaf: u32, sums: usize, out: usize): void {
  const tree = treeAt(h, t), size = u32(h.leafSize);
  if (out != 0) store<u32>(out + usize(t) * 4, load<u32>(tree.numbers + usize(leaf) * 4));
  else {
    let at = sums + usize(tree.group) * LANES * sizeof<S>();
    for (let k: u32 = 0; k < size; k++, at += LANES * sizeof<S>()) store<S>(at, load<S>(at) + load<S>(tree.values + usize(leaf * size + k) * sizeof<S>()));
  }
}
