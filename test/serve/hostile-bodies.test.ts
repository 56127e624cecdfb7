import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../../src/index.ts';
import { App } from '../../src/serve/app.ts';
import { ModelHost } from '../../src/serve/model-host.ts';

const FOLDER = 'examples/wine-quality';
const example = readFileSync(`${FOLDER}/serving_input_example.json`);
const frame = (JSON.parse(String(example)) as { dataframe_split: { columns: string[]; data: number[][] } }).dataframe_split;
const csv = Buffer.from(`${frame.columns.join(',')}\n${frame.data.map((row) => row.join(',')).join('\n')}\n`);
const TYPES = ['application/json', 'text/csv', 'application/vnd.apache.parquet', 'application/json; format=pandas-split'];
const names = frame.columns, numbers = names.map(() => '1').join(',');
const split = (columns: string, data: string): string => `{"dataframe_split": {"columns": ${columns}, "data": ${data}}}`;

describe.each([['safe', '2'], ['mlflow', '2'], ['strict', 'auto'], ['mlflow', '1']] as const)('bodies against enforcement %s, protocol %s', (enforcement, scoringProtocol) => {
  let app: App, host: ModelHost;
  const reports: unknown[] = [];
  beforeAll(async () => {
    host = new ModelHost({ scoringProtocol });
    host.add('model', await loadModel(FOLDER, { enforcement }));
    app = new App(host, { timeout: 60, scoringProtocol, report: (error) => reports.push(error) });
  });
  afterAll(() => host.close());

  /** Sends, and judges what every answer has in common. */
  async function send(body: Uint8Array | string, contentType: string | undefined): Promise<number> {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    const { body: answer, headers, status } = await app.handle({ method: 'POST', url: '/invocations', contentType, body: bytes });
    expect(reports.map((error) => (error instanceof Error ? error.stack : error))).toEqual([]);
    expect(status).toBeLessThan(500);
    if (status !== 415) {
      expect(headers['content-type']).toBe('application/json');
      const text = String(answer);
      if (status >= 400) expect(JSON.parse(text)).toMatchObject({ error_code: expect.any(String), message: expect.any(String), code: expect.any(String) });
      else expect(text).toMatch(/^[\x20-\x7e]*$/);
    }
    return status;
  }

  it.each([
    ['nothing', ''], ['deep lists', '['.repeat(100_000)], ['deep objects', '{"a":'.repeat(100_000)], ['deep data', `{"inputs": ${'['.repeat(5000)}${']'.repeat(5000)}}`],
    ['a number for a frame', split('1', '1')], ['columns that are no names', split('[[1], {}, null]', '[[1, 2, 3]]')], ['__proto__ for a frame', '{"__proto__": {"dataframe_split": 1}}'],
    ['half a surrogate', split('["\\ud800"]', '[["\\udfff"]]')], ['a body that is a BOM', '\ufeff'], ['a huge exponent', '{"inputs": 1e999999999}'], ['endless digits', `{"inputs": ${'9'.repeat(100_000)}}`],
    ['rows of other lengths', split(JSON.stringify(names), '[[1], [1, 2]]')], ['params that are a list', `{"inputs": [], "params": [1]}`], ['a key of NULs', '{"\\u0000": 1}'],
  ])('answers 4xx to %s', async (_, body) => {
    expect(await send(body, 'application/json')).toBeGreaterThanOrEqual(400);
  });

  it('takes no key for more than a name', async () => {
    if (scoringProtocol === '1') return;
    const columns = JSON.stringify([...names, '__proto__', 'constructor', 'toString']);
    const status = await send(split(columns, `[[${numbers}, 1, 2, 3]]`), 'application/json');
    expect(status).toBe(enforcement === 'strict' ? 400 : 200);
    expect(({} as Record<string, unknown>)['dataframe_split']).toBeUndefined();
  });

  it('lets the last of equal keys win only where MLflow decides', async () => {
    if (scoringProtocol === '1') return;
    expect(await send(`{"dataframe_split": 1, ${split(JSON.stringify(names), `[[${numbers}]]`).slice(1)}`, 'application/json')).toBe(enforcement === 'mlflow' ? 200 : 400);
  });

  it('survives bodies that are damaged anywhere', async () => {
    const damage = fc.record({ source: fc.constantFrom(example, csv), at: fc.nat(2000), put: fc.uint8Array({ maxLength: 6 }), cut: fc.nat(12), type: fc.constantFrom(...TYPES) });
    await fc.assert(fc.asyncProperty(damage, async ({ at, cut, put, source, type }) => {
      const place = at % source.length;
      await send(new Uint8Array([...source.subarray(0, place), ...put, ...source.subarray(place + cut)]), type);
    }), { numRuns: 400 });
  });

  it('survives any bytes of any type', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array(), fc.oneof(fc.constantFrom(...TYPES), fc.string(), fc.constant(undefined)), async (body, type) => {
      await send(body, type);
    }), { numRuns: 300 });
  });

  it('survives any JSON in every field', async () => {
    const field = fc.constantFrom('dataframe_split', 'dataframe_records', 'instances', 'inputs', 'messages');
    await fc.assert(fc.asyncProperty(field, fc.jsonValue(), fc.jsonValue(), async (name, value, params) => {
      await send(JSON.stringify({ [name]: value, params }), 'application/json');
    }), { numRuns: 300 });
  });
});
