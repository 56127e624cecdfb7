/**
 * Which file of its folder a model is.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { innerPath } from '../mlmodel/paths.ts';
import type { FlavorContext } from './_contract.ts';

/**
 * The path under `data` of the flavor, else of python_function. MLflow's library call reads the one, its pyfunc the other: where
 * they differ there is no one answer.
 * @throws ModelError FLAVOR_CONFIG_INVALID, PATH_OUTSIDE_MODEL
 */
export function modelPath({ config, model }: FlavorContext, flavor: string): string {
  const own = config['data'] ?? undefined, generic = model.flavors['python_function']?.['data'] ?? undefined;
  const paths = [own, generic].filter((path) => path !== undefined).map((path) => {
    if (typeof path !== 'string') throw new ModelError('FLAVOR_CONFIG_INVALID', { flavor, reason: 'data, the path of the model, is not text' });
    return innerPath(path);
  });
  const [path] = paths;
  if (path === undefined) throw new ModelError('FLAVOR_CONFIG_INVALID', { flavor, reason: 'data, the path of the model, is missing' });
  if (paths.some((other) => other !== path)) throw new ModelError('FLAVOR_CONFIG_INVALID', { flavor, reason: 'its data and the data of python_function are different files' });
  return path;
}
