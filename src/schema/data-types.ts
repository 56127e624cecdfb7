/**
 * MLflow's column types (mlflow/types/schema.py).
 * @module
 */

/** Scalar types; in numpy: bool, int32, int64, float32, float64, str, bytes, datetime64[ns]. */
export type ScalarType = 'boolean' | 'integer' | 'long' | 'float' | 'double' | 'string' | 'binary' | 'datetime';

/** Any type of a column, array item, map value or object property. */
export type ColumnType = ScalarType | 'any' | 'sparkml_vector' | ArrayType | ObjectType | MapType;

/** `Array(items)`. */
export class ArrayType {
  readonly kind = 'array' as const;
  readonly items: ColumnType;
  constructor(items: ColumnType) {
    this.items = items;
  }
}

/** A named member of an {@link ObjectType}. */
export class Property {
  readonly name: string;
  readonly type: ColumnType;
  readonly required: boolean;
  constructor(name: string, type: ColumnType, required: boolean = true) {
    this.name = name;
    this.type = type;
    this.required = required;
  }
}

/** `Object([...])`; properties are kept sorted by name (code points). */
export class ObjectType {
  readonly kind = 'object' as const;
  readonly properties: readonly Property[];
  constructor(properties: readonly Property[]) {
    this.properties = properties;
  }
}

/** `Map(str -> values)`. */
export class MapType {
  readonly kind = 'map' as const;
  readonly values: ColumnType;
  constructor(values: ColumnType) {
    this.values = values;
  }
}

const SCALARS: ReadonlySet<unknown> = new Set<ScalarType>(['boolean', 'integer', 'long', 'float', 'double', 'string', 'binary', 'datetime']);
export function isScalarType(type: unknown): type is ScalarType {
  return SCALARS.has(type);
}
