/**
 * A server as a process: starts, tells that it listens, ends on SIGTERM with status 0.
 * @module
 */
import type { LoadProgress } from '../../model/progress.ts';
import type { ServeOrder } from './serve.ts';

/** What the process tells people. */
export interface RunHooks {
  onListening(where: { host: string; port: number; flavor: string; workers: number }): void;
  onProgress?(progress: LoadProgress): void;
  onNotice?(text: string): void;
}

/** Longest time for requests in work to finish after SIGTERM, in milliseconds; MLflow's users expect the end within 5 s. */
export const GRACE_MS: number = 4000;

/** Runs until a signal; resolves with the exit status. */
export async function runServer(order: ServeOrder, hooks: RunHooks): Promise<number> {
  const { workers } = order.options;
  const stop = stopSignal();
  if (workers > 1) {
    const { superviseWorkers } = await import('./workers.ts');
    return superviseWorkers(order, stop, {
      onReady: (port, flavor) => hooks.onListening({ host: order.options.host, port, flavor, workers }),
      onNotice: (text) => hooks.onNotice?.(text),
    });
  }
  const { serve } = await import('./serve.ts');
  const serving = await Promise.race([serve(order, false, hooks.onProgress), stop]);
  // Asked to end while the model was loading: nothing is in work.
  if (serving === undefined) return 0;
  hooks.onListening({ host: serving.listener.host, port: serving.listener.port, flavor: serving.flavor, workers: 1 });
  await stop;
  await serving.stop(GRACE_MS);
  return 0;
}

/** Resolves at the first SIGTERM or SIGINT. From here on a lost standard error ends no server. */
export function stopSignal(): Promise<undefined> {
  process.stderr.on('error', () => {});
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(undefined));
  });
}
