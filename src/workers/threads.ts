/**
 * A pool of worker threads that run kernels on shared memory. Threads start with the first call, wait without keeping the
 * process alive, and one that dies fails the calls it had and is replaced by the next.
 * @module
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { WasmModule } from '../data/wasm.ts';
import type { SharedKernel, ThreadPool } from '../engines/threads.ts';
import { ModelError } from '../errors/model-error.ts';

/** To a thread. Kernels and calls go by number. */
export type ThreadOrder =
  | { readonly kind: 'join'; readonly kernel: number; readonly module: WasmModule; readonly memory: object }
  | { readonly kind: 'call'; readonly call: number; readonly kernel: number; readonly name: string; readonly args: readonly number[] }
  | { readonly kind: 'drop'; readonly kernel: number };

/** From a thread: a call has returned, or why it has not. */
export interface ThreadAnswer {
  readonly call: number;
  readonly failed?: string;
}

interface Waiting {
  resolve(): void;
  reject(error: ModelError): void;
}

/** Cores that this process may use. */
export function coreCount(): number {
  return availableParallelism();
}

/**
 * Threads for kernels.
 * @example
 * ```ts
 * const pool = new WorkerThreads(2);
 * const kernel = pool.share(forestWasm, started.handle);
 * await kernel.call('margins', [header, work, values, rows, 0, trees, out]);
 * await pool.close();
 * ```
 */
export class WorkerThreads implements ThreadPool {
  readonly threads: number;
  readonly #script: URL;
  readonly #workers: Thread[] = [];
  readonly #kernels: Map<number, { readonly module: WasmModule; readonly memory: object }> = new Map();
  #nextKernel = 0;
  #closed = false;

  constructor(threads: number, script: URL = new URL(`./thread-main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)) {
    this.threads = threads;
    this.#script = script;
  }

  share(module: WasmModule, memory: object): SharedKernel {
    const kernel = this.#nextKernel++;
    this.#kernels.set(kernel, { module, memory });
    return {
      call: (name, args) => this.#call(kernel, name, args),
      close: () => {
        this.#kernels.delete(kernel);
        for (const worker of this.#workers) worker.drop(kernel);
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#workers.splice(0).map((worker) => worker.end()));
  }

  async #call(kernel: number, name: string, args: readonly number[]): Promise<void> {
    const known = this.#kernels.get(kernel);
    if (this.#closed || known === undefined) throw new ModelError('THREAD_FAILED', { reason: 'the model is closed' });
    await this.#idlest().call(kernel, known, name, args);
  }

  #idlest(): Thread {
    const best = this.#workers.reduce<Thread | undefined>((a, b) => (a !== undefined && a.load <= b.load ? a : b), undefined);
    if (best !== undefined && (best.load === 0 || this.#workers.length >= this.threads)) return best;
    const worker: Thread = new Thread(this.#script, () => {
      const at = this.#workers.indexOf(worker);
      if (at >= 0) this.#workers.splice(at, 1);
    });
    this.#workers.push(worker);
    return worker;
  }
}

/** One worker and the calls it has not answered. */
class Thread {
  readonly #worker: Worker;
  readonly #joined: Set<number> = new Set();
  readonly #waiting: Map<number, Waiting> = new Map();
  #nextCall = 0;

  constructor(script: URL, onEnd: () => void) {
    // Flags of the process, such as --input-type, are not the thread's.
    this.#worker = new Worker(script, { execArgv: [], stdin: false });
    this.#worker.unref();
    this.#worker.on('message', (answer: ThreadAnswer) => this.#answered(answer));
    this.#worker.on('error', (error) => this.#failAll(error instanceof Error ? error.message : 'an unknown error'));
    this.#worker.on('exit', (code) => {
      onEnd();
      this.#failAll(`it ended with status ${code}`);
    });
  }

  get load(): number {
    return this.#waiting.size;
  }

  call(kernel: number, known: { readonly module: WasmModule; readonly memory: object }, name: string, args: readonly number[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const call = this.#nextCall++;
      // While it works, the process waits for it.
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(call, { resolve, reject });
      if (!this.#joined.has(kernel)) this.#send({ kind: 'join', kernel, ...known });
      this.#joined.add(kernel);
      this.#send({ kind: 'call', call, kernel, name, args });
    });
  }

  drop(kernel: number): void {
    if (this.#joined.delete(kernel)) this.#send({ kind: 'drop', kernel });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(order: ThreadOrder): void {
    this.#worker.postMessage(order);
  }

  #answered({ call, failed }: ThreadAnswer): void {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (failed === undefined) waiting?.resolve();
    else waiting?.reject(new ModelError('THREAD_FAILED', { reason: failed }));
  }

  #failAll(reason: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new ModelError('THREAD_FAILED', { reason }));
  }
}
