/**
 * The columns of a request found for the columns of a schema, in the modes safe and strict.
 * @module
 */
import { labelText } from '../data/table.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import type { ColSpec } from './col-spec.ts';
import type { LosslessMode } from './enforce-values.ts';

/**
 * For each column of the schema its position among the names of a request, −1 where an optional one is absent.
 * @throws ModelError INPUT_COUNT, INPUT_DUPLICATE, INPUT_MISSING, INPUT_EXTRA
 */
export type ColumnMatch = (names: readonly Value[]) => readonly number[];

/** Named columns are found by name in any order; of unnamed ones only the number counts. */
export function compileColumnMatch(specs: readonly ColSpec[], named: boolean, mode: LosslessMode): ColumnMatch {
  if (!named) {
    const positions = specs.map((_, i) => i);
    return (names) => {
      if (names.length !== specs.length) throw new ModelError('INPUT_COUNT', { expected: specs.length, given: names.length });
      return positions;
    };
  }
  const byName = new Map<Value, number>(specs.map((spec, i) => [spec.name, i] as const));
  // A JSON key can only be text, also for a column whose name is an integer.
  specs.forEach((spec, i) => { if (!byName.has(labelText(spec.name))) byName.set(labelText(spec.name), i); });
  return (names) => {
    const chosen = specs.map(() => -1), extra: string[] = [];
    names.forEach((name, at) => {
      const i = byName.get(name);
      if (i === undefined) extra.push(labelText(name));
      else if (chosen[i] !== -1) throw new ModelError('INPUT_DUPLICATE', { column: labelText(name) });
      else chosen[i] = at;
    });
    const missing = specs.filter((spec, i) => spec.required && chosen[i] === -1).map((spec) => labelText(spec.name));
    if (missing.length > 0) throw new ModelError('INPUT_MISSING', { missing, extra: extra.length > 0 ? extra : 'none' });
    if (mode === 'strict' && extra.length > 0) throw new ModelError('INPUT_EXTRA', { extra });
    return chosen;
  };
}
