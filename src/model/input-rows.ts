/**
 * The fast path of plain rows: objects of numbers straight into a table of the signature's columns.
 *
 * It has no errors of its own: whatever is out of the ordinary (another key, another type, a number that its column does not
 * hold) ends it, and the general path reads the rows anew and decides.
 * @module
 */
import { type NumberDType, RowsTable } from '../data/rows-table.ts';
import { float64Array } from '../data/small-arrays.ts';
import { numpyTypeOf } from '../schema/data-types.ts';
import type { Schema } from '../schema/schema.ts';

/** Rows as the model is given them, enforced; undefined where the general path must. */
export type RowsReader = (input: unknown) => RowsTable | undefined;

const TYPES = ['double', 'float', 'long', 'integer'] as const;

/**
 * Compiles the fast path of a signature of named numeric columns.
 * @returns undefined for other signatures
 */
export function compileRows(schema: Schema | undefined): RowsReader | undefined {
  const specs = schema?.columns ?? [], width = specs.length;
  const dtypes = specs.map(({ type }) => TYPES.find((plain) => plain === type)).map((type) => type && (numpyTypeOf(type) as NumberDType));
  const names = specs.map(({ name }) => name);
  if (width === 0 || dtypes.includes(undefined) || !names.every((name) => typeof name === 'string') || new Set(names).size < width) return undefined;
  const whole = dtypes as NumberDType[], keys = names as string[], labels = Object.freeze([...keys]);
  return (input) => {
    if (!Array.isArray(input) || input.length === 0) return undefined;
    const values = float64Array(input.length * width);
    for (let r = 0; r < input.length; r++) {
      if (!readRow(input[r], keys, whole, values, r * width)) return undefined;
    }
    return new RowsTable(labels, whole, values);
  };
}

/** Whether the row is a plain object of just these keys, in any order, with numbers that their columns hold. */
function readRow(row: unknown, keys: readonly string[], dtypes: readonly NumberDType[], out: Float64Array, at: number): boolean {
  if (typeof row !== 'object' || row === null || Object.getPrototypeOf(row) !== Object.prototype) return false;
  const cells = row as Readonly<Record<string, unknown>>;
  let count = 0, ordered = true;
  // V8 reads a property that for-in has just named without looking it up.
  for (const key in cells) {
    if (key !== keys[count]) ordered = false;
    else if (ordered && !store(cells[key], dtypes[count] as NumberDType, out, at + count)) return false;
    count++;
  }
  if (count !== keys.length) return false;
  if (ordered) return true;
  for (const [i, key] of keys.entries()) {
    if (!Object.hasOwn(cells, key) || !store(cells[key], dtypes[i] as NumberDType, out, at + i)) return false;
  }
  return true;
}

/** Numbers that every mode takes as they are; the rest is for the general path. */
function store(value: unknown, dtype: NumberDType, out: Float64Array, at: number): boolean {
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  const stored = dtype === 'float64' ? value : dtype === 'float32' ? Math.fround(value) : Math.trunc(value);
  out[at] = stored;
  if (dtype === 'float64') return true;
  if (dtype === 'float32') return Number.isFinite(stored);
  return stored === value && !Object.is(value, -0) && (dtype === 'int32' ? (value | 0) === value : Number.isSafeInteger(value));
}
