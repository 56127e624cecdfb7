/** Starting, watching and stopping the servers that are compared. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { memoryOf } from './memory.ts';

/** What starts a server and asks it. */
export interface Launch {
  command(port: number): readonly string[];
  readonly path: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Started {
  readonly url: string;
  /** Milliseconds from spawn to the first good answer. */
  readonly coldStart: number;
  /** Resident memory of the process and its children, MB. */
  memory(): number;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Starts a server and waits until it answers `body` with 200. */
export async function start({ command, path, env }: Launch, body: string): Promise<Started> {
  const port = await freePort(), [program = '', ...args] = command(port);
  const begin = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true, env: { ...process.env, ...env } });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => { errors = (errors + chunk.toString()).slice(-2000); });
  const url = `http://127.0.0.1:${port}${path}`, headers = { 'content-type': 'application/json' };
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}: ${errors}`);
    if (performance.now() - begin > 120_000) throw new Error(`${program} did not answer within 120 s: ${errors}`);
    const good = await fetch(url, { method: 'POST', headers, body }).then(async (r) => (await r.text(), r.ok), () => false);
    if (good) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const coldStart = performance.now() - begin;
  return { url, coldStart, memory: () => memoryOf(child.pid ?? 0).resident, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    process.kill(-(child.pid ?? 0), 'SIGTERM');
  } catch {
    return;
  }
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), 8000);
  await gone;
  clearTimeout(timer);
}
