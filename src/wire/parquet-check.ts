/**
 * Limits of a Parquet body, checked before it is decoded: Thrift structures against the bytes that are there, pages
 * against their column, sizes against fixed bounds. Format: apache/parquet-format, parquet.thrift; Thrift compact protocol.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';

/** Values of all columns together. */
const MAX_VALUES = 64_000_000;
/** Bytes of all pages together, decompressed. */
const MAX_BYTES = 1_073_741_824;
/** Values × bytes of a page with shared prefixes, whose text may be the product. */
const MAX_PREFIXED = 268_435_456;
const DELTA_BYTE_ARRAY = 7;

/** Where a column's pages are. */
export interface ChunkRange {
  readonly start: number;
  readonly end: number;
  readonly values: number;
}

/** Thrift fields that matter here: numbers and structures by field number. */
type Fields = Map<number, number | Fields>;

function fail(reason: string): never {
  throw new ModelError('PARQUET_INVALID', { reason });
}

/**
 * Checks magic, footer and the footer's structure.
 * @throws ModelError PARQUET_INVALID
 */
export function checkFooter(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 12 || view.getUint32(0, true) !== 0x31524150 || view.getUint32(bytes.length - 4, true) !== 0x31524150) fail('it does not begin and end with PAR1');
  const length = view.getUint32(bytes.length - 8, true);
  if (length > bytes.length - 12) fail('the footer is longer than the file');
  new Walker(bytes.subarray(bytes.length - 8 - length, bytes.length - 8)).struct(0);
}

/**
 * Checks every page of the columns: sizes within the file, values adding up, totals within the limits.
 * @throws ModelError PARQUET_INVALID
 */
export function checkPages(bytes: Uint8Array, chunks: readonly ChunkRange[]): void {
  let total = 0, size = 0;
  for (const chunk of chunks) {
    if (chunk.values === 0) continue;
    if (!(chunk.start >= 4 && chunk.end <= bytes.length && chunk.start <= chunk.end)) fail('a column lies outside the file');
    const walker = new Walker(bytes.subarray(chunk.start, chunk.end));
    let values = 0;
    while (values < chunk.values) {
      const header = walker.struct(0), page = pageOf(header);
      walker.skip(page.compressed);
      size += page.uncompressed;
      values += page.values;
      total += page.values + page.entries;
      if (total > MAX_VALUES) fail(`it has more than ${MAX_VALUES} values`);
      if (size > MAX_BYTES) fail(`its pages hold more than ${MAX_BYTES} bytes`);
    }
    if (values !== chunk.values) fail('the pages of a column hold another number of values than the column says');
  }
}

/** Calls back with every data page of a column: its bytes as stored and what its header says. */
export function eachDataPage(bytes: Uint8Array, chunk: ChunkRange, visit: (page: DataPage) => void): void {
  const walker = new Walker(bytes.subarray(chunk.start, chunk.end));
  for (let values = 0; values < chunk.values;) {
    const header = walker.struct(0), page = pageOf(header), from = chunk.start + walker.at;
    walker.skip(page.compressed);
    values += page.values;
    const v2 = header.get(8), data = header.get(5) ?? v2;
    if (!(data instanceof Map)) continue;
    const number = (id: number): number => Number(data.get(id) ?? 0), definition = v2 === data ? number(5) : 0, repetition = v2 === data ? number(6) : 0;
    if (definition < 0 || repetition < 0 || !(definition + repetition <= Math.min(page.compressed, page.uncompressed))) fail('the levels of a page are longer than the page');
    visit({
      data: bytes.subarray(from, from + page.compressed), uncompressed: page.uncompressed, values: page.values, encoding: number(header.has(5) ? 2 : 4), compressed: data.get(7) !== 0,
      ...(header.has(5) ? {} : { levels: { definition, repetition } }),
    });
  }
}

/** A data page as its header describes it; `levels` in version 2, whose levels stand before the compressed part. */
export interface DataPage {
  readonly data: Uint8Array;
  readonly uncompressed: number;
  readonly values: number;
  readonly encoding: number;
  readonly compressed: boolean;
  readonly levels?: { readonly repetition: number; readonly definition: number };
}

/** The dictionary page at the start of a column: where its data is; undefined when the column begins with another page. */
export function dictionaryPage(bytes: Uint8Array, chunk: ChunkRange): { readonly data: Uint8Array; readonly uncompressed: number; readonly entries: number } | undefined {
  const walker = new Walker(bytes.subarray(chunk.start, chunk.end)), header = walker.struct(0);
  if (!header.has(7)) return undefined;
  const page = pageOf(header), from = chunk.start + walker.at;
  return { data: bytes.subarray(from, from + page.compressed), uncompressed: page.uncompressed, entries: page.entries };
}

/**
 * Holds a Zstandard frame to its page's size before it is decoded, as the decoder has no limit: every block counts as
 * large as it can be (RFC 8878, 3.1.1).
 * @throws ModelError PARQUET_INVALID
 */
export function checkZstd(input: Uint8Array, length: number): void {
  let at = 0, bound = 0;
  const limit = 8 * length + 16_777_216;
  while (at + 9 <= input.length) {
    const head = input[at + 4] ?? 0, single = (head >> 5) & 1, sizeFlag = head >> 6;
    at += 5 + (single ? 0 : 1) + ([0, 1, 2, 4][head & 3] ?? 0) + ([single, 2, 4, 8][sizeFlag] ?? 0);
    for (let last = 0; last === 0;) {
      const block = (input[at] ?? 1) | ((input[at + 1] ?? 0) << 8) | ((input[at + 2] ?? 0) << 16), type = (block >> 1) & 3, size = block >> 3;
      last = block & 1;
      bound += type === 2 ? 131_072 : size;
      at += 3 + (type === 1 ? 1 : size);
      if (bound > limit) fail('a page decompresses to more than it says');
    }
    at += (head >> 2) & 1 ? 4 : 0;
  }
}

interface Page {
  readonly compressed: number;
  readonly uncompressed: number;
  readonly values: number;
  readonly entries: number;
}

/** PageHeader: 2 uncompressed size, 3 compressed size, 5 data page, 7 dictionary page, 8 data page v2. */
function pageOf(header: Fields): Page {
  const number = (fields: Fields | number | undefined, id: number): number => {
    const value = fields instanceof Map ? fields.get(id) : undefined;
    if (value === undefined) return 0;
    return typeof value === 'number' && value >= 0 ? value : fail('a page has a size that is none');
  };
  // Its type says which of them counts; a page of a writer has one.
  if (Number(header.has(5)) + Number(header.has(7)) + Number(header.has(8)) > 1) fail('a page is of two kinds');
  const uncompressed = number(header, 2), data = header.get(5) ?? header.get(8), values = number(data, 1);
  const encoding = header.has(5) ? number(header.get(5), 2) : number(header.get(8), 4);
  if (data === undefined && !header.has(7) && !header.has(6)) fail('a page is of an unknown kind');
  if (encoding === DELTA_BYTE_ARRAY && values * uncompressed > MAX_PREFIXED) fail('a page of delta-encoded text is too large');
  return { compressed: number(header, 3), uncompressed, values, entries: number(header.get(7), 1) };
}

/** Walks Thrift compact structures without building what it does not need. */
class Walker {
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get at(): number {
    return this.#at;
  }

  skip(count: number): void {
    if (count > this.#bytes.length - this.#at) fail('a page ends outside its column');
    this.#at += count;
  }

  struct(depth: number): Fields {
    if (depth > 24) fail('its structures are nested too deeply');
    const fields: Fields = new Map();
    for (let id = 0; ;) {
      const head = this.#byte(), type = head & 15;
      if (type === 0) return fields;
      id = head >> 4 ? id + (head >> 4) : this.#zigzag();
      const value = this.#element(type, depth);
      if (value !== undefined) fields.set(id, value);
    }
  }

  #byte(): number {
    return this.#bytes[this.#at++] ?? fail('a structure ends early');
  }

  #varint(): number {
    let result = 0, scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte();
      result += (byte & 127) * scale;
      if (byte < 128) return result;
      scale *= 128;
    }
    return fail('a number is too long');
  }

  #zigzag(): number {
    const n = this.#varint();
    return n % 2 === 0 ? n / 2 : -(n + 1) / 2;
  }

  #element(type: number, depth: number): number | Fields | undefined {
    switch (type) {
      case 1: return 1;
      case 2: return 0;
      case 3: this.#byte(); return undefined;
      case 4: case 5: case 6: return this.#zigzag();
      case 7: this.skip(8); return undefined;
      case 8: this.skip(this.#varint()); return undefined;
      case 9: this.#list(depth + 1); return undefined;
      case 12: return this.struct(depth + 1);
      default: return fail('a structure has a field of an unknown type');
    }
  }

  #list(depth: number): void {
    if (depth > 24) fail('its structures are nested too deeply');
    const head = this.#byte(), type = head & 15, count = head >> 4 === 15 ? this.#varint() : head >> 4;
    if (count > this.#bytes.length - this.#at) fail('a list is longer than the file');
    for (let i = 0; i < count; i++) {
      if (type === 1 || type === 2) this.#byte();
      else this.#element(type, depth);
    }
  }
}
