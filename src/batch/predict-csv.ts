/**
 * Scores a CSV file part by part: memory does not grow with the file, and the answer is the one to the whole file.
 *
 * What hangs on the whole file (dtypes where no signature gives them, missing cells of optional integers and booleans) a
 * first reading finds out. Parts are possible where the model answers row by row and its signature has no tensors, and unless
 * a column holds integers beyond 64 bits or booleans with gaps that only inference finds; the rest is for the caller, who has
 * the whole file.
 * @module
 */
import { Table } from '../data/table.ts';
import { Tensor } from '../data/tensor.ts';
import { Series, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import { isScalarType } from '../schema/data-types.ts';
import { compileValueEnforcer, type CsvTarget } from '../schema/enforce-values.ts';
import { atRow, CsvChunks, type CsvPlan } from '../wire/csv-chunks.ts';
import { type CsvHead, CsvInference, hasOpenDType, readHead, signaturePlan } from '../wire/csv-plan.ts';
import { formatOutput, formatPredictions } from '../wire/response.ts';
import type { Answer } from './answer.ts';
import type { BatchInput } from './input.ts';
import { InputWindow } from './window.ts';

/** How far a run is. */
export interface BatchProgress {
  /** Whether it is the first reading, which scores nothing, or the scoring one. */
  readonly stage: 'check' | 'score';
  readonly rows: number;
  /** Bytes read, and in all where that is known. */
  readonly bytes: number;
  readonly size: number | undefined;
}

/** Options of {@link predictCsv}. */
export interface CsvBatchOptions {
  /** Another output than the plain answer. */
  readonly output?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BatchProgress) => void) | undefined;
  /** Bytes read at a time. @default 1 MiB */
  readonly windowBytes?: number;
  /** Cells scored at a time. @default 2^19 */
  readonly chunkCells?: number;
  /** Whether rows of plain cells are read by WebAssembly. @default true */
  readonly kernel?: boolean;
}

/** Larger inputs are not read a third time for the words of an error. */
const WORDING_LIMIT = 1 << 26;
const WINDOW = 1 << 20;
const OPEN = '{"predictions": [', CLOSE = ']}';

/**
 * Scores the rows of a CSV input and writes MLflow's answer.
 *
 * @returns false where only the whole file has an answer: nothing is written, the input is at its start again
 * @throws ModelError as for a request with these rows; of several faults the first in the file counts. `row` counts from 0
 * @example
 * ```ts
 * if (await predictCsv(model, input, answer)) await answer.commit();
 * ```
 */
export async function predictCsv(model: LoadedModel, input: BatchInput, answer: Answer, options: CsvBatchOptions = {}): Promise<boolean> {
  const way = wayOf(model);
  if (way === undefined) return false;
  const run = new Run(model, input, answer, options);
  if (way === 'infer') return run.inferred();
  await run.bySignature(way);
  return true;
}

type TargetsOf = (names: readonly string[]) => readonly CsvTarget[];

/** How columns get their dtypes, or undefined where rows cannot be scored in parts. */
function wayOf({ enforcement, metadata, rowWise, signature }: LoadedModel): 'infer' | TargetsOf | undefined {
  const schema = signature?.inputs;
  if (!rowWise || metadata.isSignatureFromTypeHint || schema?.tensors) return undefined;
  if (enforcement === 'mlflow' || !schema) return schema?.columns?.every(({ type }) => isScalarType(type)) === false ? undefined : 'infer';
  const enforcer = compileValueEnforcer(signature, enforcement);
  return (names) => enforcer?.csvTargets?.(names) ?? [];
}

class Run {
  readonly #model: LoadedModel;
  readonly #input: BatchInput;
  readonly #answer: Answer;
  readonly #options: CsvBatchOptions;

  constructor(model: LoadedModel, input: BatchInput, answer: Answer, options: CsvBatchOptions) {
    this.#model = model;
    this.#input = input;
    this.#answer = answer;
    this.#options = options;
  }

  async bySignature(targetsOf: TargetsOf): Promise<void> {
    if (this.#model.signature?.inputs?.columns?.some(hasOpenDType) === true) this.#input.keep();
    let { head, window } = await this.#open();
    const targets = targetsOf(head.names), plan = signaturePlan(head, targets);
    if (!targets.some(hasOpenDType)) return this.#score(window, plan, true);
    const checked = await this.#check(window, plan);
    for (const [i, target] of targets.entries()) {
      const at = plan.places[i] as number, row = checked.unsafe[at] as number;
      if (checked.gaps[at] === true && row >= 0) refuseGaps(target, row);
    }
    await this.#input.rewind();
    ({ head, window } = await this.#open());
    return this.#score(window, signaturePlan(head, targets, checked.gaps), true);
  }

  async inferred(): Promise<boolean> {
    this.#input.keep();
    let { head, window } = await this.#open();
    const inference = new CsvInference(head);
    await this.#check(window, inference.plan);
    const plan = head.empty ? undefined : inference.found(), { bytes } = window;
    await this.#input.rewind();
    if (plan === undefined) return false;
    ({ head, window } = await this.#open());
    try {
      await this.#score(window, plan, false);
      return true;
    } catch (error) {
      // What is told of a column may hang on all of its cells.
      if (!ModelError.isInstance(error) || typeof error.data['row'] === 'number' || bytes > WORDING_LIMIT) throw error;
      await this.#answer.reset();
      await this.#input.rewind();
      return false;
    }
  }

  async #open(): Promise<{ head: CsvHead; window: InputWindow }> {
    const window = new InputWindow(this.#input, this.#options.windowBytes ?? WINDOW);
    for (;;) {
      await this.#more(window);
      const head = readHead(window.cursor);
      if (head) return { head, window };
      window.cursor.at = 0;
    }
  }

  /** Reads all rows and keeps none. */
  async #check(window: InputWindow, plan: CsvPlan): Promise<CsvChunks> {
    const chunks = this.#chunks(window, plan);
    for (let more = true; more;) {
      more = await this.#fill(chunks, window);
      chunks.drop();
      this.#tell('check', chunks.rows, window);
    }
    return chunks;
  }

  async #score(window: InputWindow, plan: CsvPlan, enforced: boolean): Promise<void> {
    const chunks = this.#chunks(window, plan);
    let waiting: Promise<string> | undefined, separator = OPEN;
    const write = async (items: string): Promise<void> => {
      await this.#answer.write(separator + items);
      separator = ', ';
    };
    for (let more = true; more;) {
      const first = chunks.rows;
      more = await this.#fill(chunks, window);
      const { fault, table } = chunks.take();
      // While the last part is scored by other threads this one was read.
      if (waiting) await write(await waiting);
      waiting = undefined;
      if (table.length > 0 || (first === 0 && !fault)) {
        waiting = this.#items(table, first, enforced);
        // It is looked at later.
        waiting.catch(() => undefined);
      }
      if (fault) {
        await waiting;
        throw fault;
      }
      this.#tell('score', chunks.rows, window);
    }
    if (waiting) await write(await waiting);
    await this.#answer.write(CLOSE);
  }

  /** Fills a chunk; false when these were the last rows. */
  async #fill(chunks: CsvChunks, window: InputWindow): Promise<boolean> {
    const { cursor } = window;
    for (;;) {
      this.#options.signal?.throwIfAborted();
      chunks.read(cursor);
      if (chunks.full) return !cursor.last || cursor.nextLine();
      if (cursor.last) return false;
      await this.#more(window);
    }
  }

  /** Reads on; a stream may bring nothing for as long as it likes, so the signal is heard meanwhile. */
  async #more(window: InputWindow): Promise<void> {
    const { signal } = this.#options;
    if (!signal) return window.more();
    signal.throwIfAborted();
    let leave = (): void => {};
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(signal.reason);
    });
    signal.addEventListener('abort', leave);
    try {
      await Promise.race([window.more(), left]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** The answer to one part as the items of a JSON list. */
  async #items(table: Table, first: number, enforced: boolean): Promise<string> {
    const { output, signal } = this.#options;
    try {
      const answer = await this.#model.score(table, { enforced, output, signal });
      const text = output === undefined ? formatPredictions(answer) : `${OPEN.slice(0, -1)}${formatOutput(answer)}${CLOSE.slice(1)}`;
      if (lengthOf(answer) === table.length && text.startsWith(OPEN) && text.endsWith(CLOSE)) return text.slice(OPEN.length, -CLOSE.length);
      throw new ModelError('INTERNAL', { reason: `the flavor ${this.#model.flavor} says that it answers row by row, and does not` });
    } catch (error) {
      const row = ModelError.isInstance(error) ? error.data['row'] : undefined;
      throw typeof row === 'number' ? atRow(error as ModelError, first + row) : error;
    }
  }

  #chunks(window: InputWindow, plan: CsvPlan): CsvChunks {
    const { chunkCells = 1 << 19, kernel = true, windowBytes = WINDOW } = this.#options;
    const capacity = Math.max(1, Math.min(1 << 16, Math.floor(chunkCells / Math.max(1, plan.places.length))));
    const { at, end } = window.cursor, chunks = new CsvChunks(plan, capacity, kernel ? Math.max(windowBytes, end - at) : 0);
    if (chunks.scan) window.enter(chunks.scan);
    return chunks;
  }

  #tell(stage: BatchProgress['stage'], rows: number, { bytes }: InputWindow): void {
    this.#options.onProgress?.({ stage, rows, bytes, size: this.#input.size });
  }
}

function lengthOf(answer: Value): number | undefined {
  if (answer instanceof Tensor) return answer.shape[0];
  return answer instanceof Series ? answer.table.length : answer instanceof Table || Array.isArray(answer) ? answer.length : undefined;
}

/** Integers with missing ones between them are doubles, which do not hold one beyond 2^53. */
function refuseGaps({ cast }: CsvTarget, row: number): never {
  try {
    cast([null, `${2n ** 53n + 1n}`]);
  } catch (error) {
    if (ModelError.isInstance(error)) throw atRow(error, row);
    throw error;
  }
  throw new ModelError('INTERNAL', { reason: 'a missing integer changed no dtype' });
}
