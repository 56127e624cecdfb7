/**
 * CatBoost's binary model (`.cbm`): the text `CBM1`, the u32 size of the core, the core (a FlatBuffer `TModelCore`), then the parts
 * that the core names, which for models with category statistics is `static_provider_v1`: a u32 count and as many u32-sized
 * FlatBuffers `TCtrValueTable`.
 * Source: catboost/libs/model/flatbuffers/{model,features,ctr_data}.fbs, model.cpp, ctr_value_table.cpp, ctr_data.cpp.
 * @module
 */
import { ByteReader } from './byte-reader.ts';
import { readCtr, readTable } from './catboost-cbm-ctr.ts';
import { MAX_OUTPUTS, readInfo, type CatboostCategorical, type CatboostFloat, type CatboostModel, type CatboostTree } from './catboost-model.ts';
import { flatRoot, type FlatTable } from './flatbuffer.ts';
import { parsePlainJson } from './json-text.ts';
import { MemoryBudget } from './memory-budget.ts';

const FORMAT = 'CatBoost';
const CTR_PART = 'static_provider_v1';
/** Attributes that are JSON. */
const STRUCTURED: ReadonlySet<string> = new Set(['params', 'class_params', 'multiclass_params']);

/** Whether bytes begin as a binary model does. */
function isCbm(bytes: Uint8Array): boolean {
  return bytes[0] === 0x43 && bytes[1] === 0x42 && bytes[2] === 0x4d && bytes[3] === 0x31;
}

/**
 * Reads a binary model. Of one with text or embedding features, `beyond` says so and nothing is read past the core.
 *
 * @throws ModelError FILE_TRUNCATED, FILE_MALFORMED, FILE_LIMIT_EXCEEDED
 * @example
 * ```ts
 * readCatboostCbm(bytes, 'model.cb').trees.length;
 * ```
 */
export function readCatboostCbm(bytes: Uint8Array, file: string): CatboostModel {
  const reader = new ByteReader(bytes, { file, format: FORMAT }), budget = new MemoryBudget(file, bytes.length);
  if (!isCbm(bytes)) reader.fail('it does not begin with CBM1');
  reader.skip(4);
  const size = reader.length32(), origin = reader.offset;
  const core = flatRoot(reader.bytes(size), budget, { file, format: FORMAT, origin });
  const version = core.text(0);
  if (version !== 'FlabuffersModel_v1') core.fail(`the format version is ${version || 'missing'}`);
  const trees = core.table(1) ?? core.fail('it has no trees');
  const parts = core.texts(3), beyond: string[] = [];
  if (trees.tables(12).length > 0) beyond.push('text features');
  if (trees.tables(18).length > 0) beyond.push('embedding features');
  if (beyond.length === 0) beyond.push(...parts.filter((part) => part !== CTR_PART).map((part) => `the model part ${part}`));
  const model = { ...readTrees(trees), ...readInfo(attributes(core, file), file), tables: [] };
  if (beyond.length > 0) return { ...model, beyond };
  const tables = parts.length > 0 ? Array.from({ length: reader.length32(4) }, () => {
    const length = reader.length32(), start = reader.offset;
    return readTable(flatRoot(reader.bytes(length), budget, { file, format: FORMAT, origin: start }), budget);
  }) : [];
  return { ...model, tables, beyond };
}

/** Attributes by name. */
function attributes(core: FlatTable, file: string): Readonly<Record<string, unknown>> {
  const pairs = core.tables(2).map((pair) => [pair.text(0), pair.text(1)] as const);
  return Object.fromEntries(pairs.map(([name, text]) => [name, STRUCTURED.has(name) && text !== '' ? parsePlainJson(text, file, FORMAT) : text]));
}

type Core = Omit<CatboostModel, 'tables' | 'loss' | 'classes' | 'threshold' | 'beyond'>;

function readTrees(table: FlatTable): Core {
  const outputs = table.i32(0, 0);
  if (outputs < 1 || outputs > MAX_OUTPUTS) table.fail(`it has ${outputs} outputs`);
  const many = table.f64s(16), bias = many.length > 0 ? many : new Float64Array(outputs).fill(table.f64(15, 0));
  if (bias.length !== outputs) table.fail(`${bias.length} biases for ${outputs} outputs`);
  return {
    outputs,
    floats: table.tables(5).map(readFloat),
    categoricals: table.tables(4).map(readCategorical),
    oneHots: table.tables(6).map((oneHot) => ({ categorical: oneHot.i32(0, -1), values: oneHot.i32s(1) })),
    ctrs: table.tables(7).map(readCtr),
    trees: table.has(10) && table.bytes(10, 4).length > 0 ? nodeTrees(table, outputs) : symmetricTrees(table, outputs),
    scale: table.f64(14, 1),
    bias,
  };
}

function readFloat(table: FlatTable): CatboostFloat {
  // NaN matters only where training met it: 0 compares it as it is, 1 counts it as −∞, 2 as +∞.
  return { index: table.i32(1, -1), flatIndex: table.i32(2, -1), name: table.text(4), borders: table.f32s(3), nanPasses: table.u8(0, 0) !== 0 && table.u8(5, 0) === 2 };
}

function readCategorical(table: FlatTable): CatboostCategorical {
  return { index: table.i32(0, -1), flatIndex: table.i32(1, -1), name: table.text(2) };
}

/** Where each tree's tests are in the list of all trees' tests. */
function treeSpans(table: FlatTable, tests: number): { start: number; size: number }[] {
  const sizes = table.i32s(2), starts = table.i32s(3);
  if (starts.length !== sizes.length) table.fail(`${starts.length} starts for ${sizes.length} trees`);
  return Array.from(sizes, (size, i) => {
    const start = starts[i] as number;
    if (size < 0 || start < 0 || start + size > tests) table.fail(`tree ${i} has ${size} tests from ${start} on, of ${tests}`);
    return { start, size };
  });
}

/** Leaf values of the trees stand one after another. */
function symmetricTrees(table: FlatTable, outputs: number): CatboostTree[] {
  const tests = table.i32s(1), values = table.f64s(8), weights = table.f64s(9);
  let leaf = 0;
  const trees = treeSpans(table, tests.length).map(({ start, size }, i): CatboostTree => {
    const leaves = 2 ** size, from = leaf;
    leaf += leaves;
    if (leaf * outputs > values.length) table.fail(`tree ${i} needs leaf values up to ${leaf * outputs}, there are ${values.length}`);
    return {
      symmetric: true,
      tests: tests.subarray(start, start + size),
      values: values.subarray(from * outputs, leaf * outputs),
      weights: weights.length >= leaf ? weights.subarray(from, leaf) : null,
    };
  });
  if (leaf * outputs !== values.length) table.fail(`${values.length} leaf values for ${leaf} leaves of ${outputs}`);
  return trees;
}

/**
 * Nodes of all trees in one list, each with the distances to its children. A child at distance 0 is a leaf; it has the node's
 * leaf number, which counts single values.
 */
function nodeTrees(table: FlatTable, outputs: number): CatboostTree[] {
  const tests = table.i32s(1), values = table.f64s(8), weights = table.f64s(9), leaves = table.u32s(11);
  const steps = table.bytes(10, 4), nodes = steps.length / 4;
  if (tests.length !== nodes || leaves.length !== nodes) table.fail(`${tests.length} tests and ${leaves.length} leaf numbers for ${nodes} nodes`);
  const view = new DataView(steps.buffer, steps.byteOffset, steps.byteLength), seen = new Uint8Array(nodes);
  return treeSpans(table, nodes).map(({ start, size }, i) => {
    // Numbers of inner nodes in the order they are met, and of leaves.
    const inner: number[] = [], ends: number[] = [], inParent: number[] = [], left: number[] = [], right: number[] = [];
    const end = (node: number, own: number): number => {
      inParent.push(own);
      return ~(ends.push(node) - 1);
    };
    const visit = (node: number): number => {
      if (node >= start + size || seen[node] !== 0) table.fail(`tree ${i} comes to node ${node}, which is not its own or has been met`);
      seen[node] = 1;
      if (view.getUint32(4 * node, true) === 0) return end(node, 0);
      return inner.push(node) - 1;
    };
    if (size === 0) table.fail(`tree ${i} has no nodes`);
    visit(start);
    // Children are numbered when their parent's turn comes, so the list is breadth first and nothing recurs.
    for (let at = 0; at < inner.length; at++) {
      const node = inner[at] as number, [l, r] = [view.getUint16(4 * node, true), view.getUint16(4 * node + 2, true)];
      left.push(l > 0 ? visit(node + l) : end(node, 1));
      right.push(r > 0 ? visit(node + r) : end(node, 1));
    }
    const offsets = ends.map((node) => leaves[node] as number);
    const first = offsets.reduce((least, offset) => Math.min(least, offset), Infinity);
    if (!offsets.every((offset) => offset + outputs <= values.length && (offset - first) % outputs === 0)) table.fail(`tree ${i} has leaves outside its ${values.length} leaf values`);
    return {
      symmetric: false,
      tests: Int32Array.from(inner, (node) => tests[node] as number),
      left: Int32Array.from(left),
      right: Int32Array.from(right),
      values: Float64Array.from({ length: ends.length * outputs }, (_, k) => values[(offsets[Math.floor(k / outputs)] as number) + (k % outputs)] as number),
      weights: weights.length * outputs === values.length ? Float64Array.from(offsets, (offset) => weights[Math.floor(offset / outputs)] as number) : null,
      leafIds: Int32Array.from(offsets, (offset) => (offset - first) / outputs),
      inParent: inParent.includes(1) ? Uint8Array.from(inParent) : null,
    };
  });
}
