/**
 * Labels of table columns and rows, as a pandas Index makes them.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { inferColumn } from './infer-column.ts';
import type { Label } from './table.ts';
import { valuesOf } from './value-at.ts';
import { Tuple, type Value } from './values.ts';

/**
 * Column labels from a list or the keys of a Map: numbers are unified (1 and 2.5 become floats), None beside text or
 * numbers becomes NaN, a list of lists becomes tuples; undefined and null mean none were given.
 * @throws ModelError FRAME_INVALID for a scalar, and for labels that Python could not hash
 */
export function axisLabels(given: Value | undefined): Label[] | undefined {
  const labels = plainLabels(given);
  if (labels?.some((label) => Array.isArray(label) || label instanceof Map)) {
    throw new ModelError('FRAME_INVALID', { reason: 'column names must be text or numbers, not lists or objects' });
  }
  return labels;
}

/** Row labels; `labels` is undefined when they are 0…n-1, `keys` are the labels as given. */
export function rowIndex(given: Value | undefined): { length: number; labels: Value[] | undefined; keys: readonly Value[] } | undefined {
  const labels = plainLabels(given);
  if (labels === undefined) return undefined;
  const keys = Array.isArray(given) ? given : given instanceof Map ? [...given.keys()] : labels;
  const plain = labels.every((label, i) => label === BigInt(i));
  return { length: labels.length, labels: plain ? undefined : labels, keys };
}

function plainLabels(given: Value | undefined): Value[] | undefined {
  if (given === undefined || given === null) return undefined;
  const list = Array.isArray(given) ? given : given instanceof Map ? [...given.keys()] : given instanceof Tuple ? [...given.items] : undefined;
  if (list === undefined) throw new ModelError('FRAME_INVALID', { reason: 'columns and index must be lists' });
  if (list.length > 0 && list.every((item) => Array.isArray(item))) return tuples(list as Value[][]);
  if (list.every((item) => typeof item === 'string')) return list;
  const inferred = inferColumn(list);
  return inferred.dtype === 'object' ? list : valuesOf(inferred);
}

function tuples(levels: readonly Value[][]): Value[] {
  const length = levels[0]?.length ?? 0;
  if (levels.some((level) => level.length !== length)) throw new ModelError('FRAME_INVALID', { reason: 'the levels of the names have different lengths' });
  return Array.from({ length }, (_, i) => new Tuple(levels.map((level) => level[i] ?? null)));
}

/** A key under which labels that Python holds equal meet: 1 and 1.0, NaN and NaN. */
export function labelKey(label: Value): Value {
  return typeof label === 'number' && Number.isInteger(label) ? BigInt(label) : label;
}
