/**
 * Where a package is installed, asked of the Node process around us, if there is one. Nothing here is imported from `node:`,
 * so browsers and edge workers load this file too and get no answer.
 * @module
 */

/** The parts of Node that are used, reached through `process.getBuiltinModule`. */
interface NodeModule {
  createRequire(from: string): { resolve(name: string): string };
}
interface NodeFs {
  readFileSync(path: string, encoding: 'utf8'): string;
}
interface NodePath {
  join(...parts: string[]): string;
  dirname(path: string): string;
}
interface NodeUrl {
  pathToFileURL(path: string): URL;
}
interface NodeProcess {
  cwd(): string;
  getBuiltinModule?(name: string): unknown;
}

interface Node {
  readonly module: NodeModule;
  readonly fs: NodeFs;
  readonly path: NodePath;
  readonly url: NodeUrl;
  readonly cwd: string;
}

interface Manifest {
  readonly version?: unknown;
  readonly main?: unknown;
  readonly exports?: unknown;
}

/** The version of `library` that an import in the file `from` (a file: URL) would get, or undefined. */
export function installedVersion(library: string, from: string): string | undefined {
  const node = nodeAround();
  const manifest = node && from.startsWith('file:') ? manifestOf(node, library, from) : undefined;
  return typeof manifest?.content.version === 'string' ? manifest.content.version : undefined;
}

/**
 * Imports `library` as a file in the working directory would, or answers undefined when it is not installed there.
 * `accept` sees the version first and returns what runs the import.
 */
export async function importFromProject<T>(library: string, accept: (version: string) => (run: () => Promise<T>) => Promise<T>): Promise<{ readonly module: T } | undefined> {
  const node = nodeAround();
  if (!node) return undefined;
  const from = node.url.pathToFileURL(node.path.join(node.cwd, 'index.js')).href;
  const manifest = manifestOf(node, library, from);
  if (!manifest || typeof manifest.content.version !== 'string') return undefined;
  const start = accept(manifest.content.version);
  const entry = node.url.pathToFileURL(entryOf(node, library, from, manifest)).href;
  return { module: await start(() => import(/* @vite-ignore */ entry) as Promise<T>) };
}

function nodeAround(): Node | undefined {
  const around = (globalThis as { process?: NodeProcess }).process;
  const get = around?.getBuiltinModule;
  if (!around || typeof get !== 'function') return undefined;
  const builtin = (name: string): unknown => get.call(around, name);
  return {
    module: builtin('node:module') as NodeModule, fs: builtin('node:fs') as NodeFs, path: builtin('node:path') as NodePath,
    url: builtin('node:url') as NodeUrl, cwd: around.cwd(),
  };
}

/** The package.json of `library` as seen from a file: URL: in its folder's node_modules or one above. */
function manifestOf(node: Node, library: string, from: string): { readonly path: string; readonly content: Manifest } | undefined {
  let folder = node.path.dirname(decodeURIComponent(new URL(from).pathname).replace(/^\/([A-Za-z]:)/, '$1'));
  for (;;) {
    const path = node.path.join(folder, 'node_modules', ...library.split('/'), 'package.json');
    try {
      return { path, content: JSON.parse(node.fs.readFileSync(path, 'utf8')) as Manifest };
    } catch {
      // Not here, or not readable: Node looks one folder up, and so do we.
    }
    const above = node.path.dirname(folder);
    if (above === folder) return undefined;
    folder = above;
  }
}

/** The file that the package's name stands for. */
function entryOf(node: Node, library: string, from: string, manifest: { readonly path: string; readonly content: Manifest }): string {
  try {
    return node.module.createRequire(from).resolve(library);
  } catch {
    // A package for `import` only: createRequire does not see its entry.
    const target = importTarget(manifest.content.exports) ?? manifest.content.main;
    return node.path.join(node.path.dirname(manifest.path), typeof target === 'string' ? target : 'index.js');
  }
}

/** The target of "." in an `exports` field for the conditions node, import and default. */
function importTarget(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null) return undefined;
  const fields = exports as Readonly<Record<string, unknown>>;
  if ('.' in fields) return importTarget(fields['.']);
  for (const [condition, target] of Object.entries(fields)) {
    if (condition === 'node' || condition === 'import' || condition === 'default') {
      const found = importTarget(target);
      if (found) return found;
    }
  }
  return undefined;
}
