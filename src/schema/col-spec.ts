/**
 * The specification of one column (mlflow.types.ColSpec).
 * @module
 */
import type { Value } from '../data/values.ts';
import type { ColumnType } from './data-types.ts';

/**
 * Type, optional name and presence of one column.
 * @example
 * ```ts
 * new ColSpec('double', 'sepal length (cm)');
 * ```
 */
export class ColSpec {
  readonly type: ColumnType;
  /** Text, or a bigint for an integer-named column; null when unnamed. */
  readonly name: Value;
  /** As given in the file; any falsy value means optional. */
  readonly required: Value;
  constructor(type: ColumnType, name: Value | number | undefined = null, required: Value = true) {
    this.type = type;
    this.name = typeof name === 'number' ? BigInt(name) : name;
    this.required = required;
  }
}
