/**
 * What is scored: a file, or a stream such as stdin, read in order and, where needed, again from its start.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelError } from '../errors/model-error.ts';

/** Bytes of one input. */
export interface BatchInput {
  /** Bytes in all, where that is known. */
  readonly size: number | undefined;
  /** Reads up to `length` bytes to `buffer` at `offset`; 0 at the end. @throws ModelError INPUT_FILE_UNREADABLE */
  read(buffer: Uint8Array, offset: number, length: number): Promise<number>;
  /** To be called before the first read where the input is read twice: a stream is kept in a temporary file. */
  keep(): Promise<void>;
  /** Back to the start. A stream that was read without `keep` has none. */
  rewind(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file, or takes a stream.
 * @throws ModelError INPUT_FILE_UNREADABLE
 * @example
 * ```ts
 * const input = await openInput('rows.csv');
 * ```
 */
export async function openInput(from: string | AsyncIterable<Uint8Array>): Promise<BatchInput> {
  if (typeof from !== 'string') return new StreamInput(from);
  try {
    const file = await open(from), stat = await file.stat();
    if (stat.isFile()) return new FileInput(file, from, stat.size);
    if (stat.isDirectory()) {
      await file.close();
      throw Object.assign(new Error(from), { code: 'EISDIR' });
    }
    return new StreamInput(file.createReadStream());
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

  async keep(): Promise<void> {}

  async rewind(): Promise<void> {
    this.#at = 0;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

class StreamInput implements BatchInput {
  readonly size = undefined;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);
  #kept: FileHandle | undefined;
  #again: FileInput | undefined;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async read(buffer: Uint8Array, offset: number, length: number): Promise<number> {
    if (this.#again) return this.#again.read(buffer, offset, length);
    while (this.#rest.length === 0) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return 0;
      this.#rest = value;
      await this.#kept?.writeFile(value);
    }
    const part = this.#rest.subarray(0, length);
    buffer.set(part, offset);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  async keep(): Promise<void> {
    this.#kept ??= await openScratch();
  }

  async rewind(): Promise<void> {
    if (!this.#kept) throw new Error('this stream was not kept');
    const drain = new Uint8Array(65536);
    if (!this.#again) while ((await this.read(drain, 0, drain.length)) > 0);
    this.#again = new FileInput(this.#kept, 'the kept input', (await this.#kept.stat()).size);
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
    await this.#kept?.close();
  }
}

/** A temporary file without a name: nothing is left of it, however the process ends. */
export async function openScratch(): Promise<FileHandle> {
  const path = join(tmpdir(), `mlmodel-${randomUUID()}`), file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}
