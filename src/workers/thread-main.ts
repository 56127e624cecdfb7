/**
 * One thread of a {@link WorkerThreads} pool: joins kernels on their shared memory and calls their exports.
 * @module
 */
import { parentPort } from 'node:worker_threads';
import { joinKernel } from '../data/wasm.ts';
import type { ThreadAnswer, ThreadOrder } from './threads.ts';

type Exports = Readonly<Record<string, (...args: readonly number[]) => unknown>>;

const kernels = new Map<number, Exports>();

parentPort?.on('message', (order: ThreadOrder) => {
  if (order.kind === 'drop') kernels.delete(order.kernel);
  else if (order.kind === 'join') {
    const kernel = joinKernel<Exports>(order.module, order.memory);
    if (kernel) kernels.set(order.kernel, kernel.run);
  } else parentPort?.postMessage(answer(order));
});

function answer({ call, kernel, name, args }: Extract<ThreadOrder, { kind: 'call' }>): ThreadAnswer {
  try {
    const run = kernels.get(kernel)?.[name];
    if (run === undefined) return { call, failed: 'the kernel does not run there' };
    run(...args);
    return { call };
  } catch (error) {
    return { call, failed: error instanceof Error ? error.message : 'an unknown error' };
  }
}
