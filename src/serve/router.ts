/**
 * Exact paths to routes, with MLflow's answers for what has none.
 * @module
 */
import { type AppResponse, html, json, type Route } from './http.ts';

/** How a web framework answers what no route takes. */
export interface RouterStyle {
  /** The methods a path allows, from those that have a route. */
  allowed(methods: readonly string[]): string;
  notFound(path: string, known: (path: string) => boolean, query: string, host: string | undefined): AppResponse;
  /** A method without a route on a known path; undefined leaves it to `methodNotAllowed`. */
  automatic?(method: string, routes: ReadonlyMap<string, Route>, allow: string): Route | AppResponse | undefined;
  methodNotAllowed(allow: string): AppResponse;
}

/** FastAPI, hence MLflow 2.x and 3.x: JSON, and a redirect where only a trailing slash is too many. */
export const fastApiStyle: RouterStyle = {
  allowed: (methods) => methods.join(', '),
  notFound(path, known, query, host) {
    const shorter = path.slice(0, -1);
    return path.endsWith('/') && known(shorter) ? redirect(shorter, query, host) : json(404, '{"detail":"Not Found"}');
  },
  methodNotAllowed: (allow) => withAllow(json(405, '{"detail":"Method Not Allowed"}'), allow),
};

/** Flask (werkzeug 2), hence MLflow 1.x: pages, HEAD and OPTIONS for every path. */
export const flaskStyle: RouterStyle = {
  allowed: (methods) => [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort().join(', '),
  notFound: () => html(404, page('404', 'Not Found', 'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.')),
  automatic(method, routes, allow) {
    if (method === 'OPTIONS') return withAllow(html(200, ''), allow);
    return method === 'HEAD' ? routes.get('GET') : undefined;
  },
  methodNotAllowed: (allow) => withAllow(html(405, page('405', 'Method Not Allowed', 'The method is not allowed for the requested URL.')), allow),
};

function page(status: string, title: string, message: string): string {
  return `<!doctype html>\n<html lang=en>\n<title>${status} ${title}</title>\n<h1>${title}</h1>\n<p>${message}</p>\n`;
}

function withAllow(response: AppResponse, allow: string): AppResponse {
  return { ...response, headers: { ...response.headers, allow } };
}

function redirect(path: string, query: string, host: string | undefined): AppResponse {
  const origin = host !== undefined && /^[\w.:[\]-]+$/.test(host) ? `http://${host}` : '';
  return { status: 307, headers: { location: `${origin}${path}${query === '' ? '' : `?${query}`}` }, body: '' };
}

/** A table of paths. */
export class Router {
  readonly #paths: Map<string, Map<string, Route>> = new Map();
  readonly #style: RouterStyle;
  constructor(style: RouterStyle) {
    this.#style = style;
  }

  add(method: string, path: string, route: Route): void {
    const methods = this.#paths.get(path) ?? new Map<string, Route>();
    methods.set(method, route);
    this.#paths.set(path, methods);
  }

  /** The route of a path, or the answer that says why there is none. */
  find(method: string, path: string, query: string, host: string | undefined): Route | AppResponse {
    const methods = this.#paths.get(path);
    if (methods === undefined) return this.#style.notFound(path, (other) => this.#paths.has(other), query, host);
    const route = methods.get(method);
    if (route !== undefined) return route;
    const allow = this.#style.allowed([...methods.keys()]);
    return this.#style.automatic?.(method, methods, allow) ?? this.#style.methodNotAllowed(allow);
  }
}
