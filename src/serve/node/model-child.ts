/**
 * One process that runs a model, as the server sees it.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ErrorCode, ErrorData } from '../../errors/catalog.ts';
import { ModelError } from '../../errors/model-error.ts';
import type { AppRequest, AppResponse } from '../http.ts';
import { FrameWriter, onFrame } from './frames.ts';
import type { ServeOrder } from './serve.ts';

/** What a process is to run; `memory` in bytes, `parent` the id of the server's process. */
export interface ProcessOrder {
  readonly order: ServeOrder;
  readonly memory: number;
  readonly parent: number;
}

/** From the server to a process; a request's body follows it. */
export type ToProcess = ProcessOrder | { readonly id: number; readonly contentType: string | undefined; readonly query: string };

/** From a process to the server; an answer's body follows it. */
export type FromProcess =
  | { readonly ready: { readonly outputs: readonly string[] } }
  | { readonly failed: { readonly code: ErrorCode; readonly data: Readonly<Record<string, unknown>> } }
  | { readonly memory: number }
  | { readonly id: number; readonly status: number; readonly headers: AppResponse['headers'] };

/** A request on its way. */
export interface Job {
  readonly request: AppRequest;
  readonly query: string;
  /** Nobody waits for it any more. */
  over: boolean;
  resolve(response: AppResponse): void;
  reject(error: unknown): void;
}

/** What the pool is told. */
export interface ChildHooks {
  ready(): void;
  answered(): void;
  /** It is gone; `meant` where the server ended it. Jobs come in the order they were given. */
  ended(error: ModelError, meant: boolean, jobs: readonly Job[]): void;
}

/**
 * What is handed over ahead of time, so that small requests travel together: so many at most, and no more than are worked off in
 * this many milliseconds. A model that takes longer has one at a time.
 */
const AHEAD = 32, AHEAD_MS = 5;
/** Weight of the newest answer in the mean time of an answer. */
const NEWEST = 0.1;

/** A process; it takes jobs once it is ready. */
export class ModelChild {
  /** The outputs of its model. */
  readonly ready: Promise<readonly string[]>;
  readonly #child: ChildProcess;
  readonly #writer: FrameWriter;
  readonly #channel: Duplex;
  readonly #closed: Promise<void>;
  readonly #jobs: Map<number, Job> = new Map();
  #state: 'starting' | 'running' | 'ending' = 'starting';
  #ids = 0;
  /** Mean milliseconds of an answer; nothing is known at first. */
  #mean = Infinity;
  /** When the job in work began, as far as can be seen from here. */
  #begun = 0;
  #memory: number | undefined;

  constructor(order: ProcessOrder, hooks: ChildHooks) {
    const script = fileURLToPath(new URL(`./model-process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));
    this.#child = spawn(process.execPath, [script], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'], windowsHide: true });
    this.#channel = this.#child.stdio[3] as Duplex;
    this.#writer = new FrameWriter(this.#channel);
    // A write to a process that has just ended: its end is told by `close`.
    this.#channel.on('error', () => {});
    let resolve: (outputs: readonly string[]) => void = () => {}, reject: (error: unknown) => void = () => {};
    this.ready = new Promise((done, failed) => {
      [resolve, reject] = [done, failed];
    });
    onFrame<FromProcess>(this.#channel, ({ head, body }) => {
      if ('id' in head) this.#answer(head.id, { status: head.status, headers: head.headers, body }, hooks);
      else if ('memory' in head) this.#memory = head.memory;
      else if ('failed' in head) reject(new ModelError(head.failed.code, head.failed.data as ErrorData));
      else {
        this.#state = 'running';
        resolve(head.ready.outputs);
        hooks.ready();
      }
    });
    let failure: string | undefined;
    this.#child.once('error', (error) => {
      failure = error.message;
    });
    this.#closed = new Promise((done) => {
      this.#child.once('close', (code, signal) => {
        const status = failure ?? signal ?? `status ${code}`;
        const error: ModelError = this.#memory === undefined ? new ModelError('MODEL_PROCESS_ENDED', { status }) : new ModelError('MODEL_MEMORY_EXCEEDED', { limit: this.#memory });
        reject(error);
        hooks.ended(error, this.#state === 'ending', [...this.#jobs.values()]);
        done();
      });
    });
    this.#writer.send(order);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get starting(): boolean {
    return this.#state === 'starting';
  }

  /** Whether it can take a job now. */
  get free(): boolean {
    const waiting = this.#jobs.size;
    return this.#state === 'running' && (waiting === 0 || (waiting < AHEAD && this.backlog < AHEAD_MS));
  }

  /** Milliseconds until it has worked off what it has, as far as can be told. */
  get backlog(): number {
    return this.#jobs.size === 0 ? 0 : this.#jobs.size * this.#mean;
  }

  run(job: Job): void {
    const id = this.#ids++, { contentType, body } = job.request, message: ToProcess = { id, contentType, query: job.query };
    if (this.#jobs.size === 0) this.#begun = performance.now();
    this.#jobs.set(id, job);
    this.#writer.send(message, body);
  }

  #answer(id: number, response: AppResponse, hooks: ChildHooks): void {
    const job = this.#jobs.get(id), now = performance.now(), took = now - this.#begun;
    this.#jobs.delete(id);
    this.#begun = now;
    this.#mean = this.#mean === Infinity ? took : this.#mean + NEWEST * (took - this.#mean);
    job?.resolve(response);
    hooks.answered();
    this.cut();
  }

  /** Ends the process where nobody waits for the job it works on, which is the first one it has. */
  cut(): void {
    const [first] = this.#jobs.values();
    if (first?.over !== true) return;
    this.#state = 'ending';
    this.#child.kill('SIGKILL');
  }

  /** Ends the process: by the end of its pipe, then by force. */
  async end(grace: number): Promise<void> {
    this.#state = 'ending';
    this.#channel.end();
    const force = setTimeout(() => this.#child.kill('SIGKILL'), grace);
    await this.#closed;
    clearTimeout(force);
  }
}
