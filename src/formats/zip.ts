/**
 * ZIP archives: end-of-directory record, central directory, then each entry's local header and data (stored or deflated).
 * Source: PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12, 4.3.14, 4.3.16 and 4.5.3 (ZIP64).
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { ByteReader } from './byte-reader.ts';
import { inflate } from './inflate.ts';

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes when read. */
  readonly size: number;
}

/** An open archive. */
export interface Zip {
  readonly entries: readonly ZipEntry[];
  has(name: string): boolean;
  /** Bytes of an entry when read; 0 where there is none. */
  size(name: string): number;
  /**
   * The content of an entry, checked against its size and CRC.
   * @throws ModelError FILE_NOT_FOUND, FILE_MALFORMED, FILE_TRUNCATED
   */
  read(name: string): Uint8Array;
}

interface Located extends ZipEntry {
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly offset: number;
}

const END = 0x06054b50, END64 = 0x06064b50, LOCATOR64 = 0x07064b50, CENTRAL = 0x02014b50, LOCAL = 0x04034b50;
const BASE_SIZE = 256 * 2 ** 20, RATIO = 100, MAX_ENTRIES = 1_000_000;

/**
 * Opens an archive. Refused are: encryption, methods other than stored and deflate, archives in several parts, two
 * entries of one name, names that lead out of a folder, and more than 256 MiB plus 100 times the archive in all.
 *
 * @throws ModelError FILE_MALFORMED, FILE_TRUNCATED, FILE_LIMIT_EXCEEDED
 * @example
 * ```ts
 * const zip = openZip(bytes, 'model.skops');
 * const schema = zip.read('schema.json');
 * ```
 */
export function openZip(bytes: Uint8Array, file: string): Zip {
  const reader = new ByteReader(bytes, { file, format: 'ZIP' });
  const { count, offset } = directory(reader, bytes);
  reader.seek(offset);
  const entries = new Map<string, Located>();
  let total = 0;
  for (let i = 0; i < count; i++) {
    const entry = centralEntry(reader);
    if (entries.has(entry.name)) reader.fail('two entries have the same name');
    total += entry.size;
    if (!(total <= BASE_SIZE + RATIO * bytes.length)) {
      throw new ModelError('FILE_LIMIT_EXCEEDED', { file, what: 'the unpacked size in bytes', value: total, limit: BASE_SIZE + RATIO * bytes.length });
    }
    entries.set(entry.name, entry);
  }
  return {
    entries: [...entries.values()].map(({ name, size }) => ({ name, size })),
    has: (name) => entries.has(name),
    size: (name) => entries.get(name)?.size ?? 0,
    read: (name) => {
      const entry = entries.get(name);
      if (!entry) throw new ModelError('FILE_NOT_FOUND', { path: `${file}/${name}` });
      return content(reader, entry);
    },
  };
}

/** Finds the central directory from the end of the file. */
function directory(reader: ByteReader, bytes: Uint8Array): { count: number; offset: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = bytes.length - 22;
  // The record stands before a comment of at most 65,535 bytes.
  while (at >= 0 && at >= bytes.length - 22 - 65535 && view.getUint32(at, true) !== END) at--;
  if (at < 0 || view.getUint32(at, true) !== END) reader.fail('it has no end-of-directory record');
  reader.seek(at + 4);
  const parts = [reader.u16(), reader.u16()];
  let inThisPart: number = reader.u16(), count: number = reader.u16();
  reader.skip(4);
  let offset: number = reader.u32();
  if (at >= 20 && view.getUint32(at - 20, true) === LOCATOR64) {
    reader.seek(at - 12);
    reader.seek(reader.checkOffset(reader.u64()));
    if (reader.u32() !== END64) reader.fail('the ZIP64 record is not where it should be');
    reader.skip(20);
    inThisPart = Number(reader.u64());
    count = Number(reader.u64());
    reader.skip(8);
    offset = reader.checkOffset(reader.u64());
  } else if (parts[0] !== 0 || parts[1] !== 0) reader.fail('it is one of several parts');
  if (count !== inThisPart) reader.fail('it is one of several parts');
  if (count > MAX_ENTRIES) throw new ModelError('FILE_LIMIT_EXCEEDED', { file: reader.file, what: 'the count of entries', value: count, limit: MAX_ENTRIES });
  return { count, offset };
}

function centralEntry(reader: ByteReader): Located {
  if (reader.u32() !== CENTRAL) reader.fail('a directory entry does not begin here');
  reader.skip(4);
  const flags = reader.u16(), method = reader.u16();
  reader.skip(4);
  const crc = reader.u32();
  let packed = reader.u32(), size = reader.u32();
  const nameLength = reader.u16(), extraLength = reader.u16(), commentLength = reader.u16();
  reader.skip(8);
  let offset = reader.u32();
  if (flags & 1) reader.fail('an entry is encrypted');
  if (method !== 0 && method !== 8) reader.fail(`an entry is compressed by method ${method}; stored and deflate are read`);
  const name = entryName(reader, nameLength);
  const extra = reader.sub(extraLength);
  while (extra.remaining >= 4) {
    const id = extra.u16(), field = extra.sub(extra.u16());
    if (id !== 1) continue;
    if (size === 0xffffffff) size = Number(field.u64());
    if (packed === 0xffffffff) packed = Number(field.u64());
    if (offset === 0xffffffff) offset = Number(field.u64());
  }
  reader.skip(commentLength);
  if (packed > reader.length || (method === 0 && packed !== size)) reader.fail('the sizes of an entry do not fit');
  return { name, size, method, crc, packed, offset };
}

function entryName(reader: ByteReader, length: number): string {
  const name = reader.text(length);
  const folders = name.split('/');
  if (name === '' || name.startsWith('/') || /[\\\0:]/.test(name) || folders.includes('..') || folders.includes('.')) {
    reader.fail('the name of an entry is not a path inside the archive');
  }
  return name;
}

function content(reader: ByteReader, entry: Located): Uint8Array {
  reader.seek(reader.checkOffset(entry.offset));
  if (reader.u32() !== LOCAL) reader.fail('an entry does not begin where the directory says');
  reader.skip(22);
  const nameLength = reader.u16(), extraLength = reader.u16();
  reader.skip(nameLength + extraLength);
  const packed = reader.bytes(entry.packed);
  const out = entry.method === 0 ? packed : inflate('deflate', packed, entry.size, `${reader.file}/${entry.name}`);
  if (out.length !== entry.size) reader.fail(`an entry has ${out.length} bytes instead of ${entry.size}`);
  if (crc32(out) !== entry.crc) reader.fail('the checksum of an entry is wrong');
  return out;
}

const CRC_TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, i) => {
  let c = i;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = CRC_TABLE[(c ^ bytes[i]!) & 255]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
