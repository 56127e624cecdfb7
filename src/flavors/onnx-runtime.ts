/**
 * The part of onnxruntime-node that the ONNX flavor uses, and how a session is made from what MLmodel says.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { importLib } from '../plugins/import-lib.ts';
import type { FlavorConfig } from './_contract.ts';

/** A tensor of the library. int64 is a BigInt64Array, bool a Uint8Array, float16 a Uint16Array or Float16Array. */
export interface RuntimeTensor {
  readonly type: string;
  readonly data: ArrayLike<number | bigint | string>;
  readonly dims: readonly number[];
}

/** A loaded model of the library. */
export interface RuntimeSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, RuntimeTensor>>, fetches: readonly string[]): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
}

/** Bytes of a file beside the model. */
export interface ExternalFile {
  readonly path: string;
  readonly data: Uint8Array;
}

/** The library. */
export interface Runtime {
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => RuntimeTensor;
  readonly InferenceSession: { create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<RuntimeSession> };
  listSupportedBackends?(): readonly { readonly name: string; readonly bundled: boolean }[];
}

/** How a model's session is made. */
export interface SessionPlan {
  readonly options: Readonly<Record<string, unknown>>;
  /** Names of MLmodel's `providers`, in its order. */
  readonly providers: readonly string[];
}

/** Imports the library. @throws ModelError LIBRARY_MISSING, LIBRARY_VERSION, LIBRARY_BROKEN */
export async function importRuntime(): Promise<Runtime> {
  const module = await importLib('The onnx flavor', 'onnxruntime-node', '^1.30.0', () => import('onnxruntime-node') as Promise<unknown>);
  const { default: inner } = module as { default?: Runtime };
  return inner?.InferenceSession ? inner : (module as Runtime);
}

/** ONNX Runtime's execution providers → the library's names. */
const PROVIDERS: Readonly<Record<string, string>> = {
  CPUExecutionProvider: 'cpu', CUDAExecutionProvider: 'cuda', TensorrtExecutionProvider: 'tensorrt', DmlExecutionProvider: 'dml',
  CoreMLExecutionProvider: 'coreml', QNNExecutionProvider: 'qnn', WebGpuExecutionProvider: 'webgpu',
};

/** GraphOptimizationLevel of ONNX Runtime's Python package by number. MLflow takes 0 for "not given". */
const LEVELS: Readonly<Record<number, string>> = { 1: 'basic', 2: 'extended', 3: 'layout', 99: 'all' };

/** Entries that make the library open or write files, or read the model as something else than what was checked. */
const REFUSED_ENTRY = /path|file|folder|dump|library|load_model_format|ort_model_bytes|save_model/i;

/**
 * Reads `providers` and `onnx_session_options` of MLmodel as MLflow's wrapper does (mlflow/onnx/__init__.py).
 * @throws ModelError FLAVOR_CONFIG_INVALID
 */
export function sessionPlan(config: FlavorConfig): SessionPlan {
  const given = config['onnx_session_options'] ?? {};
  if (typeof given !== 'object') invalid('onnx_session_options is not a mapping');
  const from = given as Readonly<Record<string, unknown>>, extra: Record<string, string> = {};
  for (const [key, value] of Object.entries((from['extra_session_config'] ?? {}) as Record<string, unknown>)) {
    if (REFUSED_ENTRY.test(key)) invalid(`extra_session_config has ${key}, which is not taken from a model`);
    if (typeof value === 'object') invalid(`extra_session_config has ${key} with a value that is not text`);
    extra[key] = String(value);
  }
  const options: Record<string, unknown> = { logSeverityLevel: 4, extra };
  const inter = threads(from, 'inter_op_num_threads'), intra = threads(from, 'intra_op_num_threads');
  if (inter) options['interOpNumThreads'] = inter;
  if (intra) options['intraOpNumThreads'] = intra;
  const mode = String(from['execution_mode'] ?? '').toLowerCase();
  if (mode === 'sequential' || mode === 'parallel') options['executionMode'] = mode;
  const level = from['graph_optimization_level'];
  if (level) {
    const name = LEVELS[Number(level)];
    if (!name) invalid(`graph_optimization_level is none of 0, ${Object.keys(LEVELS).join(', ')}`);
    options['graphOptimizationLevel'] = name;
  }
  return { options, providers: providersOf(config['providers']) };
}

function threads(from: Readonly<Record<string, unknown>>, key: string): number | undefined {
  const value = from[key] ?? 0;
  if (typeof value !== 'number' && typeof value !== 'bigint') invalid(`${key} is not a number`);
  const count = Number(value);
  if (!Number.isInteger(count) || count < 0 || count > 1024) invalid(`${key} is not between 0 and 1024`);
  return count === 0 ? undefined : count;
}

/** A text, a list of texts, or of [text, options] pairs. */
function providersOf(given: unknown): readonly string[] {
  const list: readonly unknown[] = typeof given === 'string' ? [given] : Array.isArray(given) ? given : [];
  return list.map((entry: unknown) => String(Array.isArray(entry) ? entry[0] : entry));
}

/** The library's names of the providers it brings along, CPU last; and what is said about the others. */
export function usableProviders(runtime: Runtime, wanted: readonly string[]): { readonly names: readonly string[]; readonly notes: readonly string[] } {
  const bundled = new Set(runtime.listSupportedBackends?.().filter((backend) => backend.bundled).map((backend) => backend.name) ?? []);
  const names: string[] = [], notes: string[] = [];
  for (const provider of wanted) {
    const name = PROVIDERS[provider];
    if (name === 'cpu') continue;
    if (name !== undefined && bundled.has(name)) names.push(name);
    else notes.push(`The execution provider ${provider} is not part of onnxruntime-node here; the model is scored without it.`);
  }
  return { names: [...names, 'cpu'], notes };
}

/**
 * Makes a session; where a provider does not start, on the CPU alone.
 * @param folder the folder on a disk that external data files are relative to, or those files' bytes
 * @throws ModelError MODEL_REJECTED
 */
export async function createSession(runtime: Runtime, plan: SessionPlan, file: string, model: Uint8Array, external: string | readonly ExternalFile[]): Promise<{ readonly session: RuntimeSession; readonly notes: readonly string[] }> {
  const { names, notes: found } = usableProviders(runtime, plan.providers), notes = [...found], extra = { ...(plan.options['extra'] as Record<string, string>) };
  const options: Record<string, unknown> = { ...plan.options, extra };
  if (typeof external === 'string') extra['session.model_external_initializers_file_folder_path'] = external;
  else if (external.length > 0) options['externalData'] = external;
  if (names.length > 1) {
    try {
      return { session: await runtime.InferenceSession.create(model, { ...options, executionProviders: names }), notes };
    } catch {
      notes.push(`The execution provider ${names[0] ?? ''} does not start; the model is scored on the CPU.`);
    }
  }
  try {
    return { session: await runtime.InferenceSession.create(model, { ...options, executionProviders: ['cpu'] }), notes };
  } catch (cause) {
    throw new ModelError('MODEL_REJECTED', { library: 'onnxruntime-node', file, reason: reasonOf(cause) }, { cause });
  }
}

function reasonOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, ' ').trim();
}

function invalid(reason: string): never {
  throw new ModelError('FLAVOR_CONFIG_INVALID', { flavor: 'onnx', reason });
}
