import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Handler } from '../tools/replay/_handler.ts';
import { parseLine } from './support/protocol-values.ts';

const folder = join(import.meta.dirname, 'golden/protocol'), handlersFolder = join(import.meta.dirname, '../tools/replay');
const known = new Set(Object.keys(JSON.parse(readFileSync(join(import.meta.dirname, 'known-differences.json'), 'utf8')) as object));
const handlers = await Promise.all(readdirSync(handlersFolder).filter((name) => name.endsWith('.ts') && !name.startsWith('_'))
  .map(async (name) => ((await import(join(handlersFolder, name))) as { handler: Handler }).handler));

/** Every line that the real MLflow's recordings hold is judged, file by file and kind by kind. */
describe.each(readdirSync(folder).filter((name) => name.endsWith('.jsonl')))('%s', (file) => {
  const handler = handlers.find((h) => `${h.file}.jsonl` === file);
  const lines = readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean).map(parseLine);
  const kinds = new Set(lines.map((line) => String(line.get('kind')).split('/')[0]));

  it('has a handler and lines', () => {
    expect(handler, `no handler judges ${file}`).toBeDefined();
    expect(lines.length).toBeGreaterThan(100);
  });
  it.each([...kinds])('%s', async (kind) => {
    const failures: string[] = [];
    for (const line of lines) {
      if (String(line.get('kind')).split('/')[0] !== kind) continue;
      const id = String(line.get('id')), verdict = await (handler as Handler).run(line);
      const meant = known.has(`${handler?.file}/${id}`);
      if (verdict.ok === meant) failures.push(verdict.ok ? `${id}: listed as a known difference, yet it agrees` : `${id}: ${verdict.detail}`);
    }
    expect(failures).toEqual([]);
  });
});
