import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../src/data/json-parse.ts';
import type { Value } from '../src/data/values.ts';
import { loadModel } from '../src/model/load.ts';
import { App } from '../src/serve/app.ts';
import { ModelHost } from '../src/serve/model-host.ts';

const folder = join(import.meta.dirname, 'golden/models');
const known = new Set(Object.keys(JSON.parse(readFileSync(join(import.meta.dirname, 'known-differences.json'), 'utf8')) as object));

interface About {
  readonly protocol: 'mlflow1' | 'mlflow3';
  readonly tolerance: { readonly abs: number; readonly rel: number };
  readonly load_error?: string;
  readonly skip_rows?: Readonly<Record<string, readonly number[]>>;
}
interface Exchange {
  readonly name: string;
  readonly content_type: string;
  readonly body?: string;
  readonly body_base64?: string;
  readonly body_v2?: string;
  readonly content_type_v2?: string;
  readonly status: number;
  readonly response: string;
}

/** The first difference between a recorded and a given answer; an integer is not a float. */
function differs(want: Value, got: Value, tolerance: About['tolerance'], path = '$'): string | undefined {
  if (typeof want === 'number' && typeof got === 'number') {
    if (Object.is(want, got) || want === got) return undefined;
    return Math.abs(want - got) <= tolerance.abs + tolerance.rel * Math.abs(want) ? undefined : `${path}: ${want} ≠ ${got}`;
  }
  if (Array.isArray(want) && Array.isArray(got)) {
    if (want.length !== got.length) return `${path}: ${want.length} items ≠ ${got.length}`;
    for (const [i, item] of want.entries()) {
      const found = differs(item, got[i] ?? null, tolerance, `${path}[${i}]`);
      if (found) return found;
    }
    return undefined;
  }
  if (want instanceof Map && got instanceof Map) {
    if (want.size !== got.size) return `${path}: keys differ`;
    for (const [key, item] of want) {
      const found = got.has(key) ? differs(item, got.get(key) ?? null, tolerance, `${path}.${String(key)}`) : `${path}.${String(key)}: missing`;
      if (found) return found;
    }
    return undefined;
  }
  return want === got ? undefined : `${path}: ${String(want)} ≠ ${String(got)}`;
}

const parsed = (text: string): Value | undefined => {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
};

async function appOf(model: string, scoringProtocol: '1' | '2'): Promise<App> {
  const host = new ModelHost({ scoringProtocol });
  host.add('model', await loadModel(model, { enforcement: 'mlflow' }));
  return new App(host, { timeout: 60, scoringProtocol });
}

/** What MLflow answered, held against what the app answers; undefined when they agree. */
async function judge(app: App, about: About, exchange: Exchange, sameCode: boolean): Promise<string | undefined> {
  const body = exchange.body_base64 === undefined ? new TextEncoder().encode(exchange.body) : Uint8Array.from(Buffer.from(exchange.body_base64, 'base64'));
  const answer = await app.handle({ method: 'POST', url: '/invocations', contentType: exchange.content_type, body });
  const text = typeof answer.body === 'string' ? answer.body : new TextDecoder().decode(answer.body);
  if (exchange.status >= 500) return answer.status >= 400 && answer.status < 500 ? undefined : `status ${answer.status}`;
  if (answer.status !== exchange.status) return `status ${answer.status}, not ${exchange.status}: ${text.slice(0, 200)}`;
  const want = parsed(exchange.response), got = parsed(text);
  if (exchange.status === 200) return want === undefined || got === undefined ? `not JSON: ${text.slice(0, 100)}` : differs(want, got, about.tolerance);
  if (exchange.status === 415 || !sameCode) return undefined;
  const code = (v: Value | undefined): unknown => (v instanceof Map ? v.get('error_code') : undefined);
  return code(want) === code(got) ? undefined : `error_code ${String(code(got))}, not ${String(code(want))}`;
}

describe.each(readdirSync(folder).filter((name) => existsSync(join(folder, name, 'requests.jsonl'))))('%s', (name) => {
  const about = JSON.parse(readFileSync(join(folder, name, 'case.json'), 'utf8')) as About;
  const exchanges = readFileSync(join(folder, name, 'requests.jsonl'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Exchange);
  const former = about.protocol === 'mlflow1', model = join(folder, name, 'model');

  async function replay(protocol: '1' | '2', of: readonly Exchange[]): Promise<string[]> {
    const app = await appOf(model, protocol), failures: string[] = [];
    for (const exchange of of) {
      const found = await judge(app, about, exchange, !former);
      if (found !== undefined && !known.has(`${name}/${exchange.name}`)) failures.push(`${exchange.name}: ${found}`);
    }
    return failures;
  }
  const loads = about.load_error === undefined;

  if (!loads) {
    it('is refused with a coded error', async () => {
      await expect(loadModel(model)).rejects.toMatchObject({ name: 'ModelError' });
    });
    return;
  }
  it('answers as recorded', async () => {
    const today = exchanges.filter((e) => !former || e.body_v2 !== undefined).map((e) => (former ? { ...e, body: e.body_v2 as string, content_type: e.content_type_v2 ?? 'application/json', response: e.status === 200 ? `{"predictions": ${e.response}}` : e.response } : e));
    expect(await replay('2', today)).toEqual([]);
  });
  if (!former) return;
  it('answers the 1.x protocol as recorded', async () => {
    expect(await replay('1', exchanges)).toEqual([]);
  });
});
