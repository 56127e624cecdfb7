/**
 * `-w N`: N processes that listen on one port. This one only supervises them.
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { ModelError } from '../../errors/model-error.ts';
import type { ServeOrder } from './serve.ts';

/** From a worker to its supervisor. */
export type WorkerMessage = { readonly ready: { readonly port: number; readonly flavor: string } } | { readonly failed: string };

/** How the processes share the port: each its own socket (the kernel spreads connections), or one of node:cluster. */
export type PortSharing = 'reuse' | 'cluster';

/** What the supervisor tells. */
export interface SuperviseHooks {
  onReady(port: number, flavor: string): void;
  onNotice(text: string): void;
}

const BACKOFF_FIRST_MS = 100, BACKOFF_MAX_MS = 10_000, HEALTHY_MS = 30_000, KILL_AFTER_MS = 4700;
const REUSE_PLATFORMS: ReadonlySet<string> = new Set(['linux', 'freebsd', 'aix', 'sunos']);

/** Starts the workers, restarts those that crash, ends them all when `stop` resolves. Gives the exit status. */
export async function superviseWorkers(order: ServeOrder, stop: Promise<unknown>, hooks: SuperviseHooks, sharing: PortSharing = defaultSharing()): Promise<number> {
  const port = await claimPort(order.options.host, order.options.port);
  const fixed: ServeOrder = { ...order, options: { ...order.options, port } };
  const supervisor = new Supervisor(fixed, hooks, await spawner(sharing), sharing);
  const failed = supervisor.start();
  const outcome = await Promise.race([stop.then(() => 'stopped' as const), failed]);
  await supervisor.stop();
  if (outcome !== 'stopped') throw outcome;
  return 0;
}

function defaultSharing(): PortSharing {
  return REUSE_PLATFORMS.has(process.platform) ? 'reuse' : 'cluster';
}

/** A shared port would be shared with a stranger's server too, so it must be free at first; 0 becomes a free one. */
function claimPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'the port is in use; choose another with -p' : (error.code ?? error.name);
      reject(new ModelError('LISTEN_FAILED', { host, port, reason }, { cause: error }));
    });
    probe.listen({ host, port, exclusive: true }, () => {
      const claimed = (probe.address() as AddressInfo).port;
      probe.close(() => resolve(claimed));
    });
  });
}

async function spawner(sharing: PortSharing): Promise<() => ChildProcess> {
  const script = new URL(`./worker-main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
  if (sharing === 'reuse') return () => fork(script, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const { default: cluster } = await import('node:cluster');
  const { fileURLToPath } = await import('node:url');
  cluster.setupPrimary({ exec: fileURLToPath(script), args: [], silent: false });
  return () => cluster.fork().process as ChildProcess;
}

class Supervisor {
  readonly #order: ServeOrder;
  readonly #hooks: SuperviseHooks;
  readonly #spawn: () => ChildProcess;
  readonly #sharing: PortSharing;
  readonly #children: Set<ChildProcess> = new Set();
  readonly #timers: Set<NodeJS.Timeout> = new Set();
  #fail: (error: unknown) => void = () => {};
  #ready = 0;
  #announced = false;
  #stopping = false;

  constructor(order: ServeOrder, hooks: SuperviseHooks, spawn: () => ChildProcess, sharing: PortSharing) {
    this.#order = order;
    this.#hooks = hooks;
    this.#spawn = spawn;
    this.#sharing = sharing;
  }

  /** Resolves with an error when the workers cannot serve at all. */
  start(): Promise<unknown> {
    return new Promise((resolve) => {
      this.#fail = resolve;
      for (let i = 0; i < this.#order.options.workers; i++) this.#launch(BACKOFF_FIRST_MS);
    });
  }

  #launch(backoff: number): void {
    const child = this.#spawn(), begun = Date.now();
    let failure: string | undefined;
    this.#children.add(child);
    child.on('message', (message: WorkerMessage) => {
      if ('failed' in message) failure = message.failed;
      else this.#countReady(message.ready);
    });
    child.once('error', (error) => {
      failure = error.message;
    });
    child.once('exit', (code, signal) => {
      this.#children.delete(child);
      if (this.#stopping) return;
      const status = failure ?? signal ?? `status ${code}`;
      if (!this.#announced) this.#fail(new ModelError('WORKER_FAILED', { status }));
      else this.#relaunch(Date.now() - begun > HEALTHY_MS ? BACKOFF_FIRST_MS : backoff, status);
    });
    child.send({ order: this.#order, reusePort: this.#sharing === 'reuse' }, () => {});
  }

  #relaunch(backoff: number, status: string): void {
    this.#hooks.onNotice(`a worker ended (${status}); starting another in ${backoff} ms`);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#launch(Math.min(backoff * 2, BACKOFF_MAX_MS));
    }, backoff);
    this.#timers.add(timer);
  }

  #countReady(ready: { port: number; flavor: string }): void {
    this.#ready++;
    if (this.#announced || this.#ready < this.#order.options.workers) return;
    this.#announced = true;
    this.#hooks.onReady(ready.port, ready.flavor);
  }

  /** Ends every worker: kindly, then by force, so that none is left. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const ended = [...this.#children].map((child) => new Promise<void>((resolve) => child.once('exit', () => resolve())));
    for (const child of this.#children) child.kill('SIGTERM');
    const force = setTimeout(() => {
      for (const child of this.#children) child.kill('SIGKILL');
    }, KILL_AFTER_MS);
    await Promise.all(ended);
    clearTimeout(force);
  }
}
