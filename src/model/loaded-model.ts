/**
 * A model that is ready to score.
 * @module
 */
import type { Value } from '../data/values.ts';
import type { ThreadPool } from '../engines/threads.ts';
import { ModelError } from '../errors/model-error.ts';
import type { Output, Predictor, PredictOptions } from '../flavors/_contract.ts';
import type { Model } from '../mlmodel/model.ts';
import { compileEnforcer, type Enforcer } from '../schema/enforce.ts';
import { type Enforcement, ModelSignature } from '../schema/signature.ts';
import { compileTypeHint } from '../wire/type-hints.ts';
import type { InputReader, PlainInput, PlainParams } from './input.ts';

/** What a prediction may be given beside the input. */
export interface ModelPredictOptions {
  /** Inference parameters by name; defaults come from the signature. */
  params?: PlainParams;
  /** One of the model's `outputs`. @default MLflow's plain answer */
  output?: string;
  signal?: AbortSignal;
}

/** The parts of a {@link LoadedModel}. */
export interface LoadedModelParts {
  metadata: Model;
  flavor: string;
  predictor: Predictor;
  /** Ended with the model. */
  threads?: ThreadPool | undefined;
  enforcer: Enforcer;
  enforcement: Enforcement;
}

/** For {@link LoadedModel.score}. */
export interface ScoreOptions {
  readonly params?: Value | undefined;
  readonly output?: string | undefined;
  /** The input already is what the model takes. */
  readonly enforced?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A loaded model: enforces the signature, scores, answers.
 * @example
 * ```ts
 * const model = await loadModel('./wine-quality');
 * const answer = await model.predict([{ alcohol: 9.4, ph: 3.5 }]);
 * await model.close();
 * ```
 */
export class LoadedModel {
  readonly metadata: Model;
  /** The flavor that scores it. */
  readonly flavor: string;
  readonly enforcement: Enforcement;
  readonly #predictor: Predictor;
  readonly #enforcer: Enforcer;
  readonly #threads: ThreadPool | undefined;
  /** Compiled by the first predict. */
  #read: InputReader | undefined;

  constructor(parts: LoadedModelParts) {
    this.metadata = parts.metadata;
    this.flavor = parts.flavor;
    this.enforcement = parts.enforcement;
    this.#predictor = parts.predictor;
    this.#enforcer = parts.enforcer;
    this.#threads = parts.threads;
  }

  get signature(): ModelSignature | undefined {
    return this.metadata.signature;
  }

  /** Names that `output` takes. */
  get outputs(): readonly string[] {
    return this.#predictor.outputs;
  }

  /** The answer to rows is the answers to parts of them, one after another. */
  get rowWise(): boolean {
    return this.#predictor.rowWise === true;
  }

  /**
   * Scores rows (objects or arrays), columns ({name: values}), typed arrays, a Tensor or {name: Tensor}, a Table or an Arrow table.
   * @returns a Tensor (ndarray), Table (DataFrame), Series, Map of Tensors, or any other value, as the model answers in MLflow
   * @throws ModelError for input that the signature refuses, and OUTPUT_UNKNOWN
   */
  async predict(input: PlainInput, options: ModelPredictOptions = {}): Promise<Output> {
    options.signal?.throwIfAborted();
    const read = this.#read ?? (await this.#compileRead()), { data, enforced } = read.data(input);
    const { output, signal } = options;
    return this.score(data, { params: read.params(options.params), output, signal, enforced });
  }

  /** Scores data that is a {@link Value} already; answers at once where the engine does. */
  score(data: Value, options: ScoreOptions = {}): Output | Promise<Output> {
    const { output } = options;
    if (output !== undefined && !this.outputs.includes(output)) {
      throw new ModelError('OUTPUT_UNKNOWN', { output: shortName(output), outputs: [...this.outputs] });
    }
    const input = options.enforced === true ? data : this.#enforcer.input(data);
    const params = this.#enforcer.params(options.params);
    return this.#predictor.predict(input, new PredictCall(options, this.#predictor.accepts.params ? params : null));
  }

  /** A server never comes here, so it does not load this. */
  async #compileRead(): Promise<InputReader> {
    const { compileInput } = await import('./input.ts');
    return (this.#read = compileInput(this.signature, this.enforcement, this.metadata.isSignatureFromTypeHint));
  }

  /** Frees what the engine holds, and ends its threads. */
  async close(): Promise<void> {
    await this.#predictor.close?.();
    await this.#threads?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The enforcement of a model's signature; one made from type hints is held as the hints say. */
export function enforcerOf(metadata: Model, enforcement: Enforcement): Enforcer {
  const { isSignatureFromTypeHint, signature } = metadata;
  if (!isSignatureFromTypeHint) return compileEnforcer(signature, enforcement);
  const { params } = compileEnforcer(signature?.params && new ModelSignature({ params: signature.params }), enforcement);
  return { params, input: compileTypeHint(signature?.inputs) ?? ((data) => data) };
}

/** Hands a predictor its options; the caller's signal is asked for only when the predictor asks. */
class PredictCall implements PredictOptions {
  readonly output?: string;
  readonly params?: ReadonlyMap<string, Value>;
  readonly #source: ScoreOptions;
  constructor(source: ScoreOptions, params: ReadonlyMap<string, Value> | null) {
    this.#source = source;
    if (source.output !== undefined) this.output = source.output;
    if (params !== null) this.params = params;
  }

  get signal(): AbortSignal | undefined {
    return this.#source.signal;
  }
}

/** A caller's word in a message: only when it looks like a name. */
function shortName(text: string): string {
  return /^[\w.-]{1,64}$/.test(text) ? text : 'of that name';
}
