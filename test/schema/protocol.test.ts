import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Handler } from '../../tools/replay/_handler.ts';
import { handler as enforce } from '../../tools/replay/enforce.ts';
import { handler as inferSignature } from '../../tools/replay/infer-signature.ts';
import { handler as schemaJson } from '../../tools/replay/schema-json.ts';
import { parseLine } from '../support/protocol-values.ts';

const known = JSON.parse(readFileSync(new URL('../known-differences.json', import.meta.url), 'utf8')) as Record<string, string>;

async function disagreements(handler: Handler): Promise<{ lines: number; failed: string[] }> {
  const failed: string[] = [];
  let lines = 0;
  for (const text of readFileSync(new URL(`../golden/protocol/${handler.file}.jsonl`, import.meta.url), 'utf8').split('\n')) {
    if (text === '') continue;
    const line = parseLine(text), verdict = await handler.run(line), id = `${handler.file}/${String(line.get('id'))}`;
    lines++;
    if (verdict.ok === (id in known)) failed.push(`${id} ${String(line.get('kind'))}: ${verdict.ok ? 'agrees, but is listed as known' : verdict.detail}`);
  }
  return { lines, failed };
}

describe('what the real MLflow did', () => {
  for (const [handler, least] of [[inferSignature, 369], [schemaJson, 430], [enforce, 2409]] as const) {
    it(`${handler.file}: every recorded line`, async () => {
      const { lines, failed } = await disagreements(handler);
      expect(failed).toEqual([]);
      expect(lines).toBeGreaterThanOrEqual(least);
    });
  }
});
