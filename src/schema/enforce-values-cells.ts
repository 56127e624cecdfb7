/**
 * One column of untyped values cast to its type without loss: the cell rules of the modes safe and strict.
 * @module
 */
import { type Column, column, integerStorage } from '../data/column.ts';
import { fitNs, parseIso } from '../data/datetime.ts';
import { NAT } from '../data/dtype.ts';
import { DateTime, Missing, Scalar, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { ArrayType, type ColumnType, isScalarType, MapType, ObjectType, type ScalarType, typeText } from './data-types.ts';

/** A value, or undefined where a record has no such key. */
export type Cell = Value | undefined;

/** Casts the cells of one column. @throws ModelError INPUT_VALUE_INVALID */
export type ColumnCast = (cells: readonly Cell[]) => Column;

/** What was wrong with a value: the given type in words, never the value. */
export class Refusal {
  readonly expected: string;
  readonly given: string;
  constructor(expected: string, given: string) {
    this.expected = expected;
    this.given = given;
  }
}

/** The type of a JSON value in words. */
export function givenWords(value: Cell): string {
  if (value === undefined) return 'nothing';
  if (value === null || value instanceof Missing) return 'null';
  switch (typeof value) {
    case 'boolean': return 'a boolean';
    case 'bigint': return 'an integer';
    case 'number': return Number.isInteger(value) ? 'a whole number' : Number.isFinite(value) ? 'a number with a fraction' : 'a number that is not finite';
    case 'string': return 'text';
    default:
      if (Array.isArray(value)) return 'a list';
      if (value instanceof Map) return 'an object';
      if (value instanceof Scalar) return value.dtype;
      return value instanceof Uint8Array ? 'bytes' : value instanceof DateTime ? `a ${value.kind}` : `a ${value.constructor.name}`;
  }
}

const INT32: readonly [number, number] = [-2147483648, 2147483647];
const INT64_LOW = -(2n ** 63n), INT64_HIGH = 2n ** 63n - 1n;
const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** 0 or 1, or undefined when the value is no boolean. */
export function booleanOf(value: Cell): 0 | 1 | undefined {
  if (value === true || value === 1n || value === 1) return 1;
  return value === false || value === 0n || value === 0 ? 0 : undefined;
}

/** A whole number: a bigint, or a float that is one and is safe (a larger one may have lost digits when it was read). */
export function wholeOf(value: Cell): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

/** A double from any number or from text that is a JSON number; overflow is undefined. */
export function doubleOf(value: Cell): number | undefined {
  if (typeof value === 'number') return value;
  const x = typeof value === 'bigint' ? Number(value) : typeof value === 'string' && JSON_NUMBER.test(value) ? Number(value) : undefined;
  return x !== undefined && Number.isFinite(x) ? x : undefined;
}

/** The bytes of strict base64: padded, standard alphabet, no spaces, no bits left over. */
export function base64Of(text: string): Uint8Array | undefined {
  if (!BASE64.test(text)) return undefined;
  const binary = atob(text);
  const out = Uint8Array.from(binary, (c) => c.charCodeAt(0));
  return btoa(binary) === text ? out : undefined;
}

/**
 * Nanoseconds since 1970 of ISO 8601 text, of any year; undefined where digits would be lost. Text with an offset is none,
 * or with `zoned` the moment in UTC.
 */
export function isoMoment(text: string, zoned: boolean = false): bigint | undefined {
  const moment = parseIso(text);
  if (moment === undefined || (moment.offset !== null && !zoned) || /[1-9]/.test(moment.fraction.slice(9))) return undefined;
  return moment.ns - BigInt(moment.offset ?? 0) * 1_000_000_000n;
}

/** The same as a value of datetime64[ns]; undefined outside 1677 to 2262. */
function isoNs(text: string, zoned: boolean): bigint | undefined {
  const ns = isoMoment(text, zoned);
  return ns === undefined ? undefined : fitNs(ns);
}

function refusedText(type: ScalarType, value: Cell): string {
  if ((type === 'integer' || type === 'long') && (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value)))) {
    return typeof value === 'bigint' ? 'an integer out of range' : 'a whole number that is out of range or, beyond 2^53, not written as an integer';
  }
  if ((type === 'float' || type === 'double') && (typeof value === 'bigint' || typeof value === 'number')) return 'a number out of range';
  if (typeof value === 'string' && type === 'datetime') return 'text that is not ISO 8601 without offset, or out of range';
  if (typeof value === 'string' && type === 'binary') return 'text that is not base64';
  return givenWords(value);
}

/** One scalar in free form: what stands in lists and objects. Null passes where the rules let it be missing. */
function castScalar(type: ScalarType, value: Cell, required: boolean): Value {
  if (isNone(value) && (!required || type === 'double' || type === 'float' || type === 'string' || type === 'datetime')) {
    return type === 'double' || type === 'float' ? NaN : null;
  }
  const out = scalarOf(type, value);
  if (out === undefined) throw new Refusal(type, refusedText(type, value));
  return out;
}

function scalarOf(type: ScalarType, value: Cell): Value | undefined {
  switch (type) {
    case 'boolean': {
      const bit = booleanOf(value);
      return bit === undefined ? undefined : bit === 1;
    }
    case 'integer': {
      const n = wholeOf(value);
      return n !== undefined && n >= INT32[0] && n <= INT32[1] ? n : undefined;
    }
    case 'long': {
      const n = wholeOf(value);
      return n !== undefined && n >= INT64_LOW && n <= INT64_HIGH ? n : undefined;
    }
    case 'float': return floatOf(value);
    case 'double': return doubleOf(value);
    case 'string': return typeof value === 'string' ? value : undefined;
    case 'binary': return typeof value === 'string' ? base64Of(value) : value instanceof Uint8Array ? value : undefined;
    case 'datetime': {
      const ns = momentOf(value);
      return ns === undefined ? undefined : new DateTime('timestamp', ns);
    }
  }
}

function floatOf(value: Cell): number | undefined {
  const x = doubleOf(value);
  if (x === undefined) return undefined;
  const single = Math.fround(x);
  return Number.isFinite(x) && !Number.isFinite(single) ? undefined : single;
}

function momentOf(value: Cell, zoned: boolean = false): bigint | undefined {
  if (typeof value === 'string') return isoNs(value, zoned);
  if (value instanceof DateTime && value.offset === null && value.kind !== 'time') return fitNs(value.ns);
  return undefined;
}

function isNone(value: Cell): boolean {
  return value === null || value === undefined || value instanceof Missing;
}

/** A value of any column type, recursively. */
export function castValue(type: ColumnType, value: Cell, required: boolean): Value {
  if (isScalarType(type)) return castScalar(type, value, required);
  if (type === 'any' || type === 'sparkml_vector') return value ?? null;
  if (isNone(value) && !required) return null;
  if (type instanceof ArrayType) {
    if (!Array.isArray(value)) throw new Refusal(typeText(type), givenWords(value));
    return value.map((item) => castValue(type.items, item, required));
  }
  if (!(value instanceof Map)) throw new Refusal(typeText(type), givenWords(value));
  return type instanceof MapType ? castMap(type, value, required) : castObject(type, value, required);
}

function castMap(type: MapType, value: ReadonlyMap<Value, Value>, required: boolean): Map<Value, Value> {
  const out = new Map<Value, Value>();
  for (const [key, item] of value) {
    if (typeof key !== 'string') throw new Refusal(`${typeText(type)} with text keys`, `${givenWords(key)} as a key`);
    out.set(key, castValue(type.values, item, required));
  }
  return out;
}

function castObject(type: ObjectType, value: ReadonlyMap<Value, Value>, required: boolean): Map<Value, Value> {
  const known = new Map(type.properties.map((p) => [p.name, p] as const));
  const missing = type.properties.filter((p) => p.required && !value.has(p.name)).map((p) => p.name);
  if (missing.length > 0) throw new Refusal(typeText(type), `an object without ${missing.join(', ')}`);
  const out = new Map<Value, Value>();
  for (const [key, item] of value) {
    const property = known.get(key as string);
    if (!property) throw new Refusal(typeText(type), 'an object with other properties');
    out.set(key, castValue(property.type, item, required && property.required));
  }
  return out;
}

/** Builds the cast of a column, worked out once for a schema. */
export function compileColumnCast(name: string, type: ColumnType, required: boolean, zoned: boolean = false): ColumnCast {
  const cast = isScalarType(type) ? scalarColumn(type, required, zoned) : nestedColumn(type, required);
  return (cells) => {
    const state = { row: 0 };
    try {
      return cast(cells, state);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new ModelError('INPUT_VALUE_INVALID', { column: name, row: state.row, expected: error.expected, given: error.given });
    }
  };
}

type Cast = (cells: readonly Cell[], state: { row: number }) => Column;

function nestedColumn(type: ColumnType, required: boolean): Cast {
  return (cells, state) => {
    const out: Value[] = [];
    for (let i = 0; i < cells.length; i++) {
      state.row = i;
      out[i] = castValue(type, cells[i], required);
    }
    return column('object', out);
  };
}

function scalarColumn(type: ScalarType, required: boolean, zoned: boolean): Cast {
  const refuse = (cell: Cell): never => {
    throw new Refusal(type, refusedText(type, cell));
  };
  switch (type) {
    case 'double': case 'float': {
      const read = type === 'double' ? doubleOf : floatOf;
      return (cells, state) => {
        const out = type === 'double' ? new Float64Array(cells.length) : new Float32Array(cells.length);
        for (let i = 0; i < cells.length; i++) {
          state.row = i;
          const cell = cells[i];
          out[i] = isNone(cell) ? NaN : (read(cell) ?? refuse(cell));
        }
        return column(type === 'double' ? 'float64' : 'float32', out);
      };
    }
    case 'integer': case 'long': return (cells, state) => integers(type, cells, required, state, refuse);
    case 'boolean': return (cells, state) => {
      const out = new Uint8Array(cells.length);
      let missing = false;
      for (let i = 0; i < cells.length; i++) {
        state.row = i;
        const cell = cells[i];
        if (isNone(cell) && !required) missing = true;
        else out[i] = booleanOf(cell) ?? refuse(cell);
      }
      // pandas holds booleans with missing ones as objects.
      return missing ? column('object', Array.from(out, (bit, i) => (isNone(cells[i]) ? null : bit === 1))) : column('bool', out);
    };
    case 'datetime': return (cells, state) => {
      const out = new BigInt64Array(cells.length);
      for (let i = 0; i < cells.length; i++) {
        state.row = i;
        const cell = cells[i];
        out[i] = isNone(cell) ? NAT : (momentOf(cell, zoned) ?? refuse(cell));
      }
      return column('datetime64[ns]', out);
    };
    case 'string': return (cells, state) => {
      const out: (string | null)[] = [];
      for (let i = 0; i < cells.length; i++) {
        state.row = i;
        const cell = cells[i];
        out[i] = isNone(cell) ? null : typeof cell === 'string' ? cell : refuse(cell);
      }
      return column('str', out);
    };
    case 'binary': return (cells, state) => {
      const out: Value[] = [];
      for (let i = 0; i < cells.length; i++) {
        state.row = i;
        out[i] = isNone(cells[i]) && !required ? null : (scalarOf('binary', cells[i]) ?? refuse(cells[i]));
      }
      return column('object', out);
    };
  }
}

/** int32 or int64; with missing cells float64 with NaN as pandas holds it, where that is exact. */
function integers(type: 'integer' | 'long', cells: readonly Cell[], required: boolean, state: { row: number }, refuse: (cell: Cell) => never): Column {
  const low = type === 'integer' ? BigInt(INT32[0]) : INT64_LOW, high = type === 'integer' ? BigInt(INT32[1]) : INT64_HIGH;
  const out = new Float64Array(cells.length);
  let missing = false, unsafe = -1;
  for (let i = 0; i < cells.length; i++) {
    state.row = i;
    const cell = cells[i];
    if (isNone(cell) && !required) {
      missing = true;
      out[i] = NaN;
      continue;
    }
    const n = wholeOf(cell);
    if (n === undefined || n < low || n > high) return refuse(cell);
    const x = Number(n);
    if (!Number.isSafeInteger(x)) unsafe = i;
    out[i] = x;
  }
  if (missing && unsafe >= 0) {
    state.row = unsafe;
    throw new Refusal(`${type} within ±2^53 in a column with missing values`, 'an integer beyond it');
  }
  if (missing) return column('float64', out);
  if (type === 'integer') return column('int32', Int32Array.from(out));
  return column('int64', unsafe < 0 ? out : integerStorage('int64', cells.map((cell) => wholeOf(cell) ?? 0n)));
}

