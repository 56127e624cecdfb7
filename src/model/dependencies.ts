/**
 * The requirements of a model's Python environment (mlflow.pyfunc.get_model_dependencies).
 * @module
 */
import { getModelDependencies as dependenciesOf, type ModelDependencies } from '../mlmodel/environment.ts';
import type { ModelFiles } from '../mlmodel/files.ts';
import { openModelFiles } from './open.ts';

/**
 * Where a model's requirements stand and what they say.
 * @param source a folder path, a `file:` URL, or files from elsewhere
 * @throws ModelError when the folder has none in that format
 * @example
 * ```ts
 * await getModelDependencies('./wine-quality', 'conda');
 * ```
 */
export async function getModelDependencies(source: string | URL | ModelFiles, format: 'pip' | 'conda' = 'pip'): Promise<ModelDependencies> {
  return dependenciesOf(await openModelFiles(source), format);
}
