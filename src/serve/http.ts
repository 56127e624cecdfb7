/**
 * Requests and answers as the app sees them, free of sockets.
 * @module
 */

/** A whole request; `body` is decompressed. */
export interface AppRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly contentType: string | undefined;
  readonly host?: string | undefined;
  readonly body: Uint8Array;
  /** Aborts when the asker has gone. */
  readonly signal?: AbortSignal | undefined;
}

/** An answer. A text body is ASCII, so its length is its size in bytes. */
export interface AppResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** One path and method. */
export interface Route {
  /** Whether the body must have arrived before `handle` is called. */
  readonly readsBody: boolean;
  /** Answers at once where it can: no promise on the hot path. */
  handle(request: AppRequest, query: string): AppResponse | Promise<AppResponse>;
}

const JSON_HEADERS: Readonly<Record<string, string>> = Object.freeze({ 'content-type': 'application/json' });
const TEXT_HEADERS: Readonly<Record<string, string>> = Object.freeze({ 'content-type': 'text/plain; charset=utf-8' });
const HTML_HEADERS: Readonly<Record<string, string>> = Object.freeze({ 'content-type': 'text/html; charset=utf-8' });

/** An answer that already is JSON text in ASCII. `application/json` without charset, as MLflow sends it. */
export function json(status: number, body: string): AppResponse {
  return { status, headers: JSON_HEADERS, body };
}

/** Plain text. */
export function text(status: number, body: string): AppResponse {
  return { status, headers: TEXT_HEADERS, body: new TextEncoder().encode(body) };
}

/** A page. */
export function html(status: number, body: string): AppResponse {
  return { status, headers: HTML_HEADERS, body: new TextEncoder().encode(body) };
}
