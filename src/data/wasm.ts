/**
 * WebAssembly kernels: the modules that tools/gen-kernels.ts writes, started on a memory of their own.
 * @module
 */

/** A compiled module, as tools/gen-kernels.ts writes it. */
export interface WasmModule {
  /** The module in base64. */
  readonly base64: string;
  /** Position of the byte that tells plain memory (1) from shared memory (3): the one difference between the two builds. */
  readonly memoryFlag: number;
}

/** A module at work on its own memory. */
export interface Kernel<Exports> {
  /** All of the memory, zeros at first; it never grows, so views of it stay valid. */
  readonly memory: ArrayBuffer | SharedArrayBuffer;
  readonly run: Exports;
  /** The `WebAssembly.Memory`; where it is shared, another thread joins it with {@link joinKernel}. */
  readonly handle: object;
}

/** What is used of the global, which no type library without a DOM declares. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
  readonly Instance: new (module: object, imports: { readonly env: { readonly memory: object } }) => { readonly exports: object };
}

interface WasmMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
}

const PAGE = 65_536;
const MOST_PAGES = 65_536;
const SHARED_FLAG = 3;

/** Compiled once a process: [plain, shared]; null where it cannot be. */
const compiled = new WeakMap<WasmModule, (object | null | undefined)[]>();

/**
 * Starts a module on a new memory of `bytes`, rounded up to pages of 64 KiB.
 *
 * @returns null where WebAssembly, its SIMD or so much memory is not to be had: the caller has a plain way too
 * @example
 * ```ts
 * const kernel = startKernel<{ sum(at: number, count: number): number }>(sumWasm, 4 * count);
 * if (kernel) new Float32Array(kernel.memory).set(numbers);
 * ```
 */
export function startKernel<Exports>(module: WasmModule, bytes: number, options: { readonly shared?: boolean } = {}): Kernel<Exports> | null {
  const { shared = false } = options, api = webAssembly();
  const pages = Math.max(1, Math.ceil(bytes / PAGE));
  if (api === undefined || pages > MOST_PAGES) return null;
  try {
    return instance(api, module, new api.Memory({ initial: pages, maximum: pages, shared }), shared);
  } catch {
    return null;
  }
}

/** Starts a module on the shared memory that another thread's {@link startKernel} made. */
export function joinKernel<Exports>(module: WasmModule, handle: object): Kernel<Exports> | null {
  const api = webAssembly();
  try {
    return api === undefined ? null : instance(api, module, handle as WasmMemory, true);
  } catch {
    return null;
  }
}

function instance<Exports>(api: WebAssemblyApi, module: WasmModule, memory: WasmMemory, shared: boolean): Kernel<Exports> | null {
  const code = compile(api, module, shared);
  if (code === null) return null;
  return { memory: memory.buffer, handle: memory, run: new api.Instance(code, { env: { memory } }).exports as Exports };
}

function webAssembly(): WebAssemblyApi | undefined {
  return (globalThis as { WebAssembly?: WebAssemblyApi }).WebAssembly;
}

function compile(api: WebAssemblyApi, module: WasmModule, shared: boolean): object | null {
  let pair = compiled.get(module);
  if (pair === undefined) compiled.set(module, (pair = []));
  let code = pair[Number(shared)];
  if (code === undefined) {
    const bytes = decoded(module.base64);
    if (shared) bytes[module.memoryFlag] = SHARED_FLAG;
    try {
      code = new api.Module(bytes);
    } catch {
      code = null;
    }
    pair[Number(shared)] = code;
  }
  return code;
}

/** A loop: Uint8Array.from takes ten times as long, which a cold start would feel. */
function decoded(base64: string): Uint8Array {
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
