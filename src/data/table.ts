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
export class Table {
  readonly names: readonly Label[];
  readonly columns: readonly Column[];
  readonly length: number;
  /** Row labels; undefined when they are 0…n-1. */
  readonly index: readonly Value[] | undefined;

  constructor(names: readonly Label[], columns: readonly Column[], length: number = columns[0]?.length ?? 0, index?: readonly Value[]) {
    if (names.length !== columns.length) throw new ModelError('DATA_SHAPE_INVALID', { reason: `${names.length} names for ${columns.length} columns` });
    for (const [i, col] of columns.entries()) {
      if (col.length !== length) throw new ModelError('DATA_SHAPE_INVALID', { reason: `column ${labelText(names[i] ?? null)} has ${col.length} rows, not ${length}` });
    }
    this.names = names;
    this.columns = columns;
    this.length = length;
    this.index = index;
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

/** A label as text, for messages and object keys. */
export function labelText(label: Label): string {
  if (typeof label === 'string') return label;
  if (label instanceof DateTime) return isoformat(label);
  return label instanceof Series ? 'Series' : String(label);
}
