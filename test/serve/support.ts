/** A listener over routes written by hand, and a raw client for what no HTTP library would send. */
import { connect } from 'node:net';
import { afterEach } from 'vitest';
import { type AppRequest, type AppResponse, json } from '../../src/serve/http.ts';
import { type Listener, type ListenOptions, listen } from '../../src/serve/node/listen.ts';

type Handler = (request: AppRequest, query: string) => AppResponse | Promise<AppResponse>;

const open: Listener[] = [];
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.stop(100);
});

export const reports: unknown[] = [];

/** Listens on a free port; POST /echo answers the body's length, other paths what `routes` says. */
export async function startListener(options: Partial<ListenOptions> = {}, routes: Record<string, Handler> = {}): Promise<Listener> {
  const all: Record<string, Handler> = { '/echo': (request) => json(200, `{"length": ${request.body.length}}`), ...routes };
  const listener = await listen(
    {
      match(method, url) {
        const [path = '', query = ''] = url.split('?'), handle = all[path];
        return { route: handle === undefined ? json(404, '{"detail":"Not Found"}') : { readsBody: method === 'POST', handle }, query };
      },
    },
    { host: '127.0.0.1', port: 0, bodyLimit: 1000, headerTimeout: 1, bodyTimeout: 1, maxRequests: 16, accessLog: false, report: (error) => reports.push(error), ...options },
  );
  open.push(listener);
  return listener;
}

export function urlOf(listener: Listener, path: string): string {
  return `http://127.0.0.1:${listener.port}${path}`;
}

/** Sends bytes as they are and gives everything that comes back until the connection ends, or `ms` have passed. */
export function raw(port: number, bytes: string | Uint8Array, ms: number = 5000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    const timer = setTimeout(() => socket.destroy(), ms);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(text);
    });
  });
}

/** A raw POST. */
export function post(path: string, body: string, headers: string = `content-length: ${body.length}\r\n`): string {
  return `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${headers}\r\n${body}`;
}
