/**
 * The files of a model held in memory: for tests, browsers and archives that are already read.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import type { ModelFiles } from './files.ts';
import { innerPath } from './paths.ts';

/**
 * Model files over a map of path → bytes or text.
 * @example
 * ```ts
 * const files = memoryFiles({ MLmodel: 'flavors: {}\n' });
 * ```
 */
export function memoryFiles(entries: Readonly<Record<string, Uint8Array | string>> | ReadonlyMap<string, Uint8Array | string>, name: string = 'memory'): ModelFiles {
  const files = new Map<string, Uint8Array>();
  for (const [path, content] of entries instanceof Map ? entries : Object.entries(entries)) {
    files.set(innerPath(path), typeof content === 'string' ? new TextEncoder().encode(content) : content as Uint8Array);
  }
  return {
    name,
    async read(path) {
      const bytes = files.get(innerPath(path));
      if (!bytes) throw new ModelError('FILE_NOT_FOUND', { path });
      return bytes;
    },
    async list() {
      return [...files.keys()].sort();
    },
    async stat(path) {
      const bytes = files.get(innerPath(path));
      return bytes && { size: bytes.length };
    },
  };
}
