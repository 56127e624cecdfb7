/**
 * A table: named columns of equal length.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { cell, type Column } from './column.ts';
import { isoformat } from './iso-text.ts';
import { DateTime, Series, type Value } from './values.ts';

/** A column's label: text, or any cell value (a bigint for pandas' integer labels). */
export type Label = Value;

/**
 * Columns of equal length with their labels, as a pandas DataFrame holds them.
 *
 * @example
 * ```ts
 * const table = new Table(['x'], [column('float64', new Float64Array([1, 2]))]);
 * ```
 */
// oxlint-disable-next-line no-unsafe-declaration-merging
export class Table {
  readonly names: readonly Label[];
  readonly length: number;
  /** Row labels; undefined when they are 0…n-1. */
  readonly index: readonly Value[] | undefined;

  /** @param columns null where a subclass makes them */
  constructor(names: readonly Label[], columns: readonly Column[] | null, length: number = columns?.[0]?.length ?? 0, index?: readonly Value[]) {
    this.names = names;
    this.length = length;
    this.index = index;
    if (columns === null) return;
    if (names.length !== columns.length) throw new ModelError('DATA_SHAPE_INVALID', { reason: `${names.length} names for ${columns.length} columns` });
    for (const [i, col] of columns.entries()) {
      if (col.length !== length) throw new ModelError('DATA_SHAPE_INVALID', { reason: `column ${labelText(names[i] ?? null)} has ${col.length} rows, not ${length}` });
    }
    (this as { columns: readonly Column[] }).columns = columns;
  }

  /** The column of that name, or undefined. A number finds an integer label. */
  column(name: string | number | bigint): Column | undefined {
    const label = typeof name === 'number' ? BigInt(name) : name;
    return this.columns[this.names.indexOf(label)];
  }

  /** Rows as plain objects: numbers where safe, else bigint. */
  rows(): Record<string, unknown>[] {
    const keys = this.names.map(labelText);
    return Array.from({ length: this.length }, (_, i) => Object.fromEntries(this.columns.map((col, j) => [keys[j] ?? '', cell(col, i)])));
  }
}

/** Declared apart from the class, so that a subclass may have an accessor in its place. */
// oxlint-disable-next-line no-unsafe-declaration-merging
export interface Table {
  readonly columns: readonly Column[];
}

/** A label as text, for messages and object keys. */
export function labelText(label: Label): string {
  if (typeof label === 'string') return label;
  if (label instanceof DateTime) return isoformat(label);
  return label instanceof Series ? 'Series' : String(label);
}
