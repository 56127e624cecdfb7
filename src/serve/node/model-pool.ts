/**
 * Runs a model in processes of its own (model-process.ts), and hands them whole requests. The first process starts with the server,
 * further ones when requests wait; each has one request at a time, so whatever ends it ends only that one.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { totalmem } from 'node:os';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ErrorCode, ErrorData } from '../../errors/catalog.ts';
import { ModelError } from '../../errors/model-error.ts';
import type { AppRequest, AppResponse } from '../http.ts';
import type { HostedModel } from '../model-host.ts';
import { onFrame, sendFrame } from './frames.ts';
import { type ServeOrder, threadsOf } from './serve.ts';

/** What a process is to run; `memory` in bytes, `parent` the id of the server's process. */
export interface ProcessOrder {
  readonly order: ServeOrder;
  readonly memory: number;
  readonly parent: number;
}

/** From the server to a process; a request's body follows it. */
export type ToProcess = ProcessOrder | { readonly contentType: string | undefined; readonly query: string };

/** From a process to the server; an answer's body follows it. */
export type FromProcess =
  | { readonly ready: { readonly outputs: readonly string[] } }
  | { readonly failed: { readonly code: ErrorCode; readonly data: Readonly<Record<string, unknown>> } }
  | { readonly memory: number }
  | Pick<AppResponse, 'status' | 'headers'>;

const BACKOFF_FIRST_MS = 100, BACKOFF_MAX_MS = 10_000, END_MS = 300;
/** Of the memory there is, what all processes of a server may take. */
const MEMORY_SHARE = 0.75;

/** A request on its way. */
interface Job {
  readonly request: AppRequest;
  readonly query: string;
  resolve(response: AppResponse): void;
  reject(error: unknown): void;
}

/** A model's processes. */
export class ModelPool implements HostedModel {
  outputs: readonly string[] = [];
  readonly #order: ServeOrder;
  readonly #most: number;
  readonly #memory: number;
  readonly #processes: Set<ModelProcess> = new Set();
  #queue: Job[] = [];
  #stopping = false;
  /** Ends in a row, since the last answer. */
  #ends = 0;
  #lastEnd: ModelError | undefined;
  #waiting: NodeJS.Timeout | undefined;

  private constructor(order: ServeOrder) {
    this.#order = order;
    this.#most = threadsOf(order.options);
    this.#memory = order.options.modelMemory || defaultMemory(this.#most * order.options.workers);
  }

  /**
   * Starts the first process and waits until its model is loaded.
   * @throws ModelError of the model, MODEL_PROCESS_ENDED, MODEL_MEMORY_EXCEEDED
   */
  static async start(order: ServeOrder): Promise<ModelPool> {
    const pool = new ModelPool(order);
    try {
      pool.outputs = await pool.#launch().ready;
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /** Process ids, for tests and tools. */
  get pids(): readonly number[] {
    return [...this.#processes].flatMap(({ pid }) => pid ?? []);
  }

  invoke(request: AppRequest, query: string, deadline: AbortSignal): Promise<AppResponse> {
    return new Promise((resolve, reject) => {
      const job: Job = { request, query, resolve, reject };
      if (this.#waiting !== undefined && this.#processes.size === 0) {
        reject(this.#lastEnd);
        return;
      }
      this.#queue.push(job);
      this.#dispatch();
      deadline.addEventListener('abort', () => this.#cut(job), { once: true });
      if (this.#queue.includes(job)) request.signal?.addEventListener('abort', () => this.#drop(job), { once: true });
    });
  }

  /** Ends every process: by the end of its pipe, then by force. */
  async close(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#waiting);
    for (const job of this.#queue.splice(0)) job.reject(new ModelError('SERVER_BUSY', { what: 'to end' }));
    await Promise.all([...this.#processes].map((one) => one.end(END_MS)));
  }

  #dispatch(): void {
    for (const one of this.#processes) {
      if (this.#queue.length === 0) return;
      if (one.idle) one.run(this.#queue.shift() as Job);
    }
    if (this.#queue.length === 0 || this.#stopping || this.#waiting !== undefined) return;
    const starting = [...this.#processes].some((one) => one.starting);
    if (!starting && this.#processes.size < this.#most) this.#launch().ready.catch(() => {});
  }

  #launch(): ModelProcess {
    const one: ModelProcess = new ModelProcess({ order: this.#order, memory: this.#memory, parent: process.pid }, {
      free: (answered) => {
        if (answered) this.#ends = 0;
        this.#dispatch();
      },
      ended: (error, meant) => this.#ended(one, error, meant),
    });
    this.#processes.add(one);
    return one;
  }

  /** A process that ended while it answered is replaced at once; the more end in a row, the longer the wait. */
  #ended(one: ModelProcess, error: ModelError, meant: boolean): void {
    this.#processes.delete(one);
    if (this.#stopping) return;
    if (!meant) this.#ends++;
    this.#lastEnd = error;
    const wait = this.#ends <= 1 ? 0 : Math.min(BACKOFF_FIRST_MS * 2 ** (this.#ends - 2), BACKOFF_MAX_MS);
    if (wait > 0 && this.#processes.size === 0) for (const job of this.#queue.splice(0)) job.reject(error);
    this.#waiting ??= setTimeout(() => {
      this.#waiting = undefined;
      if (this.#processes.size === 0) this.#launch().ready.catch(() => {});
      else this.#dispatch();
    }, wait);
  }

  /** The time of a request is over: one that waits is let go, one in work is cut with its process. */
  #cut(job: Job): void {
    if (!this.#drop(job)) for (const one of this.#processes) one.cut(job);
  }

  #drop(job: Job): boolean {
    const at = this.#queue.indexOf(job);
    if (at >= 0) this.#queue.splice(at, 1);
    return at >= 0;
  }
}

/** Of what the machine or its container has. */
function defaultMemory(processes: number): number {
  const limit = process.constrainedMemory(), total = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.floor((total * MEMORY_SHARE) / processes);
}

interface Hooks {
  /** It can take a request; `answered` where it has just answered one. */
  free(answered: boolean): void;
  /** It is gone; `meant` where the server ended it. */
  ended(error: ModelError, meant: boolean): void;
}

/** One process. */
class ModelProcess {
  /** The outputs of its model. */
  readonly ready: Promise<readonly string[]>;
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #closed: Promise<void>;
  #state: 'starting' | 'idle' | 'busy' | 'ending' = 'starting';
  #job: Job | undefined;
  #memory: number | undefined;

  constructor(order: ProcessOrder, hooks: Hooks) {
    const script = fileURLToPath(new URL(`./model-process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));
    const child = spawn(process.execPath, [...process.execArgv, script], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'], windowsHide: true });
    this.#child = child;
    this.#channel = child.stdio[3] as Duplex;
    // A write to a process that has just ended: its end is told below.
    this.#channel.on('error', () => {});
    let resolve: (outputs: readonly string[]) => void = () => {}, reject: (error: unknown) => void = () => {};
    this.ready = new Promise((done, failed) => {
      [resolve, reject] = [done, failed];
    });
    onFrame<FromProcess>(this.#channel, ({ head, body }) => {
      if ('status' in head) this.#answer({ ...head, body }, hooks);
      else if ('memory' in head) this.#memory = head.memory;
      else if ('failed' in head) reject(new ModelError(head.failed.code, head.failed.data as ErrorData));
      else {
        this.#state = 'idle';
        resolve(head.ready.outputs);
        hooks.free(false);
      }
    });
    let failure: string | undefined;
    child.once('error', (error) => {
      failure = error.message;
    });
    this.#closed = new Promise((done) => {
      child.once('close', (code, signal) => {
        const meant = this.#state === 'ending', error = this.#memory === undefined
          ? new ModelError('MODEL_PROCESS_ENDED', { status: failure ?? signal ?? `status ${code}` })
          : new ModelError('MODEL_MEMORY_EXCEEDED', { limit: this.#memory });
        this.#state = 'ending';
        reject(error);
        hooks.ended(error, meant);
        this.#job?.reject(error);
        this.#job = undefined;
        done();
      });
    });
    sendFrame(this.#channel, order);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get idle(): boolean {
    return this.#state === 'idle';
  }

  get starting(): boolean {
    return this.#state === 'starting';
  }

  run(job: Job): void {
    const { contentType, body } = job.request, message: ToProcess = { contentType, query: job.query };
    this.#state = 'busy';
    this.#job = job;
    sendFrame(this.#channel, message, body);
  }

  #answer(response: AppResponse, hooks: Hooks): void {
    const job = this.#job;
    this.#job = undefined;
    if (this.#state === 'busy') this.#state = 'idle';
    hooks.free(true);
    job?.resolve(response);
  }

  cut(job: Job): void {
    if (this.#job !== job) return;
    this.#state = 'ending';
    this.#child.kill('SIGKILL');
  }

  async end(grace: number): Promise<void> {
    this.#state = 'ending';
    this.#channel.end();
    const force = setTimeout(() => this.#child.kill('SIGKILL'), grace);
    await this.#closed;
    clearTimeout(force);
  }
}
