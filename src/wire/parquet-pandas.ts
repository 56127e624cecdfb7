/**
 * What pandas notes in a Parquet file about its table: dtypes, time zones, categories, the index.
 * @module
 */
import { parseJson } from '../data/json-parse.ts';
import type { Value } from '../data/values.ts';

/** One column as the note names it. */
export interface PandasColumn {
  readonly numpyType: string;
  readonly pandasType: string;
  readonly timezone: string | undefined;
  readonly ordered: boolean;
}

/** The note as far as it matters here. */
export interface PandasNote {
  readonly columns: ReadonlyMap<string, PandasColumn>;
  /** Columns that are the index. */
  readonly indexColumns: readonly string[];
  readonly range: { readonly start: bigint; readonly step: bigint } | undefined;
  /** Column names are integers. */
  readonly integerNames: boolean;
}

const NONE: PandasNote = { columns: new Map(), indexColumns: [], range: undefined, integerNames: false };

/** Reads the key `pandas` of the file's metadata; a missing or broken one says nothing. */
export function pandasNote(text: string | undefined): PandasNote {
  if (text === undefined) return NONE;
  let note: Value;
  try {
    note = parseJson(text);
  } catch {
    return NONE;
  }
  const columns = new Map<string, PandasColumn>();
  for (const col of listOf(note, 'columns')) {
    const name = member(col, 'field_name') ?? member(col, 'name');
    if (typeof name !== 'string') continue;
    const metadata = member(col, 'metadata'), zone = member(metadata, 'timezone');
    columns.set(name, {
      numpyType: String(member(col, 'numpy_type')),
      pandasType: String(member(col, 'pandas_type')),
      timezone: typeof zone === 'string' ? zone : undefined,
      ordered: member(metadata, 'ordered') === true,
    });
  }
  const index = listOf(note, 'index_columns'), range = index.length === 1 ? index[0] : undefined;
  const start = member(range, 'start'), step = member(range, 'step');
  return {
    columns,
    indexColumns: index.filter((name) => typeof name === 'string'),
    range: typeof start === 'bigint' && typeof step === 'bigint' ? { start, step } : undefined,
    integerNames: listOf(note, 'column_indexes').some((level) => member(level, 'pandas_type') === 'int64'),
  };
}

function member(value: Value | undefined, key: string): Value | undefined {
  return value instanceof Map ? value.get(key) : undefined;
}

function listOf(value: Value | undefined, key: string): Value[] {
  const list = member(value, key);
  return Array.isArray(list) ? list : [];
}
