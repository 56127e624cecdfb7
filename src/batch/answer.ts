/**
 * Where an answer is written: it is there whole or not at all.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ModelError } from '../errors/model-error.ts';
import { Spool, writeAll } from './spool.ts';

/** An answer that is being written. */
export interface Answer {
  write(text: string): Promise<void>;
  /** Begins anew. */
  reset(): Promise<void>;
  /** Puts the answer in its place. Nothing is there before. */
  commit(): Promise<void>;
  /** Takes back what is not in its place yet. */
  discard(): Promise<void>;
}

/**
 * Opens an answer to a path or a stream. A file is written beside its place and moved there; a stream, a device or a file in
 * a folder that takes no other gets the answer when it is whole.
 * @throws ModelError FILE_UNWRITABLE, from the methods too
 * @example
 * ```ts
 * const answer = await openAnswer('out.json');
 * await answer.write('{"predictions": [1]}');
 * await answer.commit();
 * ```
 */
export async function openAnswer(to: string | Writable): Promise<Answer> {
  if (typeof to !== 'string') return new StreamAnswer(() => Promise.resolve(to), undefined);
  try {
    // Through a link to what it leads to.
    const path = await realpath(to).catch(() => to), found = await stat(path).catch(() => undefined);
    const later = async (): Promise<Writable> => (await open(path, 'w')).createWriteStream();
    if (found && !found.isFile()) {
      if (found.isDirectory()) throw Object.assign(new Error(path), { code: 'EISDIR' });
      return new StreamAnswer(later, to);
    }
    // A file that must not be written is not replaced either.
    if (found) await (await open(path, 'r+')).close();
    const beside = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
    const file = await open(beside, 'wx', found ? found.mode & 0o777 : 0o666).catch((error: NodeJS.ErrnoException) => {
      if (found && (error.code === 'EACCES' || error.code === 'EPERM')) return undefined;
      throw error;
    });
    if (!file) return new StreamAnswer(later, to);
    if (found) await file.chmod(found.mode & 0o7777).catch(() => undefined);
    return new FileAnswer(file, beside, path, to);
  } catch (error) {
    return unwritable(to, error);
  }
}

function unwritable(path: string, error: unknown): never {
  if (ModelError.isInstance(error)) throw error;
  const { code, name } = error as NodeJS.ErrnoException;
  throw new ModelError('FILE_UNWRITABLE', { path, reason: code ?? name }, { cause: error });
}

class FileAnswer implements Answer {
  readonly #file: FileHandle;
  readonly #beside: string;
  readonly #path: string;
  readonly #named: string;
  #size = 0;
  #open = true;

  constructor(file: FileHandle, beside: string, path: string, named: string) {
    this.#file = file;
    this.#beside = beside;
    this.#path = path;
    this.#named = named;
  }

  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    await writeAll(this.#file, bytes, this.#size).catch((error: unknown) => unwritable(this.#named, error));
    this.#size += bytes.length;
  }

  async reset(): Promise<void> {
    await this.#file.truncate(0);
    this.#size = 0;
  }

  async commit(): Promise<void> {
    try {
      await this.#file.close();
      await rename(this.#beside, this.#path);
      this.#open = false;
    } catch (error) {
      unwritable(this.#named, error);
    }
  }

  async discard(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#file.close().catch(() => undefined);
    await unlink(this.#beside).catch(() => undefined);
  }
}

class StreamAnswer implements Answer {
  readonly #spool = new Spool();
  readonly #to: () => Promise<Writable>;
  readonly #named: string | undefined;

  constructor(to: () => Promise<Writable>, named: string | undefined) {
    this.#to = to;
    this.#named = named;
  }

  write(text: string): Promise<void> {
    return this.#spool.add(Buffer.from(text));
  }

  reset(): Promise<void> {
    return this.#spool.clear();
  }

  async commit(): Promise<void> {
    try {
      await pipeline(partsOf(this.#spool), await this.#to(), { end: this.#named !== undefined });
    } catch (error) {
      if (this.#named === undefined) throw error;
      unwritable(this.#named, error);
    }
  }

  discard(): Promise<void> {
    return this.#spool.close();
  }
}

async function* partsOf(spool: Spool): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < spool.size;) {
    const part = new Uint8Array(1 << 16), got = await spool.read(part, 0, part.length, at);
    at += got;
    yield part.subarray(0, got);
  }
}
