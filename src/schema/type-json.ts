/**
 * Column types in the JSON form of MLmodel files: `{"type": "array", "items": {"type": "long"}}`.
 * @module
 */
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { ArrayType, checkType, type ColumnType, MapType, ObjectType, Property } from './data-types.ts';

type Json = ReadonlyMap<Value, Value>;

/** Refuses a schema with MLflow's plain error code. */
function refuse(reason: string): never {
  throw new ModelError('SCHEMA_TYPE_INVALID', { reason });
}

/**
 * Reads `type` and its `items`, `values` or `properties`; other keys are ignored.
 * @throws ModelError SCHEMA_TYPE_INVALID, SCHEMA_INVALID
 */
export function readType(json: Json): ColumnType {
  switch (json.get('type')) {
    case 'array': return new ArrayType(readType(member(json, 'items')));
    case 'object': return readObject(json);
    case 'map': return readMap(json);
    default: return checkType(json.get('type'));
  }
}

function member(json: Json, key: string): Json {
  const inner = json.get(key);
  if (!(inner instanceof Map)) return refuse(`a type needs the key ${key} with an object`);
  if (!inner.has('type')) return refuse(`${key} lacks the key type`);
  return inner;
}

function readMap(json: Json): ColumnType {
  const values = member(json, 'values'), type = values.get('type');
  // MLflow's reader gives the vector itself here, not a map of vectors.
  if (type === 'sparkml_vector') return 'sparkml_vector';
  if (typeof type !== 'string') throw new ModelError('SCHEMA_INVALID', { reason: 'the values of a map have no type' });
  return new MapType(readType(values));
}

function readObject(json: Json): ObjectType {
  const properties = json.get('properties');
  if (!(properties instanceof Map) || [...properties.values()].some((p) => !(p instanceof Map))) return refuse('an object type needs the key properties with an object of types');
  return new ObjectType([...(properties as ReadonlyMap<string, Json>)].map(([name, property]) => {
    if (!property.has('type')) return refuse(`the property ${name} lacks the key type`);
    if (property.get('type') === 'sparkml_vector') throw new ModelError('SCHEMA_INVALID', { reason: `the property ${name} is a SparkML vector, which only a column can be` });
    return new Property(name, readType(property), property.has('required') ? (property.get('required') ?? null) : true);
  }));
}

/** The type in its JSON form, keys in MLflow's order. */
export function writeType(type: ColumnType): Map<string, Value> {
  if (typeof type === 'string') return new Map([['type', type]]);
  if (type instanceof ArrayType) return new Map<string, Value>([['type', 'array'], ['items', writeType(type.items)]]);
  if (type instanceof MapType) return new Map<string, Value>([['type', 'map'], ['values', writeType(type.values)]]);
  const properties = type.properties.map((p) => [p.name, writeType(p.type).set('required', p.written)] as const);
  return new Map<string, Value>([['type', 'object'], ['properties', new Map(properties)]]);
}
