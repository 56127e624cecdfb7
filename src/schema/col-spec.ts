/**
 * The specification of one column (mlflow.types.ColSpec).
 * @module
 */
import { truthOf } from '../data/numpy-item.ts';
import { pythonRepr } from '../data/python-text.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { checkType, type ColumnType, isScalarType, typeText } from './data-types.ts';
import { readType, writeType } from './type-json.ts';

/**
 * Type, optional name and presence of one column.
 * @throws ModelError SCHEMA_TYPE_INVALID for an unknown type
 * @example
 * ```ts
 * new ColSpec('double', 'sepal length (cm)');
 * ```
 */
export class ColSpec {
  readonly type: ColumnType;
  /** Text, or a bigint for an integer-named column; null when unnamed. */
  readonly name: Value;
  /** As given in the file; any value that Python counts as false means optional. */
  readonly required: Value;
  constructor(type: ColumnType, name: Value | number | undefined = null, required: Value = true) {
    this.type = checkType(type);
    this.name = typeof name === 'number' && Number.isInteger(name) ? BigInt(name) : name;
    this.required = required;
  }

  /** True when the input may lack this column. */
  get optional(): boolean {
    return !truthOf(this.required);
  }

  /** `'a': double (required)`, as MLflow prints it. */
  toString(): string {
    const text = `${typeText(this.type)} (${this.optional ? 'optional' : 'required'})`;
    return this.name === null ? text : `${pythonRepr(this.name)}: ${text}`;
  }

  /** The JSON form: type first, required last, no name when there is none. */
  toJsonTree(): Map<string, Value> {
    const out = writeType(this.type);
    if (this.name !== null) out.set('name', this.name);
    return out.set('required', this.required);
  }

  /**
   * Reads the JSON form. A scalar column without `required` is required; other types keep null, which means optional.
   * @throws ModelError SCHEMA_TYPE_INVALID, SCHEMA_INVALID
   */
  static fromJsonTree(json: ReadonlyMap<Value, Value>): ColSpec {
    const type = readType(json), scalar = isScalarType(json.get('type'));
    const unknown = scalar ? [...json.keys()].find((key) => key !== 'type' && key !== 'name' && key !== 'required') : undefined;
    if (unknown !== undefined) throw new ModelError('SCHEMA_TYPE_INVALID', { reason: `a column has the unknown key ${String(unknown)}` });
    const required = json.get('required');
    return new ColSpec(type, json.get('name') ?? null, required === undefined ? (scalar ? true : null) : required);
  }
}
