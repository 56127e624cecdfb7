/**
 * LightGBM's text models (versions 2.x to 4.x): header lines `key=value`, a blank line, then blocks `Tree=i` of
 * `key=value` lines up to a blank line, then `end of trees`, importances, parameters and, from Python,
 * `pandas_categorical:JSON`. Source: GBDT::LoadModelFromString and Tree::Tree(const char*) of LightGBM.
 * @module
 */
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { parseFileJson } from './json-text.ts';

/** A model as its text says it; checked for lengths and numbers, not for the shape of its trees. */
export interface LightgbmText {
  /** `v2`, `v3`, `v4`; empty in older files. */
  readonly version: string;
  readonly classes: number;
  readonly treesPerIteration: number;
  /** Columns of the input. */
  readonly features: number;
  readonly featureNames: readonly string[];
  /** `objective=…` in words, `["binary", "sigmoid:1"]`; empty for a custom objective. */
  readonly objective: readonly string[];
  /** Random forest: the answer is the mean over iterations. */
  readonly averaged: boolean;
  readonly trees: readonly LightgbmTree[];
  /** Categories of each category column of the training frame, in order; null when not said. */
  readonly pandasCategorical: readonly (readonly Value[])[] | null;
}

/** One tree; children < 0 are leaves (`~child`). */
export interface LightgbmTree {
  readonly leaves: number;
  readonly splitFeature: Int32Array;
  readonly threshold: Float64Array;
  /** Bit 0 categorical, bit 1 missing goes left, bits 2-3 missing type (0 none, 1 zero, 2 NaN). */
  readonly decisionType: Uint8Array;
  readonly leftChild: Int32Array;
  readonly rightChild: Int32Array;
  readonly leafValue: Float64Array;
  /** Rows of training that came to each inner node and leaf; null where the file does not say. */
  readonly counts: { readonly node: Float64Array; readonly leaf: Float64Array } | null;
  /** Bitsets of categories; the threshold of a categorical node is its index here. */
  readonly categorySets: readonly Uint32Array[];
  /** Linear models of leaves, or null. */
  readonly linear: { readonly constants: Float64Array; readonly features: readonly Int32Array[]; readonly coefficients: readonly Float64Array[] } | null;
}

/**
 * Reads a text model.
 * @throws ModelError FILE_MALFORMED, FILE_TRUNCATED
 * @example
 * ```ts
 * const model = readLightgbmText(new TextDecoder().decode(bytes), 'model.lgb');
 * ```
 */
export function readLightgbmText(text: string, file: string): LightgbmText {
  const lines = new Lines(text, file);
  const first = lines.next();
  if (first?.trim() !== 'tree') lines.fail('it does not begin with the line "tree"');
  const header = headerOf(lines);
  const features = header.integer('max_feature_idx') + 1;
  const classes = header.integer('num_class');
  const treesPerIteration = header.has('num_tree_per_iteration') ? header.integer('num_tree_per_iteration') : classes;
  const featureNames = words(header.text('feature_names'));
  if (featureNames.length !== features) lines.fail(`${featureNames.length} feature names for ${features} features`);
  if (features < 1 || classes < 1 || treesPerIteration < 1) lines.fail('it has no features or no classes');
  const cut = (needed: string, available: string): never => {
    throw new ModelError('FILE_TRUNCATED', { file, offset: text.length, needed, available });
  };
  const version = header.has('version') ? header.text('version') : '';
  const { ended, trees } = treesOf(lines, features);
  // Since v3 every file says where its trees end. What follows does not score, but the categories at the end do.
  if (!ended && /^v[3-9]/.test(version)) cut('the end of the trees', 'none');
  if (/\nparameters:\s*\n/.test(text) && !/\nend of parameters\b/.test(text)) cut('the end of the parameters', 'none');
  const sizes = header.has('tree_sizes') ? words(header.text('tree_sizes')).length : trees.length;
  if (sizes !== trees.length) cut(`${sizes} trees`, `${trees.length} trees`);
  if (trees.length % treesPerIteration !== 0) lines.fail(`${trees.length} trees at ${treesPerIteration} an iteration`);
  return {
    version, classes, treesPerIteration, features, featureNames,
    objective: header.has('objective') ? words(header.text('objective')) : [],
    averaged: header.has('average_output'),
    trees,
    pandasCategorical: pandasCategorical(text, file),
  };
}

/** Lines without their ends; `\r\n` is an end too. */
class Lines {
  readonly #text: string;
  readonly #file: string;
  #at = 0;
  #last = 0;
  #number = 0;
  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  next(): string | undefined {
    if (this.#at >= this.#text.length) return undefined;
    const end = this.#text.indexOf('\n', this.#at);
    const stop = end < 0 ? this.#text.length : end;
    const line = this.#text.slice(this.#at, this.#text[stop - 1] === '\r' && stop > this.#at ? stop - 1 : stop);
    this.#last = this.#at;
    this.#at = stop + 1;
    this.#number++;
    return line;
  }

  /** Gives the last line once more. */
  back(): void {
    this.#at = this.#last;
    this.#number--;
  }

  fail(reason: string): never {
    throw new ModelError('FILE_MALFORMED', { file: this.#file, format: 'LightGBM text', where: `line ${this.#number}`, reason });
  }
}

/** The `key=value` lines of one block. */
class Block {
  readonly #values = new Map<string, string>();
  readonly #lines: Lines;
  constructor(lines: Lines) {
    this.#lines = lines;
  }

  add(line: string): void {
    const at = line.indexOf('=');
    if (at < 0) this.#values.set(line.trim(), '');
    else this.#values.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  text(key: string): string {
    return this.#values.get(key) ?? this.#lines.fail(`${key} is missing`);
  }

  integer(key: string): number {
    const text = this.text(key);
    return /^-?[0-9]{1,9}$/.test(text) ? Number(text) : this.#lines.fail(`${key} is not a whole number`);
  }

  integers(key: string, count: number): Int32Array {
    return Int32Array.from(this.#numbers(key, count, -(2 ** 31), 2 ** 31 - 1));
  }

  /** 32-bit words; negative ones as older versions wrote them. */
  words(key: string, count: number): Uint32Array {
    return Uint32Array.from(this.#numbers(key, count, -(2 ** 31), 2 ** 32 - 1));
  }

  floats(key: string, count: number): Float64Array {
    return this.#numbers(key, count);
  }

  #numbers(key: string, count: number, min: number = -Infinity, max: number = Infinity): Float64Array {
    const text = this.text(key), tokens = words(text);
    if (tokens.length !== count) this.#lines.fail(`${key} has ${tokens.length} values instead of ${count}`);
    // Digits only: then what Number reads is what C reads.
    const plain = /^[-+0-9.eE ]*$/.test(text), whole = min !== -Infinity;
    const out = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const value = plain ? Number(tokens[i]) : number(tokens[i]!);
      if (value === undefined || (plain && value !== value) || (whole && !(Number.isInteger(value) && value >= min && value <= max))) this.#lines.fail(`value ${i} of ${key} is not a valid number`);
      out[i] = value;
    }
    return out;
  }
}

function words(text: string): string[] {
  const all = text.split(' ');
  return all.includes('') ? all.filter((word) => word !== '') : all;
}

function number(token: string): number | undefined {
  const value = Number(token);
  if (value === value && /^[-+]?[0-9.]/.test(token) && !/[xXoObB]/.test(token)) return value;
  const match = /^([-+]?)(nan|inf|infinity)$/i.exec(token);
  if (!match) return undefined;
  return match[2]!.toLowerCase() === 'nan' ? NaN : match[1] === '-' ? -Infinity : Infinity;
}

/** Header lines up to the first tree, or to the end of a model without trees. */
function headerOf(lines: Lines): Block {
  const block = new Block(lines);
  for (;;) {
    const line = lines.next();
    if (line === undefined) return block;
    if (line.startsWith('Tree=') || line.trim() === 'end of trees') {
      lines.back();
      return block;
    }
    if (line.trim() !== '') block.add(line);
  }
}

/** The trees, and whether a line that follows them was there. */
function treesOf(lines: Lines, features: number): { readonly trees: LightgbmTree[]; readonly ended: boolean } {
  const trees: LightgbmTree[] = [];
  for (;;) {
    const line = lines.next();
    if (line === undefined) return { trees, ended: false };
    if (line.trim() === 'end of trees' || line.startsWith('feature_importances') || line.startsWith('feature importances') || line.startsWith('parameters:')) return { trees, ended: true };
    if (line.trim() === '') continue;
    if (!line.startsWith('Tree=')) lines.fail('a tree should begin here');
    const block = new Block(lines);
    for (let member = lines.next(); member !== undefined && member.trim() !== ''; member = lines.next()) block.add(member);
    trees.push(treeOf(block, lines, features));
  }
}

function treeOf(block: Block, lines: Lines, features: number): LightgbmTree {
  const leaves = block.integer('num_leaves');
  if (leaves < 1) lines.fail('a tree has no leaves');
  const nodes = leaves - 1, categorical = block.has('num_cat') ? block.integer('num_cat') : 0;
  const splitFeature = nodes > 0 ? block.integers('split_feature', nodes) : new Int32Array(0);
  for (const feature of splitFeature) if (feature < 0 || feature >= features) lines.fail(`a node tests feature ${feature} of ${features}`);
  return {
    leaves,
    splitFeature,
    threshold: nodes > 0 ? block.floats('threshold', nodes) : new Float64Array(0),
    decisionType: nodes > 0 && block.has('decision_type') ? Uint8Array.from(block.integers('decision_type', nodes)) : new Uint8Array(nodes),
    leftChild: nodes > 0 ? block.integers('left_child', nodes) : new Int32Array(0),
    rightChild: nodes > 0 ? block.integers('right_child', nodes) : new Int32Array(0),
    leafValue: block.floats('leaf_value', leaves),
    counts: nodes > 0 && block.has('internal_count') && block.has('leaf_count') ? { node: block.floats('internal_count', nodes), leaf: block.floats('leaf_count', leaves) } : null,
    categorySets: nodes > 0 && categorical > 0 ? categorySets(block, lines, categorical) : [],
    linear: block.has('is_linear') && block.integer('is_linear') !== 0 ? linearLeaves(block, lines, leaves) : null,
  };
}

function categorySets(block: Block, lines: Lines, count: number): Uint32Array[] {
  const bounds = block.integers('cat_boundaries', count + 1);
  for (let i = 0; i < count; i++) if (bounds[i]! < 0 || bounds[i + 1]! < bounds[i]!) lines.fail('cat_boundaries do not ascend');
  const all = block.words('cat_threshold', bounds[count]!);
  return Array.from({ length: count }, (_, i) => all.subarray(bounds[i], bounds[i + 1]));
}

function linearLeaves(block: Block, lines: Lines, leaves: number): LightgbmTree['linear'] {
  const counts = block.integers('num_features', leaves);
  let total = 0;
  for (const count of counts) {
    if (count < 0) lines.fail('a leaf has a negative count of features');
    total += count;
  }
  const features = block.integers('leaf_features', total), coefficients = block.floats('leaf_coeff', total);
  const slices = <T extends Int32Array | Float64Array>(all: T): T[] => {
    let start = 0;
    return Array.from(counts, (count) => all.subarray(start, (start += count)) as T);
  };
  return { constants: block.floats('leaf_const', leaves), features: slices(features), coefficients: slices(coefficients) };
}

/** On the last line that is not blank, where Python's loader looks for it. */
function pandasCategorical(text: string, file: string): LightgbmText['pandasCategorical'] {
  const end = text.trimEnd();
  const tail = end.slice(end.lastIndexOf('\n') + 1);
  if (!tail.startsWith('pandas_categorical:')) return null;
  const value = parseFileJson(tail.slice('pandas_categorical:'.length), file);
  return Array.isArray(value) && value.every((item) => Array.isArray(item)) ? (value as Value[][]) : null;
}
