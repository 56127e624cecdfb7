/**
 * Opens a model folder and chooses what scores it.
 * @module
 */
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
  const { enforcement = 'safe', flavor, onProgress } = options;
  const { files, metadata } = await openModel(source, options);
  const chosen = await chooseFlavor(metadata, files, flavor);
  if (!('flavor' in chosen)) throw new ModelError('NO_NATIVE_FLAVOR', { reasons: chosen.reasons });
  onProgress?.({ stage: 'build', flavor: chosen.flavor.name });
  const predictor = await chosen.flavor.load(chosen.context);
  onProgress?.({ stage: 'ready', flavor: chosen.flavor.name });
  return new LoadedModel({ metadata, flavor: chosen.flavor.name, predictor, enforcer: enforcerOf(metadata, enforcement), enforcement });
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
