/**
 * A process that runs a model for a server: one whose predictions hold their thread until they are done, and may take more memory than
 * there is. It answers whole requests in turn, by the routes of the server itself, and ends when the server does.
 * @module
 */
import { writeFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { ModelError } from '../../errors/model-error.ts';
import type { FromProcess, ProcessOrder, ToProcess } from './model-child.ts';
import { FrameWriter, onFrame } from './frames.ts';
import type { WatchOrder } from './process-watch.ts';

/** The pipe to the server. */
const CHANNEL = 3;

enableCompileCache?.();
// The server ends this process; a signal to all of a terminal's or a container's processes does not, so that what is in work gets done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.stderr.on('error', () => {});
giveWay();

const channel = new Socket({ fd: CHANNEL, readable: true, writable: true });
const writer = new FrameWriter(channel), work = new Int32Array(new SharedArrayBuffer(8));
channel.on('error', () => process.exit(0));
channel.on('close', () => process.exit(0));
channel.on('end', () => process.exit(0));
let handle: ((head: Extract<ToProcess, { query: string }>, body: Uint8Array) => Promise<void>) | undefined;
onFrame<ToProcess>(channel, ({ head, body }) => {
  begin();
  void ('order' in head ? start(head) : handle?.(head, body))?.finally(end);
});

/** The watch looks often while something is in work. */
function begin(): void {
  if (Atomics.add(work, 0, 1) === 0) Atomics.notify(work, 0);
}

function end(): void {
  Atomics.sub(work, 0, 1);
}

/** Where memory runs out all the same, Linux is to end this process and not the server. */
function giveWay(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Not Linux, or not allowed: the limit of memory is what there is.
  }
}

async function start({ order, memory, parent }: ProcessOrder): Promise<void> {
  watch(memory, parent);
  try {
    const [{ loadModel }, { App }, { ModelHost }, { reportError }] = await Promise.all([import('../../model/load.ts'), import('../app.ts'), import('../model-host.ts'), import('./report.ts')]);
    const { options, uri, flavor } = order, model = await loadModel(uri, { enforcement: options.enforcement, ...(flavor === undefined ? {} : { flavor }) });
    const host = new ModelHost(options);
    host.add('model', model);
    // The server holds the time limit.
    const app = new App(host, { ...options, timeout: 0, report: reportError });
    handle = async ({ id, contentType, query }, body) => {
      const answer = await app.handle({ method: 'POST', url: query === '' ? '/invocations' : `/invocations?${query}`, contentType, body });
      tell({ id, status: answer.status, headers: answer.headers }, answer.body);
    };
    tell({ ready: { outputs: model.outputs } });
  } catch (error) {
    const { code, data } = ModelError.isInstance(error) ? error : new ModelError('INTERNAL', { reason: error instanceof Error ? error.name : 'an unknown error' });
    tell({ failed: { code, data } });
  }
}

/** The watch has a thread of its own: this one is held while the model loads and scores. */
function watch(memory: number, parent: number): void {
  const script = new URL(`./process-watch${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
  const workerData: WatchOrder = { memory, parent, channel: CHANNEL, work };
  new Worker(script, { workerData, resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 } }).unref();
}

function tell(message: FromProcess, body?: string | Uint8Array): void {
  writer.send(message, body);
}
