import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { loadModel } from '../../src/model/load.ts';
import { App } from '../../src/serve/app.ts';
import type { AppResponse } from '../../src/serve/http.ts';
import { ModelHost } from '../../src/serve/model-host.ts';
import { ModelPool } from '../../src/serve/node/model-pool.ts';
import { serve, type Serving } from '../../src/serve/node/serve.ts';
import { readServeOptions } from '../../src/serve/options.ts';
import { countingModel, greedyModel, onnxFolder, sparseModel } from '../support/onnx-folders.ts';

const golden = join(import.meta.dirname, '../golden/models');
const counting = onnxFolder(countingModel()), greedy = onnxFolder(greedyModel()), sparse = onnxFolder(sparseModel(2_000_000_000));
afterAll(() => {
  for (const folder of [counting, greedy, sparse]) rmSync(folder, { recursive: true });
});

const pools: ModelPool[] = [];
const servers: Serving[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
  for (const server of servers.splice(0)) await server.stop(0);
});

type Options = Parameters<typeof readServeOptions>[0];
async function poolOf(uri: string, options: Options = {}): Promise<ModelPool> {
  const pool = await ModelPool.start({ uri, options: readServeOptions({ threads: 1, ...options }) });
  pools.push(pool);
  return pool;
}
function appOf(pool: ModelPool, options: { timeout?: number } = {}): App {
  const host = new ModelHost({ scoringProtocol: '2' });
  host.addHosted('model', pool);
  return new App(host, { timeout: options.timeout ?? 60, scoringProtocol: '2' });
}
const ask = async (app: App, count: number | bigint): Promise<AppResponse> => app.handle({ method: 'POST', url: '/invocations', contentType: 'application/json', body: Buffer.from(`{"inputs": [${count}]}`) });
const textOf = ({ body }: AppResponse): string => (typeof body === 'string' ? body : Buffer.from(body).toString());
const codeOf = (response: AppResponse): string => (JSON.parse(textOf(response)) as { code: string }).code;
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const until = async (holds: () => boolean, milliseconds: number = 10_000): Promise<void> => {
  for (const end = Date.now() + milliseconds; !holds(); ) {
    if (Date.now() > end) throw new Error('it never held');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
const ENDLESS = 10n ** 12n;

describe('a model in a process of its own', () => {
  it('answers as it does in the process of the server', async () => {
    const model = join(golden, 'onnx-skl-logreg-zipmap-df/model'), pool = await poolOf(model, { enforcement: 'mlflow' });
    const host = new ModelHost({ scoringProtocol: '2' });
    host.add('model', await loadModel(model, { enforcement: 'mlflow' }));
    const here = new App(host, { timeout: 60, scoringProtocol: '2' }), there = appOf(pool);
    expect(pool.outputs).toEqual(['output_label', 'output_probability']);
    const requests = readFileSync(join(golden, 'onnx-skl-logreg-zipmap-df/requests.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { content_type: string; body: string });
    const asked = requests.flatMap(({ content_type: contentType, body }) => ['', '?output=output_probability', '?output=nothing'].map((query) => ({ method: 'POST', url: `/invocations${query}`, contentType, body: Buffer.from(body) })));
    const answers = await Promise.all(asked.map((request) => there.handle(request)));
    for (const [i, request] of asked.entries()) {
      const want = await here.handle(request), got = answers[i] as AppResponse;
      expect([got.status, got.headers, textOf(got)]).toEqual([want.status, want.headers, textOf(want)]);
    }
    expect(textOf(await there.handle({ method: 'GET', url: '/docs', contentType: undefined, body: new Uint8Array(0) }))).toContain('output_probability');
  });

  it('leaves the server free, and is cut when the time of a request is over', async () => {
    const options = readServeOptions({ port: 0, timeout: 1, threads: 1 }), server = await serve({ uri: counting, options });
    servers.push(server);
    const at = `http://127.0.0.1:${server.listener.port}`, post = (count: bigint): Promise<Response> => fetch(`${at}/invocations`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: `{"inputs": [${count}]}` });
    const start = performance.now(), endless = post(ENDLESS), waits: number[] = [];
    let done = false;
    void endless.then(() => {
      done = true;
    });
    while (!done) {
      const asked = performance.now();
      expect((await fetch(`${at}/ping`)).status).toBe(200);
      waits.push(performance.now() - asked);
    }
    const response = await endless;
    expect([response.status, await response.text()]).toEqual([504, 'Request processing time exceeded limit']);
    expect(performance.now() - start).toBeLessThan(4000);
    expect(waits.length).toBeGreaterThan(20);
    // The next one may have to wait for another process, and its time may be over too.
    let next = await post(7n);
    for (let again = 0; again < 20 && next.status === 504; again++) next = await post(7n);
    expect([next.status, await next.json()]).toEqual([200, { predictions: { y: [7] } }]);
  });

  it('fails one request with its process, and is there again for the others', async () => {
    const pool = await poolOf(counting), app = appOf(pool);
    for (const count of [1, 2, 3]) await ask(app, count);
    const [pid] = pool.pids, answers = [ENDLESS, 4n, 5n].map((count) => ask(app, count));
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.kill(pid as number, 'SIGKILL');
    const [first, ...others] = await Promise.all(answers) as [AppResponse, ...AppResponse[]];
    expect([first.status, codeOf(first)]).toEqual([503, 'MODEL_PROCESS_ENDED']);
    expect(others.map(textOf)).toEqual(['{"predictions": {"y": [4]}}', '{"predictions": {"y": [5]}}']);
    expect(pool.pids).not.toContain(pid);
  });

  it('waits longer before each start when its processes end in a row, and says so at once', async () => {
    const pool = await poolOf(counting), app = appOf(pool);
    for (let ends = 0; ends < 3; ends++) {
      await until(() => pool.pids.length > 0);
      for (const pid of pool.pids) process.kill(pid, 'SIGKILL');
      await until(() => pool.pids.length === 0 || ends === 0, 2000).catch(() => {});
      if (ends === 0) await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const asked = performance.now(), answer = await ask(app, 1);
    expect([answer.status, codeOf(answer)]).toEqual([503, 'MODEL_PROCESS_ENDED']);
    expect(performance.now() - asked).toBeLessThan(1000);
    await until(() => pool.pids.length > 0);
    await expect(ask(app, 2).then(textOf)).resolves.toBe('{"predictions": {"y": [2]}}');
  });

  it('ends alone where a graph takes too much memory', async () => {
    const pool = await poolOf(greedy, { modelMemory: '500mb' }), app = appOf(pool);
    expect((await ask(app, 1)).status).toBe(200);
    const answer = await ask(app, 1000);
    expect([answer.status, codeOf(answer)]).toEqual([503, 'MODEL_MEMORY_EXCEEDED']);
    expect((await ask(app, 1)).status).toBe(200);
  });

  it('is refused where its file takes too much memory to load, and leaves no process', async () => {
    await expect(ModelPool.start({ uri: sparse, options: readServeOptions({ threads: 1, modelMemory: '500mb' }) })).rejects.toMatchObject({ code: 'MODEL_MEMORY_EXCEEDED' });
  });

  it('passes on why a model does not load', async () => {
    const broken = onnxFolder(new Uint8Array([8, 8]));
    await expect(ModelPool.start({ uri: broken, options: readServeOptions({}) })).rejects.toMatchObject({ code: 'FILE_MALFORMED', message: expect.stringContaining('the model has no graph') as string });
    rmSync(broken, { recursive: true });
  });

  it('starts further processes while requests wait, and ends them all', async () => {
    const pool = await poolOf(counting, { threads: 2 }), app = appOf(pool), work = [ENDLESS, ENDLESS, 3n].map((count) => ask(app, count));
    await until(() => pool.pids.length === 2);
    const { pids } = pool;
    await new Promise((resolve) => setTimeout(resolve, 50));
    await pool.close();
    expect((await Promise.all(work)).map(codeOf)).toEqual(Array.from({ length: 3 }, () => 'MODEL_PROCESS_ENDED'));
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('does not outlive a server that is killed in the middle of a run', async () => {
    const pool = new URL('../../src/serve/node/model-pool.ts', import.meta.url).href, options = new URL('../../src/serve/options.ts', import.meta.url).href;
    const script = `
      const { ModelPool } = await import('${pool}'), { readServeOptions } = await import('${options}');
      const pool = await ModelPool.start({ uri: process.argv[1], options: readServeOptions({ threads: 1 }) });
      void pool.invoke({ contentType: 'application/json', body: Buffer.from('{"inputs": [${ENDLESS}]}') }, '', new AbortController().signal);
      setTimeout(() => console.log(pool.pids[0]), 100);`;
    const server = spawn(process.execPath, ['--input-type=module', '-e', script, counting], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = Number(await new Promise((resolve) => server.stdout.once('data', (data: Buffer) => resolve(String(data)))));
    expect(isAlive(pid)).toBe(true);
    server.kill('SIGKILL');
    await until(() => !isAlive(pid));
  });
});
