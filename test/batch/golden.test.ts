/** Every golden model that answers row by row: each of its outputs in parts is what it is at once. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadModel } from '../../src/model/load.ts';
import { atOnce, inParts, outcome } from './support.ts';

const folder = join(import.meta.dirname, '../golden/models');
const bodies = (name: string): string[] => {
  const file = join(folder, name, 'requests.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { content_type: string; body?: string; status: number });
  return lines.filter(({ body, content_type: type, status }) => type === 'text/csv' && body !== undefined && status === 200).map(({ body }) => body as string);
};
const cases = readdirSync(folder).map((name) => ({ name, csv: bodies(name) })).filter(({ csv }) => csv.length > 0);
let parts = 0;

it.each(cases)('$name', async ({ name, csv }) => {
  for (const enforcement of ['safe', 'mlflow'] as const) {
    const model = await loadModel(join(folder, name, 'model'), { enforcement });
    try {
      for (const body of csv) {
        for (const output of [undefined, ...model.outputs]) {
          const given = await outcome(inParts(model, body, { output, chunkCells: 20, windowBytes: 100 }));
          if (given === undefined) continue;
          expect(given).toBe(await outcome(atOnce(model, body, output)));
          parts++;
        }
      }
    } finally {
      await model.close();
    }
  }
});

it('are many', () => {
  expect(parts).toBeGreaterThan(100);
});
