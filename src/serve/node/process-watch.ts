/**
 * Watches over a process that runs a model, from a thread of its own: ends it when it takes too much memory, telling so first, and when
 * the server is gone.
 * @module
 */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { encodeFrame } from './frames.ts';
import type { FromProcess } from './model-child.ts';

const EVERY_MS = 20;
const { memory, parent, channel } = workerData as { readonly memory: number; readonly parent: number; readonly channel: number };

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  if (process.memoryUsage.rss() <= memory) return;
  const message: FromProcess = { memory };
  try {
    for (const part of encodeFrame(message)) writeSync(channel, part);
  } catch {
    // The pipe is full: the server sees the end without its reason.
  }
  process.kill(process.pid, 'SIGKILL');
}, EVERY_MS);
