import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Flavor } from '../../src/flavors/_contract.ts';
import { byPriority, flavorRegistry, registerFlavor } from '../../src/flavors/_flavors.ts';

it('lists each flavor under its own name', async () => {
  for (const name of flavorRegistry.names()) expect((await flavorRegistry.get(name))?.name).toBe(name);
});

it('tries general formats after a library\'s own', async () => {
  const flavors = await Promise.all(flavorRegistry.names().map((name) => flavorRegistry.get(name)));
  expect(byPriority(flavors as Flavor[]).at(-1)?.name).toBe('onnx');
});

it('takes flavors of third parties', async () => {
  const mine: Flavor = { name: 'mine', loaders: [], inspect: async () => ({ native: true, unsupported: [] }), load: async () => { throw new Error('not loaded here'); } };
  const undo = registerFlavor(mine);
  expect(await flavorRegistry.get('mine')).toBe(mine);
  undo();
  expect(flavorRegistry.has('mine')).toBe(false);
});

it('is generated from the files', () => {
  const tool = join(import.meta.dirname, '../../tools/gen-flavors.ts');
  expect(execFileSync(process.execPath, [tool, '--check'], { encoding: 'utf8' })).toContain('up to date');
});
