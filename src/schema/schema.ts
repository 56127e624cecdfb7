/**
 * A list of column or tensor specifications (mlflow.types.Schema).
 * @module
 */
import type { DType } from '../data/dtype.ts';
import { parseJson } from '../data/json-parse.ts';
import { writeJson, type PlainJson } from '../data/json-write.ts';
import { truthOf } from '../data/numpy-item.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { ColSpec } from './col-spec.ts';
import { type ColumnType, isScalarType, numpyTypeOf } from './data-types.ts';
import { TensorSpec } from './tensor-spec.ts';

/** How {@link Schema.fromJson} reads. */
export interface SchemaReadOptions {
  /** Also reads tensors as MLflow's documents print them, `{"name", "dtype", "shape"}` without `type`. @default false */
  lenient?: boolean;
}

/**
 * Inputs or outputs of a model: all columns or all tensors, all named or all unnamed.
 * @throws ModelError SCHEMA_INVALID, SCHEMA_TYPE_INVALID
 * @example
 * ```ts
 * new Schema([new ColSpec('double', 'x'), new ColSpec('string', 'city', false)]);
 * ```
 */
export class Schema {
  readonly inputs: readonly ColSpec[] | readonly TensorSpec[];
  constructor(inputs: readonly ColSpec[] | readonly TensorSpec[]) {
    checkInputs(inputs);
    this.inputs = [...inputs] as readonly ColSpec[] | readonly TensorSpec[];
  }

  /** The column specifications, or undefined for a tensor schema. */
  get columns(): readonly ColSpec[] | undefined {
    return this.inputs[0] instanceof ColSpec ? (this.inputs as readonly ColSpec[]) : undefined;
  }

  /** The tensor specifications, or undefined for a column schema. */
  get tensors(): readonly TensorSpec[] | undefined {
    return this.inputs[0] instanceof TensorSpec ? (this.inputs as readonly TensorSpec[]) : undefined;
  }

  /** True when the specifications have names. */
  get named(): boolean {
    return this.inputs[0] !== undefined && this.inputs[0].name !== null;
  }

  /** Names, or indices where there are none. MLflow gives the index also for the names `""` and 0. */
  inputNames(): Value[] {
    return this.inputs.map((spec, i) => (truthOf(spec.name) ? spec.name : BigInt(i)));
  }

  /** Names (or indices) of the inputs that must be there. */
  requiredInputNames(): Value[] {
    const names = this.inputNames();
    return names.filter((_, i) => !this.inputs[i]?.optional);
  }

  /** Names (or indices) of the inputs that may be absent. */
  optionalInputNames(): Value[] {
    const names = this.inputNames();
    return names.filter((_, i) => this.inputs[i]?.optional);
  }

  /** Column types, or dtypes of tensors. */
  inputTypes(): (ColumnType | DType)[] {
    return this.inputs.map((spec: ColSpec | TensorSpec) => (spec instanceof ColSpec ? spec.type : spec.dtype));
  }

  /**
   * numpy dtypes of the inputs.
   * @throws ModelError SCHEMA_TYPE_INVALID when a column is an array, object, map or any
   */
  numpyTypes(): DType[] {
    return this.inputs.map((spec: ColSpec | TensorSpec) => {
      if (spec instanceof TensorSpec) return spec.dtype;
      if (isScalarType(spec.type)) return numpyTypeOf(spec.type);
      throw new ModelError('SCHEMA_TYPE_INVALID', { reason: `the column ${String(spec.name)} has no numpy type` });
    });
  }

  /**
   * pandas dtypes of the columns: as in numpy, but object for text and bytes.
   * @throws ModelError SCHEMA_TYPE_INVALID for tensors, and when a column is an array, object, map or any
   */
  pandasTypes(): DType[] {
    if (this.tensors) throw new ModelError('SCHEMA_TYPE_INVALID', { reason: 'tensors have no pandas types' });
    return this.numpyTypes().map((dtype) => (dtype === 'str' || dtype === 'bytes' ? 'object' : dtype));
  }

  /** The JSON text, as Python's json.dumps writes it. */
  toJson(): string {
    return writeJson(this.toJsonTree() as PlainJson);
  }

  /** The JSON form as a tree: objects are Maps, integers bigints. */
  toJsonTree(): Value[] {
    return this.inputs.map((spec) => spec.toJsonTree());
  }

  /** `['x': double (required)]`, as MLflow prints it. */
  toString(): string {
    return `[${this.inputs.map(String).join(', ')}]`;
  }

  /**
   * Reads the JSON text of an MLmodel file.
   * @throws ModelError SCHEMA_INVALID, SCHEMA_TYPE_INVALID, JSON_INVALID
   */
  static fromJson(text: string, options: SchemaReadOptions = {}): Schema {
    return Schema.fromJsonTree(parseJson(text), options);
  }

  /** Reads the JSON form as {@link parseJson} gives it. */
  static fromJsonTree(tree: Value, options: SchemaReadOptions = {}): Schema {
    if (!Array.isArray(tree)) throw new ModelError('SCHEMA_TYPE_INVALID', { reason: 'a schema is not a list' });
    return new Schema(tree.map((item) => readSpec(item, options.lenient ?? false)) as ColSpec[]);
  }
}

function readSpec(item: Value, lenient: boolean): ColSpec | TensorSpec {
  if (!(item instanceof Map)) throw new ModelError('SCHEMA_TYPE_INVALID', { reason: 'an input of a schema is not an object' });
  if (item.has('type')) return item.get('type') === 'tensor' ? TensorSpec.fromJsonTree(item) : ColSpec.fromJsonTree(item);
  if (lenient && item.has('dtype') && item.has('shape')) return TensorSpec.fromDocumentTree(item);
  throw new ModelError('SCHEMA_TYPE_INVALID', { reason: 'an input of a schema lacks the key type' });
}

function checkInputs(inputs: readonly (ColSpec | TensorSpec)[]): void {
  if (inputs.length === 0) throw new ModelError('SCHEMA_INVALID', { reason: 'it has no inputs' });
  const refuse = (reason: string): never => { throw new ModelError('SCHEMA_TYPE_INVALID', { reason }); };
  const unnamed = inputs.filter((spec) => spec.name === null).length, tensors = inputs.filter((spec) => spec instanceof TensorSpec).length;
  if (unnamed > 0 && unnamed < inputs.length) refuse('some inputs have names and others not; name all or none');
  if (tensors > 0 && tensors < inputs.length) refuse('columns and tensors are mixed');
  if (tensors > 1 && unnamed > 0) refuse('several tensors need names');
  if (unnamed > 0 && inputs.some((spec) => spec instanceof ColSpec && spec.required === false)) refuse('an input without a name cannot be optional');
}
