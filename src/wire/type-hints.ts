/**
 * Data held against a signature that was made from type hints, `list[…]` of scalars, dicts, lists and pydantic objects, as
 * a Python model's predict holds it (mlflow/types/type_hints.py) while it is served.
 * @module
 */
import { parseIso } from '../data/datetime.ts';
import { Table } from '../data/table.ts';
import { valuesOf } from '../data/value-at.ts';
import { DateTime, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { ArrayType, type ColumnType, MapType, ObjectType, type ScalarType } from '../schema/data-types.ts';
import { givenWords } from '../schema/enforce-values-cells.ts';
import type { Schema } from '../schema/schema.ts';
import { lenientBase64 } from './base64.ts';

/** What Python's type of a scalar accepts: an int is no float, a bool is an int; bytes come as base64, datetimes as ISO text. */
const SCALARS: Readonly<Record<ScalarType, (value: Value) => Value | undefined>> = {
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  integer: (value) => (typeof value === 'bigint' || typeof value === 'boolean' ? value : undefined),
  long: (value) => (typeof value === 'bigint' || typeof value === 'boolean' ? value : undefined),
  float: (value) => (typeof value === 'number' ? value : undefined),
  double: (value) => (typeof value === 'number' ? value : undefined),
  string: (value) => (typeof value === 'string' ? value : undefined),
  binary: (value) => (value instanceof Uint8Array ? value : typeof value === 'string' ? lenientBase64(value) : undefined),
  datetime: (value) => (value instanceof DateTime ? value : typeof value === 'string' ? moment(value) : undefined),
};

/**
 * Works out once how data is held against the hint `list[…]` whose items the schema's one column describes.
 *
 * The function gives the list, its bytes and datetimes read; objects keep the keys the hint knows. It throws ModelError
 * TYPE_HINT_MISMATCH.
 *
 * @example
 * ```ts
 * const check = compileTypeHint(signature.inputs);
 * check?.(['red', 'green']);
 * ```
 */
export function compileTypeHint(schema: Schema | undefined): ((data: Value) => Value) | undefined {
  const type = schema?.columns?.[0]?.type;
  if (type === undefined) return undefined;
  return (data) => list(type, data instanceof Table ? items(data) : data, 'the data');
}

/** A frame is the list of its only column's values, or of its rows. */
function items(table: Table): Value[] {
  const columns = table.columns.map(valuesOf);
  if (columns.length === 1) return columns[0] ?? [];
  return Array.from({ length: table.length }, (_, i) => new Map(table.names.map((name, j) => [name, columns[j]?.[i] ?? null])));
}

function list(type: ColumnType, data: Value, place: string): Value[] {
  if (!Array.isArray(data)) return refuse(place, 'a list', data);
  return data.map((value, i) => check(type, value, `item ${i} of ${place}`));
}

function check(type: ColumnType, value: Value, place: string): Value {
  if (type === 'any' || type === 'sparkml_vector') return value;
  if (type instanceof ArrayType) return list(type.items, value, place);
  if (type instanceof MapType) return map(type, value, place);
  if (type instanceof ObjectType) return object(type, value, place);
  return SCALARS[type](value) ?? refuse(place, type, value);
}

function map(type: MapType, value: Value, place: string): Value {
  if (!(value instanceof Map)) return refuse(place, 'an object', value);
  return new Map([...value].map(([key, item]) => [typeof key === 'string' ? key : refuse(`a key of ${place}`, 'text', key), check(type.values, item, `a value of ${place}`)]));
}

function object(type: ObjectType, value: Value, place: string): Value {
  if (!(value instanceof Map)) return refuse(place, 'an object', value);
  const out = new Map<Value, Value>();
  for (const { name, required, type: inner } of type.properties) {
    const given = value.get(name), at = `${name} of ${place}`;
    if (given === undefined && required) refuse(at, 'a value', undefined);
    if (given !== undefined) out.set(name, given === null && !required ? null : check(inner, given, at));
  }
  return out;
}

function moment(text: string): DateTime | undefined {
  const read = parseIso(text);
  return read && new DateTime('datetime', read.ns, read.offset);
}

function refuse(place: string, expected: string, value: Value | undefined): never {
  throw new ModelError('TYPE_HINT_MISMATCH', { place, expected, given: givenWords(value) });
}
