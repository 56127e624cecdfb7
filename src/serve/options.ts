/**
 * The server's options: one table from which flags, help, environment variables and documents come.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import type { Enforcement } from '../schema/signature.ts';

/** What the server is told. Times in seconds, sizes in bytes. */
export interface ServeOptions {
  host: string;
  port: number;
  timeout: number;
  workers: number;
  threads: number;
  enforcement: Enforcement;
  scoringProtocol: '1' | '2' | 'auto';
  predictionsKey: string;
  bodyLimit: number;
  headerTimeout: number;
  bodyTimeout: number;
  maxRequests: number;
  modelMemory: number;
  accessLog: boolean;
}

/** One row of the table. */
export interface ServeOptionSpec {
  readonly name: keyof ServeOptions;
  /** As commander reads it. */
  readonly flag: string;
  readonly type: 'text' | 'number' | 'integer' | 'size' | 'choice' | 'switch';
  readonly default: string | number | boolean;
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly env: string;
  /** MLflow's own variable, where it has one. */
  readonly mlflowEnv?: string;
  readonly help: string;
}

/** Every option of the server. A body of more than 512mb could not be read: V8 cannot hold a longer text. */
export const serveOptions: readonly ServeOptionSpec[] = [
  { name: 'port', flag: '-p, --port <number>', type: 'integer', default: 5000, min: 0, max: 65535, env: 'MLMODEL_PORT', mlflowEnv: 'MLFLOW_PORT', help: 'port to listen on; 0 takes a free one' },
  { name: 'host', flag: '-h, --host <address>', type: 'text', default: '127.0.0.1', env: 'MLMODEL_HOST', mlflowEnv: 'MLFLOW_HOST', help: 'network interface to bind to; 0.0.0.0 for all' },
  { name: 'timeout', flag: '-t, --timeout <seconds>', type: 'number', default: 60, min: 0, max: 86400, env: 'MLMODEL_TIMEOUT', mlflowEnv: 'MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT', help: 'longest time to work on one request before it is answered 504; 0 for no limit' },
  { name: 'workers', flag: '-w, --workers <number>', type: 'integer', default: 1, min: 1, max: 256, env: 'MLMODEL_WORKERS', mlflowEnv: 'MLFLOW_MODELS_WORKERS', help: 'processes that listen on the port' },
  { name: 'threads', flag: '--threads <number>', type: 'integer', default: 0, min: 0, max: 256, env: 'MLMODEL_THREADS', help: 'threads of each process for batches of some hundreds of rows on, or processes for a model that is run apart from the server, as ONNX models are (4 at most unless given); 0 for the cores divided by the workers' },
  { name: 'enforcement', flag: '--enforcement <mode>', type: 'choice', choices: ['safe', 'mlflow', 'strict'], default: 'safe', env: 'MLMODEL_ENFORCEMENT', help: 'how input is held against the signature' },
  { name: 'scoringProtocol', flag: '--scoring-protocol <version>', type: 'choice', choices: ['1', '2', 'auto'], default: '2', env: 'MLMODEL_SCORING_PROTOCOL', help: 'request forms of MLflow 1.x (1), of 2.x and 3.x (2), or both' },
  { name: 'predictionsKey', flag: '--predictions-key <name>', type: 'text', default: '', env: 'MLMODEL_PREDICTIONS_KEY', mlflowEnv: 'PREDICTIONS_WRAPPER_ATTR_NAME', help: 'with scoring protocol 1: answer an object with this key instead of the bare value' },
  { name: 'bodyLimit', flag: '--body-limit <size>', type: 'size', default: '100mb', min: 1, max: 2 ** 29 - 1024, env: 'MLMODEL_BODY_LIMIT', help: 'largest request body, also after decompression (such as 512kb, 100mb)' },
  { name: 'headerTimeout', flag: '--header-timeout <seconds>', type: 'number', default: 10, min: 1, max: 3600, env: 'MLMODEL_HEADER_TIMEOUT', help: 'longest time for the headers of a request to arrive' },
  { name: 'bodyTimeout', flag: '--body-timeout <seconds>', type: 'number', default: 60, min: 1, max: 86400, env: 'MLMODEL_BODY_TIMEOUT', help: 'longest time for a whole request to arrive' },
  { name: 'maxRequests', flag: '--max-requests <number>', type: 'integer', default: 256, min: 1, max: 1_000_000, env: 'MLMODEL_MAX_REQUESTS', help: 'requests in work at once in a process; further ones are answered 503' },
  { name: 'modelMemory', flag: '--model-memory <size>', type: 'size', default: 0, min: 0, max: 2 ** 50, env: 'MLMODEL_MODEL_MEMORY', help: 'most memory of a process that a model is run in apart from the server, as ONNX models are (such as 512mb, 4gb); 0 for its share of three quarters of the memory there is' },
  { name: 'accessLog', flag: '--access-log', type: 'switch', default: false, env: 'MLMODEL_ACCESS_LOG', help: 'write one JSON line a request to stdout' },
];

/** Given values (texts from a command line, or typed ones), then environment variables, then defaults. */
export function readServeOptions(given: Readonly<Record<string, unknown>>, env: Readonly<Record<string, string | undefined>> = {}): ServeOptions {
  const out: Record<string, unknown> = {};
  for (const spec of serveOptions) {
    const [source, raw] = sourceOf(spec, given, env);
    out[spec.name] = readOne(spec, source, raw);
  }
  return out as unknown as ServeOptions;
}

function sourceOf(spec: ServeOptionSpec, given: Readonly<Record<string, unknown>>, env: Readonly<Record<string, string | undefined>>): [string, unknown] {
  if (given[spec.name] !== undefined) return [`--${spec.flag.split('--')[1]?.split(' ')[0] ?? spec.name}`, given[spec.name]];
  for (const name of [spec.env, spec.mlflowEnv]) {
    const value = name === undefined ? undefined : env[name];
    if (name !== undefined && value !== undefined && value !== '') return [name, value];
  }
  return [spec.name, spec.default];
}

function readOne(spec: ServeOptionSpec, source: string, raw: unknown): unknown {
  switch (spec.type) {
    case 'text': return String(raw);
    case 'switch': return readSwitch(source, raw);
    case 'choice':
      if (!spec.choices?.includes(String(raw))) throw new ModelError('OPTION_INVALID', { option: source, expected: `one of ${spec.choices?.join(', ')}` });
      return String(raw);
    case 'size': return readSize(spec, source, raw);
    default: return readNumber(spec, source, raw);
  }
}

function readNumber(spec: ServeOptionSpec, source: string, raw: unknown): number {
  const { min = 0, max = Number.MAX_SAFE_INTEGER, type } = spec;
  const value = typeof raw === 'number' ? raw : /^\d+(\.\d+)?$/.test(String(raw)) ? Number(raw) : NaN;
  if (!(value >= min && value <= max) || (type === 'integer' && !Number.isInteger(value))) {
    throw new ModelError('OPTION_INVALID', { option: source, expected: `${type === 'integer' ? 'a whole number' : 'a number'} from ${min} to ${max}` });
  }
  return value;
}

function readSwitch(source: string, raw: unknown): boolean {
  if (raw === true || raw === 'true' || raw === '1') return true;
  if (raw === false || raw === 'false' || raw === '0') return false;
  throw new ModelError('OPTION_INVALID', { option: source, expected: 'true or false' });
}

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

function readSize({ min = 0, max = Number.MAX_SAFE_INTEGER }: ServeOptionSpec, source: string, raw: unknown): number {
  const match = /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb|)$/i.exec(String(raw));
  const size = match ? Math.floor(Number(match[1]) * (UNITS[(match[2] ?? '').toLowerCase()] ?? 1)) : NaN;
  if (!(size >= min && size <= max)) throw new ModelError('OPTION_INVALID', { option: source, expected: `a size such as 512kb or 100mb, from ${min} to ${max} bytes` });
  return size;
}
