/**
 * GET /ping, /health and /version.
 * @module
 */
import { json, type Route } from '../http.ts';
import type { ModelHost } from '../model-host.ts';

/** The MLflow versions whose server this one answers as, by scoring protocol. */
const VERSIONS = { 1: '1.30.1', 2: '3.17.2', auto: '3.17.2' } as const;

/** Healthy while a model is loaded. */
export function healthRoute(host: ModelHost): Route {
  return { readsBody: false, handle: () => json(host.get() === undefined ? 404 : 200, '\n') };
}

/** Clients read MLflow's version to choose a request form. */
export function versionRoute(protocol: '1' | '2' | 'auto'): Route {
  return { readsBody: false, handle: () => json(200, VERSIONS[protocol]) };
}
