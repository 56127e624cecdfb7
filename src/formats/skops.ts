/**
 * Reads skops files as data: a ZIP of `schema.json`, a tree of nodes, and the arrays and bytes that nodes name.
 * Every node says its class (`__module__`, `__class__`), how it was written (`__loader__`) and its identity (`__id__`).
 * Source: skops.io of skops 0.2 to 0.16 (protocols 0 to 2).
 * @module
 */
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { parseFileJson } from './json-text.ts';
import { MemoryBudget } from './memory-budget.ts';
import { PickleNames } from './pickle-names.ts';
import type { PyValue } from './python-object.ts';
import { loaders, type SkopsContext, type SkopsNode } from './skops-nodes.ts';
import { openZip } from './zip.ts';

/** Options of {@link readSkops}. */
export interface SkopsOptions {
  /** The file's name, for messages. */
  readonly file: string;
  /** Further names that may occur, as in a pickle. */
  readonly allow?: ReadonlySet<string> | 'all';
  /** Is told every name the file uses, in order. */
  readonly onGlobal?: (path: string, module: string, name: string) => void;
}

/** Levels of JSON; a node takes two or three. */
const MAX_DEPTH = 512;

/**
 * Reads a skops file to the same form as {@link readPickle} gives for the same object.
 *
 * @throws ModelError GLOBAL_REFUSED, FILE_MALFORMED, FILE_TRUNCATED, FILE_LIMIT_EXCEEDED, FILE_NOT_FOUND
 * @example
 * ```ts
 * const model = readSkops(bytes, { file: 'model.skops', allow: new Set(['lightgbm.sklearn.LGBMRegressor', 'lightgbm.basic.Booster']) });
 * ```
 */
export function readSkops(bytes: Uint8Array, options: SkopsOptions): PyValue {
  const { file } = options;
  const zip = openZip(bytes, file);
  const budget = new MemoryBudget(file, bytes.length);
  const fail = (reason: string, where: string = 'schema.json'): never => {
    throw new ModelError('FILE_MALFORMED', { file, format: 'skops', where, reason });
  };
  const json = zip.read('schema.json');
  budget.charge(8 * json.length);
  const schema = parseFileJson(new TextDecoder().decode(json), `${file}/schema.json`, MAX_DEPTH);
  if (!(schema instanceof Map)) return fail('it is not an object');
  const protocol = schema.get('protocol');
  if (typeof protocol !== 'bigint' || protocol < 0n || protocol > 2n) return fail(`the protocol ${String(protocol)} is not known`);
  const names = new PickleNames({ file, fail }, { allow: options.allow ?? new Set(), budget, onGlobal: options.onGlobal ?? (() => {}) });

  const done = new Map<Value, PyValue | typeof BUSY>();
  const context: SkopsContext = {
    file, zip, budget, names, fail,
    read(node) {
      if (!(node instanceof Map)) return fail('a node is not an object');
      const id = node.get('__id__'), shared = id === undefined || id === null ? undefined : done.get(id);
      if (shared === BUSY) return fail('an object contains itself');
      if (shared !== undefined) return shared;
      const loader = node.get('__loader__'), module = node.get('__module__'), name = node.get('__class__');
      if (typeof loader !== 'string' || typeof module !== 'string' || typeof name !== 'string') return fail('a node has no class or loader');
      if (loader === 'CachedNode') return fail('a node refers to one that was not written');
      const load = loaders.get(loader) ?? fail(`the loader ${loader.slice(0, 60)} of ${module.slice(0, 60)}.${name.slice(0, 60)} is not known`);
      if (id !== undefined && id !== null) done.set(id, BUSY);
      budget.charge(100);
      const value = load({ node: node as SkopsNode['node'], module, name }, context);
      if (id !== undefined && id !== null) done.set(id, value);
      return value;
    },
  };
  return context.read(schema);
}

const BUSY: unique symbol = Symbol('being read');
