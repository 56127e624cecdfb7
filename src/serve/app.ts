/**
 * The server without sockets: a request in, an answer out.
 * @module
 */
import type { AppRequest, AppResponse, Route } from './http.ts';
import type { ModelHost } from './model-host.ts';
import type { ServeOptions } from './options.ts';
import { fastApiStyle, flaskStyle, Router } from './router.ts';
import { describeRoutes } from './routes/describe.ts';
import { healthRoute, versionRoute } from './routes/health.ts';
import { invocationsRoute } from './routes/invocations.ts';

/** What the app needs of the server's options. */
export interface AppOptions extends Pick<ServeOptions, 'timeout' | 'scoringProtocol'>, Partial<Pick<ServeOptions, 'predictionsKey'>> {
  /** Is told of errors that are ours. @default nobody */
  report?(error: unknown): void;
}

/** A path that was found, with the query that followed it; or the answer that says why not. */
export interface Match {
  readonly route: Route | AppResponse;
  readonly query: string;
}

/**
 * MLflow's scoring server over a host's models.
 * @example
 * ```ts
 * const app = new App(host, { timeout: 60, scoringProtocol: '2' });
 * await app.handle({ method: 'GET', url: '/ping', contentType: undefined, body: new Uint8Array(0) });
 * ```
 */
export class App {
  readonly #router: Router;

  constructor(host: ModelHost, options: AppOptions) {
    const { scoringProtocol, timeout, predictionsKey = '' } = options;
    const router = new Router(scoringProtocol === '1' ? flaskStyle : fastApiStyle);
    router.add('POST', '/invocations', invocationsRoute(host, { timeout, protocol: scoringProtocol, predictionsKey, report: (error) => options.report?.(error) }));
    router.add('GET', '/ping', healthRoute(host));
    router.add('GET', '/health', healthRoute(host));
    router.add('GET', '/version', versionRoute(scoringProtocol));
    if (scoringProtocol !== '1') for (const [path, route] of describeRoutes(host)) router.add('GET', path, route);
    this.#router = router;
  }

  /** Finds who answers, before a body is read. */
  match(method: string, url: string, host?: string): Match {
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark), query = mark < 0 ? '' : url.slice(mark + 1);
    return { route: this.#router.find(method, path, query, host), query };
  }

  /** Answers a whole request. */
  handle(request: AppRequest): AppResponse | Promise<AppResponse> {
    const { route, query } = this.match(request.method, request.url, request.host);
    return 'handle' in route ? route.handle(request, query) : route;
  }
}
