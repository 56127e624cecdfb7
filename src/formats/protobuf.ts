/**
 * The protobuf wire format: a message is a run of fields, each a varint tag (field number × 8 + wire type) and a value:
 * 0 a varint, 1 eight bytes, 2 a varint length and that many bytes, 5 four bytes (protobuf.dev/programming-guides/encoding).
 * Groups (wire types 3 and 4) are not used by the formats read here and are refused.
 * @module
 */
import { ByteReader, type ByteReaderOptions } from './byte-reader.ts';

/** Wire types. */
const VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5;

/** How deep messages may be nested. */
export const MAX_NESTING = 100;

/**
 * Walks the fields of one message; nothing is decoded before it is asked for.
 * @throws ModelError FILE_TRUNCATED, FILE_MALFORMED
 * @example
 * ```ts
 * const message = ProtoReader.over(bytes, { file: 'model.onnx', format: 'ONNX' });
 * while (message.next()) if (message.field === 2) producer = message.text();
 * ```
 */
export class ProtoReader {
  readonly #reader: ByteReader;
  readonly #depth: number;
  /** Number of the present field. */
  field = 0;
  #wire = 0;
  #start = 0;
  #taken = true;

  private constructor(reader: ByteReader, depth: number) {
    this.#reader = reader;
    this.#depth = depth;
  }

  /** A reader of a whole message. */
  static over(bytes: Uint8Array, options: ByteReaderOptions): ProtoReader {
    return new ProtoReader(new ByteReader(bytes, options), 0);
  }

  /** Moves to the next field, past the present one's value if nobody took it. False at the end. */
  next(): boolean {
    if (!this.#taken) this.#skip();
    if (this.#reader.remaining === 0) return false;
    this.#start = this.#reader.offset;
    const tag = this.#varint();
    if (tag > 0xffff_ffffn) this.fail('a tag is too large');
    this.field = Number(tag >> 3n);
    this.#wire = Number(tag & 7n);
    if (this.field === 0) this.fail('a field has the number 0');
    if (this.#wire !== VARINT && this.#wire !== FIXED64 && this.#wire !== BYTES && this.#wire !== FIXED32) this.fail(`the wire type ${this.#wire} is not supported`);
    this.#taken = false;
    return true;
  }

  /** int64, as a bigint. */
  int64(): bigint {
    this.#take(VARINT);
    return BigInt.asIntN(64, this.#varint());
  }

  /** int64 that must be a safe integer. */
  integer(): number {
    const value = this.int64(), number = Number(value);
    if (!Number.isSafeInteger(number)) this.fail(`the integer ${value} is out of range`);
    return number;
  }

  /** int32 or an enum's number. */
  int32(): number {
    this.#take(VARINT);
    return Number(BigInt.asIntN(32, this.#varint()));
  }

  float(): number {
    this.#take(FIXED32);
    return this.#reader.f32();
  }

  /** bytes, not copied. */
  bytes(): Uint8Array {
    this.#take(BYTES);
    return this.#reader.bytes(this.#length());
  }

  text(): string {
    this.#take(BYTES);
    return this.#reader.text(this.#length());
  }

  message(): ProtoReader {
    this.#take(BYTES);
    if (this.#depth >= MAX_NESTING) this.fail(`messages are nested deeper than ${MAX_NESTING}`);
    return new ProtoReader(this.#reader.sub(this.#length()), this.#depth + 1);
  }

  /** The numbers of a repeated int64 field: one, or packed. */
  int64s(): bigint[] {
    if (this.#wire !== BYTES) return [this.int64()];
    this.#take(BYTES);
    const packed = new ProtoReader(this.#reader.sub(this.#length()), this.#depth), out: bigint[] = [];
    while (packed.#reader.remaining > 0) out.push(BigInt.asIntN(64, packed.#varint()));
    return out;
  }

  /** The numbers of a repeated float field: one, or packed. */
  floats(): number[] {
    if (this.#wire !== BYTES) return [this.float()];
    this.#take(BYTES);
    const packed = this.#reader.sub(this.#length()), out: number[] = [];
    while (packed.remaining > 0) out.push(packed.f32());
    return out;
  }

  /** The whole field, tag and value, as it stands in the file; not copied. */
  raw(): Uint8Array {
    const start = this.#start;
    if (!this.#taken) this.#skip();
    const end = this.#reader.offset;
    this.#reader.seek(start);
    return this.#reader.bytes(end - start);
  }

  /** How many bytes the present field's value has, without taking it. */
  get size(): number {
    if (this.#wire === FIXED32) return 4;
    if (this.#wire === FIXED64) return 8;
    const at = this.#reader.offset, value = this.#varint(), length = this.#wire === BYTES ? this.#reader.checkCount(value) : this.#reader.offset - at;
    this.#reader.seek(at);
    return length;
  }

  /** How many numbers a repeated varint field holds here: one, or those packed. */
  get varintCount(): number {
    if (this.#wire !== BYTES) return 1;
    const at = this.#reader.offset, bytes = this.#reader.bytes(this.#length());
    this.#reader.seek(at);
    let count = 0;
    for (const byte of bytes) if (byte < 0x80) count++;
    return count;
  }

  /** @throws ModelError FILE_MALFORMED */
  fail(reason: string): never {
    return this.#reader.fail(reason);
  }

  #take(wire: number): void {
    if (this.#taken) this.fail(`the value of field ${this.field} is read twice`);
    if (this.#wire !== wire) this.fail(`field ${this.field} has the wire type ${this.#wire} instead of ${wire}`);
    this.#taken = true;
  }

  #skip(): void {
    this.#taken = true;
    switch (this.#wire) {
      case VARINT: this.#varint(); break;
      case FIXED64: this.#reader.skip(8); break;
      case FIXED32: this.#reader.skip(4); break;
      default: this.#reader.skip(this.#length());
    }
  }

  #length(): number {
    return this.#reader.checkCount(this.#varint());
  }

  #varint(): bigint {
    let low = 0, byte = 0;
    // The first four bytes fit a plain number; most varints end there.
    for (let shift = 0; shift < 28; shift += 7) {
      byte = this.#reader.u8();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      byte = this.#reader.u8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    return this.fail('a varint is longer than 10 bytes');
  }
}

/**
 * Builds one message.
 * @example
 * ```ts
 * const dim = new ProtoWriter().text(2, 'batch').finish();
 * ```
 */
export class ProtoWriter {
  readonly #parts: Uint8Array[] = [];
  #size = 0;

  int64(field: number, value: bigint | number): this {
    return this.#tag(field, VARINT).#put(varint(BigInt.asUintN(64, BigInt(value))));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#tag(field, FIXED32).#put(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#tag(field, BYTES).#put(varint(value.length)).#put(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** A field as {@link ProtoReader.raw} gave it. */
  raw(field: Uint8Array): this {
    return this.#put(field);
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  #tag(field: number, wire: number): this {
    return this.#put(varint(field * 8 + wire));
  }

  #put(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.#size += bytes.length;
    return this;
  }
}

/** Tags and lengths are mostly one byte. */
const ONE_BYTE: readonly Uint8Array[] = Array.from({ length: 0x80 }, (_, byte) => Uint8Array.of(byte));

function varint(value: bigint | number): Uint8Array {
  const one = value < 0x80 ? ONE_BYTE[Number(value)] : undefined;
  if (one) return one;
  const out: number[] = [];
  let rest = BigInt(value);
  while (rest >= 0x80n) {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Uint8Array.from(out);
}
