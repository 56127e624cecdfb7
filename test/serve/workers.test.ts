import { describe, expect, it } from 'vitest';
import { superviseWorkers } from '../../src/serve/node/workers.ts';
import { readServeOptions } from '../../src/serve/options.ts';

describe.each(['reuse', 'cluster'] as const)('workers that share a port by %s', (sharing) => {
  // The kernel's way of sharing exists on this system or not; node:cluster works everywhere.
  it.runIf(sharing === 'cluster' || process.platform === 'linux')('serve, and end when told', async () => {
    let stop: (value: unknown) => void = () => {};
    const stopped = new Promise((resolve) => {
      stop = resolve;
    });
    let ready: (port: number) => void = () => {};
    const listening = new Promise<number>((resolve) => {
      ready = resolve;
    });
    const notices: string[] = [];
    const order = { uri: 'examples/wine-quality', options: readServeOptions({ port: 0, workers: 2 }) };
    const ended = superviseWorkers(order, stopped, { onReady: (port) => ready(port), onNotice: (text) => notices.push(text) }, sharing);
    const port = await listening;
    for (let i = 0; i < 4; i++) expect((await fetch(`http://127.0.0.1:${port}/ping`, { headers: { connection: 'close' } })).status).toBe(200);
    stop(undefined);
    expect(await ended).toBe(0);
    expect(notices).toEqual([]);
  });
});
