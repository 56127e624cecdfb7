/**
 * The MLmodel file as an object (mlflow.models.Model of every MLflow from 0.1 to 3.x).
 * @module
 */
import { floatRepr } from '../data/numbers.ts';
import { ModelError } from '../errors/model-error.ts';
import type { Enforcement, ModelSignature } from '../schema/signature.ts';
import type { ModelFiles } from './files.ts';
import { fromPlain, plainObject, type PlainObject, toPlain } from './plain.ts';
import { readSignature, signatureEntries } from './signature-entries.ts';
import { parseYaml, writeYaml, YamlTimestamp, type YamlValue } from './yaml.ts';

/** The fields of a new {@link Model}. */
export interface ModelParts {
  readonly flavors: Readonly<Record<string, PlainObject>>;
  readonly signature?: ModelSignature | undefined;
  readonly artifactPath?: string;
  readonly runId?: string;
  readonly modelUuid?: string;
  readonly modelId?: string;
  readonly utcTimeCreated?: string;
  readonly mlflowVersion?: string;
  readonly databricksRuntime?: string;
  readonly modelSizeBytes?: number;
  readonly savedInputExampleInfo?: PlainObject;
  readonly metadata?: PlainObject;
  readonly resources?: PlainObject;
  readonly authPolicy?: PlainObject;
  readonly prompts?: readonly string[];
  readonly envVars?: readonly string[];
}

/** Options of {@link Model.parse}. */
export interface ModelOptions {
  /** `safe` and `strict` also read tensor columns in the flat form `{"name", "dtype", "shape"}`. @default 'safe' */
  readonly enforcement?: Enforcement;
}

/**
 * The MLmodel file: flavors, signature and everything else it says. Keys that are not known are kept as they are.
 *
 * @example
 * ```ts
 * const model = await Model.load('./wine-quality');
 * model.metadata = { owner: 'cellar' };
 * await model.save('./wine-quality-2', { files: await openDirectory('./wine-quality') });
 * ```
 */
export class Model {
  readonly #entries: Map<YamlValue, YamlValue>;
  #flavors: Readonly<Record<string, PlainObject>> | undefined;
  #signature: ModelSignature | undefined;

  constructor(parts: ModelParts) {
    const { flavors, signature, ...fields } = parts;
    this.#entries = new Map([['flavors', new Map()]]);
    for (const [name, config] of Object.entries(flavors)) this.addFlavor(name, config);
    Object.assign(this, Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));
    if (signature) this.signature = signature;
  }

  /**
   * Reads the text of an MLmodel file.
   * @throws ModelError MLMODEL_INVALID, and the errors of a signature that is not valid
   */
  static parse(text: string, options: ModelOptions = {}): Model {
    const entries = readEntries(text), model = new Model({ flavors: {} });
    model.#entries.clear();
    for (const [key, value] of entries) model.#entries.set(key, value);
    const { signature, foreign } = readSignature(entries.get('signature') ?? null, options.enforcement ?? 'safe');
    model.#signature = signature;
    // What MLflow cannot read is not written again.
    if (signature && foreign) model.#entries.set('signature', signatureEntries(signature).get('signature') as YamlValue);
    return model;
  }

  /** Reads the MLmodel file of a folder or of other files. */
  static async load(source: string | ModelFiles, options: ModelOptions = {}): Promise<Model> {
    const { readModel } = await import('./read.ts');
    return readModel(typeof source === 'string' ? await (await import('./directory.ts')).openDirectory(source) : source, options);
  }

  /** The text of the MLmodel file in MLflow's style: keys sorted, block style. */
  toYaml(): string {
    return writeYaml(this.#entries);
  }

  /**
   * Writes a model folder: `files` of another folder, and this MLmodel.
   * @throws ModelError DIRECTORY_NOT_EMPTY
   */
  async save(directory: string, options: { readonly files?: ModelFiles } = {}): Promise<void> {
    const { writeDirectory } = await import('./directory.ts');
    await writeDirectory(directory, new Map([['MLmodel', new TextEncoder().encode(this.toYaml())]]), options.files);
  }

  /** Every key of the file as plain values. */
  toJSON(): PlainObject {
    return plainObject(this.#entries);
  }

  /** Flavor name → its keys. */
  get flavors(): Readonly<Record<string, PlainObject>> {
    return (this.#flavors ??= plainObject(this.#entries.get('flavors') as Map<YamlValue, YamlValue>) as Record<string, PlainObject>);
  }

  /** Adds a flavor or replaces it. */
  addFlavor(name: string, config: PlainObject): this {
    (this.#entries.get('flavors') as Map<YamlValue, YamlValue>).set(name, fromPlain(config, `flavors.${name}`));
    this.#flavors = undefined;
    return this;
  }

  get signature(): ModelSignature | undefined {
    return this.#signature;
  }
  set signature(signature: ModelSignature | undefined) {
    this.#signature = signature;
    for (const key of ['signature', 'is_signature_from_type_hint', 'type_hint_from_example']) this.#entries.delete(key);
    if (signature) for (const [key, value] of signatureEntries(signature)) this.#entries.set(key, value);
  }

  /** True for a signature made from the type hints of a Python model's predict. */
  get isSignatureFromTypeHint(): boolean {
    return this.#entries.get('is_signature_from_type_hint') === true;
  }
  /** True for a type hint that MLflow worked out from an input example. */
  get typeHintFromExample(): boolean {
    return this.#entries.get('type_hint_from_example') === true;
  }

  get artifactPath(): string | undefined { return this.#text('artifact_path'); }
  set artifactPath(value: string | undefined) { this.#set('artifact_path', value); }
  get runId(): string | undefined { return this.#text('run_id'); }
  set runId(value: string | undefined) { this.#set('run_id', value); }
  get modelUuid(): string | undefined { return this.#text('model_uuid'); }
  set modelUuid(value: string | undefined) { this.#set('model_uuid', value); }
  get modelId(): string | undefined { return this.#text('model_id'); }
  set modelId(value: string | undefined) { this.#set('model_id', value); }
  /** When it was made, as written: `utc_time_created`, or `time_created` of the oldest files. */
  get utcTimeCreated(): string | undefined { return this.#text('utc_time_created') ?? this.#text('time_created'); }
  set utcTimeCreated(value: string | undefined) { this.#set('utc_time_created', value); }
  get mlflowVersion(): string | undefined { return this.#text('mlflow_version'); }
  set mlflowVersion(value: string | undefined) { this.#set('mlflow_version', value); }
  get databricksRuntime(): string | undefined { return this.#text('databricks_runtime'); }
  set databricksRuntime(value: string | undefined) { this.#set('databricks_runtime', value); }
  get modelSizeBytes(): number | undefined {
    const size = this.#entries.get('model_size_bytes');
    return typeof size === 'bigint' ? Number(size) : undefined;
  }
  set modelSizeBytes(value: number | undefined) { this.#set('model_size_bytes', value); }
  /** What and where the input example is; older files call the key `input_example`, or give the path alone. */
  get savedInputExampleInfo(): PlainObject | undefined {
    const older = this.#entries.get('input_example');
    return this.#object('saved_input_example_info') ?? (typeof older === 'string' ? Object.freeze({ artifact_path: older }) : this.#object('input_example'));
  }
  set savedInputExampleInfo(value: PlainObject | undefined) { this.#set('saved_input_example_info', value); }
  get metadata(): PlainObject | undefined { return this.#object('metadata'); }
  set metadata(value: PlainObject | undefined) { this.#set('metadata', value); }
  get resources(): PlainObject | undefined { return this.#object('resources'); }
  set resources(value: PlainObject | undefined) { this.#set('resources', value); }
  get authPolicy(): PlainObject | undefined { return this.#object('auth_policy'); }
  set authPolicy(value: PlainObject | undefined) { this.#set('auth_policy', value); }
  get prompts(): readonly string[] | undefined { return this.#texts('prompts'); }
  set prompts(value: readonly string[] | undefined) { this.#set('prompts', value); }
  get envVars(): readonly string[] | undefined { return this.#texts('env_vars'); }
  set envVars(value: readonly string[] | undefined) { this.#set('env_vars', value); }

  #set(key: string, value: unknown): void {
    if (value === undefined) this.#entries.delete(key);
    else this.#entries.set(key, fromPlain(value, key));
  }

  /** Text, or the text of a number or timestamp that was written without quotes. */
  #text(key: string): string | undefined {
    const value = this.#entries.get(key);
    if (typeof value === 'string') return value;
    if (value instanceof YamlTimestamp) return value.text;
    return typeof value === 'bigint' ? String(value) : typeof value === 'number' ? floatRepr(value) : undefined;
  }

  #object(key: string): PlainObject | undefined {
    const value = this.#entries.get(key);
    return value instanceof Map ? plainObject(value) : undefined;
  }

  #texts(key: string): readonly string[] | undefined {
    const value = this.#entries.get(key);
    return Array.isArray(value) ? toPlain(value) as readonly string[] : undefined;
  }
}

/** The mapping of an MLmodel file, its shape checked. */
function readEntries(text: string): Map<YamlValue, YamlValue> {
  let document: YamlValue;
  try {
    document = parseYaml(text, { file: 'MLmodel' });
  } catch (error) {
    if (!ModelError.isInstance(error) || error.code !== 'YAML_INVALID') throw error;
    throw new ModelError('MLMODEL_INVALID', { reason: `YAML error at line ${String(error.data['line'])}: ${String(error.data['reason'])}` }, { cause: error });
  }
  if (!(document instanceof Map)) throw invalid('it is not a mapping of keys');
  for (const key of document.keys()) if (typeof key !== 'string') throw invalid('a key at the top is not text');
  const flavors = document.get('flavors');
  if (flavors === undefined) throw invalid('the key flavors is missing', 'flavors');
  if (!(flavors instanceof Map)) throw invalid('the key flavors is not a mapping', 'flavors');
  for (const [name, config] of flavors) {
    if (typeof name !== 'string') throw invalid('a flavor has a name that is not text', 'flavors');
    if (!(config instanceof Map)) throw invalid(`the key flavors.${name} is not a mapping`, `flavors.${name}`);
    for (const key of config.keys()) if (typeof key !== 'string') throw invalid(`a key of flavors.${name} is not text`, `flavors.${name}`);
  }
  for (const key of ['signature', 'saved_input_example_info', 'metadata']) {
    const value = document.get(key) ?? null;
    if (value !== null && !(value instanceof Map)) throw invalid(`the key ${key} is not a mapping`, key);
  }
  return document;
}

function invalid(reason: string, key?: string): ModelError {
  return new ModelError('MLMODEL_INVALID', { reason, key });
}
