/**
 * A bounded reader over bytes: every read is checked against the end first. Little-endian unless told otherwise.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';

/** Names for messages, and the byte order. */
export interface ByteReaderOptions {
  /** The file's name. */
  readonly file: string;
  /** The format's name. @default 'binary' */
  readonly format?: string;
  /** @default false */
  readonly bigEndian?: boolean;
  /** What offsets in messages count from, for a part of a larger file. @default 0 */
  readonly origin?: number;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads numbers, bytes and text one after another.
 *
 * @throws ModelError FILE_TRUNCATED where a read passes the end, FILE_MALFORMED for bad lengths and text
 * @example
 * ```ts
 * const reader = new ByteReader(bytes, { file: 'model.xgb', format: 'XGBoost binary' });
 * const count = reader.length32(20); // a u32 count of items of 20 bytes, refused when they cannot be there
 * ```
 */
export class ByteReader {
  readonly file: string;
  readonly format: string;
  /** How many bytes there are. */
  readonly length: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #little: boolean;
  readonly #origin: number;
  #at = 0;

  constructor(bytes: Uint8Array, options: ByteReaderOptions) {
    this.file = options.file;
    this.format = options.format ?? 'binary';
    this.length = bytes.length;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = !(options.bigEndian ?? false);
    this.#origin = options.origin ?? 0;
  }

  /** The next read starts here, counted from the start of this reader. */
  get offset(): number {
    return this.#at;
  }

  /** Bytes left. */
  get remaining(): number {
    return this.length - this.#at;
  }

  /** Moves to an offset in 0…length. */
  seek(offset: number): void {
    if (!Number.isInteger(offset) || offset < 0) this.fail(`the offset ${offset} is not valid`);
    if (offset > this.length) throw this.#truncated(this.length, offset - this.length);
    this.#at = offset;
  }

  skip(count: number): void {
    this.#take(count);
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }
  i8(): number {
    return this.#view.getInt8(this.#take(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#take(2), this.#little);
  }
  i16(): number {
    return this.#view.getInt16(this.#take(2), this.#little);
  }
  u32(): number {
    return this.#view.getUint32(this.#take(4), this.#little);
  }
  i32(): number {
    return this.#view.getInt32(this.#take(4), this.#little);
  }
  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), this.#little);
  }
  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8), this.#little);
  }
  f32(): number {
    return this.#view.getFloat32(this.#take(4), this.#little);
  }
  f64(): number {
    return this.#view.getFloat64(this.#take(8), this.#little);
  }

  /** The next byte without moving, or undefined at the end. */
  peek(ahead: number = 0): number | undefined {
    return this.#bytes[this.#at + ahead];
  }

  /** A u32 count of items of `itemSize` bytes, which must all be there. */
  length32(itemSize: number = 1): number {
    return this.checkCount(this.u32(), itemSize);
  }

  /** A u64 count of items of `itemSize` bytes, which must all be there. */
  length64(itemSize: number = 1): number {
    return this.checkCount(this.u64(), itemSize);
  }

  /** `count` as a number, if so many items of at least `itemSize` bytes can follow. */
  checkCount(count: number | bigint, itemSize: number = 1): number {
    const n = Number(count);
    if (!(n >= 0) || !Number.isInteger(n)) this.fail(`the count ${count} is not valid`);
    if (n * itemSize > this.remaining) throw this.#truncated(this.#at, n * itemSize);
    return n;
  }

  /** `offset` as a number, if it lies in 0…length. */
  checkOffset(offset: number | bigint): number {
    const at = Number(offset);
    if (!(at >= 0 && at <= this.length)) this.fail(`the offset ${offset} is not in the file`);
    return at;
  }

  /** The next `count` bytes, not copied. */
  bytes(count: number): Uint8Array {
    const start = this.#take(count);
    return this.#bytes.subarray(start, start + count);
  }

  /** The next `count` bytes as UTF-8. */
  text(count: number): string {
    const start = this.#at;
    const bytes = this.bytes(count);
    try {
      return UTF8.decode(bytes);
    } catch {
      this.#at = start;
      return this.fail('the text is not UTF-8');
    }
  }

  /** The bytes up to the next line feed, without it, as UTF-8. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) throw this.#truncated(this.#at, this.remaining + 1);
    const text = this.text(end - this.#at);
    this.#at = end + 1;
    return text;
  }

  /** A reader of the next `count` bytes, which are skipped here; its messages count from this reader's start. */
  sub(count: number): ByteReader {
    const start = this.#take(count);
    return new ByteReader(this.#bytes.subarray(start, start + count), {
      file: this.file, format: this.format, bigEndian: !this.#little, origin: this.#origin + start,
    });
  }

  /** Fails unless everything has been read. */
  end(): void {
    if (this.remaining > 0) this.fail(`${this.remaining} bytes are left after the end`);
  }

  /** @throws ModelError FILE_MALFORMED at the present offset */
  fail(reason: string): never {
    throw new ModelError('FILE_MALFORMED', { file: this.file, format: this.format, where: `byte ${this.#origin + this.#at}`, reason });
  }

  #take(count: number): number {
    const start = this.#at;
    if (!(count >= 0) || !Number.isInteger(count)) this.fail(`the length ${count} is not valid`);
    if (count > this.length - start) throw this.#truncated(start, count);
    this.#at = start + count;
    return start;
  }

  #truncated(at: number, needed: number): ModelError {
    return new ModelError('FILE_TRUNCATED', { file: this.file, offset: this.#origin + at, needed, available: this.length - at });
  }
}
