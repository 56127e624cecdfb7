/**
 * Values of `object` cells and of free-form data: what Python would hold, without loss.
 * null is None, a boolean a bool, a bigint an int, a number a float, a string a str, a Uint8Array bytes,
 * an array a list, a Map a dict; the classes here stand for the rest.
 * @module
 */
import type { DType } from './dtype.ts';
import type { Table } from './table.ts';
import type { Tensor } from './tensor.ts';

/** Any value of an `object` cell. */
export type Value =
  | null | boolean | bigint | number | string | Uint8Array | Value[] | Map<Value, Value>
  | ByteArray | Tuple | PySet | Scalar | DateTime | Duration | Decimal | Complex | Missing | Tensor | Table | Series;

/** Python's tuple. */
export class Tuple {
  readonly items: readonly Value[];
  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

/** Python's set. */
export class PySet {
  readonly items: readonly Value[];
  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

/** Python's bytearray. */
export class ByteArray {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** A numpy scalar. `value`: number for floats and small integers, bigint for 64-bit and time types, [re, im] for complex. */
export class Scalar {
  readonly dtype: DType;
  readonly value: boolean | bigint | number | string | Uint8Array | readonly [number, number];
  constructor(dtype: DType, value: Scalar['value']) {
    this.dtype = dtype;
    this.value = value;
  }
}

/** A date, datetime, time of day (Python's classes) or pandas Timestamp. */
export class DateTime {
  readonly kind: 'date' | 'datetime' | 'time' | 'timestamp';
  /** Wall-clock nanoseconds since 1970-01-01 (for `time`: since midnight). */
  readonly ns: bigint;
  /** Offset from UTC in seconds, null when naive. */
  readonly offset: number | null;
  constructor(kind: DateTime['kind'], ns: bigint, offset: number | null = null) {
    this.kind = kind;
    this.ns = ns;
    this.offset = offset;
  }
}

/** Python's timedelta or pandas Timedelta. */
export class Duration {
  readonly kind: 'timedelta' | 'pandas';
  readonly ns: bigint;
  constructor(kind: Duration['kind'], ns: bigint) {
    this.kind = kind;
    this.ns = ns;
  }
}

/** Python's Decimal, as written. */
export class Decimal {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Python's complex. */
export class Complex {
  readonly re: number;
  readonly im: number;
  constructor(re: number, im: number) {
    this.re = re;
    this.im = im;
  }
}

/** pandas' NaT or NA. */
export class Missing {
  readonly kind: 'NaT' | 'NA';
  constructor(kind: Missing['kind']) {
    this.kind = kind;
  }
}
export const NaT: Missing = new Missing('NaT');
export const NA: Missing = new Missing('NA');

/** A pandas Series: a one-column table and its name (null when it has none). */
export class Series {
  readonly name: Value;
  readonly table: Table;
  constructor(name: Value, table: Table) {
    this.name = name;
    this.table = table;
  }
}
