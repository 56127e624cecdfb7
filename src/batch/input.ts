/**
 * What is scored: a file, or a stream such as stdin, read in order and, where needed, again from its start.
 * @module
 */
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { ModelError } from '../errors/model-error.ts';
import { Spool } from './spool.ts';

/** Bytes of one input. */
export interface BatchInput {
  /** Bytes in all, where that is known. */
  readonly size: number | undefined;
  /** Reads up to `length` bytes to `buffer` at `offset`; 0 at the end. @throws ModelError INPUT_FILE_UNREADABLE */
  read(buffer: Uint8Array, offset: number, length: number): Promise<number>;
  /** To be called before the first read where the input is read twice: a stream is kept for that. */
  keep(): void;
  /** Back to the start. A stream that was read without `keep` has none. */
  rewind(): Promise<void>;
  close(): Promise<void>;
}

/** Options of {@link openInput}. */
export interface InputOptions {
  /** A file whose name ends in .gz or .zst is taken as compressed, as pandas takes it. @default false */
  readonly inflate?: boolean;
}

/**
 * Opens a file, or takes a stream.
 * @throws ModelError INPUT_FILE_UNREADABLE
 * @example
 * ```ts
 * const input = await openInput('rows.csv');
 * ```
 */
export async function openInput(from: string | Readable, { inflate = false }: InputOptions = {}): Promise<BatchInput> {
  if (typeof from !== 'string') return new StreamInput(from, 'stdin');
  try {
    const file = await open(from), stat = await file.stat();
    const ending = inflate ? /\.(gz|zst)$/i.exec(from)?.[1]?.toLowerCase() : undefined;
    if (ending !== undefined) return new StreamInput(inflated(file.createReadStream(), ending), from);
    if (stat.isFile()) return new FileInput(file, from, stat.size);
    if (stat.isDirectory()) {
      await file.close();
      throw Object.assign(new Error(from), { code: 'EISDIR' });
    }
    return new StreamInput(file.createReadStream(), from);
  } catch (error) {
    return unreadable(from, error);
  }
}

/** The longest text there is in V8. */
const LONGEST_TEXT = 0x1fffffe8;

/**
 * All that is left of an input.
 * @throws ModelError INPUT_TOO_LARGE beyond what can be one text
 */
export async function readRest(input: BatchInput): Promise<Uint8Array> {
  if ((input.size ?? 0) > LONGEST_TEXT) throw new ModelError('INPUT_TOO_LARGE', { limit: LONGEST_TEXT });
  let bytes = new Uint8Array((input.size ?? 65536) + 1), size = 0;
  for (;;) {
    const got = await input.read(bytes, size, bytes.length - size);
    if (got === 0) return bytes.subarray(0, size);
    size += got;
    if (size > LONGEST_TEXT) throw new ModelError('INPUT_TOO_LARGE', { limit: LONGEST_TEXT });
    if (size < bytes.length) continue;
    const grown = new Uint8Array(2 * size);
    grown.set(bytes);
    bytes = grown;
  }
}

function inflated(source: Readable, ending: string): Readable {
  const inflater = ending === 'gz' ? createGunzip() : createZstdDecompress();
  // An error of the file ends the reading of both.
  return pipeline(source, inflater, () => {});
}

function unreadable(path: string, error: unknown): never {
  const { code, name } = error as NodeJS.ErrnoException;
  throw new ModelError('INPUT_FILE_UNREADABLE', { path, reason: code ?? name }, { cause: error });
}

class FileInput implements BatchInput {
  readonly size: number;
  readonly #file: FileHandle;
  readonly #path: string;
  #at = 0;

  constructor(file: FileHandle, path: string, size: number) {
    this.#file = file;
    this.#path = path;
    this.size = size;
  }

  async read(buffer: Uint8Array, offset: number, length: number): Promise<number> {
    try {
      const { bytesRead } = await this.#file.read(buffer, offset, length, this.#at);
      this.#at += bytesRead;
      return bytesRead;
    } catch (error) {
      return unreadable(this.#path, error);
    }
  }

  keep(): void {}

  async rewind(): Promise<void> {
    this.#at = 0;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

class StreamInput implements BatchInput {
  readonly size = undefined;
  readonly #name: string;
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);
  #kept: Spool | undefined;
  /** Where the kept bytes are read again; undefined while the stream is read. */
  #at: number | undefined;

  constructor(stream: Readable, name: string) {
    this.#name = name;
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  async read(buffer: Uint8Array, offset: number, length: number): Promise<number> {
    if (this.#at !== undefined) {
      const got = (await this.#kept?.read(buffer, offset, length, this.#at)) ?? 0;
      this.#at += got;
      return got;
    }
    while (this.#rest.length === 0) {
      const { done, value } = await this.#chunks.next().catch((error: unknown) => unreadable(this.#name, error));
      if (done === true) return 0;
      this.#rest = value;
      await this.#kept?.add(value);
    }
    const part = this.#rest.subarray(0, length);
    buffer.set(part, offset);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  keep(): void {
    this.#kept ??= new Spool();
  }

  async rewind(): Promise<void> {
    if (!this.#kept) throw new Error('this stream was not kept');
    const drain = new Uint8Array(65536);
    if (this.#at === undefined) while ((await this.read(drain, 0, drain.length)) > 0);
    this.#at = 0;
  }

  async close(): Promise<void> {
    this.#stream.destroy();
    await this.#kept?.close();
  }
}
