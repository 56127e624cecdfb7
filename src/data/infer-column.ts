/**
 * The dtype that pandas 3 infers for a list of Python values (lib.maybe_convert_objects).
 * @module
 */
import { type Column, column, integerStorage } from './column.ts';
import { type DatetimeDType, type DType, isComplex, isDatetime, isFloat, isInteger, isTimedelta, type IntegerDType, NAT, type TimedeltaDType, type TimeUnit, timeUnit } from './dtype.ts';
import { promoteDTypes } from './promote.ts';
import { Complex, DateTime, Duration, Missing, Scalar, type Value } from './values.ts';

const INT64_MAX = 2n ** 63n - 1n, INT64_MIN = -(2n ** 63n), UINT64_MAX = 2n ** 64n - 1n;

/** What a list holds; one flag a kind of value. */
interface Seen {
  none: boolean; nan: boolean; nat: boolean; na: boolean;
  bool: boolean; int: boolean; negative: boolean; unsigned: boolean; float: boolean; complex: boolean;
  text: boolean; datetime: boolean; timedelta: boolean; object: boolean;
  /** Python numbers, whose width is 64 bits. */
  python: boolean;
  /** dtypes of numpy scalars among the numbers. */
  dtypes: Set<DType>;
}

/**
 * Infers a column as a DataFrame or Series constructor does: all int int64, uint64 above 2^63−1, object beyond; int with
 * float or missing float64; bool only without anything else; text `str` with null for missing; datetimes in the finest
 * unit present; anything mixed, and only None, object.
 *
 * @param options.numeric false leaves numbers and booleans as objects, as for an ndarray of dtype object.
 * @example
 * ```ts
 * inferColumn([1n, null]).dtype; // 'float64'
 * ```
 */
export function inferColumn(values: readonly Value[], options: { numeric?: boolean } = {}): Column {
  const seen = look(values);
  return build(values, seen, options.numeric ?? true) ?? column('object', values as Value[]);
}

function look(values: readonly Value[]): Seen {
  const seen: Seen = {
    none: false, nan: false, nat: false, na: false, bool: false, int: false, negative: false, unsigned: false, float: false, complex: false,
    text: false, datetime: false, timedelta: false, object: false, python: false, dtypes: new Set(),
  };
  for (const value of values) {
    note(seen, value);
    if (seen.object) break;
  }
  return seen;
}

function note(seen: Seen, value: Value): void {
  switch (typeof value) {
    case 'string': seen.text = true; return;
    case 'number':
      if (value === value) seen.float = true;
      else seen.nan = true;
      seen.python = true;
      return;
    case 'bigint': seen.python = true; noteInteger(seen, value); return;
    case 'boolean': seen.bool = true; return;
    default:
      if (value === null) seen.none = true;
      else if (value instanceof Scalar) noteScalar(seen, value);
      else if (value instanceof DateTime && (value.kind === 'datetime' || value.kind === 'timestamp')) seen.datetime = true;
      else if (value instanceof Duration) seen.timedelta = true;
      else if (value instanceof Missing) seen[value.kind === 'NA' ? 'na' : 'nat'] = true;
      else if (value instanceof Complex) seen.complex = seen.python = true;
      else seen.object = true;
  }
}

function noteInteger(seen: Seen, value: bigint): void {
  seen.int = true;
  if (value < 0n) seen.negative = true;
  else if (value > INT64_MAX) seen.unsigned = true;
  if (value > UINT64_MAX || value < INT64_MIN || (seen.negative && seen.unsigned)) seen.object = true;
}

function noteScalar(seen: Seen, { dtype, value }: Scalar): void {
  if (dtype === 'bool') seen.bool = true;
  else if (isInteger(dtype)) {
    if (dtype === 'uint64') seen.unsigned = true;
    noteInteger(seen, BigInt(value as number | bigint));
    seen.dtypes.add(dtype);
  } else if (isFloat(dtype)) {
    seen[value === value ? 'float' : 'nan'] = true;
    seen.dtypes.add(dtype);
  } else if (isComplex(dtype)) {
    seen.complex = true;
    seen.dtypes.add(dtype);
  } else if (dtype === 'str') seen.text = true;
  else if (isDatetime(dtype)) seen.datetime = true;
  else if (isTimedelta(dtype)) seen.timedelta = true;
  else seen.object = true;
}

function build(values: readonly Value[], seen: Seen, numeric: boolean): Column | undefined {
  const number = seen.int || seen.float || seen.complex, time = seen.datetime || seen.timedelta;
  if (seen.object || values.length === 0) return undefined;
  if (seen.text) return seen.bool || number || time || seen.nat ? undefined : column('str', values.map(textOf));
  if (seen.datetime) return seen.timedelta || seen.bool || number ? undefined : datetimes(values);
  if (seen.timedelta) return seen.bool || number ? undefined : times(values, unitOf(values, durationUnit), 'timedelta64');
  if (seen.nat) return seen.bool || number || seen.na ? undefined : column('datetime64[s]', new BigInt64Array(values.length).fill(NAT));
  if (!numeric || seen.na) return undefined;
  if (seen.bool) return number || seen.none || seen.nan ? undefined : column('bool', Uint8Array.from(values, (v) => (truth(v) ? 1 : 0)));
  if (seen.complex) return complexes(values, seen);
  if (seen.float || seen.nan || (seen.none && seen.int)) return floats(values, seen);
  return seen.int ? integers(values, seen) : undefined;
}

function textOf(value: Value): string | null {
  return typeof value === 'string' ? value : value instanceof Scalar ? (value.value as string) : null;
}

function truth(value: Value): boolean {
  return value === true || (value instanceof Scalar && Boolean(value.value));
}

function numberOf(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Scalar ? Number(value.value) : NaN;
}

function floats(values: readonly Value[], seen: Seen): Column | undefined {
  const whole = [...seen.dtypes].filter(isInteger);
  if (new Set(whole.map((dtype) => dtype.startsWith('u'))).size > 1) return undefined;
  const dtype = seen.python || seen.none || seen.dtypes.size === 0 ? 'float64' : promoteFloats(seen.dtypes);
  const out = dtype === 'float64' ? new Float64Array(values.length) : new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = numberOf(values[i] ?? null);
  return column(dtype, out);
}

/** numpy scalars of several dtypes: the float as wide as the widest, which holds not every 32-bit integer. */
function promoteFloats(dtypes: ReadonlySet<DType>): DType {
  const bits = [...dtypes].map((dtype) => Number(dtype.replace(/^\D+/, '')));
  return `float${Math.max(16, ...bits)}` as DType;
}

function complexes(values: readonly Value[], seen: Seen): Column {
  const out = new Float64Array(2 * values.length);
  values.forEach((value, i) => {
    const pair = value instanceof Complex ? [value.re, value.im] : value instanceof Scalar && Array.isArray(value.value) ? value.value : [numberOf(value), 0];
    out[2 * i] = pair[0];
    out[2 * i + 1] = pair[1];
  });
  return column(!seen.python && !seen.none && [...seen.dtypes].every((d) => d === 'complex64') ? 'complex64' : 'complex128', out);
}

function integers(values: readonly Value[], seen: Seen): Column | undefined {
  const dtype = integerDType(seen);
  if (dtype === undefined) return undefined;
  const exact = values.map((v) => (typeof v === 'bigint' ? v : BigInt((v as Scalar).value as number | bigint)));
  if (dtype === 'int64' || dtype === 'uint64') return column(dtype, integerStorage(dtype, exact));
  return column(dtype, new STORAGE[dtype](exact.map(Number)));
}

const STORAGE = { int8: Int8Array, int16: Int16Array, int32: Int32Array, uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array } as const;

function integerDType(seen: Seen): IntegerDType | undefined {
  const dtypes = [...seen.dtypes] as IntegerDType[];
  const signs = new Set(dtypes.map((d) => d.startsWith('u')));
  if (signs.size > 1) return undefined;
  if (seen.python || dtypes.length === 0) return seen.unsigned ? 'uint64' : 'int64';
  return dtypes.reduce((a, b) => promoteDTypes(a, b) as IntegerDType);
}

const UNIT_ORDER: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns'];
const UNIT_NS: Readonly<Record<string, bigint>> = { s: 1_000_000_000n, ms: 1_000_000n, us: 1000n, ns: 1n };
const COARSE_SECONDS: Readonly<Record<string, bigint>> = { m: 60n, h: 3600n, D: 86400n, W: 604800n, s: 1n };

/** The finest unit present; a Timestamp counts as us where it has no smaller part. */
function unitOf(values: readonly Value[], unit: (value: Value) => TimeUnit | undefined): TimeUnit {
  let best = 0;
  for (const value of values) {
    const u = unit(value);
    if (u !== undefined) best = Math.max(best, UNIT_ORDER.indexOf(u));
  }
  return UNIT_ORDER[best] ?? 's';
}

function momentUnit(value: Value): TimeUnit | undefined {
  if (value instanceof DateTime) return value.kind === 'timestamp' && value.ns % 1000n !== 0n ? 'ns' : 'us';
  return value instanceof Scalar ? scalarUnit(value) : undefined;
}

function durationUnit(value: Value): TimeUnit | undefined {
  if (value instanceof Duration) return value.kind === 'pandas' ? 'ns' : 'us';
  return value instanceof Scalar ? scalarUnit(value) : undefined;
}

function scalarUnit(value: Scalar): TimeUnit {
  const unit = timeUnit(value.dtype as DatetimeDType | TimedeltaDType);
  return UNIT_ORDER.includes(unit) ? unit : 's';
}

/** Nanoseconds of a moment (UTC) or span; undefined when missing. */
function nanoseconds(value: Value): bigint | undefined {
  if (value instanceof DateTime) return value.ns - BigInt(value.offset ?? 0) * 1_000_000_000n;
  if (value instanceof Duration) return value.ns;
  if (!(value instanceof Scalar) || value.value === NAT || value.value !== value.value) return undefined;
  const unit = timeUnit(value.dtype as DatetimeDType | TimedeltaDType), count = BigInt(value.value as bigint | number);
  return UNIT_NS[unit] !== undefined ? count * UNIT_NS[unit] : count * (COARSE_SECONDS[unit] ?? 1n) * 1_000_000_000n;
}

function datetimes(values: readonly Value[]): Column | undefined {
  const zones = new Set<number | null>();
  for (const value of values) {
    if (value instanceof DateTime) zones.add(value.offset);
    else if (value instanceof Scalar) zones.add(null);
  }
  if (zones.size > 1) return undefined;
  const [offset = null] = zones, col = times(values, unitOf(values, momentUnit), 'datetime64');
  return offset === null ? col : { ...col, tz: zoneName(offset) };
}

function times(values: readonly Value[], unit: TimeUnit, kind: 'datetime64' | 'timedelta64'): Column {
  const step = UNIT_NS[unit] ?? 1n;
  return column(`${kind}[${unit}]` as DType, BigInt64Array.from(values, (value) => {
    const ns = nanoseconds(value);
    return ns === undefined ? NAT : ns / step;
  }));
}

/** A fixed offset as pandas names it: UTC, UTC+02:00. */
export function zoneName(seconds: number): string {
  if (seconds === 0) return 'UTC';
  const size = Math.abs(seconds), two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  return `UTC${seconds < 0 ? '-' : '+'}${two(size / 3600)}:${two((size % 3600) / 60)}${size % 60 ? `:${two(size % 60)}` : ''}`;
}
