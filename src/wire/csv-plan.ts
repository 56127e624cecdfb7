/**
 * How the rows of a CSV file are read in chunks: by a signature's columns, or by the dtypes that pandas would find.
 * @module
 */
import { column } from '../data/column.ts';
import type { Value } from '../data/values.ts';
import type { CsvTarget } from '../schema/enforce-values.ts';
import { type CsvField, type CsvPlan, EMPTY_CELL, FLOAT_CELL, INTEGER_CELL, type Kind, KIND, refuseChanged } from './csv-chunks.ts';
import { csvFloat, inferCsvColumn, NA_WORDS, withoutNa } from './csv-column.ts';
import { type CsvCursor, INCOMPLETE, NEXT_CELL } from './csv-cursor.ts';
import { csvNames } from './csv-header.ts';
import { refuseEmpty } from './csv-lines.ts';

/** The first line of a CSV file, and how wide its rows are. */
export interface CsvHead {
  readonly names: readonly string[];
  /** Cells of the first row; the ones before the named ones are its index. */
  readonly width: number;
  /** There are no rows. */
  readonly empty: boolean;
}

/**
 * Reads the header and looks at the first row; the cursor ends before that. Undefined where the bytes end first.
 * @throws ModelError CSV_INVALID, TEXT_INVALID
 */
export function readHead(cursor: CsvCursor): CsvHead | undefined {
  const { at, bytes } = cursor;
  if (at === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) cursor.at = 3;
  if (!cursor.nextLine()) return cursor.last ? refuseEmpty() : undefined;
  const header: string[] = [];
  let after: number = NEXT_CELL, cells = 0;
  while (after === NEXT_CELL) {
    const text = cursor.text();
    if (text === undefined) return undefined;
    header.push(text);
    after = cursor.next();
  }
  const names = csvNames(header).map(({ name }) => name);
  if (after === INCOMPLETE) return undefined;
  if (!cursor.nextLine()) return cursor.last ? { names, width: names.length, empty: true } : undefined;
  const start = cursor.at;
  for (after = NEXT_CELL; after === NEXT_CELL; cells++) {
    if (!cursor.skip()) return undefined;
    after = cursor.next();
  }
  if (after === INCOMPLETE) return undefined;
  cursor.at = start;
  return { names, width: Math.max(names.length, cells), empty: false };
}

const NUMERIC: Readonly<Record<string, Kind>> = { double: KIND.double, float: KIND.float, long: KIND.long, integer: KIND.integer, boolean: KIND.boolean };
const UNUSED: CsvField = { kind: KIND.skip, order: 0, gaps: false };

/** The columns that a signature takes. `gaps` tells by position where the file has missing integers or booleans. */
export function signaturePlan({ names, width }: CsvHead, targets: readonly CsvTarget[], gaps?: readonly boolean[]): CsvPlan {
  const lead = width - names.length, fields = Array.from({ length: width }, () => UNUSED);
  for (const [order, target] of targets.entries()) fields[lead + target.at] = targetField(target, order, gaps?.[lead + target.at]);
  return { fields, names: targets.map(({ name }) => name), places: targets.map(({ at }) => lead + at) };
}

/** Whether the dtype of a column hangs on cells further on in the file. */
export function hasOpenDType({ required, type }: { readonly required: unknown; readonly type: unknown }): boolean {
  return !required && (type === 'long' || type === 'integer' || type === 'boolean');
}

function targetField(target: CsvTarget, order: number, gaps: boolean | undefined): CsvField {
  const kind = typeof target.type === 'string' ? NUMERIC[target.type] : undefined;
  if (kind === undefined) return { kind: KIND.text, order, gaps: false, column: (cells) => target.cast(withoutNa(cells)) };
  return { kind, order, gaps: hasOpenDType(target) ? gaps : false, cell: (text) => target.cast(withoutNa([text])).values[0] as Value };
}

const MISSING = 1, INTEGER = 2, FLOAT = 4, BOOLEAN = 8, TEXT = 16, HUGE = 32;

/** Finds the dtypes of a file's columns, as csv-column.ts does, in one reading that keeps no cells. */
export class CsvInference {
  /** For this reading. */
  readonly plan: CsvPlan;
  readonly #head: CsvHead;
  /** What was seen in each position. */
  readonly #seen: number[];

  constructor(head: CsvHead) {
    this.#head = head;
    this.#seen = Array.from({ length: head.width }, () => 0);
    const lead = head.width - head.names.length;
    const fields = this.#seen.map((_, at): CsvField => (at < lead ? UNUSED : { kind: KIND.infer, order: at, gaps: false, note: (cell) => this.#note(at, cell) }));
    this.plan = { fields, names: [], places: [] };
  }

  /** For the next reading; undefined where a column is one that only the general path reads. */
  found(): CsvPlan | undefined {
    const { names, width } = this.#head, lead = width - names.length;
    const fields = this.#seen.map((seen, at) => (at < lead ? UNUSED : foundField(seen, at)));
    return fields.every((field) => field !== undefined) ? { fields, names, places: names.map((_, i) => lead + i) } : undefined;
  }

  #note(at: number, cell: typeof INTEGER_CELL | typeof FLOAT_CELL | typeof EMPTY_CELL | string): boolean {
    const before = this.#seen[at] as number;
    const seen = before | (cell === INTEGER_CELL ? INTEGER : cell === FLOAT_CELL ? FLOAT : cell === EMPTY_CELL ? MISSING : wordOf(cell, before));
    this.#seen[at] = seen;
    return (seen & (TEXT | HUGE)) === TEXT;
  }
}

function wordOf(text: string, before: number): number {
  if (NA_WORDS.has(text)) return MISSING;
  switch (inferCsvColumn([text]).dtype) {
    case 'int64': return INTEGER;
    case 'float64': return FLOAT;
    case 'bool': return BOOLEAN;
    default:
      if (csvFloat(text) === undefined) return TEXT;
      // A whole number beyond int64: only where nothing but whole numbers came before is it more than a float.
      return (before & (FLOAT | BOOLEAN | TEXT)) === 0 ? HUGE : FLOAT;
  }
}

function foundField(seen: number, at: number): CsvField | undefined {
  const missing = (seen & MISSING) !== 0;
  if ((seen & HUGE) !== 0) return undefined;
  switch (seen & ~MISSING) {
    case 0: case FLOAT: case FLOAT | INTEGER: return { kind: KIND.double, order: at, gaps: false, cell: (text) => csvFloat(text) ?? refuseChanged() };
    case INTEGER: return { kind: KIND.long, order: at, gaps: missing, cell: integerCell };
    // With gaps they are objects.
    case BOOLEAN: return missing ? undefined : { kind: KIND.boolean, order: at, gaps: false, cell: (text) => (/^(?:true|false)$/i.test(text) ? text.toLowerCase() === 'true' : refuseChanged()) };
    default: return { kind: KIND.text, order: at, gaps: false, column: (cells) => column('str', withoutNa(cells)) };
  }
}

function integerCell(text: string): Value {
  if (NA_WORDS.has(text)) return NaN;
  const { dtype, values } = inferCsvColumn([text]);
  return dtype === 'int64' ? (values[0] as Value) : refuseChanged();
}
