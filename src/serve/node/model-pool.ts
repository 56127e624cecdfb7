/**
 * Runs a model in processes of its own (model-process.ts), and hands them whole requests. The first process starts with the server,
 * further ones when requests would wait long.
 * @module
 */
import { totalmem } from 'node:os';
import { ModelError } from '../../errors/model-error.ts';
import type { AppRequest, AppResponse } from '../http.ts';
import type { HostedModel } from '../model-host.ts';
import { type Job, ModelChild } from './model-child.ts';
import { type ServeOrder, threadsOf } from './serve.ts';

const BACKOFF_FIRST_MS = 100, BACKOFF_MAX_MS = 10_000;
/** How long a process may take to end by itself. */
const END_MS = 300;
/** Another process is started when a request would wait longer than this. */
const WAIT_MS = 2;
/** Processes at most, unless more are asked for: each holds the model, and what blocks mostly uses all cores by itself. */
const MOST = 4;
/** Of the memory there is, what all processes of a server may take. */
const MEMORY_SHARE = 0.75;

/** A model's processes. */
export class ModelPool implements HostedModel {
  outputs: readonly string[] = [];
  readonly #order: ServeOrder;
  readonly #most: number;
  readonly #memory: number;
  readonly #children: Set<ModelChild> = new Set();
  #queue: Job[] = [];
  #stopping = false;
  /** Processes that ended in a row, since the last answer. */
  #ends = 0;
  #lastEnd: ModelError | undefined;
  #pause: NodeJS.Timeout | undefined;

  private constructor(order: ServeOrder) {
    this.#order = order;
    this.#most = order.options.threads || Math.min(threadsOf(order.options), MOST);
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

  /** Ids of its processes. */
  get pids(): readonly number[] {
    return [...this.#children].flatMap(({ pid }) => pid ?? []);
  }

  invoke(request: AppRequest, query: string, deadline: AbortSignal): Promise<AppResponse> {
    return new Promise((resolve, reject) => {
      if (this.#stopping || (this.#pause !== undefined && this.#children.size === 0)) {
        reject(this.#lastEnd ?? new ModelError('MODEL_PROCESS_ENDED', { status: 'the server stops' }));
        return;
      }
      const job: Job = { request, query, resolve, reject, over: false };
      this.#queue.push(job);
      this.#dispatch();
      deadline.addEventListener('abort', () => this.#cut(job), { once: true });
      if (this.#queue.length > 0 && this.#queue.includes(job)) request.signal?.addEventListener('abort', () => this.#drop(job), { once: true });
    });
  }

  /** Ends every process: by the end of its pipe, then by force. */
  async close(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#pause);
    for (const job of this.#queue.splice(0)) job.reject(new ModelError('MODEL_PROCESS_ENDED', { status: 'the server stops' }));
    await Promise.all([...this.#children].map((child) => child.end(END_MS)));
  }

  /** Each request to the process that will have time first. */
  #dispatch(): void {
    while (this.#queue.length > 0) {
      const child = this.#freest();
      if (child === undefined) break;
      child.run(this.#queue.shift() as Job);
    }
    const freest = this.#freest();
    if ((freest === undefined ? this.#queue.length > 0 : freest.backlog > WAIT_MS) && this.#mayGrow()) this.#launch().ready.catch(() => {});
  }

  #freest(): ModelChild | undefined {
    let freest: ModelChild | undefined;
    for (const child of this.#children) if (child.free && (freest === undefined || child.backlog < freest.backlog)) freest = child;
    return freest;
  }

  #mayGrow(): boolean {
    if (this.#stopping || this.#pause !== undefined || this.#children.size >= this.#most) return false;
    for (const child of this.#children) if (child.starting) return false;
    return true;
  }

  #launch(): ModelChild {
    const child: ModelChild = new ModelChild({ order: this.#order, memory: this.#memory, parent: process.pid }, {
      ready: () => this.#dispatch(),
      answered: () => {
        this.#ends = 0;
        if (this.#queue.length > 0) this.#dispatch();
      },
      ended: (error, meant, jobs) => this.#ended(child, error, meant, jobs),
    });
    this.#children.add(child);
    return child;
  }

  /**
   * A process has ended. The first of its jobs was in work and fails; the others go to the next process. That one starts at once,
   * and the more end in a row, the later.
   */
  #ended(child: ModelChild, error: ModelError, meant: boolean, [failed, ...others]: readonly Job[]): void {
    this.#children.delete(child);
    failed?.reject(error);
    if (this.#stopping) {
      for (const job of others) job.reject(error);
      return;
    }
    this.#queue.unshift(...others.filter((job) => !job.over));
    this.#lastEnd = error;
    if (!meant) this.#ends++;
    const wait = this.#ends <= 1 ? 0 : Math.min(BACKOFF_FIRST_MS * 2 ** (this.#ends - 2), BACKOFF_MAX_MS);
    if (wait === 0) this.#resume();
    else {
      if (this.#children.size === 0) for (const job of this.#queue.splice(0)) job.reject(error);
      this.#pause ??= setTimeout(() => {
        this.#pause = undefined;
        this.#resume();
      }, wait);
    }
  }

  #resume(): void {
    if (this.#pause !== undefined) return;
    if (this.#children.size === 0) this.#launch().ready.catch(() => {});
    else this.#dispatch();
  }

  /** The time of a job is over: one that waits is let go, one in work is cut with its process. */
  #cut(job: Job): void {
    job.over = true;
    if (!this.#drop(job)) for (const child of this.#children) child.cut();
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
