/**
 * CSV bodies to tables, as pandas.read_csv builds them with the dtypes of a schema.
 * @module
 */
import { Table } from '../data/table.ts';
import { valuesOf } from '../data/value-at.ts';
import { Tuple, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { isScalarType } from '../schema/data-types.ts';
import type { Schema } from '../schema/schema.ts';
import { type CsvDType, inferCsvColumn, CSV_RULES, type CsvRules, typedCsvColumn, withoutNa } from './csv-column.ts';
import { csvNames } from './csv-header.ts';
import { splitCsv } from './csv-lines.ts';

/**
 * Compiles the CSV reader of a schema. Rows with more cells than the header give the first ones to the index.
 * `rules` are those of a version of pandas.
 * @throws ModelError CSV_INVALID, COLUMN_NOT_CONVERTIBLE from the compiled function
 * @example
 * ```ts
 * compileCsv(undefined)('a,b\n1,x\n'); // Table, a int64, b str
 * ```
 */
export function compileCsv(schema: Schema | undefined, rules: CsvRules = CSV_RULES): (text: string) => Table {
  const dtypeOf = compileDTypes(schema);
  return (text) => {
    const { header, columns, rows } = splitCsv(text), names = csvNames(header), lead = columns.length - names.length;
    const typed = columns.map((raw, i) => {
      const name = i < lead ? undefined : names[i - lead];
      // Without rows pandas looks up only the final name.
      const asked = dtypeOf(i, name?.name) ?? (name && rows > 0 ? dtypeOf(i, name.written) : undefined);
      if (asked === undefined) return inferCsvColumn(raw, rules);
      try {
        return typedCsvColumn(raw, asked, name === undefined || dtypeOf(-1, name.name) === undefined, rules);
      } catch (cause) {
        if (!ModelError.isInstance(cause)) throw cause;
        throw new ModelError('COLUMN_NOT_CONVERTIBLE', { column: name?.name ?? i, type: asked, reason: String(cause.data.reason) }, { cause });
      }
    });
    return new Table(names.map(({ name }) => name), typed.slice(lead), rows, indexOf(typed.slice(0, lead).map(valuesOf)));
  };
}

/** Names and cells for casts by value: null where empty or an NA word. */
export function csvCells(text: string): { names: string[]; columns: (string | null)[][] } {
  const { header, columns } = splitCsv(text);
  return { names: csvNames(header).map(({ name }) => name), columns: columns.slice(columns.length - header.length).map((cells) => withoutNa(cells)) };
}

/** The dtype asked for by name or, where the schema has none or an empty one, by position. */
function compileDTypes(schema: Schema | undefined): (i: number, name: string | undefined) => CsvDType | undefined {
  if (schema === undefined) return () => undefined;
  if (!schema.columns?.every((spec) => isScalarType(spec.type))) {
    return () => {
      throw new ModelError('CSV_INVALID', { reason: 'the model signature has types that CSV cannot hold; send JSON' });
    };
  }
  const dtypes = schema.pandasTypes() as CsvDType[], byKey = new Map(schema.inputNames().map((key, i) => [key, dtypes[i]] as const));
  return (i, name) => byKey.get(name ?? null) ?? byKey.get(BigInt(i));
}

function indexOf(levels: readonly Value[][]): Value[] | undefined {
  const [first] = levels;
  if (first === undefined) return undefined;
  if (levels.length > 1) return first.map((_, i) => new Tuple(levels.map((level) => level[i] ?? null)));
  return first.every((label, i) => label === BigInt(i)) ? undefined : first;
}
