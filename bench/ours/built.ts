/** The built package, as users run it; types come from its source. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Modules {
  index: typeof import('../../src/index.ts');
  'wire/decode': typeof import('../../src/wire/decode.ts');
}

/** Imports a module of dist/. */
export async function built<K extends keyof Modules>(name: K): Promise<Modules[K]> {
  return (await import(pathToFileURL(join(import.meta.dirname, '../../dist', `${name}.js`)).href)) as Modules[K];
}
