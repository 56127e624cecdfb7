/**
 * Bytes that are kept for later: in memory while they are few, then in a temporary file.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelError } from '../errors/model-error.ts';

const IN_MEMORY = 1 << 23;

/**
 * Bytes in the order in which they were added. The file has no name: nothing is left of it, however the process ends.
 * Every method throws ModelError FILE_UNWRITABLE where there is no room for it.
 */
export class Spool {
  #size = 0;
  #memory = new Uint8Array(1 << 16);
  #file: FileHandle | undefined;
  readonly #limit: number;

  /** @param limit bytes that are kept in memory */
  constructor(limit: number = IN_MEMORY) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  async add(bytes: Uint8Array): Promise<void> {
    const size = this.#size + bytes.length;
    if (!this.#file && size <= this.#limit) {
      if (size > this.#memory.length) {
        const grown = new Uint8Array(Math.max(size, 2 * this.#memory.length));
        grown.set(this.#memory.subarray(0, this.#size));
        this.#memory = grown;
      }
      this.#memory.set(bytes, this.#size);
    } else {
      try {
        this.#file ??= await this.#spill();
        await writeAll(this.#file, bytes, this.#size);
      } catch (error) {
        throw new ModelError('FILE_UNWRITABLE', { path: `a temporary file in ${tmpdir()}`, reason: (error as NodeJS.ErrnoException).code ?? (error as Error).name }, { cause: error });
      }
    }
    this.#size = size;
  }

  /** Reads up to `length` bytes from a position on; 0 at the end. */
  async read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    if (this.#file) return (await this.#file.read(buffer, offset, length, position)).bytesRead;
    const part = this.#memory.subarray(position, Math.min(position + length, this.#size));
    buffer.set(part, offset);
    return part.length;
  }

  async clear(): Promise<void> {
    this.#size = 0;
    await this.#file?.truncate(0);
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  async #spill(): Promise<FileHandle> {
    const path = join(tmpdir(), `mlmodel-${randomUUID()}`), file = await open(path, 'wx+', 0o600);
    await unlink(path);
    await writeAll(file, this.#memory.subarray(0, this.#size), 0);
    this.#memory = new Uint8Array(0);
    return file;
  }
}

/** Writes bytes at a position of a file. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let from = 0; from < bytes.length;) from += (await file.write(bytes, from, bytes.length - from, position + from)).bytesWritten;
}
