/**
 * Statistics of categories in CatBoost's binary model: `TCtrFeature` of the core and the tables after it.
 * Source: catboost/libs/model/flatbuffers/ctr_data.fbs, ctr_value_table.cpp, static_ctr_provider.cpp.
 * @module
 */
import { CTR_TYPES, type CatboostCtr, type CatboostCtrBase, type CatboostProjection, type CatboostTable } from './catboost-model.ts';
import type { FlatTable } from './flatbuffer.ts';
import type { MemoryBudget } from './memory-budget.ts';

/** A statistic and its borders. */
export function readCtr(table: FlatTable): CatboostCtr {
  const ctr = table.table(0) ?? table.fail('a statistic of categories is missing');
  return {
    ...readBase(ctr.table(0) ?? ctr.fail('a statistic of categories has no table')),
    targetBorder: ctr.i32(1, 0),
    priorNumerator: ctr.f32(2, 0),
    priorDenominator: ctr.f32(3, 1),
    shift: ctr.f32(4, 0),
    scale: ctr.f32(5, 1),
    borders: table.f32s(1),
  };
}

function readBase(table: FlatTable): CatboostCtrBase {
  const type = CTR_TYPES[table.u8(1, 0)] ?? table.fail(`the type ${table.u8(1, 0)} of a statistic of categories is not known`);
  return { projection: readProjection(table.table(0) ?? table.fail('a statistic of categories has no features')), type, classifier: table.i32(2, 0) };
}

function readProjection(table: FlatTable): CatboostProjection {
  const floats = pairs(table.bytes(1, 8)), oneHots = pairs(table.bytes(2, 8));
  return {
    categoricals: Array.from(table.i32s(0)),
    floats: floats.map(({ view, at }) => ({ feature: view.getInt32(at, true), border: view.getFloat32(at + 4, true) })),
    oneHots: oneHots.map(({ view, at }) => ({ categorical: view.getInt32(at, true), value: view.getInt32(at + 4, true) })),
  };
}

function pairs(bytes: Uint8Array): { view: DataView; at: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 8 }, (_, i) => ({ view, at: 8 * i }));
}

/** Marks an empty place of the table. */
const EMPTY = 0xffffffff;
const BUCKET = 12;

/**
 * A table: places of u64 hash and u32 number of an entry, and the entries: pairs of a float32 sum and an int32 count of a mean,
 * else int32 counts, as many as there are classes (one of Counter and FeatureFreq).
 */
export function readTable(table: FlatTable, budget: MemoryBudget): CatboostTable {
  const base = readBase(table.table(0) ?? table.fail('a table of categories does not say of which'));
  const buckets = table.bytes(1), blob = table.bytes(2);
  const mean = base.type === 'BinarizedTargetMeanValue' || base.type === 'FloatTargetMeanValue', counter = base.type === 'Counter' || base.type === 'FeatureFreq';
  const width = mean ? 2 : counter ? 1 : table.i32(4, 0);
  if (buckets.length % BUCKET !== 0) table.fail(`the places of a table take ${buckets.length} bytes`);
  if (width < 1 || blob.length % (4 * width) !== 0) table.fail(`a table has ${blob.length} bytes of counts for ${width} classes`);
  const places = new DataView(buckets.buffer, buckets.byteOffset, buckets.byteLength), used: number[] = [];
  for (let at = 0; at < buckets.length; at += BUCKET) if (places.getUint32(at, true) !== EMPTY || places.getUint32(at + 4, true) !== EMPTY) used.push(at);
  const cells = new DataView(blob.buffer, blob.byteOffset, blob.byteLength), entries = blob.length / 4 / width;
  budget.charge(used.length * (8 + 8 * width));
  const counts = new Float64Array(used.length * width);
  for (const [i, at] of used.entries()) {
    const entry = places.getUint32(at + 8, true);
    if (entry >= entries) table.fail(`a table names entry ${entry} of ${entries}`);
    for (let k = 0; k < width; k++) {
      const from = 4 * (entry * width + k);
      counts[i * width + k] = mean && k === 0 ? cells.getFloat32(from, true) : cells.getInt32(from, true);
    }
  }
  return {
    ...base,
    low: Uint32Array.from(used, (at) => places.getUint32(at, true)),
    high: Uint32Array.from(used, (at) => places.getUint32(at + 4, true)),
    counts,
    width,
    denominator: table.i32(3, 0),
  };
}
