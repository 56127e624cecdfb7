/**
 * Opens a model folder and chooses what scores it.
 * @module
 */
import type { ThreadPool } from '../engines/threads.ts';
import { ModelError } from '../errors/model-error.ts';
import type { ModelFiles } from '../mlmodel/files.ts';
import { readModel } from '../mlmodel/read.ts';
import type { Model } from '../mlmodel/model.ts';
import type { Enforcement } from '../schema/signature.ts';
import { chooseFlavor } from './choose-flavor.ts';
import { enforcerOf, LoadedModel } from './loaded-model.ts';
import { openModelFiles } from './open.ts';
import { type LoadProgress, watchReads } from './progress.ts';

/** Options of {@link loadModel}. */
export interface LoadOptions {
  /** The flavor to score with. @default the one that stands in for python_function */
  flavor?: string;
  /** How input is held against the signature. @default 'safe' */
  enforcement?: Enforcement;
  /** Threads for batches of some hundreds of rows on; they start with the first one. @default the cores; 1 where there are no worker threads */
  threads?: number;
  /** Is told what is read and built, for loads that take long. */
  onProgress?(progress: LoadProgress): void;
}

/**
 * Loads an MLflow model.
 * @param source a folder path, a `file:` URL, or files from elsewhere
 * @throws ModelError for a broken folder, and NO_NATIVE_FLAVOR where nothing here scores the model
 * @example
 * ```ts
 * const model = await loadModel('./wine-quality', { enforcement: 'strict' });
 * ```
 */
export async function loadModel(source: string | URL | ModelFiles, options: LoadOptions = {}): Promise<LoadedModel> {
  return (await prepareModel(source, options)).load();
}

/** A model whose flavor is chosen, not loaded yet. */
export interface PreparedModel {
  readonly flavor: string;
  /** As the flavor says it. */
  readonly blocks: boolean;
  load(): Promise<LoadedModel>;
}

/**
 * Opens a model and chooses its flavor, for a server that runs some models in processes of their own.
 * @throws ModelError for a broken folder, and NO_NATIVE_FLAVOR where nothing here scores the model
 */
export async function prepareModel(source: string | URL | ModelFiles, options: LoadOptions = {}): Promise<PreparedModel> {
  const { enforcement = 'safe', flavor: named, onProgress } = options;
  const { files, metadata } = await openModel(source, options), pool = await openThreads(options.threads);
  const chosen = await chooseFlavor(metadata, files, named, pool);
  if (!('flavor' in chosen)) throw new ModelError('NO_NATIVE_FLAVOR', { reasons: chosen.reasons });
  const { flavor, context } = chosen;
  return {
    flavor: flavor.name,
    blocks: flavor.blocks ?? false,
    async load() {
      onProgress?.({ stage: 'build', flavor: flavor.name });
      const predictor = await flavor.load(context);
      onProgress?.({ stage: 'ready', flavor: flavor.name });
      return new LoadedModel({ metadata, flavor: flavor.name, predictor, threads: pool, enforcer: enforcerOf(metadata, enforcement), enforcement });
    },
  };
}

const MOST_THREADS = 256;

/** Worker threads where the runtime has them, more than one. */
async function openThreads(wanted: number | undefined): Promise<ThreadPool | undefined> {
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_THREADS)) throw new ModelError('OPTION_INVALID', { option: 'threads', expected: `a whole number from 1 to ${MOST_THREADS}` });
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  if (wanted === 1 || process?.versions?.node === undefined) return undefined;
  const { coreCount, WorkerThreads } = await import('../workers/threads.ts');
  const threads = wanted ?? coreCount();
  return threads > 1 ? new WorkerThreads(threads) : undefined;
}

/** A model's files and what its MLmodel says, nothing loaded. */
export interface OpenedModel {
  readonly files: ModelFiles;
  readonly metadata: Model;
}

/**
 * Reads the MLmodel only: for tools that look at a model without scoring it.
 * @throws ModelError for a broken folder
 */
export async function openModel(source: string | URL | ModelFiles, options: Pick<LoadOptions, 'enforcement' | 'onProgress'> = {}): Promise<OpenedModel> {
  const files = watchReads(await openModelFiles(source), options.onProgress);
  return { files, metadata: await readModel(files, { enforcement: options.enforcement ?? 'safe' }) };
}
