/**
 * Long work in short steps, so that a server stays awake and a call can be given up.
 * @module
 */

/** Work that gives way now and then, and ends with its result. */
export type Steps<T> = Generator<void, T, void>;

/** Longest time for which other work has to wait, in milliseconds. */
const SLICE = 5;

const later: (run: () => void) => void = (globalThis as { setImmediate?: (run: () => void) => void }).setImmediate ?? ((run) => setTimeout(run, 0));

/**
 * Does the work: at once where it takes less than a slice, else in slices between which other work gets its turn.
 * @throws the signal's reason when it is aborted
 */
export function inSlices<T>(steps: Steps<T>, signal?: AbortSignal): T | Promise<T> {
  signal?.throwIfAborted();
  const done = slice(steps);
  return done ? done.value : rest(steps, signal);
}

async function rest<T>(steps: Steps<T>, signal: AbortSignal | undefined): Promise<T> {
  for (;;) {
    await new Promise<void>((resolve) => later(resolve));
    signal?.throwIfAborted();
    const done = slice(steps);
    if (done) return done.value;
  }
}

function slice<T>(steps: Steps<T>): { readonly value: T } | undefined {
  const end = performance.now() + SLICE;
  do {
    const step = steps.next();
    if (step.done) return { value: step.value };
  } while (performance.now() < end);
  return undefined;
}
