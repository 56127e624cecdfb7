/**
 * The binary format of XGBoost before 2.0 (deprecated since 1.0, still the only one of MLflow 1.x), little-endian:
 * optional magic `binf`; LearnerModelParam, 136 bytes; objective and booster name (u64 length and text); then for trees
 * GBTreeModelParam, 160 bytes, the trees (parameter 148 bytes, nodes of 20, statistics of 16), i32 tree_info[], for dart
 * u64 count and f32 weights; for gblinear GBLinearModelParam, 136 bytes, u64 count and f32 weights; then, when the
 * parameter says so, u64 count and (key, value) texts.
 * Source: dmlc/xgboost 1.7 `src/learner.cc`, `src/gbm/gbtree_model.h`, `include/xgboost/tree_model.h`.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { ByteReader } from './byte-reader.ts';
import { MAX_FEATURES, MAX_OUTPUTS, type XgboostModel, type XgboostTree } from './xgboost-model.ts';

const LEARNER_PARAM = 136, GBTREE_PARAM = 160, GBLINEAR_PARAM = 136, TREE_PARAM = 148, NODE = 20, STATISTICS = 16;

/**
 * Reads a model in the binary format.
 *
 * @throws ModelError FILE_TRUNCATED, FILE_MALFORMED
 */
export function parseXgboostBinary(bytes: Uint8Array, file: string): XgboostModel {
  const reader = new ByteReader(bytes, { file, format: 'XGBoost binary' });
  if (isMagic(bytes)) reader.skip(4);
  const learner = reader.sub(LEARNER_PARAM);
  const baseScore = learner.f32(), features = learner.u32(), classes = learner.i32();
  const hasAttributes = learner.i32() !== 0, hasMetrics = learner.i32() !== 0;
  const major = learner.u32(), minor = learner.u32(), targets = learner.u32();
  if (classes < 0 || features > MAX_FEATURES || classes > MAX_OUTPUTS || targets > MAX_OUTPUTS) reader.fail(`${features} features, ${classes} classes and ${targets} targets`);
  const objective = reader.text(reader.length64()), booster = reader.text(reader.length64());
  if (booster !== 'gbtree' && booster !== 'dart' && booster !== 'gblinear') return reader.fail('the name of the booster is not known');
  const model = booster === 'gblinear' ? readLinear(reader) : readForest(reader, booster === 'dart');
  const attributes = hasAttributes ? readTexts(reader) : new Map<string, string>();
  if (hasMetrics) for (let i = reader.length64(8); i > 0; i--) reader.skip(reader.length64());
  return {
    version: major === 0 ? [] : [major, minor, 0],
    booster,
    objective,
    objectiveParams: {},
    features,
    classes,
    targets: Math.max(targets, 1),
    baseScore: [baseScore],
    attributes,
    featureNames: null,
    featureTypes: null,
    categories: null,
    rounds: null,
    ...model,
  };
}

/** Whether a file begins with the magic of the binary format. */
export function isMagic(bytes: Uint8Array): boolean {
  return bytes[0] === 0x62 && bytes[1] === 0x69 && bytes[2] === 0x6e && bytes[3] === 0x66;
}

type Part = Pick<XgboostModel, 'trees' | 'treeInfo' | 'parallelTrees' | 'treeWeights' | 'weights'>;

function readLinear(reader: ByteReader): Part {
  reader.skip(GBLINEAR_PARAM);
  return { trees: [], treeInfo: [], parallelTrees: 1, treeWeights: null, weights: floats(reader, reader.length64(4)) };
}

function readForest(reader: ByteReader, dart: boolean): Part {
  const param = reader.sub(GBTREE_PARAM);
  const count = reader.checkCount(param.i32(), TREE_PARAM + NODE);
  // The field of num_parallel_tree held num_roots (1, or 0) in old files.
  const parallelTrees = Math.max(param.i32(), 1);
  const trees = Array.from({ length: count }, () => readTree(reader));
  const treeInfo = Int32Array.from({ length: count }, () => reader.i32());
  // dart writes no weights where there are no trees.
  const treeWeights = dart && count > 0 ? floats(reader, reader.length64(4)) : null;
  if (treeWeights && treeWeights.length !== count) reader.fail(`${treeWeights.length} weights for ${count} trees`);
  return { trees, treeInfo, parallelTrees, treeWeights, weights: null };
}

function readTree(reader: ByteReader): XgboostTree {
  const param = reader.sub(TREE_PARAM);
  param.skip(4);
  const nodes = reader.checkCount(param.i32(), NODE + STATISTICS);
  if (nodes === 0) reader.fail('a tree without nodes');
  param.skip(12);
  const leafSize = param.i32();
  if (leafSize !== 0 && leafSize !== 1) throw new ModelError('FILE_MALFORMED', { file: reader.file, format: reader.format, where: `byte ${reader.offset}`, reason: `leaves of ${leafSize} values are not supported in this format` });
  const left = new Int32Array(nodes), right = new Int32Array(nodes), feature = new Int32Array(nodes), defaultLeft = new Uint8Array(nodes), condition = new Float32Array(nodes);
  for (let i = 0; i < nodes; i++) {
    reader.skip(4);
    left[i] = reader.i32();
    right[i] = reader.i32();
    const index = reader.u32();
    feature[i] = index & 0x7fffffff;
    defaultLeft[i] = index >>> 31;
    condition[i] = reader.f32();
  }
  const sumHessian = new Float32Array(nodes);
  for (let i = 0; i < nodes; i++) {
    reader.skip(4);
    sumHessian[i] = reader.f32();
    reader.skip(STATISTICS - 8);
  }
  return { left, right, feature, condition, defaultLeft, sumHessian, categorical: new Map(), leafSize: 1, leafValues: null, leafRow: null };
}

function floats(reader: ByteReader, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => reader.f32());
}

function readTexts(reader: ByteReader): Map<string, string> {
  const out = new Map<string, string>();
  for (let i = reader.length64(16); i > 0; i--) {
    const key = reader.text(reader.length64());
    out.set(key, reader.text(reader.length64()));
  }
  return out;
}
