/**
 * What kernels need of other threads: to have their exports called there, on memory that all share. Who may touch the system
 * hands it in; without it all runs in the caller's thread.
 * @module
 */
import type { WasmModule } from '../data/wasm.ts';

/** Threads that wait for work. */
export interface ThreadPool {
  /** How many; they start with the first call. */
  readonly threads: number;
  /** Makes a kernel known. `memory` is the handle of a kernel on shared memory. */
  share(module: WasmModule, memory: object): SharedKernel;
  /** Ends all threads. */
  close(): Promise<void>;
}

/** A kernel that other threads run too. */
export interface SharedKernel {
  /**
   * Calls an export in the thread with the least to do, and resolves when it has returned. Calls that run at once must write
   * to different places.
   * @throws ModelError THREAD_FAILED
   */
  call(name: string, args: readonly number[]): Promise<void>;
  /** Lets go of the memory in all threads. */
  close(): void;
}
