/**
 * Judges http.jsonl: whole exchanges with the scoring server, over a JavaScript echo model behind the real app.
 * @module
 */
import { parseJson } from '../../src/data/json-parse.ts';
import { writeJson } from '../../src/data/json-write.ts';
import type { Value } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import type { Predictor, PredictOptions } from '../../src/flavors/_contract.ts';
import { Model } from '../../src/mlmodel/model.ts';
import { enforcerOf, LoadedModel } from '../../src/model/loaded-model.ts';
import { App } from '../../src/serve/app.ts';
import type { AppResponse } from '../../src/serve/http.ts';
import { ModelHost } from '../../src/serve/model-host.ts';
import { readServeOptions } from '../../src/serve/options.ts';
import { decodeValue, encodeValue } from '../../test/support/protocol-values.ts';
import { fail, field, type Handler, type Line, pass, type Verdict } from './_handler.ts';

export const handler: Handler = {
  file: 'http',
  async run(line) {
    const { app, reports } = appFor(line, { enforcement: 'mlflow' });
    return judge(line, await app.handle(requestOf(line)), reports);
  },
};

/** The app of a line: its model behind the routes, its environment in the options. */
export function appFor(line: Line, given: Readonly<Record<string, unknown>>): { app: App; reports: unknown[] } {
  const env = Object.fromEntries(((line.get('env') ?? new Map()) as Map<string, string>).entries());
  const options = readServeOptions(given, env), reports: unknown[] = [];
  const model = line.get('model') as Line, metadata = metadataOf(model);
  const host = new ModelHost(options);
  host.add('model', new LoadedModel({
    metadata, flavor: 'test', predictor: predictorOf(model), enforcement: options.enforcement,
    enforcer: enforcerOf(metadata, options.enforcement),
  }));
  return { app: new App(host, { ...options, report: (error) => reports.push(error) }), reports };
}

/** The MLmodel that would hold the line's signature; JSON is YAML. */
function metadataOf(model: Line): Model {
  const signature = model.get('signature');
  const texts = signature instanceof Map ? new Map([...signature].map(([key, list]) => [key, list === null ? null : writeJson(list as string)])) : null;
  const hint = model.get('is_signature_from_type_hint') === true;
  return Model.parse(writeJson(new Map<string, unknown>([['flavors', new Map()], ['signature', texts], ['is_signature_from_type_hint', hint]])), { enforcement: 'mlflow' });
}

/** The recorded model in JavaScript. */
export function predictorOf(model: Line): Predictor {
  const accepts = { table: true, tensors: true, params: model.get('kind') !== 'echo_without_params' };
  return { accepts, outputs: ['predict'], predict: (input, options) => answer(model, input, options) };
}

function answer(model: Line, input: Value, options: PredictOptions): Value | Promise<Value> {
  switch (model.get('kind')) {
    case 'returns': return decodeValue(model.get('value') ?? null);
    case 'raises': throw raised(model);
    case 'sleeps': return new Promise((resolve) => {
      setTimeout(() => resolve(null), 1000 * Number(model.get('seconds'))).unref();
    });
    default: {
      const received = new Map<Value, Value>([['received', encodeInput(model, input)]]);
      if (model.get('kind') === 'echo_without_params') return received;
      return received.set('params', options.params === undefined ? null : encodeValue(new Map(options.params)));
    }
  }
}

/** The input as the recorded echo wrote it: objects of a pydantic class in the order of its fields, defaults filled in. */
function encodeInput(model: Line, input: Value): Value {
  const fields = model.get('Item');
  if (!(fields instanceof Map) || !Array.isArray(input)) return encodeValue(input);
  return input.map((item) => new Map([['$model', new Map([...fields.keys()].map((name) => [name, encodeValue((item as Map<Value, Value>).get(name) ?? null)]))]]));
}

/** What a model's own code raised, as a worker would hand it on. */
function raised(model: Line): ModelError {
  const code = model.get('exception') === 'MlflowException' ? (model.get('error_code') ?? 'INTERNAL_ERROR') : undefined;
  return new ModelError('MODEL_RAISED', { reason: 'its own code raised an exception', error_code: code });
}

/** The recorded request. */
export function requestOf(line: Line): { method: string; url: string; contentType: string | undefined; host: string; body: Uint8Array } {
  const request = line.get('request') as Line, body = decodeValue(request.get('body') ?? '');
  return {
    method: String(request.get('method')), url: String(request.get('path')), host: 'testserver',
    contentType: field(request, 'headers', 'content-type') as string | undefined,
    body: typeof body === 'string' ? new TextEncoder().encode(body) : (body as Uint8Array),
  };
}

/** Holds an answer against the recorded one. */
export function judge(line: Line, answer: AppResponse, reports: readonly unknown[]): Verdict {
  const expect = line.get('expect') as Line, status = Number(expect.get('status'));
  const body = typeof answer.body === 'string' ? answer.body : new TextDecoder().decode(answer.body);
  const told = (): Verdict => fail(`got ${answer.status} ${body.slice(0, 300)}${reports.map((error) => ` [${error instanceof Error ? error.stack : String(error)}]`).join('')}, expected ${status} ${String(expect.get('body') ?? '').slice(0, 300)}`);
  // A plain 500 of theirs: bad input is a 4xx here; an answer that cannot be written stays the model's fault.
  if (status === 500 && expect.get('body') === 'Internal Server Error') {
    return (field(line, 'model', 'kind') === 'returns' ? answer.status === 500 : answer.status >= 400 && answer.status < 500) ? pass : told();
  }
  // The recorded 500 for a date that is none: the input's fault.
  if (status === 500 && field(line, 'model', 'kind') === 'echo_type_hint') return answer.status === 400 ? pass : told();
  if (answer.status !== status) return told();
  const code = errorCodeOf(expect);
  if (code !== undefined) return judgeError(code, body, told);
  const wrong = wrongHeader(line, expect, answer, body);
  if (wrong !== undefined) return fail(wrong);
  if (status === 415 || expect.get('body_omitted') === true || field(line, 'request', 'method') === 'HEAD') return pass;
  return body === String(expect.get('body')) ? pass : told();
}

/** The error code of a recorded error body; undefined for every other answer. */
function errorCodeOf(expect: Line): string | undefined {
  if (Number(expect.get('status')) < 400) return undefined;
  const body = expect.get('body_json') ?? parseJsonOr(String(expect.get('body')));
  return body instanceof Map ? (body.get('error_code') as string | undefined) : undefined;
}

function parseJsonOr(text: string): Value {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

function judgeError(code: string, body: string, told: () => Verdict): Verdict {
  const given = parseJsonOr(body);
  return given instanceof Map && given.get('error_code') === code && typeof given.get('message') === 'string' && given.get('message') !== '' ? pass : told();
}

/** Content-Length is judged where the body is. */
function wrongHeader(line: Line, expect: Line, answer: AppResponse, body: string): string | undefined {
  const headers: Record<string, string> = { ...answer.headers, 'content-length': String(body.length) };
  for (const [name, value] of (expect.get('headers') as Map<string, string>).entries()) {
    const free = name === 'content-length' && (answer.status === 415 || expect.get('body_omitted') === true);
    if (!free && headers[name] !== value) return `header ${name}: got ${headers[name]}, expected ${value} (${String(field(line, 'request', 'path'))})`;
  }
  return undefined;
}
