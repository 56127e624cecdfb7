/** Starting, watching and stopping the servers that are compared. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';

export interface Started {
  readonly port: number;
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
export async function start(command: (port: number) => readonly string[], body: string, env: Record<string, string> = {}): Promise<Started> {
  const port = await freePort(), [program = '', ...args] = command(port);
  const begin = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true, env: { ...process.env, ...env } });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => { errors = (errors + chunk.toString()).slice(-2000); });
  const url = `http://127.0.0.1:${port}/invocations`, headers = { 'content-type': 'application/json' };
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}: ${errors}`);
    if (performance.now() - begin > 120_000) throw new Error(`${program} did not answer within 120 s: ${errors}`);
    const good = await fetch(url, { method: 'POST', headers, body }).then(async (r) => (await r.text(), r.ok), () => false);
    if (good) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const coldStart = performance.now() - begin;
  return { port, coldStart, memory: () => residentMemory(child.pid ?? 0), stop: () => stop(child) };
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

/** Resident memory of a process and all its descendants, MB, from /proc. */
function residentMemory(pid: number): number {
  const parents = new Map<number, number>(), sizes = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      parents.set(Number(name), Number(/PPid:\s+(\d+)/.exec(status)?.[1] ?? 0));
      sizes.set(Number(name), Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // the process ended meanwhile
    }
  }
  const within = (p: number): boolean => p === pid || (p > 1 && within(parents.get(p) ?? 0));
  return [...sizes].reduce((sum, [p, size]) => (within(p) ? sum + size : sum), 0);
}
