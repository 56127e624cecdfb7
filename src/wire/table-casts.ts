/**
 * The casts a table gets after it was read from JSON, compiled from the schema (cast_df_types_according_to_schema).
 * @module
 */
import { type Column, column } from '../data/column.ts';
import { labelKey } from '../data/labels.ts';
import { labelText, Table } from '../data/table.ts';
import { valuesOf } from '../data/value-at.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { type ColumnType, isScalarType, typeText } from '../schema/data-types.ts';
import { compileCheck } from '../schema/enforce-nested.ts';
import type { Schema } from '../schema/schema.ts';
import { castFailure, type ColumnCast, scalarCast, tensorCast } from './column-cast.ts';

/** One cast with what it is named by in messages. */
interface NamedCast {
  readonly cast: ColumnCast;
  readonly type: string;
  /** pandas cannot do this cast on columns that share their name. */
  readonly single: boolean;
}

/**
 * Compiles the casts of a schema: by name, by position where it has no names, or for every column under one unnamed
 * tensor. Columns the schema does not name stay as they are; missing ones are not noticed.
 * @throws ModelError COLUMN_NOT_CONVERTIBLE from the compiled function
 */
export function compileTableCasts(schema: Schema | undefined): (table: Table) => Table {
  if (schema === undefined) return (table) => table;
  const casts = castsOf(schema);
  if (!schema.named && schema.tensors) {
    const [only] = casts;
    return (table) => apply(table, () => only);
  }
  if (!schema.named) return positional(casts);
  const byName = new Map<Value, NamedCast>();
  schema.inputNames().forEach((name, i) => {
    const cast = casts[i];
    if (cast) byName.set(labelKey(name), after(byName.get(labelKey(name)), cast));
  });
  return (table) => apply(table, (name) => byName.get(labelKey(name)));
}

/** A name that the schema has twice is cast twice. */
function after(first: NamedCast | undefined, then: NamedCast): NamedCast {
  return first ? { cast: (col) => then.cast(first.cast(col)), type: then.type, single: first.single || then.single } : then;
}

function castsOf(schema: Schema): (NamedCast | undefined)[] {
  if (schema.tensors) return schema.tensors.map(({ dtype }) => ({ cast: tensorCast(dtype), type: dtype, single: false }));
  return (schema.columns ?? []).map((spec) => typeCast(labelText(spec.name), spec.type, !spec.optional));
}

function typeCast(name: string, type: ColumnType, required: boolean): NamedCast | undefined {
  if (type === 'any') return undefined;
  const single = type === 'string' || type === 'datetime';
  if (isScalarType(type)) return { cast: scalarCast(type), type, single };
  if (type === 'sparkml_vector') return { cast: () => castFailure('vectors have no JSON form'), type, single };
  const enforce = compileCheck(name, type, required);
  return { cast: (col) => mapCells(col, enforce), type: typeText(type), single };
}

/** Series.map: the results are inferred anew. */
function mapCells(col: Column, enforce: (cell: Value) => Value): Column {
  return col.length === 0 ? col : column('object', valuesOf(col).map(enforce));
}

/** By position; a cast reaches every column that shares the name of its own. */
function positional(casts: readonly (NamedCast | undefined)[]): (table: Table) => Table {
  return (table) => {
    const byName = new Map<Value, NamedCast>();
    table.names.slice(0, casts.length).forEach((name, i) => {
      const cast = casts[i];
      if (cast) byName.set(labelKey(name), after(byName.get(labelKey(name)), cast));
    });
    return apply(table, (name) => byName.get(labelKey(name)));
  };
}

function apply(table: Table, castFor: (name: Value) => NamedCast | undefined): Table {
  const seen = new Map<Value, number>();
  for (const name of table.names) seen.set(labelKey(name), (seen.get(labelKey(name)) ?? 0) + 1);
  let changed = false;
  const columns = table.columns.map((col, i) => {
    const name = table.names[i] ?? null, named = castFor(name);
    if (named === undefined) return col;
    const out = run(named, col, name, (seen.get(labelKey(name)) ?? 1) > 1);
    if (out !== col) changed = true;
    return out;
  });
  return changed ? new Table(table.names, columns, table.length, table.index) : table;
}

function run(named: NamedCast, col: Column, name: Value, shared: boolean): Column {
  const fields = { column: labelText(name), type: named.type };
  if (shared && named.single) throw new ModelError('COLUMN_NOT_CONVERTIBLE', { ...fields, reason: 'several columns have this name' });
  try {
    return named.cast(col);
  } catch (cause) {
    if (!ModelError.isInstance(cause)) throw cause;
    throw new ModelError('COLUMN_NOT_CONVERTIBLE', { ...fields, reason: reasonOf(cause) }, { cause });
  }
}

function reasonOf(error: ModelError): string {
  return String((error.data as Record<string, unknown>).reason ?? error.message);
}
