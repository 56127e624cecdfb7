import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judgeParse } from '../../tools/replay/parse.ts';
import { parseLine } from '../support/protocol-values.ts';

const FILES = { 'protocol/parse': 1657, 'wire/json': 700, 'wire/csv': 400, 'wire/parquet': 90 };

describe('request bodies as MLflow read them', () => {
  for (const [name, lines] of Object.entries(FILES)) {
    it(`${name}.jsonl`, async () => {
      const texts = readFileSync(new URL(`../golden/${name}.jsonl`, import.meta.url), 'utf8').split('\n').filter((text) => text !== '');
      expect(texts).toHaveLength(lines);
      const failures: string[] = [];
      for (const text of texts) {
        const line = parseLine(text), verdict = await judgeParse(line);
        if (!verdict.ok) failures.push(`${String(line.get('id'))} ${String(line.get('kind'))}: ${verdict.detail.slice(0, 300)}`);
      }
      expect(failures).toEqual([]);
    }, 60_000);
  }
});
