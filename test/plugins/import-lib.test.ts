import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { importLib } from '../../src/plugins/import-lib.ts';

const project = mkdtempSync(join(tmpdir(), 'mlmodel-'));
const missing = (name: string): Promise<never> => Promise.reject(Object.assign(new Error(`Cannot find package '${name}' imported from here`), { code: 'ERR_MODULE_NOT_FOUND' }));

function install(name: string, manifest: object, files: Readonly<Record<string, string>>): void {
  const folder = join(project, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, ...manifest }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
}

beforeAll(() => {
  install('acme-cjs', { version: '1.2.0', main: './main.cjs' }, { 'main.cjs': 'module.exports = { here: "project" };' });
  install('acme-esm', { version: '2.0.0', type: 'module', exports: { '.': { import: './entry.js' } } }, { 'entry.js': 'export const here = "esm";' });
  install('acme-broken', { version: '1.0.0', main: './main.cjs' }, { 'main.cjs': 'throw new Error("no such chip\\nsecond line");' });
});
afterAll(() => rmSync(project, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

describe('importLib', () => {
  it('imports what our package has, once', async () => {
    let loads = 0;
    const load = (): Promise<typeof import('fflate')> => (loads++, import('fflate'));
    const [a, b] = await Promise.all([importLib('A test', 'fflate', '^0.8.0', load), importLib('A test', 'fflate', '^0.8.0', load)]);
    expect(a).toBe(b);
    expect(loads).toBe(1);
  });

  it('names the install command when the library is missing, and looks again later', async () => {
    const run = (): Promise<unknown> => importLib('The acme flavor', 'acme-nowhere', '^1.0.0', () => missing('acme-nowhere'));
    const wanted = { code: 'LIBRARY_MISSING', message: 'The acme flavor needs the package acme-nowhere, which is not installed. Run: npm install acme-nowhere@^1.0.0' };
    await expect(run()).rejects.toMatchObject(wanted);
    await expect(run()).rejects.toMatchObject(wanted);
    await expect(importLib('x', 'acme-nowhere', '^1.0.0', async () => 'installed')).resolves.toBe('installed');
  });

  it('refuses another version', async () => {
    await expect(importLib('A test', 'fflate', '^9.0.0', () => import('fflate'))).rejects.toMatchObject({ code: 'LIBRARY_VERSION' });
  });

  it('finds what the project in the working directory has', async () => {
    vi.spyOn(process, 'cwd').mockReturnValue(project);
    expect((await importLib<{ default: { here: string } }>('A test', 'acme-cjs', '^1.0.0', () => missing('acme-cjs'))).default.here).toBe('project');
    expect((await importLib<{ here: string }>('A test', 'acme-esm', '^2.0.0', () => missing('acme-esm'))).here).toBe('esm');
    await expect(importLib('A test', 'acme-esm', '^1.0.0', () => missing('acme-esm'))).rejects.toMatchObject({ code: 'LIBRARY_VERSION' });
  });

  it('tells a library that does not start from a missing one', async () => {
    vi.spyOn(process, 'cwd').mockReturnValue(project);
    await expect(importLib('A test', 'acme-broken', '^1.0.0', () => missing('acme-broken'))).rejects.toMatchObject({ code: 'LIBRARY_BROKEN', data: { reason: 'no such chip' } });
    await expect(importLib('A test', 'acme-half', '^1.0.0', () => missing('its-own-dependency'))).rejects.toMatchObject({ code: 'LIBRARY_BROKEN' });
  });

  it('works where there is no Node around', async () => {
    vi.stubGlobal('process', undefined);
    try {
      await expect(importLib('A test', 'acme-browser', '^1.0.0', async () => 'bundled')).resolves.toBe('bundled');
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
