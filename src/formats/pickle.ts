/**
 * Reads pickles as data. The operations are those of a small stack machine (CPython's pickle.py and pickletools.py are the
 * source); names of classes and functions are looked up in a closed list of constructors of ours, and nothing else is made.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { ByteReader } from './byte-reader.ts';
import { inflate } from './inflate.ts';
import { MemoryBudget } from './memory-budget.ts';
import { PickleMachine } from './pickle-machine.ts';
import type { PyValue } from './python-object.ts';

/** Options of {@link readPickle}. */
export interface PickleOptions {
  /** The file's name, for messages. */
  readonly file: string;
  /**
   * Further names (`module.name`) that may occur; they become inert {@link PyObject}s and {@link PyGlobal}s. `'all'` lets
   * every name through, inert as well, for listing what a file holds.
   */
  readonly allow?: ReadonlySet<string> | 'all';
  /** @default a budget of the file's own */
  readonly budget?: MemoryBudget;
  /** Is told every name the file uses, in order. */
  readonly onGlobal?: (path: string, module: string, name: string) => void;
}

/**
 * Reads a pickle of any protocol, with joblib's arrays in the stream, and joblib's zlib and gzip compression.
 *
 * Results are plain values: int is bigint, float number, dict a Map, list an array, arrays are tensors. Any name that is
 * neither on the closed list nor in `allow` is refused, as are persistent ids, extension codes and buffers outside the file.
 *
 * @throws ModelError GLOBAL_REFUSED, PICKLE_OPCODE_REFUSED, FILE_MALFORMED, FILE_TRUNCATED, FILE_LIMIT_EXCEEDED
 * @example
 * ```ts
 * const model = readPickle(bytes, { file: 'model.pkl', allow: new Set(['lightgbm.sklearn.LGBMRegressor', 'lightgbm.basic.Booster']) });
 * ```
 */
export function readPickle(bytes: Uint8Array, options: PickleOptions): PyValue {
  const plain = uncompressed(bytes, options.file);
  const budget = options.budget ?? new MemoryBudget(options.file, bytes.length);
  if (plain !== bytes) budget.charge(plain.length);
  const reader = new ByteReader(plain, { file: options.file, format: 'pickle' });
  return new PickleMachine(reader, { allow: options.allow ?? new Set(), budget, onGlobal: options.onGlobal ?? (() => {}), depth: 0 }).load();
}

/** Undoes the compression that joblib recognises by its first bytes. */
function uncompressed(bytes: Uint8Array, file: string): Uint8Array {
  const [a, b, c] = bytes;
  const limit = 256 * 2 ** 20 + 100 * bytes.length;
  if (a === 0x78 && (b === 0x01 || b === 0x5e || b === 0x9c || b === 0xda || b === 0x3c)) return inflate('zlib', bytes, limit, file);
  if (a === 0x1f && b === 0x8b) return inflate('gzip', bytes, limit, file);
  const other = a === 0x42 && b === 0x5a && c === 0x68 ? 'bzip2' : a === 0xfd && b === 0x37 ? 'xz' : a === 0x5d && b === 0 && c === 0 ? 'lzma' : a === 0x04 && b === 0x22 && c === 0x4d ? 'lz4' : undefined;
  if (other !== undefined) throw new ModelError('FILE_MALFORMED', { file, format: 'pickle', where: 'byte 0', reason: `it is compressed with ${other}; zlib and gzip are read` });
  return bytes;
}
