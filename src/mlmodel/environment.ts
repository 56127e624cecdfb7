/**
 * The environment of a model: conda.yaml, python_env.yaml, and what {@link getModelDependencies} makes of them.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import type { ModelFiles } from './files.ts';
import { decodeText, readModel } from './read.ts';
import { parseYaml, writeYaml, type YamlValue } from './yaml.ts';

/** conda.yaml. */
export interface CondaEnv {
  readonly name?: string;
  readonly channels: readonly string[];
  /** Conda's own packages, `python=3.11.7` among them. */
  readonly dependencies: readonly string[];
  /** The list under `pip`; undefined where there is none. */
  readonly pip: readonly string[] | undefined;
}

/** python_env.yaml. */
export interface PythonEnv {
  readonly python?: string;
  readonly buildDependencies: readonly string[];
  readonly dependencies: readonly string[];
}

/** What {@link getModelDependencies} gives. */
export interface ModelDependencies {
  /** The file, relative to the model folder; `requirements.txt` also when it was made from conda.yaml. */
  readonly file: string;
  readonly text: string;
  /** What MLflow logs beside it. */
  readonly logs: readonly { readonly level: 'INFO' | 'WARNING'; readonly message: string }[];
}

/**
 * Reads conda.yaml.
 * @throws ModelError YAML_INVALID, ENVIRONMENT_INVALID
 */
export function parseCondaEnv(text: string, file: string = 'conda.yaml'): CondaEnv {
  const env = mapping(text, file), dependencies: string[] = [];
  let pip: readonly string[] | undefined;
  for (const entry of list(env.get('dependencies'), file, 'dependencies')) {
    if (typeof entry === 'string') dependencies.push(entry);
    else if (entry instanceof Map && entry.has('pip')) pip ??= texts(entry.get('pip'), file, 'pip');
    else throw invalid(file, 'an entry of dependencies is neither text nor a mapping with pip');
  }
  const name = env.get('name');
  return { ...(typeof name === 'string' ? { name } : {}), channels: texts(env.get('channels'), file, 'channels'), dependencies, pip };
}

/** Writes conda.yaml as MLflow does. */
export function formatCondaEnv(env: CondaEnv): string {
  const dependencies: YamlValue[] = [...env.dependencies, ...(env.pip === undefined ? [] : [new Map<YamlValue, YamlValue>([['pip', [...env.pip]]])])];
  return writeYaml(new Map<YamlValue, YamlValue>([...(env.name === undefined ? [] : [['name', env.name] as const]), ['channels', [...env.channels]], ['dependencies', dependencies]]));
}

/**
 * Reads python_env.yaml.
 * @throws ModelError YAML_INVALID, ENVIRONMENT_INVALID, among others for a Python version that YAML reads as a number
 */
export function parsePythonEnv(text: string, file: string = 'python_env.yaml'): PythonEnv {
  const env = mapping(text, file), python = env.get('python') ?? null;
  if (python !== null && typeof python !== 'string') throw invalid(file, 'python is not text; write the version in quotes');
  return {
    ...(python === null || python === '' ? {} : { python }),
    buildDependencies: texts(env.get('build_dependencies'), file, 'build_dependencies'),
    dependencies: texts(env.get('dependencies'), file, 'dependencies'),
  };
}

/** Writes python_env.yaml as MLflow does: in this order, empty parts left out. */
export function formatPythonEnv(env: PythonEnv): string {
  const parts: readonly (readonly [string, YamlValue])[] = [
    ['python', env.python ?? ''], ['build_dependencies', [...env.buildDependencies]], ['dependencies', [...env.dependencies]],
  ];
  return parts.filter(([, value]) => (value as string | unknown[]).length > 0).map(([key, value]) => writeYaml(new Map([[key, value]]))).join('');
}

/**
 * The dependencies of a model, as mlflow.pyfunc.get_model_dependencies gives them: requirements.txt, or where it is
 * missing the pip list of conda.yaml; for `conda` the conda.yaml that python_function names.
 * @throws ModelError ENVIRONMENT_FORMAT_UNKNOWN, PIP_SECTION_MISSING, FILE_NOT_FOUND
 * @example
 * ```ts
 * const { text } = await getModelDependencies(files, 'pip');
 * ```
 */
export async function getModelDependencies(files: ModelFiles, format: 'pip' | 'conda' = 'pip'): Promise<ModelDependencies> {
  if (format !== 'pip' && format !== 'conda') throw new ModelError('ENVIRONMENT_FORMAT_UNKNOWN', { format });
  const file = 'requirements.txt';
  if (format === 'pip' && (await files.stat(file)) !== undefined) {
    return { file, text: decodeText(await files.read(file), file), logs: [installHint(files, file)] };
  }
  const conda = await condaFile(files);
  const text = decodeText(await files.read(conda), conda);
  if (format === 'conda') return { file: conda, text, logs: [] };
  const env = parseCondaEnv(text, conda);
  if (env.pip === undefined) throw new ModelError('PIP_SECTION_MISSING', { file: conda });
  const logs: ModelDependencies['logs'][number][] = [{
    level: 'INFO',
    message: `${file} is not found in the model directory. Falling back to extracting pip requirements from the model's 'conda.yaml' file. Conda dependencies will be ignored.`,
  }];
  if (env.dependencies.length > 0) {
    logs.push({ level: 'WARNING', message: `The following conda dependencies have been excluded from the environment file: ${env.dependencies.join(', ')}.` });
  }
  return { file, text: `${env.pip.join('\n')}\n`, logs: [...logs, installHint(files, file)] };
}

/** The conda.yaml that the python_function flavor names, as text or under `conda`. */
async function condaFile(files: ModelFiles): Promise<string> {
  const env = (await readModel(files)).flavors['python_function']?.['env'];
  const path = typeof env === 'object' && env !== null ? (env as Readonly<Record<string, unknown>>)['conda'] : env;
  if (typeof path !== 'string') throw new ModelError('FILE_NOT_FOUND', { path: 'conda.yaml' });
  return path;
}

function installHint(files: ModelFiles, file: string): ModelDependencies['logs'][number] {
  const path = files.directory === undefined ? file : `${files.directory}/${file}`;
  return { level: 'INFO', message: `To install the dependencies that were used to train the model, run the following command: 'pip install -r ${path}'.` };
}

function mapping(text: string, file: string): Map<YamlValue, YamlValue> {
  const value = parseYaml(text, { file });
  if (!(value instanceof Map)) throw invalid(file, 'it is not a mapping of keys');
  return value;
}

function list(value: YamlValue | undefined, file: string, key: string): YamlValue[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : refuse(file, `${key} is not a list`);
}

function texts(value: YamlValue | undefined, file: string, key: string): string[] {
  return list(value, file, key).map((item) => (typeof item === 'string' ? item : refuse(file, `${key} holds something else than text`)));
}

function refuse(file: string, reason: string): never {
  throw invalid(file, reason);
}

function invalid(file: string, reason: string): ModelError {
  return new ModelError('ENVIRONMENT_INVALID', { file, reason });
}
