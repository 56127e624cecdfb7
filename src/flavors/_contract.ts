/**
 * The contract of a flavor: reads a model's files, gives a predictor.
 * @module
 */
import type { Value } from '../data/values.ts';
import type { ThreadPool } from '../engines/threads.ts';
import type { ModelFiles } from '../mlmodel/files.ts';
import type { Model } from '../mlmodel/model.ts';

/** A flavor's keys in MLmodel. */
export type FlavorConfig = Readonly<Record<string, unknown>>;

/** What a flavor is given at load. */
export interface FlavorContext {
  readonly files: ModelFiles;
  /** `flavors.<name>` of MLmodel. */
  readonly config: FlavorConfig;
  /** The whole MLmodel. */
  readonly model: Model;
  /** For large batches, where more threads than the caller's are to be had. */
  readonly threads?: ThreadPool | undefined;
}

/** What a predictor takes beside the input. */
export interface PredictOptions {
  /** One of the predictor's `outputs`; without it MLflow's answer. */
  readonly output?: string;
  /** Inference parameters by name, defaults filled in. */
  readonly params?: ReadonlyMap<string, Value>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What a model is given after enforcement: a Table (column signature), a Tensor or a Map of name → Tensor (tensor
 * signature); anything where it has no signature.
 */
export type ModelInput = Value;

/** What a model answers: Tensor (ndarray), Table (DataFrame), Series, Map of name → Tensor, or any value. */
export type Output = Value;

/** Scores input. */
export interface Predictor {
  /** What it takes; `params` names the inference parameters its predict accepts ("any" passes all on). */
  readonly accepts: { readonly table: boolean; readonly tensors: boolean; readonly params: boolean };
  /** Names of its outputs: "predict", "predict_proba", "margin", "leaf", … */
  readonly outputs: readonly string[];
  /**
   * Every output answers row by row: the answer to rows is a list with an item for each, which follows from the row's cells
   * and the columns' names and dtypes alone. So a large input may be scored in parts. @default false
   */
  readonly rowWise?: boolean;
  /** What people should know about how this model is scored here, each one sentence. */
  readonly notes?: readonly string[];
  predict(input: ModelInput, options: PredictOptions): Output | Promise<Output>;
  close?(): Promise<void>;
}

/** A plug-in that scores the models of one library. */
export interface Flavor<Options = unknown> {
  /** The key under `flavors:` in MLmodel. */
  readonly name: string;
  /** The `loader_module`s of python_function that it stands in for. */
  readonly loaders: readonly string[];
  /** Flavors of one model are tried from low to high; a general format stands behind a library's own. @default 0 */
  readonly priority?: number;
  /** Its predictors hold the thread until they are done and cannot be cut, so that a server runs them in processes of their own. */
  readonly blocks?: boolean;
  /** Which worker runs it, for flavors that are not native. */
  readonly runs?: 'python' | 'r' | 'javascript';
  /** Tells from the files alone whether this model can be scored natively; `unsupported` lists what it lacks. */
  inspect(context: FlavorContext): Promise<{ readonly native: boolean; readonly unsupported: readonly string[] }>;
  load(context: FlavorContext, options?: Options): Promise<Predictor>;
}
