/**
 * FlatBuffers, read with every offset checked: a buffer of tables, vectors, structs and text that point at one another.
 *
 * The first u32 is the offset of the root table. A table begins with the i32 distance back to its vtable: u16 size of the vtable,
 * u16 size of the table, then a u16 per field with its place in the table (0: the field has its default). Text, vectors and
 * tables stand elsewhere; a field holds the u32 distance to them. A vector is a u32 count and its items. All little-endian.
 * Source: FlatBuffers, "Internals". Offsets may only point within the buffer; what is copied out is charged to a budget, so that
 * many offsets to one large vector cost no more than the budget allows.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import type { MemoryBudget } from './memory-budget.ts';

/** Where messages say a buffer is. */
export interface FlatBufferPlace {
  readonly file: string;
  readonly format: string;
  /** Where the buffer begins in its file. @default 0 */
  readonly origin?: number;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The root table of a buffer.
 *
 * @throws ModelError FILE_MALFORMED, FILE_LIMIT_EXCEEDED from all of its methods too
 * @example
 * ```ts
 * const root = flatRoot(bytes, budget, { file: 'model.cb', format: 'CatBoost' });
 * root.i32(0, 1); // field 0, or 1 where the file does not have it
 * ```
 */
export function flatRoot(bytes: Uint8Array, budget: MemoryBudget, place: FlatBufferPlace): FlatTable {
  return new FlatTable(new Source(bytes, budget, place), 0);
}

/** The bytes, and what all tables of a buffer share. */
class Source {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly budget: MemoryBudget;
  readonly #place: FlatBufferPlace;

  constructor(bytes: Uint8Array, budget: MemoryBudget, place: FlatBufferPlace) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.budget = budget;
    this.#place = place;
  }

  /** Fails unless `count` bytes at `at` are there. */
  need(at: number, count: number): void {
    if (!(at >= 0 && count >= 0 && at + count <= this.bytes.length)) this.fail(at, `${count} bytes are needed there, and the part has ${this.bytes.length}`);
  }

  /** Where the offset that stands at `at` leads. */
  follow(at: number): number {
    this.need(at, 4);
    return at + this.view.getUint32(at, true);
  }

  fail(at: number, reason: string): never {
    throw new ModelError('FILE_MALFORMED', { file: this.#place.file, format: this.#place.format, where: `byte ${(this.#place.origin ?? 0) + at}`, reason });
  }
}

/** A table; fields go by their number in the schema. */
export class FlatTable {
  readonly #source: Source;
  readonly #at: number;
  readonly #vtable: number;
  readonly #fields: number;
  readonly #size: number;

  /** @param at where the offset that leads to it stands */
  constructor(source: Source, at: number) {
    const { view } = source;
    this.#source = source;
    this.#at = source.follow(at);
    source.need(this.#at, 4);
    this.#vtable = this.#at - view.getInt32(this.#at, true);
    source.need(this.#vtable, 4);
    const vtableSize = view.getUint16(this.#vtable, true);
    if (vtableSize < 4 || vtableSize % 2 !== 0) source.fail(this.#vtable, `the size of a vtable is ${vtableSize}`);
    source.need(this.#vtable, vtableSize);
    this.#size = view.getUint16(this.#vtable + 2, true);
    source.need(this.#at, this.#size);
    this.#fields = (vtableSize - 4) / 2;
  }

  /** Whether the file has this field. */
  has(field: number): boolean {
    return this.#place(field, 0) >= 0;
  }

  u8(field: number, missing: number): number {
    const at = this.#place(field, 1);
    return at < 0 ? missing : this.#source.view.getUint8(at);
  }
  i32(field: number, missing: number): number {
    const at = this.#place(field, 4);
    return at < 0 ? missing : this.#source.view.getInt32(at, true);
  }
  f32(field: number, missing: number): number {
    const at = this.#place(field, 4);
    return at < 0 ? missing : this.#source.view.getFloat32(at, true);
  }
  f64(field: number, missing: number): number {
    const at = this.#place(field, 8);
    return at < 0 ? missing : this.#source.view.getFloat64(at, true);
  }

  /** UTF-8 text; empty where the file has none. */
  text(field: number): string {
    const at = this.#place(field, 4);
    return at < 0 ? '' : this.#text(at);
  }

  /** A table, or null where the file has none. */
  table(field: number): FlatTable | null {
    const at = this.#place(field, 4);
    return at < 0 ? null : new FlatTable(this.#source, at);
  }

  /** A vector of tables. */
  tables(field: number): FlatTable[] {
    return this.#items(field, (at) => new FlatTable(this.#source, at));
  }

  /** A vector of texts. */
  texts(field: number): string[] {
    return this.#items(field, (at) => this.#text(at));
  }

  /** A vector of bytes, or of structs of `itemSize` bytes; not copied. */
  bytes(field: number, itemSize: number = 1): Uint8Array {
    const vector = this.#vector(field, itemSize);
    return this.#source.bytes.subarray(vector.start, vector.start + vector.count * itemSize);
  }

  i32s(field: number): Int32Array {
    return new Int32Array(this.#copy(field, 4));
  }
  u32s(field: number): Uint32Array {
    return new Uint32Array(this.#copy(field, 4));
  }
  f32s(field: number): Float32Array {
    return new Float32Array(this.#copy(field, 4));
  }
  f64s(field: number): Float64Array {
    return new Float64Array(this.#copy(field, 8));
  }

  /** @throws ModelError FILE_MALFORMED at this table */
  fail(reason: string): never {
    return this.#source.fail(this.#at, reason);
  }

  /** Where a field of `size` bytes stands, or -1. */
  #place(field: number, size: number): number {
    if (field >= this.#fields) return -1;
    const offset = this.#source.view.getUint16(this.#vtable + 4 + 2 * field, true);
    if (offset === 0) return -1;
    if (offset < 4 || offset + size > this.#size) this.#source.fail(this.#at, `field ${field} is at ${offset} of a table of ${this.#size} bytes`);
    return this.#at + offset;
  }

  #vector(field: number, itemSize: number): { start: number; count: number } {
    const at = this.#place(field, 4);
    if (at < 0) return { start: 0, count: 0 };
    const from = this.#source.follow(at);
    this.#source.need(from, 4);
    const count = this.#source.view.getUint32(from, true);
    this.#source.need(from + 4, count * itemSize);
    return { start: from + 4, count };
  }

  #copy(field: number, itemSize: number): ArrayBuffer {
    const { start, count } = this.#vector(field, itemSize);
    this.#source.budget.charge(count * itemSize);
    const copy = new Uint8Array(count * itemSize);
    copy.set(this.#source.bytes.subarray(start, start + count * itemSize));
    return copy.buffer;
  }

  #items<T>(field: number, read: (at: number) => T): T[] {
    const { start, count } = this.#vector(field, 4);
    // What a JavaScript object takes at least.
    this.#source.budget.charge(count * 64);
    return Array.from({ length: count }, (_, i) => read(start + 4 * i));
  }

  #text(at: number): string {
    const from = this.#source.follow(at);
    this.#source.need(from, 4);
    const length = this.#source.view.getUint32(from, true);
    this.#source.need(from + 4, length);
    this.#source.budget.charge(2 * length);
    try {
      return UTF8.decode(this.#source.bytes.subarray(from + 4, from + 4 + length));
    } catch {
      return this.#source.fail(from, 'the text is not UTF-8');
    }
  }
}
