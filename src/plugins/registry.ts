/**
 * The list of one kind of plug-in (flavors, stores, targets, …): the package's own, generated; those a third party registers;
 * and those an installed package declares in its package.json under `"mlmodel"`.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';

/** What every plug-in has. */
export interface Plugin {
  readonly name: string;
}

/** Imports a plug-in's file. */
export type PluginLoader<T> = () => Promise<{ readonly default: T }>;

/** Plug-ins of one kind by name. */
export interface Registry<T extends Plugin> {
  /** Names, sorted. */
  names(): readonly string[];
  has(name: string): boolean;
  /** The plug-in of that name, imported when first asked for; undefined when there is none. */
  get(name: string): Promise<T | undefined>;
  /**
   * Adds a plug-in, or replaces the one of its name.
   * @returns takes it away again
   */
  register(plugin: T): () => void;
  /**
   * Adds what a package declares.
   * @param manifest the package's package.json, parsed
   * @param load imports a path of that package
   * @returns the names that were added
   * @throws ModelError PLUGIN_INVALID
   */
  registerDeclared(manifest: unknown, load: (path: string) => Promise<unknown>): Promise<readonly string[]>;
}

/** A registry over the generated list of a kind. */
export interface RegistryOptions<T extends Plugin> {
  /** The key in package.json's `"mlmodel"`: "flavors". */
  readonly kind: string;
  readonly builtin: Readonly<Record<string, PluginLoader<T>>>;
  /** What else a plug-in of this kind must have: the name of the first missing member, or undefined. */
  readonly lacks: (plugin: Partial<T>) => string | undefined;
}

/**
 * Makes the registry of one kind.
 * @example
 * ```ts
 * const registry = createRegistry<Flavor>({ kind: 'flavors', builtin: flavors, lacks: (f) => (f.load ? undefined : 'load') });
 * const undo = registry.register(myFlavor);
 * ```
 */
export function createRegistry<T extends Plugin>({ kind, builtin, lacks }: RegistryOptions<T>): Registry<T> {
  const loaders = new Map<string, () => Promise<T>>(Object.entries(builtin).map(([name, load]) => [name, async () => (await load()).default]));

  const check = (plugin: unknown, source: string): T => {
    const candidate = plugin as Partial<T> | null | undefined;
    if (typeof candidate !== 'object' || candidate === null) throw new ModelError('PLUGIN_INVALID', { kind, source, reason: 'the default export is not an object' });
    const missing = typeof candidate.name !== 'string' || candidate.name === '' ? 'name' : lacks(candidate);
    if (missing) throw new ModelError('PLUGIN_INVALID', { kind, source, reason: `it has no ${missing}` });
    return candidate as T;
  };

  const register = (plugin: T): (() => void) => {
    const { name } = check(plugin, `registered`), before = loaders.get(name), loader = async (): Promise<T> => plugin;
    loaders.set(name, loader);
    return () => {
      if (loaders.get(name) !== loader) return;
      if (before) loaders.set(name, before);
      else loaders.delete(name);
    };
  };

  return {
    names: () => [...loaders.keys()].sort(),
    has: (name) => loaders.has(name),
    get: async (name) => loaders.get(name)?.(),
    register,
    async registerDeclared(manifest, load) {
      const source = packageName(manifest), added: string[] = [];
      for (const path of declaredPaths(manifest, kind, source)) {
        const plugin = check(((await load(path)) as { default?: unknown } | undefined)?.default, `${source}/${path}`);
        register(plugin);
        added.push(plugin.name);
      }
      return added;
    },
  };
}

function packageName(manifest: unknown): string {
  const name = (manifest as { name?: unknown } | null)?.name;
  return typeof name === 'string' ? name : 'a package without a name';
}

/** The paths under `"mlmodel": { "<kind>": [...] }`; each stays in its package. */
function declaredPaths(manifest: unknown, kind: string, source: string): readonly string[] {
  const declared = (manifest as { mlmodel?: unknown } | null)?.mlmodel;
  if (declared === undefined) return [];
  const paths = (declared as Readonly<Record<string, unknown>> | null)?.[kind] ?? [];
  if (!Array.isArray(paths)) throw new ModelError('PLUGIN_INVALID', { kind, source, reason: `"mlmodel.${kind}" of its package.json is not a list` });
  return paths.map((path: unknown) => {
    if (typeof path !== 'string' || !path.startsWith('./') || path.split('/').includes('..')) {
      throw new ModelError('PLUGIN_INVALID', { kind, source, reason: `"mlmodel.${kind}" takes paths that begin with "./" and stay in the package` });
    }
    return path;
  });
}
