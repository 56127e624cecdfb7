import { describe, expect, it } from 'vitest';
import { column } from '../../src/data/column.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import type { Value } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import type { PredictOptions } from '../../src/flavors/_contract.ts';
import { Model } from '../../src/mlmodel/model.ts';
import { enforcerOf, LoadedModel } from '../../src/model/loaded-model.ts';
import { ColSpec } from '../../src/schema/col-spec.ts';
import { Schema } from '../../src/schema/schema.ts';
import { ModelSignature } from '../../src/schema/signature.ts';
import { App } from '../../src/serve/app.ts';
import type { AppResponse } from '../../src/serve/http.ts';
import { ModelHost } from '../../src/serve/model-host.ts';

type Predict = (input: Value, options: PredictOptions) => Value | Promise<Value>;

const signature = new ModelSignature({ inputs: new Schema([new ColSpec('double', 'x'), new ColSpec('double', 'y')]) });
const reports: unknown[] = [];

function appOf(predict: Predict, options: { timeout?: number; signature?: ModelSignature; scoringProtocol?: '1' | '2' | 'auto' } = {}): App {
  const { scoringProtocol = '2', timeout = 60 } = options;
  const metadata = new Model({ flavors: {}, signature: 'signature' in options ? options.signature : signature });
  const predictor = { accepts: { table: true, tensors: true, params: true }, outputs: ['predict', 'margin'], predict };
  const host = new ModelHost({ scoringProtocol });
  host.add('model', new LoadedModel({ metadata, flavor: 'test', predictor, enforcement: 'safe', enforcer: enforcerOf(metadata, 'safe') }));
  return new App(host, { timeout, scoringProtocol, report: (error) => reports.push(error) });
}

function post(app: App, body: string, url: string = '/invocations', contentType: string = 'application/json'): AppResponse | Promise<AppResponse> {
  return app.handle({ method: 'POST', url, contentType, body: new TextEncoder().encode(body) });
}

const sum: Predict = (input) => {
  const [x, y] = (input as Table).columns;
  return new Tensor('float64', [(input as Table).length], Float64Array.from({ length: (input as Table).length }, (_, i) => Number(x?.values[i]) + Number(y?.values[i])));
};
const BODY = '{"dataframe_split": {"columns": ["y", "x"], "data": [[1, 2.5], [3, 4]]}}';

describe('POST /invocations', () => {
  it('answers at once where decoder and model do', () => {
    expect(post(appOf(sum), BODY)).toEqual({ status: 200, headers: { 'content-type': 'application/json' }, body: '{"predictions": [3.5, 7.0]}' });
  });

  it('waits where the model makes it wait', async () => {
    expect(await post(appOf(async (input, options) => sum(input, options)), BODY)).toMatchObject({ status: 200, body: '{"predictions": [3.5, 7.0]}' });
  });

  it('gives another output in its own form, and lists them for a wrong name', async () => {
    const app = appOf((_, { output }) => (output === 'margin' ? new Tensor('float32', [1, 2], new Float32Array([0.5, -1])) : 0n));
    expect(await post(app, BODY, '/invocations?output=margin')).toMatchObject({ status: 200, body: '{"predictions": [[0.5, -1.0]]}' });
    const refused = await post(app, BODY, '/invocations?output=nothing');
    expect(refused.status).toBe(400);
    expect(JSON.parse(String(refused.body))).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE', code: 'OUTPUT_UNKNOWN', details: { outputs: ['predict', 'margin'] } });
  });

  it('ignores other queries, as MLflow does', async () => {
    expect(await post(appOf(sum), BODY, '/invocations?x=1')).toMatchObject({ status: 200 });
  });

  it('writes a table as records', async () => {
    const app = appOf(() => new Table(['a'], [column('int64', new Float64Array([1, 2]))]));
    expect(await post(app, BODY)).toMatchObject({ body: '{"predictions": [{"a": 1}, {"a": 2}]}' });
  });

  it.each(['{', '[]', '{"a": 1}', '{"dataframe_split": {"columns": ["x"], "data": [["secret"]]}}', '{"dataframe_split": {"columns": ["x", "y"], "data": [["secret", 1]]}}', `${'['.repeat(600)}secret`, '{"inputs": {"x": ["secret"], "y": [1]}}'])('answers 400 without repeating the payload: %s', async (body) => {
    const answer = await post(appOf(sum), body);
    expect(answer.status).toBe(400);
    expect(Object.keys(JSON.parse(String(answer.body)) as object)).toEqual(expect.arrayContaining(['error_code', 'message', 'code']));
    expect(String(answer.body)).not.toContain('secret');
  });

  it('answers 415 as plain text', async () => {
    expect(await post(appOf(sum), BODY, '/invocations', 'text/plain')).toMatchObject({ status: 415, headers: { 'content-type': 'text/plain; charset=utf-8' } });
  });

  it('writes counts in errors as integers', async () => {
    const app = appOf(() => {
      throw new ModelError('FILE_LIMIT_EXCEEDED', { file: 'f', what: 'w', value: 3, limit: 2 });
    });
    expect(String((await post(app, BODY)).body)).toContain('"value": 3, "limit": 2');
  });

  it('keeps the code and status a model\'s own code names', async () => {
    const raising = (code: string | undefined): App => appOf(() => {
      throw new ModelError('MODEL_RAISED', { reason: 'r', error_code: code });
    });
    for (const [code, status] of [['RESOURCE_EXHAUSTED', 429], ['NOT_IMPLEMENTED', 501], ['IO_ERROR', 500], ['CANCELLED', 499]] as const) {
      const answer = await post(raising(code), BODY);
      expect([answer.status, (JSON.parse(String(answer.body)) as { error_code: string }).error_code]).toEqual([status, code]);
    }
    expect((await post(raising(undefined), BODY)).status).toBe(400);
  });

  it('answers 500 for what is ours, and reports it', async () => {
    for (const predict of [(): never => { throw new TypeError('secret'); }, async (): Promise<never> => Promise.reject(new TypeError('secret'))]) {
      const answer = await post(appOf(predict), BODY);
      expect(answer.status).toBe(500);
      expect(JSON.parse(String(answer.body))).toMatchObject({ error_code: 'INTERNAL_ERROR', code: 'INTERNAL' });
      expect(String(answer.body)).not.toContain('secret');
      expect(String(reports.at(-1))).toContain('secret');
    }
  });

  it('ends what takes too long as MLflow does, and calls it off', async () => {
    let aborted = false;
    const app = appOf((_, { signal }) => new Promise(() => signal?.addEventListener('abort', () => { aborted = true; })), { timeout: 0.05 });
    expect(await post(app, BODY)).toEqual({ status: 504, headers: { 'content-type': 'application/json' }, body: 'Request processing time exceeded limit' });
    expect(aborted).toBe(true);
  });

  it('judges an answer that came at once by the same limit', () => {
    const busy: Predict = (input, options) => {
      for (const end = performance.now() + 30; performance.now() < end;);
      return sum(input, options);
    };
    expect(post(appOf(busy, { timeout: 0.01 }), BODY)).toMatchObject({ status: 504 });
    expect(post(appOf(busy, { timeout: 0 }), BODY)).toMatchObject({ status: 200 });
  });
});

describe('other routes', () => {
  const get = (url: string, app: App = appOf(sum)): AppResponse => app.handle({ method: 'GET', url, contentType: undefined, body: new Uint8Array(0) }) as AppResponse;

  it('answers ping, health and version', () => {
    for (const path of ['/ping', '/health', '/ping?x=1']) expect(get(path)).toEqual({ status: 200, headers: { 'content-type': 'application/json' }, body: '\n' });
    expect(get('/version').body).toBe('3.17.2');
    expect(get('/version', appOf(sum, { scoringProtocol: '1' })).body).toBe('1.30.1');
  });

  it('is not healthy without a model', () => {
    const app = new App(new ModelHost({ scoringProtocol: '2' }), { timeout: 1, scoringProtocol: '2' });
    expect(get('/ping', app).status).toBe(404);
    expect(post(app, BODY)).toMatchObject({ status: 404 });
  });

  it('describes itself', () => {
    expect(JSON.parse(String(get('/openapi.json').body))).toMatchObject({ openapi: '3.1.0', paths: { '/invocations': { post: {} } } });
    for (const path of ['/docs', '/redoc']) expect(new TextDecoder().decode(get(path).body as Uint8Array)).toContain('<code>margin</code>');
    expect(get('/docs', appOf(sum, { scoringProtocol: '1' })).status).toBe(404);
  });
});
