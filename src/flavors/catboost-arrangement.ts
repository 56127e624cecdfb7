/**
 * Which given column is which feature of a CatBoost model: by name where the names allow, else by position; which are categories
 * goes by position. Source: catboost/libs/data/model_dataset_compatibility.cpp, features_layout.cpp.
 * @module
 */
import { labelText, type Label } from '../data/table.ts';
import type { CatboostColumns } from '../engines/trees/catboost/catboost-columns.ts';
import { ModelError } from '../errors/model-error.ts';
import type { CatboostModel } from '../formats/catboost-model.ts';

/** A used feature: its place in training, its name, the column of the forest or the slot of its hashes. */
interface Used {
  readonly flatIndex: number;
  readonly name: string;
  readonly categorical: boolean;
  readonly target: number;
}

/** Which given column is which feature. */
export interface Arrangement {
  /** As given; null for arrays. */
  readonly labels: readonly Label[] | null;
  readonly names: readonly string[] | null;
  readonly width: number;
  /** Per given column: the column of the forest, or the slot of its hashes; -1 where the model does not use it. */
  readonly targets: Int32Array;
  /** Whether the given columns are the forest's, in its order. */
  readonly identity: boolean;
}

/** Arranges columns for one model. */
export class CatboostArrangements {
  /** Positions of categorical features. */
  readonly categorical: ReadonlySet<number>;
  readonly #columns: CatboostColumns;
  readonly #used: readonly Used[];
  #last: Arrangement | null = null;

  constructor(model: CatboostModel, columns: CatboostColumns) {
    this.#columns = columns;
    this.categorical = new Set(model.categoricals.map((feature) => feature.flatIndex));
    const used = (list: ArrayLike<number>, features: readonly { flatIndex: number; name: string }[], categorical: boolean): Used[] =>
      Array.from(list, (i, target) => ({ flatIndex: features[i]?.flatIndex ?? 0, name: features[i]?.name ?? '', categorical, target }));
    this.#used = [...used(columns.floats, model.floats, false), ...used(columns.categoricals, model.categoricals, true)];
  }

  /**
   * The arrangement of these columns; that of the call before is kept.
   * @param labels null for an array
   * @throws ModelError INPUT_UNSUITABLE
   */
  of(width: number, labels: readonly Label[] | null): Arrangement {
    const last = this.#last;
    if (last && last.width === width && (labels === null ? last.labels === null : last.labels !== null && labels.every((label, j) => label === last.labels?.[j]))) return last;
    if (width === 0) refuse('it has no columns');
    const names = labels?.map(labelText) ?? null, targets = new Int32Array(width).fill(-1);
    if (names) checkTwice(names);
    for (const position of this.categorical) if (position >= width) refuse(`it has ${width} columns, and a categorical feature of the model is column ${position}`);
    for (const [at, { target }] of this.#sources(width, names)) targets[at] = target;
    const identity = this.categorical.size === 0 && width === this.#columns.count && targets.every((target, j) => target === j);
    return (this.#last = { labels, names, width, targets, identity });
  }

  /** Which given column is which feature: by the names where they are all there, and unique; else by position. */
  #sources(width: number, names: readonly string[] | null): ReadonlyMap<number, Used> {
    const used = this.#used, own = new Set(used.map((feature) => feature.name));
    const byName = names && !own.has('') && own.size === used.length && new Set(names).size === names.length && names.filter((name) => own.has(name)).length === own.size ? new Map(names.map((name, j) => [name, j])) : null;
    return new Map(used.map((feature) => {
      const { flatIndex, name, categorical } = feature, at = byName?.get(name) ?? flatIndex, label = name || flatIndex;
      if (at >= width) refuse(`it has ${width} columns, the feature ${label} is column ${at} of the model`);
      const found = names?.[at] ?? '';
      if (!byName && name !== '' && found !== '' && found !== name) refuse(`column ${at} should be the feature ${name}, it is ${found}`);
      if (this.categorical.has(at) !== categorical) refuse(`the feature ${label} is ${categorical ? 'categorical' : 'numeric'} in the model, column ${at} of the input is not`);
      return [at, feature] as const;
    }));
  }
}

function checkTwice(names: readonly string[]): void {
  const met = new Set<string>();
  for (const name of names) {
    if (name !== '' && met.has(name)) refuse(`it has the column ${name} more than once`);
    met.add(name);
  }
}

function refuse(reason: string): never {
  throw new ModelError('INPUT_UNSUITABLE', { reason });
}
