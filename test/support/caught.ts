/** Errors in tests. */
import { ModelError } from '../../src/errors/model-error.ts';

/** The ModelError that `run` throws; anything else fails the test. */
export function caught(run: () => unknown): ModelError {
  try {
    run();
  } catch (error) {
    if (ModelError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** True when `run` gives a value or throws a ModelError; other errors go through. */
export function givesDataOrModelError(run: () => unknown): boolean {
  try {
    run();
  } catch (error) {
    if (!ModelError.isInstance(error)) throw error;
  }
  return true;
}
