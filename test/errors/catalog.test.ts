import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalog, errorCodes, kinds } from '../../src/errors/catalog.ts';
import { ModelError } from '../../src/errors/model-error.ts';

const root = join(import.meta.dirname, '../..');
const sources = (readdirSync(join(root, 'src'), { recursive: true }) as string[])
  .filter((name) => name.endsWith('.ts') && !name.startsWith('errors/'))
  .map((name) => readFileSync(join(root, 'src', name), 'utf8')).join('\n');
const fieldsOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? '');

describe('the catalog', () => {
  it.each(errorCodes)('%s fills its text and keeps its kind', (code) => {
    const [kindName, text] = catalog[code];
    const data = Object.fromEntries(fieldsOf(text).map((name) => [name, `<${name}>`]));
    const error = new ModelError(code, data as never);
    expect(error.message).toBe(text.replace(/\{(\w+)\}/g, '<$1>'));
    expect(error.status).toBe(kinds[kindName].status);
    expect(error.toJSON()).toMatchObject({ error_code: kinds[kindName].mlflow, code, message: error.message });
    expect(ModelError.isInstance(error)).toBe(true);
    expect(text).toMatch(/[.}]$/);
  });

  it.each(errorCodes)('%s is thrown somewhere', (code) => {
    expect(sources.includes(`'${code}'`), `no source names ${code}: delete the row`).toBe(true);
  });

  it('stands in docs/errors.md, and nothing else does', () => {
    const documented = [...readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^### (\w+)$/gm)].map((m) => m[1]);
    expect([...documented].sort()).toEqual([...errorCodes].sort());
  });
});

describe('ModelError', () => {
  it('cuts long texts and lists, so that no payload passes whole', () => {
    const error = new ModelError('DATA_SHAPE_INVALID', { reason: 'x'.repeat(5000) });
    expect(error.message.length).toBeLessThan(300);
    const many = new ModelError('INPUT_MISSING', { missing: ['a'], extra: Array.from({ length: 100_000 }, (_, i) => `c${i}`) }).toJSON();
    expect([JSON.stringify(many).length < 3000, (many.details as { extra: unknown[] }).extra.at(-1)]).toEqual([true, '… (100000 in all)']);
  });
  it('keeps its cause', () => {
    const cause = new Error('inner');
    expect(new ModelError('DATA_SHAPE_INVALID', { reason: 'r' }, { cause }).cause).toBe(cause);
  });
});
