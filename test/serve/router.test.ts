import { describe, expect, it } from 'vitest';
import { json, type Route } from '../../src/serve/http.ts';
import { fastApiStyle, flaskStyle, Router, type RouterStyle } from '../../src/serve/router.ts';

const route: Route = { readsBody: false, handle: () => json(200, '1') };

function routerOf(style: RouterStyle): Router {
  const router = new Router(style);
  router.add('GET', '/ping', route);
  router.add('POST', '/invocations', route);
  return router;
}

describe('Router', () => {
  it.each([['GET', '/ping'], ['POST', '/invocations']])('finds %s %s', (method, path) => {
    expect(routerOf(fastApiStyle).find(method, path, '', undefined)).toBe(route);
  });

  it.each(['/', '/PING', '/nothing', '/__proto__', '/ping//', '//ping'])('answers 404 for %s', (path) => {
    expect(routerOf(fastApiStyle).find('GET', path, '', 'h')).toMatchObject({ status: 404, body: '{"detail":"Not Found"}' });
  });

  it('redirects where only a trailing slash is too many, never to a host it was not asked by', () => {
    const router = routerOf(fastApiStyle);
    expect(router.find('POST', '/invocations/', 'a=1', 'example.org:80')).toMatchObject({ status: 307, headers: { location: 'http://example.org:80/invocations?a=1' } });
    expect(router.find('GET', '/ping/', '', 'evil/..\r\nx')).toMatchObject({ headers: { location: '/ping' } });
  });

  it('names the allowed methods, as each framework does', () => {
    expect(routerOf(fastApiStyle).find('HEAD', '/ping', '', undefined)).toMatchObject({ status: 405, headers: { allow: 'GET' } });
    const flask = routerOf(flaskStyle);
    expect(flask.find('POST', '/ping', '', undefined)).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } });
    expect(flask.find('OPTIONS', '/invocations', '', undefined)).toMatchObject({ status: 200, headers: { allow: 'OPTIONS, POST' } });
    expect(flask.find('HEAD', '/ping', '', undefined)).toBe(route);
    expect(flask.find('GET', '/ping/', '', undefined)).toMatchObject({ status: 404, headers: { 'content-type': 'text/html; charset=utf-8' } });
  });
});
