/**
 * Work that can be interrupted from the keyboard.
 * @module
 */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Hands work a signal that a SIGINT, SIGTERM or SIGHUP aborts; once it has put things in order the process ends by the same. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let given: NodeJS.Signals | undefined;
  const interrupt = (name: NodeJS.Signals): void => {
    given ??= name;
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, interrupt);
    if (given !== undefined) process.kill(process.pid, given);
  }
}
