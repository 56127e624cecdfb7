/**
 * The columns over which CatBoost's trees test: numeric features that trees use, then an indicator (1 or 0) for each category
 * value tested alone, then the statistics of categories. So a forest over them is purely numeric.
 * Source: catboost/libs/model: cpu/quantization.h, static_ctr_provider.cpp, ctr_provider.h.
 * @module
 */
import { ModelError } from '../../../errors/model-error.ts';
import { MAX_FEATURES, type CatboostCtr, type CatboostCtrBase, type CatboostModel, type CatboostProjection } from '../../../formats/catboost-model.ts';
import { fillCtrs, type CtrGroup } from './ctr-groups.ts';
import { startCtrs, type FillCtrs } from './ctr-kernel.ts';
import { CtrTable, ctrValues } from './ctr-table.ts';

/** A test of the model: the column, and the border it must exceed. */
export interface CatboostTest {
  readonly column: number;
  readonly border: number;
  readonly nanPasses: boolean;
}

/** Columns, and how those of categories are filled. */
export interface CatboostColumns {
  readonly count: number;
  /** Numeric columns, the first of all: numbers in the model's list of numeric features. */
  readonly floats: Int32Array;
  /** Categorical features that count: numbers in the model's list of them. */
  readonly categoricals: Int32Array;
  /** Per column: the columns of the training data it comes from. */
  readonly sources: readonly (readonly number[])[];
  /** The list of all tests, which the trees number. */
  readonly tests: readonly CatboostTest[];
  /**
   * Fills the columns of categories; the numeric ones must be there.
   * @param values rows × `count`
   * @param hashes per entry of `categoricals`: the hash of each row
   */
  fill(values: Float32Array, rows: number, hashes: readonly Int32Array[]): void;
}

/** @throws ModelError FOREST_INVALID where features, values or tables do not fit together */
export function catboostColumns(model: CatboostModel): CatboostColumns {
  return new Layout(model).columns();
}

class Layout {
  readonly #model: CatboostModel;
  readonly #floatByIndex: ReadonlyMap<number, number>;
  readonly #categoricalByIndex: ReadonlyMap<number, number>;
  readonly #floats: Int32Array;
  readonly #columnOfFloat = new Map<number, number>();
  readonly #used: number[] = [];
  readonly #slots = new Map<number, number>();
  readonly #sources: number[][] = [];
  readonly #tests: CatboostTest[] = [];
  readonly #tables = new Map<string, CtrTable>();

  constructor(model: CatboostModel) {
    this.#model = model;
    this.#floatByIndex = new Map(model.floats.map((feature, i) => [feature.index, i]));
    this.#categoricalByIndex = new Map(model.categoricals.map((feature, i) => [feature.index, i]));
    const flat = [...model.floats, ...model.categoricals].map((feature) => feature.flatIndex);
    if (!flat.every((index) => Number.isInteger(index) && index >= 0 && index < MAX_FEATURES) || new Set(flat).size !== flat.length) fail('the features do not each have a column of their own');
    if (this.#floatByIndex.size !== model.floats.length || this.#categoricalByIndex.size !== model.categoricals.length) fail('two features have the same number');
    this.#floats = Int32Array.from(model.floats.flatMap((feature, i) => (feature.borders.length > 0 ? [i] : [])));
    for (const table of model.tables) {
      const key = keyOf(table);
      if (!this.#tables.has(key)) this.#tables.set(key, new CtrTable(table));
    }
  }

  columns(): CatboostColumns {
    const { floats, oneHots, ctrs, categoricals } = this.#model;
    for (const i of this.#floats) {
      const feature = floats[i] as CatboostModel['floats'][number], column = this.#add([feature.flatIndex]);
      this.#columnOfFloat.set(i, column);
      this.#addTests(column, feature.borders, feature.nanPasses);
    }
    const indicators: { column: number; slot: number; value: number }[] = [];
    for (const { categorical, values } of oneHots) {
      const slot = this.#slot(categorical), flat = categoricals[this.#used[slot] as number]?.flatIndex ?? 0;
      if (new Set(values).size !== values.length) fail('a category is tested for the same value twice');
      for (const value of values) {
        const column = this.#add([flat]);
        indicators.push({ column, slot, value });
        this.#addTests(column, Float32Array.of(0.5), false);
      }
    }
    const groups = new Map<string, CtrGroup>();
    for (const ctr of ctrs) this.#addCtr(ctr, groups);
    const count = this.#sources.length, all = [...groups.values()];
    const kernel: FillCtrs = all.length === 0 ? () => {} : (startCtrs(all, count, this.#used.length) ?? ((values, rows, hashes) => fillCtrs(all, count, values, rows, hashes)));
    return {
      count,
      floats: this.#floats,
      categoricals: Int32Array.from(this.#used),
      sources: this.#sources,
      tests: this.#tests,
      fill(values, rows, hashes) {
        for (const { column, slot, value } of indicators) {
          const hash = hashes[slot] as Int32Array;
          for (let r = 0, at = column; r < rows; r++, at += count) values[at] = hash[r] === value ? 1 : 0;
        }
        kernel(values, rows, hashes);
      },
    };
  }

  #add(sources: number[]): number {
    return this.#sources.push(sources) - 1;
  }

  #addTests(column: number, borders: Float32Array, nanPasses: boolean): void {
    for (const [i, border] of borders.entries()) {
      if (border !== border || (i > 0 && border < (borders[i - 1] as number))) fail('the borders of a feature do not rise');
      // Nothing is above +∞, NaN counted as such neither.
      this.#tests.push({ column, border, nanPasses: nanPasses && border !== Infinity });
    }
  }

  /** The place of a categorical feature among those that count. */
  #slot(index: number): number {
    const feature = this.#categoricalByIndex.get(index) ?? fail(`there is no categorical feature ${index}`);
    let slot = this.#slots.get(feature);
    if (slot === undefined) this.#slots.set(feature, (slot = this.#used.push(feature) - 1));
    return slot;
  }

  #addCtr(ctr: CatboostCtr, groups: Map<string, CtrGroup>): void {
    const { projection } = ctr, key = JSON.stringify(projection);
    const table = this.#tables.get(keyOf(ctr)) ?? fail(`a statistic of the type ${ctr.type} has no table`);
    const { width } = table.table;
    if ((ctr.type === 'Borders' && width < 2) || (['Borders', 'Buckets'].includes(ctr.type) && !(ctr.targetBorder >= 0 && ctr.targetBorder < width))) fail(`a statistic asks for class ${ctr.targetBorder} of ${width}`);
    let group = groups.get(key);
    if (!group) groups.set(key, (group = this.#group(projection)));
    const { floats, categoricals } = this.#model;
    const flats = [
      ...group.categoricals.map((slot) => categoricals[this.#used[slot] as number]?.flatIndex ?? 0),
      ...projection.floats.map(({ feature }) => floats[this.#floatByIndex.get(feature) ?? 0]?.flatIndex ?? 0),
      ...group.oneHots.map(({ slot }) => categoricals[this.#used[slot] as number]?.flatIndex ?? 0),
    ];
    const column = this.#add([...new Set(flats)]);
    group.parts.push({ column, table, values: ctrValues(ctr, table.table) });
    this.#addTests(column, ctr.borders, false);
  }

  #group(projection: CatboostProjection): CtrGroup {
    return {
      categoricals: projection.categoricals.map((index) => this.#slot(index)),
      floats: projection.floats.map(({ feature, border }) => {
        const i = this.#floatByIndex.get(feature) ?? -1, column = this.#columnOfFloat.get(i), float = this.#model.floats[i];
        if (column === undefined || !float?.borders.includes(border)) return fail(`a combination tests the numeric feature ${feature} at a border it does not have`);
        return { column, border, nanPasses: float.nanPasses && border !== Infinity };
      }),
      oneHots: projection.oneHots.map(({ categorical, value }) => {
        if (!this.#model.oneHots.some((one) => one.categorical === categorical && one.values.includes(value))) fail(`a combination tests the categorical feature ${categorical} for a value it does not have`);
        return { slot: this.#slot(categorical), value };
      }),
      parts: [],
    };
  }
}

function keyOf({ projection, type, classifier }: CatboostCtrBase): string {
  return JSON.stringify([projection, type, classifier]);
}

function fail(reason: string): never {
  throw new ModelError('FOREST_INVALID', { tree: 0, reason });
}
