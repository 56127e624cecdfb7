/** Runs the real command line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach } from 'vitest';

export const WINE = 'examples/wine-quality';

/** What a finished run left. */
export interface Run {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

const running: Set<ChildProcess> = new Set();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

function start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, ['src/cli/main.ts', ...args], { stdio: 'pipe', env: { ...process.env, NODE_OPTIONS: '', ...env } });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Runs to the end. */
export function run(args: readonly string[], input: string | Uint8Array = '', env: Record<string, string> = {}): Promise<Run> {
  const child = start(args, env);
  let out = '', err = '';
  child.stdout?.on('data', (data) => (out += data));
  child.stderr?.on('data', (data) => (err += data));
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, out, err })));
}

/** A server that listens. */
export interface Served {
  readonly child: ChildProcess;
  readonly url: string;
  /** What it has written so far. */
  output(): { out: string; err: string };
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<{ status: number | null; ms: number }>;
}

/** Starts a server on a free port and waits until it says that it listens. */
export async function serve(args: readonly string[], env: Record<string, string> = {}): Promise<Served> {
  const child = start([...args, '-p', '0'], env);
  let out = '', err = '';
  child.stdout?.on('data', (data) => (out += data));
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr?.on('data', (data) => {
      err += data;
      const match = /at (http:\S+),/.exec(err);
      if (match?.[1]) resolve(match[1]);
    });
    child.once('exit', (status) => reject(new Error(`ended with ${status}: ${err}`)));
  });
  return {
    child, url,
    output: () => ({ out, err }),
    stop() {
      const begun = performance.now();
      child.kill('SIGTERM');
      return new Promise((resolve) => child.once('exit', (status) => resolve({ status, ms: performance.now() - begun })));
    },
  };
}

/** True while a process of that id is there. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
