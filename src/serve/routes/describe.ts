/**
 * GET /openapi.json, /docs and /redoc: what this server answers, for tools and for people.
 * @module
 */
import { html, json, type Route } from '../http.ts';
import type { ModelHost } from '../model-host.ts';

interface Operation {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly summary: string;
}

const OPERATIONS: readonly Operation[] = [
  { method: 'get', path: '/ping', summary: 'Is the server up?' },
  { method: 'get', path: '/health', summary: 'Is the model loaded?' },
  { method: 'get', path: '/version', summary: 'The MLflow version this server answers as.' },
  { method: 'post', path: '/invocations', summary: 'Score rows: dataframe_split, dataframe_records, inputs or instances as JSON; CSV; Parquet.' },
];

/** Paths and routes. */
export function describeRoutes(host: ModelHost): readonly (readonly [string, Route])[] {
  const page: Route = { readsBody: false, handle: () => html(200, docsPage(host)) };
  const openapi: Route = { readsBody: false, handle: () => json(200, ascii(JSON.stringify(openApi(host)))) };
  return [['/openapi.json', openapi], ['/docs', page], ['/redoc', page]];
}

function openApi(host: ModelHost): object {
  const paths: Record<string, object> = {};
  for (const { method, path, summary } of OPERATIONS) {
    const requestBody = { required: true, content: { 'application/json': {}, 'text/csv': {}, 'application/vnd.apache.parquet': {} } };
    const parameters = [{ name: 'output', in: 'query', required: false, schema: { type: 'string', enum: host.get()?.outputs ?? [] } }];
    const responses = { 200: { description: 'The answer', content: { 'application/json': {} } } };
    paths[path] = { [method]: { summary, responses, ...(method === 'post' ? { requestBody, parameters } : {}) } };
  }
  return { openapi: '3.1.0', info: { title: 'MLflow model', version: '1' }, paths };
}

function docsPage(host: ModelHost): string {
  const outputs = host.get()?.outputs ?? [];
  const rows = OPERATIONS.map(({ method, path, summary }) => `<tr><td><code>${method.toUpperCase()} ${path}</code><td>${summary}`);
  return `<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n<title>MLflow model</title>\n<h1>MLflow model</h1>\n<table>\n${rows.join('\n')}\n</table>\n` +
    `<p>Outputs (<code>/invocations?output=NAME</code>): ${outputs.map((name) => `<code>${escape(name)}</code>`).join(', ')}</p>\n<p><a href="/openapi.json">openapi.json</a></p>\n`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
