/**
 * Reads the MLmodel file of a model's files.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import type { ModelFiles } from './files.ts';
import { Model, type ModelOptions } from './model.ts';

/**
 * The MLmodel file of a folder as an object.
 * @throws ModelError MODEL_NOT_FOUND, MLMODEL_INVALID
 */
export async function readModel(files: ModelFiles, options: ModelOptions = {}): Promise<Model> {
  if ((await files.stat('MLmodel')) === undefined) throw new ModelError('MODEL_NOT_FOUND', { path: files.name });
  return Model.parse(decodeText(await files.read('MLmodel'), 'MLmodel'), options);
}

/**
 * A text file of a model.
 * @throws ModelError FILE_MALFORMED when it is not UTF-8
 */
export function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new ModelError('FILE_MALFORMED', { file, format: 'UTF-8 text', where: 'an unknown place', reason: 'bytes that are not UTF-8' }, { cause: error });
  }
}
