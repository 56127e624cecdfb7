/**
 * Serves a model folder in this process: load, host, app, listen.
 * @module
 */
import { availableParallelism } from 'node:os';
import { prepareModel } from '../../model/load.ts';
import type { LoadProgress } from '../../model/progress.ts';
import { App } from '../app.ts';
import { ModelHost } from '../model-host.ts';
import { type Listener, listen } from './listen.ts';
import type { ServeOptions } from '../options.ts';
import { reportError } from './report.ts';

/** What is served and how. */
export interface ServeOrder {
  readonly uri: string;
  readonly options: ServeOptions;
  /** The flavor to score with, where it is not to be chosen. */
  readonly flavor?: string | undefined;
}

/** A server that answers. */
export interface Serving {
  readonly listener: Listener;
  readonly flavor: string;
  /** Stops within `grace` milliseconds. */
  stop(grace: number): Promise<void>;
}

/** `--threads`, or the cores divided by the workers: threads of a process, or its processes for a model that runs apart. */
export function threadsOf({ threads, workers }: ServeOptions): number {
  return threads || Math.max(1, Math.floor(availableParallelism() / workers));
}

/**
 * Loads the model, then listens.
 * @throws ModelError of the model, LISTEN_FAILED
 */
export async function serve(order: ServeOrder, reusePort: boolean = false, onProgress?: (progress: LoadProgress) => void): Promise<Serving> {
  const { options, uri, flavor } = order;
  const threads = threadsOf(options);
  const prepared = await prepareModel(uri, { enforcement: options.enforcement, threads, ...(flavor === undefined ? {} : { flavor }), ...(onProgress ? { onProgress } : {}) });
  const host = new ModelHost(options);
  if (prepared.blocks) {
    const { ModelPool } = await import('./model-pool.ts');
    onProgress?.({ stage: 'build', flavor: prepared.flavor });
    host.addHosted('model', await ModelPool.start(order));
    onProgress?.({ stage: 'ready', flavor: prepared.flavor });
  } else host.add('model', await prepared.load());
  const listener = await listenFor(host, order, reusePort);
  return {
    listener,
    flavor: prepared.flavor,
    async stop(grace) {
      await listener.stop(grace);
      await host.close();
    },
  };
}

/** Listens; a model whose server cannot is closed, so that no process of it stays. */
async function listenFor(host: ModelHost, { options }: ServeOrder, reusePort: boolean): Promise<Listener> {
  try {
    return await listen(new App(host, { ...options, report: reportError }), { ...options, reusePort, report: reportError });
  } catch (error) {
    await host.close();
    throw error;
  }
}
