/**
 * Serves a model folder in this process: load, host, app, listen.
 * @module
 */
import { availableParallelism } from 'node:os';
import { loadModel } from '../../model/load.ts';
import type { LoadProgress } from '../../model/progress.ts';
import { App } from '../app.ts';
import { ModelHost } from '../model-host.ts';
import { type Listener, listen } from './listen.ts';
import type { ServeOptions } from '../options.ts';

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

/**
 * Loads the model, then listens.
 * @throws ModelError of the model, LISTEN_FAILED
 */
export async function serve(order: ServeOrder, reusePort: boolean = false, onProgress?: (progress: LoadProgress) => void): Promise<Serving> {
  const { options, uri, flavor } = order;
  const threads = options.threads || Math.max(1, Math.floor(availableParallelism() / options.workers));
  const model = await loadModel(uri, { enforcement: options.enforcement, threads, ...(flavor === undefined ? {} : { flavor }), ...(onProgress ? { onProgress } : {}) });
  const host = new ModelHost(options);
  host.add('model', model);
  const report = (error: unknown): void => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  };
  const listener = await listen(new App(host, { ...options, report }), { ...options, reusePort, report });
  return {
    listener,
    flavor: model.flavor,
    async stop(grace) {
      await listener.stop(grace);
      await host.close();
    },
  };
}
