/** Load by wrk (Debian package): requests a second at a fixed concurrency. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cache } from './environment.ts';

export interface Load {
  readonly rate: number;
  readonly latencyMs: number;
}

export async function load(port: number, body: string, options: { seconds: number; connections: number }): Promise<Load> {
  const script = join(cache, 'post.lua');
  writeFileSync(script, `wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\nwrk.body = ${JSON.stringify(body).replaceAll('\\/', '/')}\n`);
  const { stdout } = await promisify(execFile)('wrk', ['-t1', `-c${options.connections}`, `-d${options.seconds}s`, '--latency', '-s', script, `http://127.0.0.1:${port}/invocations`]);
  const bad = /Non-2xx or 3xx responses: (\d+)/.exec(stdout);
  if (bad) throw new Error(`${bad[1]} requests failed`);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const [, value = '0', unit = 'ms'] = /50%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  return { rate, latencyMs: Number(value) * (unit === 'us' ? 0.001 : unit === 's' ? 1000 : 1) };
}
