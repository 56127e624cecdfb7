/**
 * Listens: the app behind node:http.
 * @module
 */
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ModelError } from '../../errors/model-error.ts';
import { AccessLog } from './access-log.ts';
import type { Match } from '../app.ts';
import { BodyBudget, BodyHold, decompress, readBody } from './body.ts';
import { answerClientError } from './client-error.ts';
import { errorAnswer } from '../errors.ts';
import type { AppRequest, AppResponse, Route } from '../http.ts';
import { isPromise } from '../../data/maybe-promise.ts';
import type { ServeOptions } from '../options.ts';

/** Finds who answers a request: an App. */
export interface Matcher {
  match(method: string, url: string, host?: string): Match;
}

/** What the listener needs of the server's options. */
export interface ListenOptions extends Pick<ServeOptions, 'host' | 'port' | 'bodyLimit' | 'headerTimeout' | 'bodyTimeout' | 'maxRequests' | 'accessLog'> {
  /** Share the port with other processes. */
  readonly reusePort?: boolean;
  /** Is told of errors that are ours. */
  report(error: unknown): void;
  /** Takes the access log. @default stdout */
  log?(text: string): void;
}

/** A server that listens. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Stops accepting, lets what runs finish for `grace` milliseconds, then cuts what is left. */
  stop(grace: number): Promise<void>;
}

/** A response that knows the sizes for the access log. */
class Measured extends ServerResponse {
  received = 0;
  sent = 0;
}

type HttpServer = Server<typeof IncomingMessage, typeof Measured>;

const MAX_HEADER_BYTES = 16 * 1024;
const EMPTY = new Uint8Array(0);

/**
 * Serves an app on a port.
 * @throws ModelError LISTEN_FAILED
 */
export async function listen(app: Matcher, options: ListenOptions): Promise<Listener> {
  const front = new Front(app, options);
  const server = createServer(
    {
      ServerResponse: Measured,
      headersTimeout: options.headerTimeout * 1000,
      requestTimeout: Math.max(options.bodyTimeout, options.headerTimeout) * 1000,
      connectionsCheckingInterval: 500,
      keepAliveTimeout: 65_000,
      maxHeaderSize: MAX_HEADER_BYTES,
      noDelay: true,
    },
    (request, response) => front.accept(request, response),
  );
  server.on('clientError', (error, socket) => answerClientError(error, socket, MAX_HEADER_BYTES));
  await started(server, options);
  const { address, port } = server.address() as AddressInfo;
  return { host: address, port, stop: (grace) => front.stop(server, grace) };
}

function started(server: HttpServer, options: ListenOptions): Promise<void> {
  const { host, port, reusePort = false } = options;
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'the port is in use; choose another with -p' : (error.code ?? error.name);
      reject(new ModelError('LISTEN_FAILED', { host, port, reason }, { cause: error }));
    });
    server.listen({ host, port, reusePort, backlog: 1024 }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

/** Standard output. When its reader has gone the log ends, and the server goes on. */
function stdoutLog(): (text: string) => void {
  let open = true;
  process.stdout.removeAllListeners('error').on('error', () => {
    open = false;
  });
  return (text) => {
    if (open) process.stdout.write(text);
  };
}

/**
 * Answers of one turn of the event loop, written together at its end: a peer that waits is woken once for all of them, which
 * costs less than a wake-up in the middle of each (docs/benchmarks.md has the figures).
 */
class OutQueue {
  #waiting: { response: Measured; body: string | Uint8Array }[] = [];

  add(response: Measured, body: string | Uint8Array): void {
    if (this.#waiting.push({ response, body }) === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const ready = this.#waiting;
    this.#waiting = [];
    for (const { response, body } of ready) {
      // A text body goes out with the head in one write.
      if (typeof body === 'string') response.end(body, 'latin1');
      else response.end(body);
    }
  }
}

/** While stopping: how often connections that have become idle are closed. */
const SWEEP_MS = 20;

/** Between node:http and the app: limits, bodies, writing. */
class Front {
  readonly #app: Matcher;
  readonly #options: ListenOptions;
  readonly #budget: BodyBudget;
  readonly #log: AccessLog | undefined;
  readonly #out: OutQueue = new OutQueue();
  #inWork = 0;
  #stopping = false;

  constructor(app: Matcher, options: ListenOptions) {
    this.#app = app;
    this.#options = options;
    this.#budget = new BodyBudget(Math.max(8 * options.bodyLimit, 2 ** 28));
    this.#log = options.accessLog ? new AccessLog(options.log ?? stdoutLog()) : undefined;
  }

  accept(request: IncomingMessage, response: Measured): void {
    const { method = 'GET', url = '/' } = request;
    const start = this.#log === undefined ? 0 : performance.now();
    const hold = new BodyHold(this.#budget);
    this.#inWork++;
    response.once('close', () => {
      this.#inWork--;
      hold.release();
      if (this.#log !== undefined) this.#record(request, response, performance.now() - start);
    });
    if (this.#inWork > this.#options.maxRequests) {
      this.#send(response, this.#fail(new ModelError('SERVER_BUSY', { what: `${this.#options.maxRequests} requests` })));
      return;
    }
    const { route, query } = this.#app.match(method, url, request.headers.host);
    if (!('handle' in route)) this.#send(response, route);
    else if (!route.readsBody) this.#answer(request, response, route, query, EMPTY);
    else {
      readBody(request, this.#options.bodyLimit, hold, (error, body) => {
        response.received = body.length;
        const encoding = request.headers['content-encoding'];
        if (error !== undefined) this.#refuse(response, error);
        else if (encoding === undefined) this.#answer(request, response, route, query, body);
        else void this.#answerCompressed(request, response, route, query, body, encoding, hold);
      });
    }
  }

  async #answerCompressed(request: IncomingMessage, response: Measured, route: Route, query: string, body: Uint8Array, encoding: string, hold: BodyHold): Promise<void> {
    try {
      const whole = await decompress(body, encoding, this.#options.bodyLimit);
      hold.take(whole.length);
      this.#answer(request, response, route, query, whole);
    } catch (error) {
      this.#send(response, this.#fail(error));
    }
  }

  #answer(request: IncomingMessage, response: Measured, route: Route, query: string, body: Uint8Array): void {
    let answer: AppResponse | Promise<AppResponse>;
    try {
      answer = route.handle(new NodeRequest(request, response, body), query);
    } catch (error) {
      answer = this.#fail(error);
    }
    if (!isPromise(answer)) this.#send(response, answer);
    else answer.then((ready) => this.#send(response, ready), (error: unknown) => this.#send(response, this.#fail(error)));
  }

  /** The rest of a refused body is not waited for. */
  #refuse(response: Measured, error: unknown): void {
    response.shouldKeepAlive = false;
    this.#send(response, this.#fail(error));
  }

  #fail(error: unknown): AppResponse {
    return errorAnswer(error, this.#options.report);
  }

  #send(response: Measured, answer: AppResponse): void {
    if (response.destroyed || response.headersSent) return;
    const { body, status } = answer;
    response.sent = body.length;
    if (this.#stopping) response.shouldKeepAlive = false;
    const headers: Record<string, string | number> = { ...answer.headers, 'content-length': body.length };
    if (status === 503 || status === 429) headers['retry-after'] = 1;
    response.writeHead(status, headers);
    this.#out.add(response, body);
  }

  #record(request: IncomingMessage, response: Measured, milliseconds: number): void {
    const { method = '', url = '' } = request;
    this.#log?.add({
      method, path: url.split('?', 1)[0] ?? '', status: response.writableFinished ? response.statusCode : 499, milliseconds,
      requestBytes: response.received, responseBytes: response.sent, remote: request.socket?.remoteAddress,
    });
  }

  async stop(server: HttpServer, grace: number): Promise<void> {
    this.#stopping = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    // An answer whose head said keep-alive may end only now, and a connection may never be used: both would wait for the grace.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS), cut = setTimeout(() => server.closeAllConnections(), grace);
    await closed;
    clearInterval(sweep);
    clearTimeout(cut);
    this.#log?.flush();
  }
}

/** A request of node:http as the app sees it. */
class NodeRequest implements AppRequest {
  readonly method: string;
  readonly url: string;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
  readonly #response: Measured;
  constructor(request: IncomingMessage, response: Measured, body: Uint8Array) {
    this.method = request.method ?? 'GET';
    this.url = request.url ?? '/';
    this.contentType = request.headers['content-type'];
    this.body = body;
    this.#response = response;
  }

  get signal(): AbortSignal {
    const controller = new AbortController();
    this.#response.once('close', () => {
      if (!this.#response.writableFinished) controller.abort();
    });
    return controller.signal;
  }
}
