/**
 * The files of a model in a folder of a disk. The only part of this room that knows a file system.
 * @module
 */
import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { ModelError } from '../errors/model-error.ts';
import type { ModelFiles } from './files.ts';
import { innerPath } from './paths.ts';

/** Limits of {@link openDirectory}. */
export interface DirectoryOptions {
  /** Largest file that is read, in bytes. @default 2 GiB − 1 */
  readonly maxFileBytes?: number;
  /** Most files that are listed. @default 100000 */
  readonly maxFiles?: number;
}

/**
 * Opens a model folder. Every path is resolved after symbolic links and must end inside the folder, at a regular file.
 * @throws ModelError MODEL_NOT_FOUND when there is no such folder
 * @example
 * ```ts
 * const files = await openDirectory('./wine-quality');
 * const text = new TextDecoder().decode(await files.read('MLmodel'));
 * ```
 */
export async function openDirectory(path: string, options: DirectoryOptions = {}): Promise<ModelFiles> {
  const maxFileBytes = options.maxFileBytes ?? 2 ** 31 - 1, maxFiles = options.maxFiles ?? 100_000;
  const root = await realpath(path).catch(() => undefined);
  if (root === undefined || !(await stat(root)).isDirectory()) throw new ModelError('MODEL_NOT_FOUND', { path });

  const locate = async (inner: string): Promise<string | undefined> => {
    const full = await realpath(join(root, innerPath(inner))).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw new ModelError('FILE_UNREADABLE', { path: inner, reason: error.code ?? 'unknown' }, { cause: error });
    });
    if (full !== undefined && !within(root, full)) throw new ModelError('PATH_OUTSIDE_MODEL', { path: inner });
    return full;
  };

  return {
    name: path,
    directory: root,
    async read(inner) {
      const full = await locate(inner);
      if (full === undefined) throw new ModelError('FILE_NOT_FOUND', { path: inner });
      return readRegular(full, inner, maxFileBytes);
    },
    async list() {
      const found: string[] = [];
      await walk(root, '', found, maxFiles);
      return found.sort();
    },
    async stat(inner) {
      const full = await locate(inner);
      if (full === undefined) return undefined;
      const info = await stat(full);
      return info.isFile() ? { size: info.size } : undefined;
    },
  };
}

function within(root: string, full: string): boolean {
  return full.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** Reads what is a regular file before and after it is opened: a socket, device or named pipe would hang. */
async function readRegular(full: string, inner: string, maxFileBytes: number): Promise<Uint8Array> {
  const notRegular = (): never => {
    throw new ModelError('FILE_UNREADABLE', { path: inner, reason: 'it is not a regular file' });
  };
  if (!(await stat(full)).isFile()) notRegular();
  // The path is real by now; a link or pipe put there since is neither followed nor waited for. Windows has no such flags.
  const handle = await open(full, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)).catch((error: NodeJS.ErrnoException) => {
    throw new ModelError('FILE_UNREADABLE', { path: inner, reason: error.code ?? 'unknown' }, { cause: error });
  });
  try {
    const info = await handle.stat();
    if (!info.isFile()) notRegular();
    if (info.size > maxFileBytes) throw new ModelError('FILE_LIMIT_EXCEEDED', { file: inner, what: 'its size in bytes', value: info.size, limit: maxFileBytes });
    const bytes = await handle.readFile();
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } finally {
    await handle.close();
  }
}

/** Collects regular files and links to regular files inside the root; links to folders are not followed. */
async function walk(root: string, inner: string, found: string[], maxFiles: number): Promise<void> {
  for (const entry of await readdir(join(root, inner), { withFileTypes: true })) {
    const path = inner === '' ? entry.name : `${inner}/${entry.name}`;
    if (entry.isDirectory()) await walk(root, path, found, maxFiles);
    else if (entry.isFile() || (entry.isSymbolicLink() && (await linksInside(root, path)))) found.push(path);
    if (found.length > maxFiles) throw new ModelError('FILE_LIMIT_EXCEEDED', { file: '.', what: 'the number of files', value: `more than ${maxFiles}`, limit: maxFiles });
  }
}

async function linksInside(root: string, path: string): Promise<boolean> {
  const full = await realpath(join(root, path)).catch(() => undefined);
  return full !== undefined && within(root, full) && (await stat(full)).isFile();
}

/**
 * Writes a model folder: the files of another one, then `written` over them, `MLmodel` last.
 * @throws ModelError DIRECTORY_NOT_EMPTY when the folder is there and holds something, FILE_UNWRITABLE
 */
export async function writeDirectory(path: string, written: ReadonlyMap<string, Uint8Array>, from?: ModelFiles): Promise<void> {
  try {
    await writeFiles(path, written, from);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (ModelError.isInstance(error) || code === undefined) throw error;
    throw new ModelError('FILE_UNWRITABLE', { path, reason: code }, { cause: error });
  }
}

async function writeFiles(path: string, written: ReadonlyMap<string, Uint8Array>, from: ModelFiles | undefined): Promise<void> {
  await mkdir(path, { recursive: true });
  if ((await readdir(path)).length > 0) throw new ModelError('DIRECTORY_NOT_EMPTY', { path });
  for (const inner of (await from?.list()) ?? []) {
    if (written.has(inner)) continue;
    const target = join(path, innerPath(inner));
    await mkdir(dirname(target), { recursive: true });
    if (from?.directory === undefined) await writeFile(target, await (from as ModelFiles).read(inner));
    else await copyFile(await realpath(join(from.directory, inner)), target);
  }
  for (const [inner, bytes] of [...written].sort(([a], [b]) => Number(a === 'MLmodel') - Number(b === 'MLmodel'))) {
    const target = join(path, innerPath(inner));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  }
}
