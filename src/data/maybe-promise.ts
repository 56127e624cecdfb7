/**
 * Values that may come later: hot paths answer at once and make no promise.
 * @module
 */

/** A value, or a promise of it. */
export type MaybePromise<T> = T | Promise<T>;

/** True for a promise; a hot path asks this instead of awaiting. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}

/**
 * Goes on with a value: at once when it is there.
 * @example
 * ```ts
 * const shaped = andThen(forest.batchMargins(matrix), (values) => new Tensor('float32', [matrix.rows], values));
 * ```
 */
export function andThen<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isPromise(value) ? value.then(next) : next(value);
}
