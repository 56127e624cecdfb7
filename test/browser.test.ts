import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const builtins = new Set(builtinModules);

/** What a bundle of a source file imports at run time, static imports apart from dynamic ones. */
async function bundle(entry: string): Promise<{ fixed: string[]; late: string[]; bytes: number }> {
  const build = await rolldown({ input: join(root, entry), platform: 'browser', external: (id) => id.startsWith('node:') || builtins.has(id) || /^(onnxruntime-node|apache-arrow)/.test(id) });
  const { output } = await build.generate({ format: 'esm', minify: true });
  await build.close();
  const chunks = output.filter((o) => o.type === 'chunk');
  const entryChunks = new Set<string>(), queue = chunks.filter((c) => c.isEntry).map((c) => c.fileName);
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (entryChunks.has(name)) continue;
    entryChunks.add(name);
    queue.push(...(chunks.find((c) => c.fileName === name)?.imports ?? []));
  }
  return {
    fixed: [...entryChunks],
    late: chunks.flatMap((c) => c.dynamicImports),
    bytes: chunks.filter((c) => entryChunks.has(c.fileName)).reduce((sum, c) => sum + c.code.length, 0),
  };
}

describe('in a browser', () => {
  it('the package bundles without any node: module at its start', async () => {
    const { fixed, bytes } = await bundle('src/index.ts');
    expect(fixed.filter((name) => name.startsWith('node:') || builtins.has(name))).toEqual([]);
    expect(fixed.length).toBeGreaterThan(0);
    // What every user of the package pays at its first import, minified (249 KB, 100 of them the YAML parser); raise it with a reason.
    expect(bytes).toBeLessThan(280_000);
  });
  it('the file system is reached late only', async () => {
    const { late } = await bundle('src/index.ts');
    expect(late.length).toBeGreaterThan(0);
  });
});
