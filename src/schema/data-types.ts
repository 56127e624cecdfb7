/**
 * MLflow's column types (mlflow/types/schema.py).
 * @module
 */
import type { DType } from '../data/dtype.ts';
import { truthOf } from '../data/numpy-item.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';

/** Scalar types; in numpy: bool, int32, int64, float32, float64, str, bytes, datetime64[ns]. */
export type ScalarType = 'boolean' | 'integer' | 'long' | 'float' | 'double' | 'string' | 'binary' | 'datetime';

/** Any type of a column, array item, map value or object property. */
export type ColumnType = ScalarType | 'any' | 'sparkml_vector' | ArrayType | ObjectType | MapType;

const SCALARS: readonly ScalarType[] = ['boolean', 'integer', 'long', 'float', 'double', 'string', 'binary', 'datetime'];
const NAMES: ReadonlySet<unknown> = new Set<ColumnType>([...SCALARS, 'any', 'sparkml_vector']);

const NUMPY: Readonly<Record<ScalarType, DType>> = {
  boolean: 'bool', integer: 'int32', long: 'int64', float: 'float32', double: 'float64', string: 'str', binary: 'bytes', datetime: 'datetime64[ns]',
};

/** The numpy dtype of a scalar column type. */
export function numpyTypeOf(type: ScalarType): DType {
  return NUMPY[type];
}

/** True for the eight scalar types. */
export function isScalarType(type: unknown): type is ScalarType {
  return (SCALARS as readonly unknown[]).includes(type);
}

/**
 * Checks a type that was written by hand or read from a file.
 * @throws ModelError SCHEMA_TYPE_INVALID
 */
export function checkType(type: unknown): ColumnType {
  if (NAMES.has(type) || type instanceof ArrayType || type instanceof ObjectType || type instanceof MapType) return type as ColumnType;
  const given = typeof type === 'string' ? `'${type}'` : 'a value that is no text';
  throw new ModelError('SCHEMA_TYPE_INVALID', { reason: `the type ${given} is not known; use ${SCALARS.join(', ')}, any, array, object or map` });
}

/** `Array(items)`. */
export class ArrayType {
  readonly kind = 'array' as const;
  readonly items: ColumnType;
  constructor(items: ColumnType) {
    this.items = checkType(items);
  }
}

/** A named member of an {@link ObjectType}. */
export class Property {
  readonly name: string;
  readonly type: ColumnType;
  readonly required: boolean;
  /** `required` as given in the file: any value, false where Python counts it as false. */
  readonly written: Value;
  constructor(name: string, type: ColumnType, required: Value = true) {
    if (typeof name !== 'string') throw new ModelError('SCHEMA_INVALID', { reason: 'the name of a property is not text' });
    this.name = name;
    this.type = checkType(type);
    this.required = truthOf(required);
    this.written = required;
  }
}

/** `Object([...])`; properties are kept sorted by name (code points). */
export class ObjectType {
  readonly kind = 'object' as const;
  readonly properties: readonly Property[];
  constructor(properties: readonly Property[]) {
    if (properties.length === 0) throw new ModelError('SCHEMA_INVALID', { reason: 'an object type needs at least one property' });
    const names = new Set(properties.map((property) => property.name));
    if (names.size < properties.length) throw new ModelError('SCHEMA_INVALID', { reason: 'an object type has two properties of one name' });
    this.properties = [...properties].sort((a, b) => byCodePoint(a.name, b.name));
  }
}

/** `Map(str -> values)`. */
export class MapType {
  readonly kind = 'map' as const;
  readonly values: ColumnType;
  constructor(values: ColumnType) {
    this.values = checkType(values);
  }
}

/** Python's order of texts. JavaScript compares UTF-16 units, which differs beyond U+FFFF. */
function byCodePoint(a: string, b: string): number {
  for (let i = 0; ; ) {
    const x = a.codePointAt(i), y = b.codePointAt(i);
    if (x === undefined || y === undefined) return x === y ? 0 : x === undefined ? -1 : 1;
    if (x !== y) return x - y;
    i += x > 0xffff ? 2 : 1;
  }
}

/** True when both are the same type, required marks of properties included. */
export function sameType(a: ColumnType, b: ColumnType): boolean {
  if (a === b) return true;
  if (a instanceof ArrayType && b instanceof ArrayType) return sameType(a.items, b.items);
  if (a instanceof MapType && b instanceof MapType) return sameType(a.values, b.values);
  if (!(a instanceof ObjectType && b instanceof ObjectType) || a.properties.length !== b.properties.length) return false;
  return a.properties.every((x, i) => {
    const y = b.properties[i] as Property;
    return x.name === y.name && x.required === y.required && sameType(x.type, y.type);
  });
}

/** The type in a few words: `long`, `Array(string)`, `{k: long (required)}`, `Map(str -> long)`, as MLflow prints it. */
export function typeText(type: ColumnType): string {
  if (typeof type === 'string') return type === 'any' ? 'Any' : type === 'sparkml_vector' ? 'SparkML vector' : type;
  if (type instanceof ArrayType) return `Array(${typeText(type.items)})`;
  // MLflow prints the enum's own text inside a map.
  if (type instanceof MapType) return `Map(str -> ${isScalarType(type.values) ? 'DataType.' : ''}${typeText(type.values)})`;
  return `{${type.properties.map((p) => `${p.name}: ${typeText(p.type)} (${p.required ? 'required' : 'optional'})`).join(', ')}}`;
}
