import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { handler } from '../../tools/replay/http-v1.ts';
import { appFor, judge, requestOf } from '../../tools/replay/http.ts';
import type { Line } from '../../tools/replay/_handler.ts';
import { parseLine } from '../support/protocol-values.ts';

const lines = readFileSync(new URL('../golden/wire/v1.jsonl', import.meta.url), 'utf8').split('\n').filter((text) => text !== '').map(parseLine);
const document = lines.filter((line) => String(line.get('id')).startsWith('doc-'));

/** Models of 1.x took no params: their echo tells only what it received. */
const echo = (signature: unknown): Line => new Map([['model', new Map([['kind', 'echo_without_params'], ['signature', signature]])]]) as Line;

async function ask(options: Readonly<Record<string, unknown>>, contentType: string, body: string): Promise<{ status: number; text: string }> {
  const { app } = appFor(echo(null), options);
  const answer = await app.handle({ method: 'POST', url: '/invocations', host: 'localhost', contentType, body: new TextEncoder().encode(body) });
  return { status: answer.status, text: typeof answer.body === 'string' ? answer.body : new TextDecoder().decode(answer.body) };
}

describe('scoring protocol 1', () => {
  it('answers as MLflow 1.30 did', async () => {
    expect(lines).toHaveLength(347);
    const failures: string[] = [];
    for (const line of lines) {
      const verdict = await handler.run(line);
      if (verdict && !verdict.ok) failures.push(`${String(line.get('id'))} ${String(line.get('kind'))}: ${verdict.detail.slice(0, 300)}`);
    }
    expect(failures).toEqual([]);
  }, 60_000);

  describe.each(['mlflow', 'safe'])('the requests of the documentation in mode %s', (enforcement) => {
    it.each(document.map((line) => [String(line.get('kind')), line] as const))('%s', async (kind, line) => {
      const asked: Line = new Map([...line, ...echo((line.get('model') as Line).get('signature') ?? null)]);
      const { app, reports } = appFor(asked, { enforcement, scoringProtocol: '1' });
      const answer = await app.handle(requestOf(asked));
      // Casts by value number the rows anew.
      if (enforcement === 'safe' && kind === 'document/split-index/long') expect(String(answer.body)).toBe(bodyOf('document/split/long'));
      else expect(judge(asked, answer, reports)).toEqual({ ok: true });
    });
  });

  it('reads the unnamed column that to_csv() writes for its index without harm', () => {
    expect(bodyOf('document/csv-index/long')).toBe(bodyOf('document/csv/long'));
  });
});

function bodyOf(kind: string): string {
  const line = document.find((each) => each.get('kind') === kind) as Line;
  return String((line.get('expect') as Line).get('body'));
}

const BARE = [
  ['application/json', '[{"a": 1, "b": 2}]'],
  ['application/json', '{"columns": ["a", "b"], "data": [[1, 2]]}'],
  ['application/json', '{"index": [7], "columns": ["a", "b"], "data": [[1, 2]]}'],
  ['application/json; format=pandas-records', '[{"a": 1, "b": 2}]'],
  ['application/json; format=pandas-split', '{"columns": ["a", "b"], "data": [[1, 2]]}'],
] as const;
const TODAY = [
  ['application/json', '{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2]]}}'],
  ['application/json', '{"dataframe_records": [{"a": 1, "b": 2}]}'],
  ['application/json', '{"inputs": [1, 2]}'],
  ['application/json', '{"instances": [1, 2]}'],
  ['text/csv', 'a,b\n1,2\n'],
] as const;

describe('scoring protocol auto', () => {
  it.each(BARE)('answers %s %s bare', async (contentType, body) => {
    const { status, text } = await ask({ scoringProtocol: 'auto' }, contentType, body);
    expect([status, text.startsWith('{"received": ')]).toEqual([200, true]);
  });

  it.each(TODAY)('answers %s %s in predictions', async (contentType, body) => {
    const { status, text } = await ask({ scoringProtocol: 'auto' }, contentType, body);
    expect([status, text.startsWith('{"predictions": {"received": ')]).toEqual([200, true]);
  });
});

describe('scoring protocol 2', () => {
  it.each(BARE)('refuses %s %s and names the option', async (contentType, body) => {
    for (const enforcement of ['mlflow', 'safe']) {
      const { status, text } = await ask({ enforcement }, contentType, body);
      expect(status).toBe(contentType === 'application/json' ? 400 : 415);
      // In the text that people read, not only in the details.
      expect(status === 415 ? text : (JSON.parse(text) as { message: string }).message).toContain('--scoring-protocol 1');
    }
  });
});
