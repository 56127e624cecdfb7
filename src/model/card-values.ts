/**
 * Values of a card.
 * @module
 */
import { type PlainJson, writeJson } from '../data/json-write.ts';
import type { Value } from '../data/values.ts';

/** True for text, numbers, booleans and null: what a card shows of a flavor's keys. */
export function isPlainValue(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean', 'bigint'].includes(typeof value);
}

/** A parameter's default as JSON text. */
export function valueText(value: Value): string {
  try {
    return writeJson(value as PlainJson);
  } catch {
    return String(value);
  }
}
