import { request } from 'node:http';
import { connect } from 'node:net';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { alive, run, serve, type Served, WINE } from './support.ts';

const body = readFileSync(`${WINE}/serving_input_example.json`);
const score = (served: Served, path: string = '/invocations'): Promise<Response> => fetch(`${served.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

/** A request on a connection of its own; the pid that answered, from the access log, cannot be told here. */
const fresh = (served: Served): Promise<number> => new Promise((resolve, reject) => {
  const asked = request(`${served.url}/ping`, { agent: false }, (answer) => {
    answer.resume();
    resolve(answer.statusCode ?? 0);
  });
  asked.once('error', reject).end();
});

/** Pids named by the access log. */
function pidsOf(served: Served): Set<number> {
  const lines = served.output().out.split('\n').filter(Boolean);
  return new Set(lines.map((line) => (JSON.parse(line) as { pid: number }).pid));
}

async function until(test: () => boolean, ms: number = 15_000): Promise<void> {
  for (const end = Date.now() + ms; !test();) {
    if (Date.now() > end) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

describe('one process', () => {
  it('answers, logs, and ends with 0 on SIGTERM', async () => {
    const served = await serve(['models', 'serve', '-m', WINE, '--access-log', '--env-manager', 'local', '-t', '5']);
    expect(served.output().err).toContain('--env-manager: without effect');
    expect(served.output().err).toContain('serving examples/wine-quality (xgboost)');
    expect((await fetch(`${served.url}/ping`)).status).toBe(200);
    const [plain, other] = [await score(served), await score(served, '/invocations?output=margin')];
    expect([plain.status, plain.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(await plain.text()).toBe(await other.text());
    await until(() => served.output().out.split('\n').length > 3);
    const { ms, status } = await served.stop();
    expect(status).toBe(0);
    expect(ms).toBeLessThan(3000);
    expect(alive(served.child.pid ?? 0)).toBe(false);
  });

  it('finishes a request that is being sent when SIGTERM comes', async () => {
    const served = await serve(['serve', WINE]), port = Number(new URL(served.url).port);
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (data) => (text += data));
    socket.write(`POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`);
    socket.write(body.subarray(0, 10));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const stopped = served.stop();
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.write(body.subarray(10));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(text.toLowerCase()).toContain('connection: close');
    expect(await stopped).toMatchObject({ status: 0 });
  });

  it('ends within 5 s although a request never arrives whole', async () => {
    const served = await serve(['serve', WINE]), port = Number(new URL(served.url).port);
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write('POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { ms, status } = await served.stop();
    expect(status).toBe(0);
    expect(ms).toBeLessThan(5000);
  });

  it('goes on when nobody reads its log any more', async () => {
    for (const workers of ['1', '2']) {
      const served = await serve(['serve', WINE, '--access-log', '-w', workers]);
      served.child.stdout?.destroy();
      served.child.stderr?.destroy();
      for (let i = 0; i < 6; i++) {
        expect(await fresh(served)).toBe(200);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(await served.stop()).toMatchObject({ status: 0 });
    }
  });

  it('takes MLflow\'s variables', async () => {
    const served = await serve(['serve', WINE], { MLFLOW_HOST: 'localhost', MLMODEL_ENFORCEMENT: 'strict' });
    expect((await score(served)).status).toBe(200);
    const extra = await fetch(`${served.url}/invocations`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"dataframe_records": [{"extra": 1}]}' });
    expect(extra.status).toBe(400);
    await served.stop();
  });

  it('answers the requests of the documents by its scoring protocol', async () => {
    const { dataframe_split: split } = JSON.parse(body.toString()) as { dataframe_split: { columns: string[]; data: number[][] } };
    const records = split.data.map((row) => Object.fromEntries(split.columns.map((name, j) => [name, row[j]])));
    const asks: readonly (readonly [string, unknown, refused: number])[] = [
      ['application/json', { ...split, index: split.data.map((_, i) => i + 7) }, 400], ['application/json; format=pandas-split', split, 415], ['application/json; format=pandas-records', records, 415],
      ['application/json', { instances: records }, 0], ['application/json', { inputs: Object.fromEntries(split.columns.map((name, j) => [name, split.data.map((row) => row[j])])) }, 0],
      ['text/csv', [`,${split.columns.join()}`, ...split.data.map((row, i) => [i, ...row].join())].join('\n'), 0],
    ];
    const answers = await Promise.all(['1', 'auto', '2'].map(async (protocol) => {
      const served = await serve(['models', 'serve', '--model-uri', WINE, '--host', '127.0.0.1', '--timeout', '30', '--workers', '1', '--no-conda', '--install-mlflow', '--scoring-protocol', protocol]);
      expect(served.output().err).toContain('mlmodel: --no-conda, --install-mlflow: without effect');
      const out: [number, string][] = [];
      for (const [type, sent] of asks) {
        const answer = await fetch(`${served.url}/invocations`, { method: 'POST', headers: { 'content-type': type }, body: typeof sent === 'string' ? sent : JSON.stringify(sent) });
        out.push([answer.status, await answer.text()]);
      }
      await served.stop();
      return out;
    }));
    const bare = answers[0]?.[0]?.[1] ?? '', wrapped = `{"predictions": ${bare}}`;
    expect(JSON.parse(bare)).toHaveLength(split.data.length);
    expect(answers[0]).toEqual(asks.map(() => [200, bare]));
    expect(answers[1]).toEqual(asks.map(([, , refused]) => [200, refused > 0 ? bare : wrapped]));
    expect(answers[2]).toEqual(asks.map(([, , refused]) => (refused > 0 ? [refused, expect.stringContaining('--scoring-protocol 1')] : [200, wrapped])));
  });

  it('says which port is taken', async () => {
    const served = await serve(['serve', WINE]);
    for (const workers of ['1', '2']) {
      const { err, status } = await run(['serve', WINE, '-p', new URL(served.url).port, '-w', workers]);
      expect([status, err]).toEqual([1, expect.stringContaining('error LISTEN_FAILED')]);
    }
    await served.stop();
  });
});

describe('-w 2', () => {
  it('answers from both processes, replaces one that crashes, and leaves none behind', async () => {
    const served = await serve(['serve', WINE, '-w', '2', '--access-log']);
    expect(served.output().err).toContain('2 processes');
    await until(() => {
      void fresh(served).catch(() => {});
      return pidsOf(served).size === 2;
    });
    const [first = 0, second = 0] = [...pidsOf(served)];
    expect([first, second]).not.toContain(served.child.pid);
    process.kill(first, 'SIGKILL');
    await until(() => served.output().err.includes('a worker ended (SIGKILL)'));
    await until(() => {
      void fresh(served).catch(() => {});
      return pidsOf(served).size === 3;
    });
    expect((await score(served)).status).toBe(200);
    const { ms, status } = await served.stop();
    expect(status).toBe(0);
    expect(ms).toBeLessThan(5000);
    expect([...pidsOf(served)].filter(alive)).toEqual([]);
  });

  it('ends with its supervisor, even when that is killed', async () => {
    const served = await serve(['serve', WINE, '-w', '2', '--access-log']);
    await until(() => {
      void fresh(served).catch(() => {});
      return pidsOf(served).size === 2;
    });
    served.child.kill('SIGKILL');
    await until(() => [...pidsOf(served)].filter(alive).length === 0);
  });

  it('gives the error of a model that cannot be loaded, once', async () => {
    const { err, status } = await run(['serve', 'no-such-folder', '-w', '2', '-p', '0']);
    expect([status, err]).toEqual([1, expect.stringContaining('MODEL_NOT_FOUND')]);
  });
});
