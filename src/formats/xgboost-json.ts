/**
 * XGBoost's model schema, as JSON text (`model.json`) or UBJSON (`model.ubj`), of libraries 1.0 to 3.x:
 * `{learner: {attributes, feature_names, feature_types, gradient_booster, learner_model_param, objective}, version}`.
 * Scalars of parameter objects are text. Source: dmlc/xgboost `doc/model.schema`, `src/learner.cc`, `src/tree/tree_model.cc`,
 * `src/data/cat_container.cc`.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { parsePlainJson } from './json-text.ts';
import { parseUbjson } from './ubjson.ts';
import { MAX_FEATURES, MAX_OUTPUTS, type XgboostCategories, type XgboostModel, type XgboostTree } from './xgboost-model.ts';

/**
 * Reads a model in either form.
 *
 * @throws ModelError FILE_TRUNCATED, FILE_MALFORMED, FILE_LIMIT_EXCEEDED
 * @example
 * ```ts
 * parseXgboostJson(bytes, 'model.ubj').objective; // 'binary:logistic'
 * ```
 */
export function parseXgboostJson(bytes: Uint8Array, file: string): XgboostModel {
  return new Reader(file).model(parseTree(bytes, file));
}

/** Per node, and of no use for scoring. */
const UNUSED: ReadonlySet<string> = new Set(['loss_changes', 'parents']);

/** `{L`, `{i`, `{U` … begin UBJSON; JSON has a quote or space after the brace. */
function parseTree(bytes: Uint8Array, file: string): unknown {
  const second = bytes[1];
  if (second !== undefined && second !== 0x22 && second !== 0x7d && second > 0x20) return parseUbjson(bytes, file, { skip: UNUSED });
  return parsePlainJson(bytes, file, 'XGBoost JSON');
}

type Fields = Readonly<Record<string, unknown>>;

class Reader {
  readonly #file: string;
  constructor(file: string) {
    this.#file = file;
  }

  model(root: unknown): XgboostModel {
    const top = this.#fields(root, 'the file');
    const learner = this.#fields(top['learner'], 'learner');
    const param = this.#fields(learner['learner_model_param'], 'learner_model_param');
    const objective = this.#fields(learner['objective'], 'objective');
    const outer = this.#fields(learner['gradient_booster'], 'gradient_booster');
    const booster = outer['name'];
    if (booster !== 'gbtree' && booster !== 'dart' && booster !== 'gblinear') return this.#fail('gradient_booster', `the booster ${String(booster)} is not known`);
    const inner = booster === 'dart' ? this.#fields(outer['gbtree'], 'gbtree') : outer;
    const model = this.#fields(inner['model'], 'gradient_booster.model');
    const features = this.#count(param, 'num_feature', MAX_FEATURES);
    const kind: XgboostModel['booster'] = booster;
    const shared = {
      version: top['version'] === undefined ? [] : Array.from(this.#numbers(top, 'version')),
      booster: kind,
      objective: this.#text(objective['name'], 'objective.name'),
      objectiveParams: objectiveParams(objective),
      features,
      classes: this.#count(param, 'num_class', MAX_OUTPUTS, 0),
      targets: Math.max(this.#count(param, 'num_target', MAX_OUTPUTS, 1), 1),
      baseScore: this.#baseScore(param['base_score']),
      attributes: new Map(Object.entries(learner['attributes'] === undefined ? {} : this.#fields(learner['attributes'], 'attributes')).map(([key, value]) => [key, this.#text(value, 'attributes')])),
      featureNames: this.#texts(learner, 'feature_names', features),
      featureTypes: this.#texts(learner, 'feature_types', features),
    };
    if (booster === 'gblinear') {
      return { ...shared, categories: null, trees: [], treeInfo: [], rounds: null, parallelTrees: 1, treeWeights: null, weights: this.#numbers(model, 'weights') };
    }
    return { ...shared, ...this.#forest(model, booster === 'dart' ? outer : null, features), weights: null };
  }

  #forest(model: Fields, dart: Fields | null, features: number): Pick<XgboostModel, 'trees' | 'treeInfo' | 'rounds' | 'parallelTrees' | 'treeWeights' | 'categories'> {
    const param = this.#fields(model['gbtree_model_param'], 'gbtree_model_param');
    const list = this.#list(model['trees'], 'trees'), count = this.#count(param, 'num_trees', 2 ** 27);
    if (list.length !== count) this.#fail('trees', `num_trees is ${count}, there are ${list.length}`);
    const treeInfo = this.#numbers(model, 'tree_info', count);
    const rounds = model['iteration_indptr'] === undefined ? null : this.#numbers(model, 'iteration_indptr');
    if (rounds) this.#checkRounds(rounds, count);
    return {
      trees: list.map((tree, i) => this.#tree(tree, i)),
      treeInfo,
      rounds,
      parallelTrees: Math.max(this.#count(param, 'num_parallel_tree', 2 ** 27, 1), 1),
      treeWeights: dart ? this.#numbers(dart, 'weight_drop', count) : null,
      categories: model['cats'] === undefined ? null : this.#categories(this.#fields(model['cats'], 'cats'), features),
    };
  }

  #checkRounds(rounds: ArrayLike<number>, trees: number): void {
    let last = 0;
    for (let i = 0; i < rounds.length; i++) {
      const at = rounds[i] as number;
      if (!Number.isInteger(at) || at < last || at > trees || (i === 0 && at !== 0)) this.#fail('iteration_indptr', `it must rise from 0 to ${trees}`);
      last = at;
    }
    if (rounds.length > 0 && last !== trees) this.#fail('iteration_indptr', `it must rise from 0 to ${trees}`);
  }

  #tree(value: unknown, index: number): XgboostTree {
    const tree = this.#fields(value, `tree ${index}`), where = `tree ${index}`;
    const param = this.#fields(tree['tree_param'], `${where}: tree_param`);
    const nodes = this.#count(param, 'num_nodes', 2 ** 27), leafSize = Math.max(this.#count(param, 'size_leaf_vector', MAX_OUTPUTS, 1), 1);
    if (nodes === 0) this.#fail(where, 'it has no nodes');
    const column = (key: string): ArrayLike<number> => this.#numbers(tree, key, nodes, where);
    const left = column('left_children'), right = column('right_children');
    const vector = leafSize > 1;
    // Before 3.1 a multi-target tree had the vectors of all nodes in base_weights; since then the leaves' stand apart.
    const apart = vector && tree['leaf_weights'] !== undefined;
    return {
      left,
      right,
      feature: column('split_indices'),
      condition: column('split_conditions'),
      defaultLeft: column('default_left'),
      sumHessian: tree['sum_hessian'] === undefined ? null : column('sum_hessian'),
      categorical: this.#categoricalNodes(tree, nodes, where),
      leafSize,
      leafValues: !vector ? null : apart ? this.#numbers(tree, 'leaf_weights') : this.#numbers(tree, 'base_weights', nodes * leafSize, where),
      leafRow: !vector ? null : apart ? right : Int32Array.from({ length: nodes }, (_, i) => i),
    };
  }

  #categoricalNodes(tree: Fields, nodes: number, where: string): ReadonlyMap<number, ArrayLike<number>> {
    const out = new Map<number, ArrayLike<number>>();
    const types = tree['split_type'] === undefined ? [] : this.#numbers(tree, 'split_type', nodes, where);
    let marked = 0;
    for (let i = 0; i < types.length; i++) {
      if (types[i] !== 0 && types[i] !== 1) this.#fail(where, `node ${i} has the split type ${types[i]}`);
      marked += types[i] as number;
    }
    if (tree['categories_nodes'] === undefined) {
      if (marked > 0) this.#fail(where, 'categorical nodes without categories');
      return out;
    }
    const which = this.#numbers(tree, 'categories_nodes'), count = which.length;
    const segments = this.#numbers(tree, 'categories_segments', count, where), sizes = this.#numbers(tree, 'categories_sizes', count, where);
    const all = this.#numbers(tree, 'categories');
    for (let i = 0; i < count; i++) {
      const node = which[i] as number, from = segments[i] as number, size = sizes[i] as number;
      if (types[node] !== 1 || out.has(node)) this.#fail(where, `categories for node ${node}, which is not categorical or has some`);
      if (!(Number.isInteger(from) && Number.isInteger(size) && from >= 0 && size >= 0 && from + size <= all.length)) this.#fail(where, `the categories of node ${node} are ${from}…${from + size} of ${all.length}`);
      out.set(node, Array.from({ length: size }, (_, k) => all[from + k] as number));
    }
    if (out.size !== marked) this.#fail(where, `${marked} categorical nodes, ${out.size} with categories`);
    return out;
  }

  /** Each feature's encoder: `{offsets, values}` for text (UTF-8 bytes), `{type, values}` for numbers. */
  #categories(cats: Fields, features: number): XgboostCategories[] | null {
    const encoders = this.#list(cats['enc'], 'cats.enc');
    if (encoders.length === 0) return null;
    if (encoders.length !== features) this.#fail('cats', `${encoders.length} encoders for ${features} features`);
    const out = encoders.map((value): XgboostCategories => {
      const encoder = this.#fields(value, 'cats.enc');
      const values = this.#numbers(encoder, 'values');
      if (encoder['offsets'] === undefined) return { numbers: Array.from(values) };
      const offsets = Array.from(this.#numbers(encoder, 'offsets'));
      if (offsets.length < 2) return null;
      if (!offsets.every((at, i) => Number.isInteger(at) && at >= (i === 0 ? 0 : (offsets[i - 1] as number)) && at <= values.length)) this.#fail('cats', 'offsets must rise within the values');
      return { offsets, bytes: Uint8Array.from(values) };
    });
    return out.some((categories) => categories !== null) ? out : null;
  }

  #baseScore(value: unknown): number[] {
    const text = this.#text(value, 'base_score').trim();
    const parts = (text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text).split(',');
    return parts.map((part) => {
      const x = Number(part);
      return part.trim() === '' || x !== x ? this.#fail('base_score', 'it is not a number or a list of numbers') : Math.fround(x);
    });
  }

  #fields(value: unknown, where: string): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) this.#fail(where, 'an object is expected');
    return value as Fields;
  }

  #list(value: unknown, where: string): readonly unknown[] {
    return Array.isArray(value) ? value : this.#fail(where, 'a list is expected');
  }

  #text(value: unknown, where: string): string {
    return typeof value === 'string' ? value : this.#fail(where, 'text is expected');
  }

  #texts(fields: Fields, key: string, count: number): string[] | null {
    if (fields[key] === undefined) return null;
    const list = this.#list(fields[key], key);
    if (list.length === 0) return null;
    if (list.length !== count) this.#fail(key, `${list.length} for ${count} features`);
    return list.map((item) => this.#text(item, key));
  }

  /** A list of numbers, of `length` items where given. A plain list is checked; booleans of old files become 0 and 1. */
  #numbers(fields: Fields, key: string, length?: number, where: string = key): ArrayLike<number> {
    const value = fields[key];
    let out: ArrayLike<number>;
    if (ArrayBuffer.isView(value)) out = value as unknown as ArrayLike<number>;
    else if (!Array.isArray(value)) return this.#fail(where, `${key} must be a list`);
    else if (value.every((item) => typeof item === 'number')) out = value as number[];
    else if (value.every((item) => typeof item === 'boolean')) out = value.map(Number);
    else return this.#fail(where, `${key} must hold numbers`);
    return length !== undefined && out.length !== length ? this.#fail(where, `${key} has ${out.length} items, not ${length}`) : out;
  }

  /** A count written as text or number. */
  #count(fields: Fields, key: string, max: number, absent?: number): number {
    const value = fields[key];
    if (value === undefined && absent !== undefined) return absent;
    const n = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    if (typeof n !== 'number' || !Number.isInteger(n) || n < 0) return this.#fail(key, 'a whole number is expected');
    if (n > max) throw new ModelError('FILE_LIMIT_EXCEEDED', { file: this.#file, what: key, value: n, limit: max });
    return n;
  }

  #fail(where: string, reason: string): never {
    throw new ModelError('FILE_MALFORMED', { file: this.#file, format: 'XGBoost', where, reason });
  }
}

/** The objective's parameter objects (`reg_loss_param`, …) in one; only text counts. */
function objectiveParams(objective: Fields): Record<string, string> {
  const out: Record<string, string> = {};
  for (const group of Object.values(objective)) {
    if (typeof group !== 'object' || group === null) continue;
    for (const [key, value] of Object.entries(group)) if (typeof value === 'string' || typeof value === 'number') out[key] = String(value);
  }
  return out;
}
