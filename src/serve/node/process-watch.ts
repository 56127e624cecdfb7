/**
 * Watches over a process that runs a model, from a thread of its own: ends it when it takes too much memory, telling so first, and when
 * the server is gone.
 * @module
 */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { encodeFrame } from './frames.ts';
import type { FromProcess } from './model-child.ts';

/** What the watch is told; `work` is shared: how much the process has in work, and a number that stays 0. */
export interface WatchOrder {
  readonly memory: number;
  readonly parent: number;
  readonly channel: number;
  readonly work: Int32Array<SharedArrayBuffer>;
}

const BUSY_MS = 20, IDLE_MS = 500;
const { memory, parent, channel, work } = workerData as WatchOrder;

for (;;) {
  look();
  // Sleeps: while nothing is in work until something is, else for a moment.
  if (Atomics.load(work, 0) === 0) Atomics.wait(work, 0, 0, IDLE_MS);
  else Atomics.wait(work, 1, 0, BUSY_MS);
}

function look(): void {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  if (process.memoryUsage.rss() <= memory) return;
  const message: FromProcess = { memory };
  try {
    for (const part of encodeFrame(message)) writeSync(channel, part);
  } catch {
    // The pipe is full: the server sees the end without its reason.
  }
  process.kill(process.pid, 'SIGKILL');
}
