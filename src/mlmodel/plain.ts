/**
 * YAML values ⇄ plain JavaScript values, for those who read and write the fields of an MLmodel.
 * @module
 */
import { PySet } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { YamlTimestamp, type YamlValue } from './yaml.ts';

/** An object that nobody can change: setting a field of the model is the way to change it. */
export type PlainObject = Readonly<Record<string, unknown>>;

/** Integers as number where safe, else bigint; mappings as frozen objects; a timestamp as its text. */
export function toPlain(value: YamlValue): unknown {
  if (typeof value === 'bigint') return value <= 9007199254740991n && value >= -9007199254740991n ? Number(value) : value;
  if (value instanceof YamlTimestamp) return value.text;
  if (Array.isArray(value)) return Object.freeze(value.map(toPlain));
  if (value instanceof PySet) return Object.freeze(value.items.map((item) => toPlain(item as YamlValue)));
  return value instanceof Map ? plainObject(value) : value;
}

/** A mapping as a frozen object; keys that are not text become their text. */
export function plainObject(map: ReadonlyMap<YamlValue, YamlValue>): PlainObject {
  return Object.freeze(Object.fromEntries([...map].map(([key, value]) => [typeof key === 'string' ? key : String(toPlain(key)), toPlain(value)])));
}

/**
 * A plain value as YAML: a whole number is an int, members that are undefined are left out.
 * @throws ModelError MLMODEL_INVALID for functions, symbols and objects of classes
 */
export function fromPlain(value: unknown, key: string): YamlValue {
  switch (typeof value) {
    case 'string': case 'boolean': case 'bigint': return value;
    case 'number': return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
    case 'object': break;
    default: throw notYaml(key, typeof value);
  }
  if (value === null || value instanceof YamlTimestamp || value instanceof Uint8Array || value instanceof PySet) return value;
  if (Array.isArray(value)) return value.map((item) => fromPlain(item, key));
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [fromPlain(k, key), fromPlain(v, key)]));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) throw notYaml(key, (value.constructor as { name?: string }).name ?? 'object');
  return new Map(Object.entries(value).filter(([, v]) => v !== undefined).map(([k, v]) => [k, fromPlain(v, key)]));
}

function notYaml(key: string, type: string): ModelError {
  return new ModelError('MLMODEL_INVALID', { reason: `the key ${key} holds a ${type}, which YAML has no form for`, key });
}
