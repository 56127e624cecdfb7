/**
 * One process of `-w N`. It takes its orders from the supervisor and ends with it.
 * @module
 */
import { ModelError } from '../../errors/model-error.ts';
import { GRACE_MS, stopSignal } from './run.ts';
import { type ServeOrder, serve } from './serve.ts';
import type { WorkerMessage } from './workers.ts';

const stop = stopSignal();
// The supervisor is gone: nobody would ever end this process.
process.once('disconnect', () => process.exit(0));

process.once('message', (message: { order: ServeOrder; reusePort: boolean }) => {
  void run(message.order, message.reusePort).then((status) => process.exit(status));
});

async function run(order: ServeOrder, reusePort: boolean): Promise<number> {
  try {
    const serving = await Promise.race([serve(order, reusePort), stop]);
    if (serving === undefined) return 0;
    tell({ ready: { port: serving.listener.port, flavor: serving.flavor } });
    await stop;
    await serving.stop(GRACE_MS);
    return 0;
  } catch (error) {
    tell({ failed: ModelError.isInstance(error) ? `${error.code}: ${error.message}` : error instanceof Error ? error.name : 'an unknown error' });
    return 1;
  }
}

function tell(message: WorkerMessage): void {
  process.send?.(message);
}
