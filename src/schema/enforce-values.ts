/**
 * Untyped input (JSON, CSV, plain rows) cast to a signature by value and without loss, in the modes safe and strict.
 * @module
 */
import type { Column } from '../data/column.ts';
import { labelText, Table } from '../data/table.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import type { ColSpec } from './col-spec.ts';
import { type ColumnType, isScalarType } from './data-types.ts';
import { type Cell, type ColumnCast, compileColumnCast, givenWords } from './enforce-values-cells.ts';
import { csvCell } from './enforce-values-csv.ts';
import { type ColumnMatch, compileColumnMatch } from './enforce-values-names.ts';
import { compileTensorForms } from './enforce-values-tensors.ts';
import type { ModelSignature } from './signature.ts';

/**
 * Casts the forms of a request. Each method gives what the model is given: a Table in schema order (optional columns that
 * are absent stay absent), or for tensor signatures a Tensor or a Map of name → Tensor.
 *
 * Every method throws ModelError INPUT_FORM_INVALID, INPUT_MISSING, INPUT_EXTRA, INPUT_DUPLICATE, INPUT_COUNT,
 * INPUT_VALUE_INVALID or INPUT_SHAPE_INVALID.
 */
export interface ValueEnforcer {
  /** `dataframe_split`: its `columns` (undefined when absent) and `data`; the index is not looked at. */
  split(columns: Value | undefined, data: Value): Value;
  /** `dataframe_records`, and plain rows. */
  records(rows: Value): Value;
  /** `inputs`: a dict of columns or one record, a list of records, a list for one column, rows where unnamed. */
  inputs(value: Value): Value;
  /** `instances`: as `inputs`, but every column must bring its own length. */
  instances(value: Value): Value;
  /** CSV: the header's names and the text of each column's cells, null where empty or an NA word. */
  csv(names: readonly Value[], columns: readonly (readonly (string | null)[])[]): Value;
  /** Which of a CSV's columns the model is given, in order, and how; absent for tensor signatures. */
  csvTargets?(names: readonly Value[]): readonly CsvTarget[];
}

/** One column that the model is given, of a CSV. */
export interface CsvTarget {
  /** Its position among the names. */
  readonly at: number;
  readonly name: Value;
  readonly type: ColumnType;
  readonly required: boolean;
  /** The text of its cells, null where empty or an NA word, as the model's column. @throws ModelError INPUT_VALUE_INVALID */
  cast(cells: readonly (string | null)[]): Column;
}

/** How untyped input is held against a signature here; mode mlflow has its own path. */
export type LosslessMode = 'safe' | 'strict';

/** Options of {@link compileValueEnforcer}. */
export interface ValueOptions {
  /** Dates with an offset are taken, as moments in UTC: MLflow 1.x does, later ones refuse them. @default false */
  readonly zoned?: boolean;
}

/**
 * Works out once how untyped input becomes what the model is given.
 *
 * @returns undefined without an input signature: the input then stays as it is
 * @example
 * ```ts
 * const enforcer = compileValueEnforcer(signature, 'safe');
 * enforcer?.split(['x', 'y'], [[1n, 2.5], [null, 3]]); // Table
 * ```
 */
export function compileValueEnforcer(signature: ModelSignature | undefined, mode: LosslessMode, options: ValueOptions = {}): ValueEnforcer | undefined {
  const schema = signature?.inputs;
  if (!schema) return undefined;
  if (schema.tensors) return compileTensorForms(schema.tensors, mode);
  return new ColumnForms(schema.columns ?? [], schema.named, mode, options);
}

interface Plan {
  readonly spec: ColSpec;
  readonly name: Value;
  readonly text: string;
  readonly cast: ColumnCast;
}

class ColumnForms implements ValueEnforcer {
  readonly #plans: readonly Plan[];
  readonly #named: boolean;
  readonly #match: ColumnMatch;
  /** A dict is one record, not columns, as soon as a cell may itself be a list or dict. */
  readonly #nested: boolean;

  constructor(specs: readonly ColSpec[], named: boolean, mode: LosslessMode, { zoned }: ValueOptions) {
    this.#named = named;
    this.#match = compileColumnMatch(specs, named, mode);
    this.#plans = specs.map((spec, i) => {
      const name = named ? spec.name : BigInt(i), text = labelText(name);
      return { spec, name, text, cast: compileColumnCast(text, spec.type, Boolean(spec.required), zoned) };
    });
    this.#nested = specs.some((spec) => typeof spec.type !== 'string');
  }

  split(columns: Value | undefined, data: Value): Value {
    if (!Array.isArray(data)) return wrongForm('dataframe_split', 'a list of rows in data', givenWords(data));
    if (columns !== undefined && columns !== null && !Array.isArray(columns)) return wrongForm('dataframe_split', 'a list of names in columns', givenWords(columns));
    const names = columns ?? undefined;
    const single = (names?.length ?? this.#plans.length) === 1;
    const rows = single ? data.map((row) => (Array.isArray(row) ? row : [row])) : data;
    return this.#rows('dataframe_split', names, rows);
  }

  records(rows: Value): Value {
    if (!Array.isArray(rows)) return wrongForm('dataframe_records', 'a list of records', givenWords(rows));
    return rows.length > 0 && !(rows[0] instanceof Map) ? this.split(undefined, rows) : this.#records('dataframe_records', rows);
  }

  inputs(value: Value): Value {
    return this.#free('inputs', value, true);
  }

  instances(value: Value): Value {
    return this.#free('instances', value, false);
  }

  csv(names: readonly Value[], columns: readonly (readonly (string | null)[])[]): Value {
    const targets = this.csvTargets(names);
    return new Table(targets.map(({ name }) => name), targets.map(({ at, cast }) => cast(columns[at] ?? [])), columns[0]?.length ?? 0);
  }

  csvTargets(names: readonly Value[]): CsvTarget[] {
    // The index that to_csv() writes has no name; here it would shift every position.
    const index = !this.#named && names.length === this.#plans.length + 1 && names[0] === 'Unnamed: 0' ? 1 : 0;
    const chosen = this.#match(names.slice(index));
    return this.#plans.flatMap(({ spec: { type, required }, name, cast }, i) => {
      const at = (chosen[i] ?? -1) + index;
      if (at < index) return [];
      return [{ at, name: this.#named ? name : (names[i + index] ?? name), type, required: Boolean(required), cast: (cells) => cast(cells.map((text) => (text === null ? null : csvCell(type, text)))) } satisfies CsvTarget];
    });
  }

  /** Columns of a schema without names keep those of the request. */
  #build(length: number, cellsOf: (plan: Plan, i: number) => readonly Cell[] | undefined, given?: readonly Value[]): Table {
    const names: Value[] = [], columns = [];
    for (const [i, plan] of this.#plans.entries()) {
      const cells = cellsOf(plan, i);
      if (!cells) continue;
      names.push(this.#named ? plan.name : (given?.[i] ?? plan.name));
      columns.push(plan.cast(cells));
    }
    return new Table(names, columns, length);
  }

  #rows(form: string, names: readonly Value[] | undefined, rows: readonly Value[]): Table {
    const first = rows[0];
    const given = names ?? Array.from({ length: Array.isArray(first) ? first.length : 0 }, (_, i) => BigInt(i));
    const chosen = this.#match(given);
    rows.forEach((row, i) => {
      if (!Array.isArray(row)) wrongForm(form, 'rows that are lists', `${givenWords(row)} in row ${i}`);
      else if (row.length !== given.length) wrongForm(form, `${given.length} values in each row`, `${row.length} in row ${i}`);
    });
    return this.#build(rows.length, (_, i) => {
      const at = chosen[i] ?? -1;
      return at < 0 ? undefined : (rows as Value[][]).map((row) => row[at]);
    }, given);
  }

  #records(form: string, rows: readonly Value[]): Table {
    const keys = new Set<Value>();
    rows.forEach((row, i) => {
      if (!(row instanceof Map)) wrongForm(form, 'records', `${givenWords(row)} in row ${i}`);
      else for (const key of row.keys()) keys.add(key);
    });
    const names = [...keys], chosen = this.#match(names);
    bounded(form, rows.length * names.length, (rows as Map<Value, Value>[]).reduce((sum, row) => sum + row.size, 0));
    return this.#build(rows.length, (_, i) => {
      const name = names[chosen[i] ?? -1];
      return name === undefined ? undefined : (rows as Map<Value, Value>[]).map((row) => row.get(name));
    }, names);
  }

  #free(form: string, value: Value, repeats: boolean): Table {
    if (value instanceof Map) return this.#dict(form, value, repeats);
    const count = this.#plans.length, only = this.#plans[0]?.spec.type;
    if (!Array.isArray(value)) {
      if (this.#named || count !== 1 || value === null) return wrongForm(form, this.#named ? 'a dict of columns or a list of records' : 'a list of rows', givenWords(value));
      return this.#rows(form, undefined, [[value]]);
    }
    if (value.some((item) => item instanceof Map) && !(count === 1 && this.#nested && !this.#named)) return this.#records(form, value);
    if (this.#named && count === 1) {
      const one = typeof only === 'object' && !value.every((item) => item === null || Array.isArray(item) || item instanceof Map);
      return this.#build(one ? 1 : value.length, () => (one ? [value] : value));
    }
    if (!this.#named && count === 1) return this.#rows(form, undefined, value.map((item) => (Array.isArray(item) && isScalarType(only) ? item : [item])));
    // Names that count from 0 are what a list of rows has.
    if (value.length > 0 && this.#named && !this.#plans.every(({ name }, i) => name === BigInt(i))) return wrongForm(form, 'a dict of columns or a list of records, for the columns have names', 'a plain list');
    return this.#rows(form, undefined, value);
  }

  #dict(form: string, value: ReadonlyMap<Value, Value>, repeats: boolean): Table {
    if (!this.#named) return wrongForm(form, 'a list of rows, for the columns have no names', 'an object');
    const names = [...value.keys()];
    if (this.#nested || names.every((name) => !Array.isArray(value.get(name)))) return this.#records(form, [value as Map<Value, Value>]);
    const chosen = this.#match(names);
    let length = -1;
    for (const at of chosen) {
      const cells = at < 0 ? undefined : value.get(names[at] as Value);
      if (!Array.isArray(cells) && (!repeats || cells instanceof Map)) {
        if (at >= 0) wrongForm(form, 'a list for each column', `${givenWords(cells)} for column ${labelText(names[at] as Value)}`);
      } else if (Array.isArray(cells)) {
        if (length >= 0 && cells.length !== length) wrongForm(form, 'columns of equal length', `${length} and ${cells.length} values`);
        length = cells.length;
      }
    }
    const rows = Math.max(length, 0);
    bounded(form, rows * names.length, [...value.values()].reduce<number>((sum, cells) => sum + (Array.isArray(cells) ? cells.length : 1), 0));
    return this.#build(rows, (_, i) => {
      const at = chosen[i] ?? -1;
      if (at < 0) return undefined;
      const cells = value.get(names[at] as Value);
      return Array.isArray(cells) ? cells : Array.from({ length: rows }, () => cells);
    });
  }
}

/** Filling the gaps of a few sparse records or repeating scalars must not cost much more memory than what was sent. */
function bounded(form: string, cells: number, given: number): void {
  if (cells > 4_000_000 && cells > 4 * given) wrongForm(form, 'records with the same keys', `${given} values for ${cells} cells`);
}

function wrongForm(form: string, expected: string, given: string): never {
  throw new ModelError('INPUT_FORM_INVALID', { form, expected, given });
}

