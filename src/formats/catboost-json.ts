/**
 * CatBoost's JSON model: `{ctr_data?, features_info, model_info, oblivious_trees | trees, scale_and_bias}`. Hashes of tables are
 * text; no other number is beyond 2^53. The library reads numbers with RapidJSON, not to the nearest double.
 * Source: catboost/libs/model/json_model_helpers.cpp.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { jsonTree } from './catboost-json-tree.ts';
import { CTR_TYPES, isPlain, MAX_OUTPUTS, readInfo, type CatboostCtr, type CatboostCtrBase, type CatboostModel, type CatboostProjection, type CatboostTable } from './catboost-model.ts';
import { catboostNumber } from './catboost-number.ts';
import { parsePlainJson } from './json-text.ts';

/**
 * Reads a JSON model.
 *
 * @throws ModelError FILE_MALFORMED, FILE_LIMIT_EXCEEDED
 * @example
 * ```ts
 * readCatboostJson(bytes, 'model.cb').trees.length;
 * ```
 */
export function readCatboostJson(bytes: Uint8Array, file: string): CatboostModel {
  return new Reader(file).model(parsePlainJson(bytes, file, 'CatBoost JSON', catboostNumber));
}

export type Fields = Readonly<Record<string, unknown>>;

/** The empty place of the library's hash table, which its writer writes out with the rest. */
const EMPTY = 2n ** 64n - 1n;

/** Checks each value as it is read. */
export class Reader {
  readonly #file: string;
  constructor(file: string) {
    this.#file = file;
  }

  model(root: unknown): CatboostModel {
    const top = this.fields(root, 'the file'), info = this.fields(top['features_info'], 'features_info');
    const trees = (this.#optional(top['oblivious_trees'] ?? top['trees'], 'trees')).map((tree, i) => jsonTree(this, this.fields(tree, `tree ${i}`), `tree ${i}`));
    const pair = this.#optional(top['scale_and_bias'] ?? [1, []], 'scale_and_bias');
    const scale = this.number(pair[0], 'scale_and_bias'), bias = this.numbers(Array.isArray(pair[1]) ? pair[1] : [pair[1]], 'scale_and_bias');
    const outputs = trees[0]?.outputs ?? Math.max(bias.length, 1);
    if (outputs < 1 || outputs > MAX_OUTPUTS || trees.some((tree) => tree.outputs !== outputs)) this.fail('trees', `leaves do not all have the ${outputs} values of the first`);
    // Before 0.24 there was one bias, 0 where there are several outputs.
    const none = bias.every((b) => b === 0);
    if (bias.length !== outputs && !none) this.fail('scale_and_bias', `${bias.length} biases for ${outputs} outputs`);
    const categoricals = this.#list(info, 'categorical_features');
    return {
      outputs,
      floats: this.#list(info, 'float_features').map((one) => ({
        ...this.#place(one),
        borders: Float32Array.from(this.numbers(one['borders'] ?? [], 'borders')),
        nanPasses: one['has_nans'] === true && one['nan_value_treatment'] === 'AsTrue',
      })),
      categoricals: categoricals.map((one) => this.#place(one)),
      oneHots: categoricals.flatMap((one) => (one['values'] === undefined ? [] : [{ categorical: this.integer(one['feature_index'], 'feature_index'), values: this.integers(one['values'], 'values') }])),
      ctrs: this.#list(info, 'ctrs').map((one) => this.#ctr(one)),
      tables: Object.entries(top['ctr_data'] === undefined || top['ctr_data'] === null ? {} : this.fields(top['ctr_data'], 'ctr_data')).map(([key, table]) => this.#table(key, this.fields(table, 'ctr_data'))),
      trees,
      scale,
      bias: none ? new Float64Array(outputs) : bias,
      ...readInfo(this.fields(top['model_info'] ?? {}, 'model_info'), this.#file),
      beyond: (['text', 'embedding'] as const).filter((kind) => this.#list(info, `${kind}_features`).length > 0).map((kind) => `${kind} features`),
    };
  }

  #place(one: Fields): { index: number; flatIndex: number; name: string } {
    const name = one['feature_id'] ?? one['feature_name'] ?? '';
    return { index: this.integer(one['feature_index'], 'feature_index'), flatIndex: this.integer(one['flat_feature_index'], 'flat_feature_index'), name: this.text(name, 'feature_id') };
  }

  #ctr(one: Fields): CatboostCtr {
    const number = (key: string): number => Math.fround(this.number(one[key], `ctrs: ${key}`));
    return {
      ...this.#base(one['ctr_type'], one['elements'], 'ctrs'),
      targetBorder: this.integer(one['target_border_idx'], 'target_border_idx'),
      priorNumerator: number('prior_numerator'),
      priorDenominator: number('prior_denomerator'),
      shift: number('shift'),
      scale: number('scale'),
      borders: Float32Array.from(this.numbers(one['borders'] ?? [], 'borders')),
    };
  }

  #base(type: unknown, elements: unknown, where: string): CatboostCtrBase {
    const known = CTR_TYPES.find((name) => name === type);
    return { type: known ?? this.fail(where, 'the type of a statistic of categories is not known'), projection: this.#projection(elements, where), classifier: 0 };
  }

  #projection(elements: unknown, where: string): CatboostProjection {
    const parts = this.list(elements, where).map((part) => this.fields(part, where)), of = (kind: string): Fields[] => parts.filter((part) => part['combination_element'] === kind);
    const projection = {
      categoricals: of('cat_feature_value').map((part) => this.integer(part['cat_feature_index'], where)),
      floats: of('float_feature').map((part) => ({ feature: this.integer(part['float_feature_index'], where), border: Math.fround(this.number(part['border'], where)) })),
      oneHots: of('cat_feature_exact_value').map((part) => ({ categorical: this.integer(part['cat_feature_index'], where), value: this.integer(part['value'], where) | 0 })),
    };
    if (projection.categoricals.length + projection.floats.length + projection.oneHots.length !== parts.length) this.fail(where, 'an element of a combination is not known');
    return projection;
  }

  /** The key is JSON: `{identifier, type}`. */
  #table(key: string, table: Fields): CatboostTable {
    const where = 'ctr_data', named = this.fields(parsePlainJson(key, this.#file, 'CatBoost JSON'), where);
    const base = this.#base(named['type'], named['identifier'], where), stride = this.integer(table['hash_stride'], 'hash_stride');
    const flat = this.#optional(table['hash_map'], 'hash_map'), width = stride - 1;
    const mean = base.type === 'BinarizedTargetMeanValue' || base.type === 'FloatTargetMeanValue', counter = base.type === 'Counter' || base.type === 'FeatureFreq';
    if (stride < 2 || flat.length % stride !== 0 || (mean && width !== 2) || (counter && width !== 1)) this.fail('hash_map', `${flat.length} items in strides of ${stride} for ${base.type}`);
    const low: number[] = [], high: number[] = [], counts: number[] = [];
    for (let at = 0; at < flat.length; at += stride) {
      const text = this.text(flat[at], 'hash_map');
      if (!/^\d{1,20}$/.test(text)) this.fail('hash_map', 'a hash is not a whole number');
      const hash = BigInt(text);
      if (hash === EMPTY) continue;
      if (hash > EMPTY) this.fail('hash_map', 'a hash is beyond 64 bits');
      low.push(Number(hash & 0xffffffffn));
      high.push(Number(hash >> 32n));
      // The library reads every count as a whole number, the sums of means too: one with a fraction as 0.
      for (let k = 1; k < stride; k++) {
        const count = this.number(flat[at + k], 'hash_map');
        counts.push(Number.isInteger(count) ? count : 0);
      }
    }
    return { ...base, low: Uint32Array.from(low), high: Uint32Array.from(high), counts: Float64Array.from(counts), width, denominator: this.integer(table['counter_denominator'] ?? 0, 'counter_denominator') };
  }

  fields(value: unknown, where: string): Fields {
    return isPlain(value) ? value : this.fail(where, 'it is not an object');
  }

  list(value: unknown, where: string): readonly unknown[] {
    return Array.isArray(value) ? value : this.fail(where, 'it is not a list');
  }

  /** The library writes an empty list as null. */
  #optional(value: unknown, where: string): readonly unknown[] {
    return value === null || value === undefined ? [] : this.list(value, where);
  }

  #list(info: Fields, key: string): Fields[] {
    return this.#optional(info[key], key).map((one) => this.fields(one, key));
  }

  text(value: unknown, where: string): string {
    return typeof value === 'string' ? value : this.fail(where, 'it is not text');
  }

  number(value: unknown, where: string): number {
    return typeof value === 'number' ? value : this.fail(where, 'it is not a number');
  }

  integer(value: unknown, where: string): number {
    return Number.isSafeInteger(value) ? (value as number) : this.fail(where, 'it is not a whole number');
  }

  numbers(value: unknown, where: string): Float64Array {
    const list = this.#optional(value, where);
    return Float64Array.from(list, (item) => this.number(item, where));
  }

  integers(value: unknown, where: string): Int32Array {
    return Int32Array.from(this.#optional(value, where), (item) => this.integer(item, where));
  }

  fail(where: string, reason: string): never {
    throw new ModelError('FILE_MALFORMED', { file: this.#file, format: 'CatBoost JSON', where, reason });
  }
}
