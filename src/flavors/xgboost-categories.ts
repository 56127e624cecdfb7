/**
 * Codes of a category column in the order of the training categories, which XGBoost keeps in a model since 3.1.
 * Source: src/data/cat_container.h of dmlc/xgboost and xgboost._data_utils; drawn from 3.2.
 * @module
 */
import { cell, type Column } from '../data/column.ts';
import { ModelError } from '../errors/model-error.ts';
import type { XgboostCategories } from '../formats/xgboost-model.ts';

/**
 * Per category of a column its code in training; its own number where the model does not say.
 *
 * The Python package counts characters but stores bytes, so text outside ASCII is cut wrong in the file. Such categories are
 * taken only where the column has the very categories of training in their order; anything else would be guessed.
 * @throws ModelError INPUT_UNSUITABLE for a category that was not in training
 */
export function categoryCodes(own: Column, training: XgboostCategories, name: string): Float32Array {
  const given = Array.from({ length: own.length }, (_, i) => cell(own, i));
  if (training === null) return Float32Array.from(given, (_, i) => i);
  if ('numbers' in training) return lookUp(given, training.numbers, name);
  if (!given.every((value) => typeof value === 'string')) return refuse(name, 'has categories that are not text, as those of training');
  const { bytes, offsets } = training;
  if (bytes.every((byte) => byte < 128)) {
    const text = new TextDecoder().decode(bytes);
    return lookUp(given, offsets.slice(1).map((end, i) => text.slice(offsets[i], end)), name);
  }
  return isSame(given, training) ? Float32Array.from(given, (_, i) => i) : refuse(name, 'does not have exactly the categories of training, in their order, which text outside ASCII needs here');
}

function lookUp(given: readonly unknown[], training: readonly unknown[], name: string): Float32Array {
  const codes = new Map(training.map((value, code) => [value, code]));
  return Float32Array.from(given, (value) => codes.get(value) ?? refuse(name, 'has a category that was not in training'));
}

/** Whether these texts are stored as the training's are: with the counts of their characters, or of their bytes. */
function isSame(given: readonly string[], { bytes, offsets }: Exclude<XgboostCategories, null | { numbers: unknown }>): boolean {
  if (given.length !== offsets.length - 1) return false;
  const encoded = given.map((text) => new TextEncoder().encode(text)), all = new TextEncoder().encode(given.join(''));
  if (bytes.some((byte, i) => byte !== all[i])) return false;
  return [given.map((text) => Array.from(text).length), encoded.map((part) => part.length)].some((lengths) => lengths.every((length, i) => (offsets[i + 1] as number) - (offsets[i] as number) === length));
}

function refuse(name: string, reason: string): never {
  throw new ModelError('INPUT_UNSUITABLE', { reason: `column ${name} ${reason}` });
}
