/**
 * How everything that scores a model reads its files: through this interface, never through the file system itself.
 * @module
 */

/** Read access to the files of one model folder. Paths are relative to the folder, with `/`. */
export interface ModelFiles {
  /** Where the files come from, for messages. */
  readonly name: string;
  /** @throws ModelError FILE_NOT_FOUND, PATH_OUTSIDE_MODEL */
  read(path: string): Promise<Uint8Array>;
  /** Paths of all files, sorted. */
  list(): Promise<readonly string[]>;
  /** Size in bytes, or undefined when there is no such file. */
  stat(path: string): Promise<{ readonly size: number } | undefined>;
  /** The folder on a disk, where there is one (for libraries that open files themselves). */
  readonly directory?: string;
}
