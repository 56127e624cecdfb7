/**
 * Foreign libraries come late: a plug-in imports its library when a model needs it, and says how to install it when it is missing.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { importFromProject, installedVersion } from './node-resolve.ts';
import { inRange } from './version-range.ts';

const loaded = new Map<string, Promise<unknown>>();

/**
 * Imports a library once: as our own package sees it, else as the project in the working directory does.
 *
 * @param feature what needs it, for the message: "The onnx flavor"
 * @param library name of the package
 * @param range versions that will do, in the forms of {@link inRange}
 * @param load `() => import('name')`, written out where the name stands so that bundlers see it
 * @throws ModelError LIBRARY_MISSING, LIBRARY_VERSION, LIBRARY_BROKEN (it is there but does not start)
 * @example
 * ```ts
 * const ort = await importLib('The onnx flavor', 'onnxruntime-node', '^1.20.0', () => import('onnxruntime-node'));
 * ```
 */
export function importLib<T>(feature: string, library: string, range: string, load: () => Promise<T>): Promise<T> {
  const key = `${library}@${range}`;
  let pending = loaded.get(key) as Promise<T> | undefined;
  if (!pending) {
    pending = find(feature, library, range, load);
    loaded.set(key, pending);
    // A failure is not kept: the package may be installed while the process runs.
    pending.catch(() => loaded.delete(key));
  }
  return pending;
}

async function find<T>(feature: string, library: string, range: string, load: () => Promise<T>): Promise<T> {
  const own = installedVersion(library, import.meta.url);
  if (own !== undefined) {
    if (!inRange(own, range)) throw new ModelError('LIBRARY_VERSION', { feature, library, range, version: own });
    return start(feature, library, own, load);
  }
  const found = await importFromProject<T>(library, (version) => {
    if (!inRange(version, range)) throw new ModelError('LIBRARY_VERSION', { feature, library, range, version });
    return (run) => start(feature, library, version, run);
  });
  if (found) return found.module;
  // Neither folder has it, or there is no file system to look at (a bundle): the import itself decides.
  try {
    return await load();
  } catch (cause) {
    if (isMissing(cause, library)) throw new ModelError('LIBRARY_MISSING', { feature, library, range }, { cause });
    throw broken(feature, library, 'of unknown number', cause);
  }
}

async function start<T>(feature: string, library: string, version: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw broken(feature, library, version, cause);
  }
}

function broken(feature: string, library: string, version: string, cause: unknown): ModelError {
  const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
  return new ModelError('LIBRARY_BROKEN', { feature, library, version, reason }, { cause });
}

function isMissing(cause: unknown, library: string): boolean {
  const { code, message } = cause as { code?: unknown; message?: unknown };
  const missing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  // The library may be there and lack a package of its own.
  return missing && String(message).includes(`'${library}'`);
}
