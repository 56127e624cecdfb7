/** Load by wrk (Debian package): requests a second at a fixed concurrency. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Requests a second; every answer must be good. The script goes into `scratch`. */
export async function load(url: string, body: string, options: { seconds: number; connections: number; scratch: string }): Promise<number> {
  const script = join(options.scratch, 'post.lua');
  writeFileSync(script, `wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\nwrk.body = ${JSON.stringify(body)}\n`);
  const { stdout } = await promisify(execFile)('wrk', ['-t1', `-c${options.connections}`, `-d${options.seconds}s`, '--timeout', '30s', '-s', script, url]);
  const bad = /(Non-2xx or 3xx responses: |Socket errors: )(.+)/.exec(stdout);
  if (bad) throw new Error(`${url}: ${bad[0]}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
}
