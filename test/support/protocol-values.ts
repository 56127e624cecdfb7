/**
 * The value encoding of the protocol recordings (test/golden/protocol/README.md): JSON ⇄ {@link Value}, and comparison.
 * @module
 */
import { type Column, column, integerStorage, isMissing, isValid, type Storage, validityOf } from '../../src/data/column.ts';
import { parseIso } from '../../src/data/datetime.ts';
import { type DatetimeDType, type DType, isComplex, isDatetime, isFloat, isInteger, isTimedelta, NAT, timeUnit, type TimeUnit } from '../../src/data/dtype.ts';
import { isoDateTime, isoformat, datetimeNs, zoneOffsets } from '../../src/data/iso-text.ts';
import { parseJson } from '../../src/data/json-parse.ts';
import { jsonString, writeJson } from '../../src/data/json-write.ts';
import { floatRepr } from '../../src/data/numbers.ts';
import { changeSpan, datetime64Text, parseDatetime64 } from '../../src/data/numpy-datetime.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import { ByteArray, Complex, DateTime, Decimal, Duration, Missing, NA, NaT, PySet, Scalar, Series, Tuple, type Value } from '../../src/data/values.ts';

type Encoded = Value;
type Fields = Map<Value, Value>;

/** Reads one recorded value; `encoded` is what {@link parseJson} gives (bigint is an int, number a float, Map an object). */
export function decodeValue(encoded: Encoded): Value {
  if (Array.isArray(encoded)) return encoded.map(decodeValue);
  if (!(encoded instanceof Map)) return encoded;
  const [key] = encoded.keys();
  if (encoded.size === 1 && typeof key === 'string' && key.startsWith('$')) return decodeWrapper(key, encoded.get(key) as Encoded);
  return new Map([...encoded].map(([k, v]) => [k, decodeValue(v)]));
}

/** Reads a recorded line. */
export function parseLine(text: string): Map<string, Value> {
  return parseJson(text) as Map<string, Value>;
}

function decodeWrapper(key: string, v: Encoded): Value {
  switch (key) {
    case '$int': return BigInt(v as string);
    case '$float': return floatOf(v);
    case '$bytes': return fromBase64(v as string);
    case '$bytearray': return new ByteArray(fromBase64(v as string));
    case '$datetime': return moment('datetime', v as string);
    case '$date': return moment('date', v as string);
    case '$time': return moment('time', `1970-01-01T${v as string}`);
    case '$timestamp': return moment('timestamp', v as string);
    case '$pytimedelta_us': return new Duration('timedelta', (v as bigint) * 1000n);
    case '$timedelta_ns': return new Duration('pandas', v as bigint);
    case '$nat': return NaT;
    case '$na': return NA;
    case '$decimal': return new Decimal(v as string);
    case '$complex': return new Complex(floatOf((v as Value[])[0] ?? null), floatOf((v as Value[])[1] ?? null));
    case '$tuple': return new Tuple((v as Value[]).map(decodeValue));
    case '$set': return new PySet((v as Value[]).map(decodeValue));
    case '$dict': return new Map((v as Value[][]).map(([k, item]) => [decodeValue(k ?? null), decodeValue(item ?? null)]));
    case '$scalar': return decodeScalar(v as Fields);
    case '$ndarray': {
      const f = v as Fields, shape = (f.get('shape') as bigint[]).map(Number), dtype = f.get('dtype') as DType;
      return new Tensor(dtype, shape, decodeStorage(dtype, f.get('data') as Value[]));
    }
    case '$dataframe': {
      const f = v as Fields, cols = f.get('columns') as Fields[], index = f.get('index') as Value[] | undefined;
      return new Table(cols.map((c) => decodeValue(c.get('name') ?? null)), cols.map(decodeColumn), Number(f.get('nrows')), index?.map(decodeValue));
    }
    case '$series': {
      const f = v as Fields, name = decodeValue(f.get('name') ?? null), col = decodeColumn(f);
      return new Series(name, new Table([name ?? 0n], [col], col.length));
    }
    default: throw new Error(`unknown wrapper ${key}`);
  }
}

function moment(kind: DateTime['kind'], iso: string): DateTime {
  const parsed = parseIso(iso);
  if (parsed === undefined) throw new Error(`bad recorded date ${iso}`);
  return new DateTime(kind, parsed.ns, parsed.offset);
}

function decodeScalar(f: Fields): Scalar {
  const dtype = f.get('dtype') as DType, storage = decodeStorage(dtype, [f.get('value') ?? null]);
  if (dtype === 'bool') return new Scalar(dtype, storage[0] === 1);
  if (isComplex(dtype)) return new Scalar(dtype, [storage[0] as number, storage[1] as number]);
  if (dtype === 'int64' || dtype === 'uint64') return new Scalar(dtype, BigInt(storage[0] as number));
  return new Scalar(dtype, storage[0] as number | string | bigint | Uint8Array);
}

const NULLABLE: Readonly<Record<string, DType>> = {
  Int8: 'int8', Int16: 'int16', Int32: 'int32', Int64: 'int64', UInt8: 'uint8', UInt16: 'uint16', UInt32: 'uint32', UInt64: 'uint64',
  Float32: 'float32', Float64: 'float64', boolean: 'bool', string: 'str',
};

function decodeColumn(f: Fields): Column {
  const name = f.get('dtype') as string, values = f.get('values') as Value[];
  const zoned = /^datetime64\[(\w+), (.+)\]$/.exec(name);
  if (zoned) return { ...column(`datetime64[${zoned[1]}]` as DType, decodeStorage(`datetime64[${zoned[1]}]` as DType, values)), tz: zoned[2] as string };
  if (name === 'category') {
    const categories = decodeColumn(f.get('categories') as Fields);
    const keys = new Map((f.get('categories') as Fields).get('values') instanceof Array ? ((f.get('categories') as Fields).get('values') as Value[]).map((v, i) => [writeJson(v as string), i]) : []);
    return { ...column('category', Int32Array.from(values, (v) => (v === null ? -1 : (keys.get(writeJson(v as string)) ?? -1)))), categories, ordered: f.get('ordered') === true };
  }
  const nullable = NULLABLE[name];
  if (nullable === undefined) return column(name as DType, decodeStorage(name as DType, values));
  const filler: Value = nullable === 'bool' ? false : nullable === 'str' ? null : isFloat(nullable) ? NaN : 0n;
  const validity = validityOf(values.length, (i) => values[i] !== null);
  return { ...column(nullable, decodeStorage(nullable, values.map((v) => v ?? filler)), { validity }), nullable: true };
}

const STORAGE: Readonly<Record<string, { from(values: Iterable<number>): Storage }>> = {
  int8: Int8Array, int16: Int16Array, int32: Int32Array, uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array,
};

function decodeStorage(dtype: DType, values: readonly Value[]): Storage {
  if (dtype === 'bool') return Uint8Array.from(values, (v) => (v === true ? 1 : 0));
  if (dtype === 'int64' || dtype === 'uint64') return integerStorage(dtype, values.map((v) => BigInt(v as string | bigint)));
  if (isInteger(dtype)) return (STORAGE[dtype] as { from(values: Iterable<number>): Storage }).from(values.map(Number));
  if (dtype === 'float64') return Float64Array.from(values, floatOf);
  if (isFloat(dtype)) return Float32Array.from(values, floatOf);
  if (isComplex(dtype)) return Float64Array.from(values.flatMap((v) => (v as Value[]).map(floatOf)));
  if (isDatetime(dtype)) return BigInt64Array.from(values, (v) => (v === null ? NAT : (parseDatetime64(v as string, timeUnit(dtype)) as bigint)));
  if (isTimedelta(dtype)) return BigInt64Array.from(values, (v) => (v === null ? NAT : (changeSpan(BigInt(v as bigint), 'ns', timeUnit(dtype)) as bigint)));
  if (dtype === 'str') return values as (string | null)[];
  return values.map(decodeValue);
}

function floatOf(v: Value): number {
  if (typeof v !== 'string') return Number(v);
  return v === 'NaN' ? NaN : Number(v);
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

const SAFE = 9007199254740991n;

/** A value in the recorded form, as an object tree for {@link writeJson}. */
export function encodeValue(value: Value): Encoded {
  if (typeof value === 'bigint') return value > SAFE || value < -SAFE ? wrap('$int', String(value)) : value;
  if (typeof value === 'number') return Number.isInteger(value) || !Number.isFinite(value) ? wrap('$float', floatText(value)) : value;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(encodeValue);
  if (value instanceof Map) {
    const plain = [...value.keys()].every((k) => typeof k === 'string' && !k.startsWith('$'));
    return plain ? new Map([...value].map(([k, v]) => [k, encodeValue(v)])) : wrap('$dict', [...value].map(([k, v]) => [encodeValue(k), encodeValue(v)]));
  }
  return encodeObject(value);
}

function encodeObject(value: Exclude<Value, null | boolean | bigint | number | string | Value[] | Map<Value, Value>>): Encoded {
  if (value instanceof Uint8Array) return wrap('$bytes', Buffer.from(value).toString('base64'));
  if (value instanceof ByteArray) return wrap('$bytearray', Buffer.from(value.bytes).toString('base64'));
  if (value instanceof DateTime) return wrap(`$${value.kind}`, isoformat(value));
  if (value instanceof Duration) return value.kind === 'pandas' ? wrap('$timedelta_ns', value.ns) : wrap('$pytimedelta_us', value.ns / 1000n);
  if (value instanceof Missing) return wrap(value.kind === 'NA' ? '$na' : '$nat', true);
  if (value instanceof Decimal) return wrap('$decimal', value.text);
  if (value instanceof Complex) return wrap('$complex', [floatText(value.re), floatText(value.im)]);
  if (value instanceof Tuple) return wrap('$tuple', value.items.map(encodeValue));
  if (value instanceof PySet) return wrap('$set', value.items.map(encodeValue));
  if (value instanceof Scalar) return wrap('$scalar', fields({ dtype: value.dtype, value: encodeElement(value.dtype, scalarStorage(value), 0) }));
  if (value instanceof Tensor) {
    const data = Array.from({ length: value.size }, (_, i) => encodeElement(value.dtype, value.values, i));
    return wrap('$ndarray', fields({ dtype: value.dtype, shape: value.shape.map(BigInt), data }));
  }
  if (value instanceof Series) return wrap('$series', encodeColumn(value.name, value.table.columns[0] as Column));
  const columns = value.columns.map((col, j) => encodeColumn(value.names[j] ?? null, col));
  return wrap('$dataframe', fields({ columns, nrows: BigInt(value.length), ...(value.index ? { index: value.index.map(encodeValue) } : {}) }));
}

function scalarStorage({ dtype, value }: Scalar): Storage {
  if (dtype === 'bool') return [value ? 1 : 0] as Value[];
  return (Array.isArray(value) ? value : [value]) as Value[];
}

function encodeColumn(name: Value, col: Column): Map<Value, Value> {
  const values = Array.from({ length: col.length }, (_, i) => encodeCell(col, i));
  const extra: Record<string, Value> = {};
  if (col.dtype === 'category' && col.categories) {
    const categories = encodeColumn(null, col.categories);
    categories.delete('name');
    extra['categories'] = categories;
    extra['ordered'] = col.ordered === true;
  }
  return fields({ name: encodeValue(name), dtype: dtypeText(col), ...extra, values });
}

function dtypeText(col: Column): string {
  if (col.tz !== undefined) return col.dtype.replace(']', `, ${col.tz}]`);
  if (!col.nullable) return col.dtype;
  return Object.entries(NULLABLE).find(([, dtype]) => dtype === col.dtype)?.[0] ?? col.dtype;
}

function encodeCell(col: Column, i: number): Encoded {
  if (col.dtype === 'category') return isMissing(col, i) || !col.categories ? null : encodeCell(col.categories, col.values[i] as number);
  if (!isValid(col.validity, i)) return null;
  if (col.tz !== undefined && isDatetime(col.dtype)) {
    const utc = col.values[i] as bigint;
    if (utc === NAT) return null;
    const ns = datetimeNs(utc, col.dtype), offset = zoneOffsets(col.tz)(ns);
    return isoDateTime(ns + BigInt(offset) * 1_000_000_000n, offset);
  }
  return encodeElement(col.dtype, col.values, i);
}

function encodeElement(dtype: DType, values: Storage, i: number): Encoded {
  const v = values[i];
  if (dtype === 'bool') return v === 1;
  if (isInteger(dtype)) {
    const n = BigInt(v as number | bigint);
    return n > SAFE || n < -SAFE ? String(n) : n;
  }
  if (isFloat(dtype)) return typeof v === 'number' && Number.isFinite(v) && !Object.is(v, -0) ? v : floatText(v as number);
  if (isComplex(dtype)) return [floatText(values[2 * i] as number), floatText(values[2 * i + 1] as number)];
  if (isDatetime(dtype)) return v === NAT ? null : datetime64Text(v as bigint, dtype as DatetimeDType);
  if (isTimedelta(dtype)) return v === NAT ? null : (changeSpan(v as bigint, timeUnit(dtype) as TimeUnit, 'ns') as bigint);
  return dtype === 'str' ? ((v as string | null) ?? null) : encodeValue((v as Value) ?? null);
}

function floatText(x: number): string {
  return x !== x ? 'NaN' : x === Infinity ? 'Infinity' : x === -Infinity ? '-Infinity' : floatRepr(x);
}

function wrap(key: string, value: Encoded): Encoded {
  return new Map([[key, value]]);
}

function fields(of: Record<string, Value>): Map<Value, Value> {
  return new Map(Object.entries(of));
}

/** The recorded form as JSON text: equal texts are equal values. */
export function valueText(value: Value): string {
  return writeJson(encodeValue(value) as string);
}

/**
 * Compares a value with a recorded one (in its JSON form); keys of dicts in any order.
 * @returns undefined when equal, else both sides as text
 */
export function difference(actual: Value, recorded: Encoded): string | undefined {
  const a = sortedText(encodeValue(actual)), b = sortedText(encodeValue(decodeValue(recorded)));
  return a === b ? undefined : `got ${a}, expected ${b}`;
}

function sortedText(tree: Encoded): string {
  if (Array.isArray(tree)) return `[${tree.map(sortedText).join(', ')}]`;
  if (!(tree instanceof Map)) return writeJson(tree as string);
  const entries = [...tree].map(([k, v]) => [String(k), sortedText(v)] as const).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([k, v]) => `${jsonString(k)}: ${v}`).join(', ')}}`;
}
