import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { handler as http } from '../tools/replay/http.ts';
import { handler as httpV1 } from '../tools/replay/http-v1.ts';
import { parseLine } from './support/protocol-values.ts';

describe.each([http, httpV1])('$file', (handler) => {
  const lines = readFileSync(join(import.meta.dirname, `golden/drawn/${handler.file}.jsonl`), 'utf8').split('\n').filter(Boolean).map(parseLine);

  it.each([...new Set(lines.map((line) => String(line.get('kind'))))])('answers %s as MLflow did', async (kind) => {
    const failures: string[] = [];
    for (const line of lines) {
      if (line.get('kind') !== kind) continue;
      const verdict = await handler.run(line);
      if (!verdict.ok) failures.push(`${String(line.get('id'))}: ${verdict.detail}`);
    }
    expect(failures).toEqual([]);
  });
});
