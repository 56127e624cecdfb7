/**
 * What a slow load is doing.
 * @module
 */
import type { ModelFiles } from '../mlmodel/files.ts';

/** One step of a load. */
export type LoadProgress =
  | { readonly stage: 'read'; readonly path: string; readonly bytes: number | undefined }
  | { readonly stage: 'build' | 'ready'; readonly flavor: string };

/** The same files, telling of each read. */
export function watchReads(files: ModelFiles, onProgress: ((progress: LoadProgress) => void) | undefined): ModelFiles {
  if (onProgress === undefined) return files;
  return {
    name: files.name,
    ...(files.directory === undefined ? {} : { directory: files.directory }),
    list: () => files.list(),
    stat: (path) => files.stat(path),
    async read(path) {
      onProgress({ stage: 'read', path, bytes: (await files.stat(path))?.size });
      return files.read(path);
    },
  };
}
