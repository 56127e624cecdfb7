/**
 * Universal Binary JSON, draft 12, as XGBoost writes it: values begin with a marker byte (`Z T F i U I l L d D S C [ {`),
 * lengths are any integer value, `[`/`{` may be followed by `$` type and `#` count; numbers are big-endian.
 * Source: https://ubjson.org and dmlc/xgboost `src/common/json.cc` (UBJReader).
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { ByteReader } from './byte-reader.ts';
import { MemoryBudget } from './memory-budget.ts';

/** What a UBJSON file holds; integers are numbers where safe, else bigint; typed arrays stay typed (int64 as double). */
export type UbjsonValue = null | boolean | number | bigint | string | UbjsonArray | UbjsonObject | UbjsonValue[];
export type UbjsonArray = Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array;
/** An object without a prototype. */
export interface UbjsonObject {
  [key: string]: UbjsonValue;
}

/** What {@link parseUbjson} leaves out. */
export interface UbjsonOptions {
  /** Typed arrays under these keys are passed over; the key is null then. */
  readonly skip?: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();
const MAX_DEPTH = 64;
/** What an object, a key or an array cell takes beside its bytes, about. */
const CELL = 16;

/**
 * Reads one UBJSON value; nothing may follow it.
 *
 * @throws ModelError FILE_TRUNCATED, FILE_MALFORMED, FILE_LIMIT_EXCEEDED
 * @example
 * ```ts
 * parseUbjson(bytes, 'model.ubj'); // { learner: { … }, version: [3, 2, 0] }
 * ```
 */
export function parseUbjson(bytes: Uint8Array, file: string, options: UbjsonOptions = {}): UbjsonValue {
  const reader = new Reader(bytes, file, options.skip ?? NOTHING);
  const value = reader.value(reader.marker(), 0);
  reader.end();
  return value;
}

class Reader extends ByteReader {
  readonly #budget: MemoryBudget;
  readonly #bytes: Uint8Array;
  readonly #skip: ReadonlySet<string>;

  constructor(bytes: Uint8Array, file: string, skip: ReadonlySet<string>) {
    super(bytes, { file, format: 'UBJSON', bigEndian: true });
    this.#bytes = bytes;
    this.#skip = skip;
    this.#budget = new MemoryBudget(file, bytes.length);
  }

  /** The next marker; `N` is "no operation" and is passed over. */
  marker(): number {
    let m = this.u8();
    while (m === 0x4e) m = this.u8();
    return m;
  }

  value(marker: number, depth: number): UbjsonValue {
    switch (marker) {
      case 0x5a: return null; // Z
      case 0x54: return true; // T
      case 0x46: return false; // F
      case 0x69: return this.i8(); // i
      case 0x55: return this.u8(); // U
      case 0x49: return this.i16(); // I
      case 0x6c: return this.i32(); // l
      case 0x4c: return this.#long(); // L
      case 0x64: return this.f32(); // d
      case 0x44: return this.f64(); // D
      case 0x43: return String.fromCharCode(this.u8()); // C
      case 0x53: return this.#string(); // S
      case 0x5b: return this.#array(depth + 1);
      case 0x7b: return this.#object(depth + 1);
      default: return this.fail(`the marker 0x${marker.toString(16)} is not known`);
    }
  }

  #long(): number | bigint {
    const value = this.i64();
    return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
  }

  /** A length or count: any integer value. */
  #size(itemSize: number): number {
    const marker = this.marker();
    const value = marker === 0x64 || marker === 0x44 ? undefined : this.value(marker, MAX_DEPTH);
    if (typeof value !== 'number' && typeof value !== 'bigint') return this.fail('a length must be an integer');
    return this.checkCount(value, itemSize);
  }

  #string(): string {
    return this.text(this.#size(1));
  }

  #nest(depth: number): void {
    if (depth > MAX_DEPTH) throw new ModelError('FILE_LIMIT_EXCEEDED', { file: this.file, what: 'the nesting', value: depth, limit: MAX_DEPTH });
    this.#budget.charge(4 * CELL);
  }

  #array(depth: number): UbjsonValue {
    this.#nest(depth);
    if (this.peek() === 0x24) return this.#typed();
    const out: UbjsonValue[] = [];
    if (this.peek() === 0x23) {
      this.skip(1);
      const count = this.#size(1);
      for (let i = 0; i < count; i++) this.#item(out, this.marker(), depth);
      return out;
    }
    for (let marker = this.marker(); marker !== 0x5d; marker = this.marker()) this.#item(out, marker, depth);
    return out;
  }

  #item(out: UbjsonValue[], marker: number, depth: number): void {
    this.#budget.charge(CELL);
    out.push(this.value(marker, depth));
  }

  #object(depth: number): UbjsonObject {
    this.#nest(depth);
    const out = Object.create(null) as UbjsonObject;
    if (this.peek() === 0x24) this.fail('typed objects are not supported');
    if (this.peek() === 0x23) {
      this.skip(1);
      const count = this.#size(2);
      for (let i = 0; i < count; i++) this.#member(out, depth);
      return out;
    }
    for (;;) {
      while (this.peek() === 0x4e) this.skip(1);
      if (this.peek() === 0x7d) break;
      this.#member(out, depth);
    }
    this.skip(1);
    return out;
  }

  #member(out: UbjsonObject, depth: number): void {
    const key = this.#string();
    this.#budget.charge(2 * CELL + key.length);
    const marker = this.marker();
    out[key] = marker === 0x5b && this.#skip.has(key) && this.peek() === 0x24 ? this.#passOver() : this.value(marker, depth);
  }

  /** The type and count of a typed array, which lies ahead whole. */
  #typedHead(): { type: TypedReader; count: number } {
    this.skip(1);
    const marker = this.u8(), type = TYPED[String.fromCharCode(marker)];
    if (!type) return this.fail(`arrays of type 0x${marker.toString(16)} are not supported`);
    if (this.u8() !== 0x23) this.fail('a typed array without a count');
    return { type, count: this.#size(type.size) };
  }

  #typed(): UbjsonArray {
    const { type, count } = this.#typedHead(), start = this.offset;
    this.#budget.charge(count * 8);
    this.skip(count * type.size);
    return type.read(new DataView(this.#bytes.buffer, this.#bytes.byteOffset + start, count * type.size), count);
  }

  #passOver(): null {
    const { type, count } = this.#typedHead();
    this.skip(count * type.size);
    return null;
  }
}

interface TypedReader {
  readonly size: number;
  read(view: DataView, count: number): UbjsonArray;
}

function typed<T extends UbjsonArray>(size: number, make: new (count: number) => T, get: (view: DataView, at: number) => number): TypedReader {
  return {
    size,
    read(view, count) {
      const out = new make(count);
      for (let i = 0; i < count; i++) out[i] = get(view, i * size);
      return out;
    },
  };
}

const TYPED: Readonly<Record<string, TypedReader>> = {
  i: typed(1, Int8Array, (view, at) => view.getInt8(at)),
  U: typed(1, Uint8Array, (view, at) => view.getUint8(at)),
  I: typed(2, Int16Array, (view, at) => view.getInt16(at)),
  l: typed(4, Int32Array, (view, at) => view.getInt32(at)),
  L: typed(8, Float64Array, (view, at) => Number(view.getBigInt64(at))),
  d: typed(4, Float32Array, (view, at) => view.getFloat32(at)),
  D: typed(8, Float64Array, (view, at) => view.getFloat64(at)),
};
