/**
 * A Python object from a file that may be a pickle or a skops file.
 * @module
 */
import { canonical, isPlainGlobal } from './pickle-globals.ts';
import { readPickle } from './pickle.ts';
import type { PyValue } from './python-object.ts';
import { readSkops } from './skops.ts';

/** Options of {@link readPythonFile}. */
export interface PythonFileOptions {
  /** The file's name, for messages. */
  readonly file: string;
  /** Names that may occur beyond plain data. */
  readonly allow: ReadonlySet<string>;
}

/**
 * Reads a pickle, or a skops file where the bytes are a ZIP; both give the same form.
 * @throws ModelError as readPickle and readSkops
 * @example
 * ```ts
 * readPythonFile(bytes, { file: 'model.pkl', allow: new Set(['sklearn.linear_model._base.LinearRegression']) });
 * ```
 */
export function readPythonFile(bytes: Uint8Array, options: PythonFileOptions): PyValue {
  return isSkops(bytes) ? readSkops(bytes, options) : readPickle(bytes, options);
}

/** Every name in the file that {@link readPythonFile} would refuse, in order; nothing of them is run. */
export function unknownGlobals(bytes: Uint8Array, { file, allow }: PythonFileOptions): readonly string[] {
  const unknown = new Set<string>();
  const onGlobal = (path: string, module: string, name: string): void => {
    if (!isPlainGlobal(module, name) && !allow.has(path) && !allow.has(canonical(module, name))) unknown.add(path);
  };
  const options = { file, allow: 'all', onGlobal } as const;
  if (isSkops(bytes)) readSkops(bytes, options);
  else readPickle(bytes, options);
  return [...unknown];
}

function isSkops(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}
