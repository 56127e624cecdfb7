/**
 * Where errors that are ours go.
 * @module
 */

/** Writes an error to standard error. */
export function reportError(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
