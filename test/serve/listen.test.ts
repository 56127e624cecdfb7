import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { json } from '../../src/serve/http.ts';
import { post, raw, reports, startListener, urlOf } from './support.ts';

const headersOf = (text: string): string[] => text.slice(0, text.indexOf('\r\n\r\n')).toLowerCase().split('\r\n');

describe('answers over a socket', () => {
  it('sends status, content-type without charset, content-length and the body in one piece', async () => {
    const listener = await startListener();
    const text = await raw(listener.port, post('/echo', '{"a": 1}', 'content-length: 8\r\nconnection: close\r\n'));
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(headersOf(text)).toEqual(expect.arrayContaining(['content-type: application/json', 'content-length: 13']));
    expect(text.endsWith('\r\n\r\n{"length": 8}')).toBe(true);
  });

  it('reads a body that comes in pieces and chunked', async () => {
    const listener = await startListener();
    const text = await raw(listener.port, post('/echo', '3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n', 'transfer-encoding: chunked\r\nconnection: close\r\n'));
    expect(text).toContain('{"length": 7}');
  });

  it.each([['gzip', gzipSync], ['x-gzip', gzipSync], ['deflate', deflateSync], ['br', brotliCompressSync], ['zstd', zstdCompressSync]] as const)('reads %s bodies', async (encoding, compress) => {
    const listener = await startListener();
    const answer = await fetch(urlOf(listener, '/echo'), { method: 'POST', headers: { 'content-encoding': encoding }, body: new Uint8Array(compress('x'.repeat(777))) });
    expect(await answer.text()).toBe('{"length": 777}');
  });

  it('waits for answers that are promises, and calls off what nobody waits for', async () => {
    let aborted: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      aborted = resolve;
    });
    const listener = await startListener({}, {
      '/slow': (request) => new Promise((resolve) => {
        request.signal?.addEventListener('abort', () => {
          aborted();
          resolve(json(200, 'late'));
        });
      }),
      '/later': async () => json(200, '1'),
    });
    expect(await (await fetch(urlOf(listener, '/later'))).text()).toBe('1');
    const cut = new AbortController();
    const pending = fetch(urlOf(listener, '/slow'), { signal: cut.signal }).catch(() => 'cut');
    setTimeout(() => cut.abort(), 50);
    expect(await pending).toBe('cut');
    await gone;
  });

  it('writes one JSON line a request on demand, without query and payload', async () => {
    const lines: string[] = [];
    const listener = await startListener({ accessLog: true, log: (text) => lines.push(text) });
    await fetch(urlOf(listener, '/echo?output=secret'), { method: 'POST', body: 'payload' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const entry = JSON.parse(lines.join('')) as Record<string, unknown>;
    expect(entry).toMatchObject({ method: 'POST', path: '/echo', status: 200, request_bytes: 7, response_bytes: 13, remote: '127.0.0.1' });
    expect(lines.join('')).not.toMatch(/secret|payload/);
  });
});

describe('hostile clients', () => {
  it('refuses a body over the limit, declared or not, and goes on', async () => {
    const listener = await startListener();
    for (const body of ['x'.repeat(1001), new ReadableStream({ start: (c) => { c.enqueue(new Uint8Array(900)); c.enqueue(new Uint8Array(900)); c.close(); } })]) {
      const answer = await fetch(urlOf(listener, '/echo'), { method: 'POST', body, duplex: 'half' } as RequestInit);
      expect(answer.status).toBe(413);
      expect(await answer.json()).toMatchObject({ error_code: 'BAD_REQUEST', code: 'BODY_TOO_LARGE' });
    }
    expect((await fetch(urlOf(listener, '/echo'), { method: 'POST', body: 'x' })).status).toBe(200);
  });

  it('answers a huge declared length within about a second even when nothing follows', async () => {
    const listener = await startListener({ bodyTimeout: 30, headerTimeout: 30 });
    const start = performance.now();
    expect(await raw(listener.port, post('/echo', '{', 'content-length: 99999999999\r\n'))).toMatch(/^HTTP\/1\.1 413/);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it('stops a compression bomb at the limit', async () => {
    const listener = await startListener();
    for (const [encoding, bomb] of [['gzip', gzipSync(new Uint8Array(500_000))], ['br', brotliCompressSync(new Uint8Array(5_000_000))], ['zstd', zstdCompressSync(new Uint8Array(5_000_000))]] as const) {
      const answer = await fetch(urlOf(listener, '/echo'), { method: 'POST', headers: { 'content-encoding': encoding }, body: new Uint8Array(bomb) });
      expect([encoding, answer.status]).toEqual([encoding, 413]);
    }
  });

  it('refuses bodies that are not what their encoding says, and unknown encodings', async () => {
    const listener = await startListener();
    const send = (encoding: string, body: Uint8Array<ArrayBuffer>): Promise<Response> => fetch(urlOf(listener, '/echo'), { method: 'POST', headers: { 'content-encoding': encoding }, body });
    expect((await send('gzip', new Uint8Array([1, 2, 3]))).status).toBe(400);
    expect((await send('gzip', new Uint8Array(gzipSync('x'.repeat(100)).subarray(0, 20)))).status).toBe(400);
    expect((await send('compress', new Uint8Array([1]))).status).toBe(415);
    expect((await send('constructor', new Uint8Array([1]))).status).toBe(415);
  });

  it('ends slow headers and slow bodies with 408', async () => {
    const listener = await startListener();
    const [headers, body] = await Promise.all([raw(listener.port, 'POST /echo HTTP/1.1\r\nhost: x\r\n'), raw(listener.port, post('/echo', '{', 'content-length: 10\r\n'))]);
    expect(headers).toMatch(/^HTTP\/1\.1 408/);
    expect(body).toMatch(/^HTTP\/1\.1 408/);
    expect(body).toContain('"code": "REQUEST_INCOMPLETE"');
  });

  it('answers what is no HTTP with 400 and large headers with 431', async () => {
    const listener = await startListener();
    expect(await raw(listener.port, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/);
    expect(await raw(listener.port, post('/echo', 'ab', 'content-length: 2\r\ntransfer-encoding: chunked\r\n'))).toMatch(/^HTTP\/1\.1 400/);
    expect(await raw(listener.port, post('/echo', '', 'content-length: -1\r\n'))).toMatch(/^HTTP\/1\.1 400/);
    expect(await raw(listener.port, `GET /echo HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431/);
  });

  it('survives a body longer than its Content-Length', async () => {
    const listener = await startListener();
    expect(await raw(listener.port, post('/echo', 'abcdefgh', 'content-length: 2\r\n'))).toMatch(/HTTP\/1\.1 400/);
    expect((await fetch(urlOf(listener, '/echo'), { method: 'POST', body: 'x' })).status).toBe(200);
  });

  it('answers pipelined requests in order', async () => {
    const listener = await startListener();
    const text = await raw(listener.port, post('/echo', 'a') + post('/echo', 'bb') + post('/echo', 'ccc', 'content-length: 3\r\nconnection: close\r\n'));
    expect([...text.matchAll(/"length": (\d)/g)].map((m) => m[1])).toEqual(['1', '2', '3']);
  });

  it('forgets connections that are cut, with their bytes', async () => {
    const listener = await startListener({ maxRequests: 4 });
    for (let i = 0; i < 12; i++) await raw(listener.port, post('/echo', 'abc', 'content-length: 500\r\n'), 15);
    expect((await fetch(urlOf(listener, '/echo'), { method: 'POST', body: 'x' })).status).toBe(200);
  });

  it('says busy beyond the limit of requests in work', async () => {
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const listener = await startListener({ maxRequests: 2 }, { '/wait': async () => (await gate, json(200, '1')) });
    const waiting = [1, 2].map(() => fetch(urlOf(listener, '/wait')));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const busy = await fetch(urlOf(listener, '/echo'), { method: 'POST', body: 'x' });
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await busy.json()).toMatchObject({ error_code: 'TEMPORARILY_UNAVAILABLE', code: 'SERVER_BUSY' });
    release();
    expect((await Promise.all(waiting)).map((r) => r.status)).toEqual([200, 200]);
  });

  it('answers 500 without the text of a foreign error, and reports it', async () => {
    const listener = await startListener({}, { '/bug': () => { throw new TypeError('holds data'); } });
    const answer = await fetch(urlOf(listener, '/bug'));
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('holds data');
    expect(String(reports.at(-1))).toContain('holds data');
  });
});

describe('stop', () => {
  it('finishes what runs, refuses new connections, closes kept-alive ones', async () => {
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const listener = await startListener({}, { '/wait': async () => (await gate, json(200, '"done"')) });
    await fetch(urlOf(listener, '/echo'), { method: 'POST', body: 'x' });
    const running = fetch(urlOf(listener, '/wait'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const stopped = listener.stop(3000);
    await expect(fetch(urlOf(listener, '/echo'))).rejects.toThrow();
    release();
    const answer = await running;
    expect([await answer.text(), answer.headers.get('connection')]).toEqual(['"done"', 'close']);
    await stopped;
  });

  it('cuts what does not end in its grace', async () => {
    const listener = await startListener({}, { '/never': () => new Promise(() => {}) });
    const running = fetch(urlOf(listener, '/never')).then(() => 'answered', () => 'cut');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await listener.stop(100);
    expect(await running).toBe('cut');
  });

  it('refuses a port in use with a coded error', async () => {
    const listener = await startListener();
    await expect(startListener({ port: listener.port })).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
  });
});
