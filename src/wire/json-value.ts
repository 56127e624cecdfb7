/**
 * Any value as the JSON text that Python's json.dumps gives with the encoders of MLflow.
 * @module
 */
import { isoformat } from '../data/iso-text.ts';
import { jsonString } from '../data/json-write.ts';
import { jsonNumber } from '../data/numbers.ts';
import { Table } from '../data/table.ts';
import { Tensor } from '../data/tensor.ts';
import { ByteArray, Complex, DateTime, Decimal, Duration, Missing, PySet, Scalar, Series, Tuple, type Value } from '../data/values.ts';
import { type JsonRules, refuse } from './json-rules.ts';
import { tensorText } from './json-tensor.ts';

/**
 * A value as JSON text.
 * @throws ModelError NOT_SERIALIZABLE for what the encoder does not know: sets, Decimal, complex numbers, timedeltas, NA, tables inside.
 * @example
 * ```ts
 * valueText(new Map([['a', [1n, 1]]]), SERVER_RULES); // '{"a": [1, 1.0]}'
 * ```
 */
export function valueText(value: Value, rules: JsonRules): string {
  switch (typeof value) {
    case 'string': return jsonString(value);
    case 'number': return jsonNumber(value);
    case 'bigint': return `${value}`;
    case 'boolean': return value ? 'true' : 'false';
    default: break;
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) return listText(value, rules);
  if (value instanceof Map) return mapText(value, rules);
  if (value instanceof Tensor) return tensorText(value, (item) => valueText(item, rules));
  if (value instanceof Tuple) return listText(value.items, rules);
  if (value instanceof Scalar) return scalarText(value, rules);
  if (rules.bytes && (value instanceof Uint8Array || value instanceof ByteArray)) return bytesText(value instanceof ByteArray ? value.bytes : value);
  if (value instanceof DateTime && (rules.time || value.kind !== 'time')) return `"${isoformat(value)}"`;
  if (value instanceof Missing && value.kind === 'NaT') return '"NaT"';
  return refuse(typeName(value));
}

/** Base64 as Python's encodebytes writes it: lines of 76 characters, each ended, in a JSON string. */
function bytesText(bytes: Uint8Array): string {
  let text = '"';
  for (let i = 0; i < bytes.length; i += 57) {
    let line = '';
    for (const byte of bytes.subarray(i, i + 57)) line += String.fromCharCode(byte);
    text += `${btoa(line)}\\n`;
  }
  return `${text}"`;
}

/** Python's name of a value's type. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  switch (typeof value) {
    case 'string': return 'str';
    case 'number': return 'float';
    case 'bigint': return 'int';
    case 'boolean': return 'bool';
    default: break;
  }
  if (Array.isArray(value)) return 'list';
  if (value instanceof Map) return 'dict';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof ByteArray) return 'bytearray';
  if (value instanceof Tuple) return 'tuple';
  if (value instanceof PySet) return 'set';
  if (value instanceof Scalar) return value.dtype.replace(/\[.*/, '');
  if (value instanceof DateTime) return value.kind === 'timestamp' ? 'Timestamp' : value.kind;
  if (value instanceof Duration) return value.kind === 'pandas' ? 'Timedelta' : 'timedelta';
  if (value instanceof Decimal) return 'Decimal';
  if (value instanceof Complex) return 'complex';
  if (value instanceof Missing) return value.kind === 'NA' ? 'NAType' : 'NaTType';
  if (value instanceof Tensor) return 'ndarray';
  if (value instanceof Table) return 'DataFrame';
  return value instanceof Series ? 'Series' : 'object';
}

/** A dict key as json.dumps turns it into text, quoted. */
export function keyText(key: Value): string {
  if (typeof key === 'string') return jsonString(key);
  if (typeof key === 'number') return `"${jsonNumber(key)}"`;
  if (key === null || typeof key === 'bigint' || typeof key === 'boolean') return `"${key}"`;
  // numpy's float64 and str_ are subclasses of Python's float and str.
  if (key instanceof Scalar && (key.dtype === 'float64' || key.dtype === 'str')) return keyText(key.value as number | string);
  return refuse(`dict key of type ${typeName(key)}`);
}

function listText(items: readonly Value[], rules: JsonRules): string {
  let text = '[';
  for (let i = 0; i < items.length; i++) text += (i > 0 ? ', ' : '') + valueText(items[i] as Value, rules);
  return `${text}]`;
}

function mapText(map: ReadonlyMap<Value, Value>, rules: JsonRules): string {
  let text = '{';
  for (const [key, value] of map) text += `${text.length > 1 ? ', ' : ''}${keyText(key)}: ${valueText(value, rules)}`;
  return `${text}}`;
}

/** A numpy scalar: as the array of no dimensions that holds it. */
function scalarText(scalar: Scalar, rules: JsonRules): string {
  const { dtype, value } = scalar;
  if (typeof value === 'string') return jsonString(value);
  if (value instanceof Uint8Array) return valueText(value, rules);
  if (!rules.scalars && dtype !== 'float64') refuse(typeName(scalar));
  if (typeof value === 'boolean') return `${value}`;
  if (typeof value === 'object') return refuse('complex');
  if (dtype.startsWith('float')) return jsonNumber(Number(value));
  const wide = dtype.startsWith('datetime') || dtype.startsWith('timedelta');
  return wide ? tensorText(new Tensor(dtype, [], BigInt64Array.of(BigInt(value))), (item) => valueText(item, rules)) : `${value}`;
}
