/**
 * How large an answer may be.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';

/** Numbers of one answer: 2 GiB of float64. */
const MAX_NUMBERS = 2 ** 28;

/**
 * The count of numbers that so many rows of an answer take.
 * @throws ModelError INPUT_UNSUITABLE when they are more than 2^28
 */
export function answerSize(rows: number, numbers: number): number {
  const count = rows * numbers;
  if (count > MAX_NUMBERS) throw new ModelError('INPUT_UNSUITABLE', { reason: `the answer would have ${count} numbers, more than ${MAX_NUMBERS}; give fewer rows at a time` });
  return count;
}
