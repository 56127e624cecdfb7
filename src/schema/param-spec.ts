/**
 * Inference parameters of a signature (mlflow.types.ParamSpec, ParamSchema).
 * @module
 */
import { isoformat } from '../data/iso-text.ts';
import { parseJson } from '../data/json-parse.ts';
import { type PlainJson, writeJson } from '../data/json-write.ts';
import { kindOf, truthOf } from '../data/numpy-item.ts';
import { pythonRepr, pythonStr } from '../data/python-text.ts';
import { DateTime, Scalar, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { isScalarType, ObjectType, type ScalarType, typeText } from './data-types.ts';
import { checkParam } from './enforce-params.ts';
import { dimensionOf, shapeText } from './tensor-spec.ts';
import { readType, writeType } from './type-json.ts';

/**
 * Name, type, default and shape (null for a scalar or object, [-1] for a list) of one inference parameter.
 * The default is checked and converted like a value given at inference.
 * @throws ModelError PARAM_SPEC_INVALID, PARAM_VALUE_INVALID
 * @example
 * ```ts
 * new ParamSpec('threshold', 'double', 0.5);
 * ```
 */
export class ParamSpec {
  readonly name: string;
  readonly type: ScalarType | ObjectType;
  readonly default: Value;
  readonly shape: readonly number[] | null;
  readonly #written: Value[] | null;
  /** `written` is the shape as a file has it, for writing it back. */
  constructor(name: string, type: ScalarType | ObjectType, defaultValue: Value, shape: readonly number[] | null = null, written: Value[] | null = shape === null ? null : shape.map(dimensionOf)) {
    if (!isScalarType(type) && !(type instanceof ObjectType)) throw new ModelError('PARAM_SPEC_INVALID', { param: name, reason: 'its type is neither a scalar type nor an object type' });
    if (type === 'binary') throw new ModelError('PARAM_SPEC_INVALID', { param: name, reason: 'parameters cannot be binary' });
    this.name = name;
    this.type = type;
    this.shape = shape;
    this.#written = written;
    this.default = checkParam(this, defaultValue);
  }

  /** `'p': long (default: 3) (shape: (-1,))`, as MLflow prints it. */
  toString(): string {
    const shape = this.#written === null ? '' : ` (shape: ${shapeText(this.#written)})`;
    return `${pythonRepr(this.name)}: ${typeText(this.type)} (default: ${pythonStr(this.default)})${shape}`;
  }

  /**
   * The JSON form: name, default, shape, type.
   * @throws ModelError PARAM_SPEC_INVALID for a datetime whose default is null, which MLflow's files cannot hold
   */
  toJsonTree(): Map<string, Value> {
    const value = this.type === 'datetime' ? this.#isoDefault() : this.#plain(this.default);
    return new Map<string, Value>([['name', this.name], ['default', value], ['shape', this.#written], ...writeType(this.type)]);
  }

  /** The value as JSON can hold it: numpy's float64 and text are floats and text in Python too. */
  #plain(value: Value): Value {
    if (Array.isArray(value)) return value.map((item) => this.#plain(item));
    if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, this.#plain(item)]));
    if (value instanceof Scalar && (value.dtype === 'float64' || value.dtype === 'str')) return value.value as number | string;
    if (value === null || typeof value !== 'object') return value;
    throw new ModelError('PARAM_SPEC_INVALID', { param: this.name, reason: `its default holds a value of type ${kindOf(value)}, which JSON cannot hold` });
  }

  #isoDefault(): Value {
    const iso = (value: Value): string => {
      if (value instanceof DateTime) return isoformat(value);
      throw new ModelError('PARAM_SPEC_INVALID', { param: this.name, reason: 'a datetime without a default cannot be written' });
    };
    return Array.isArray(this.default) ? this.default.map(iso) : iso(this.default);
  }

  /**
   * Reads the JSON form; `dtype` is an older name of `type`, other keys are ignored.
   * @throws ModelError PARAM_SPEC_INVALID, PARAM_VALUE_INVALID
   */
  static fromJsonTree(json: ReadonlyMap<Value, Value>): ParamSpec {
    if (!json.has('name') || !json.has('default') || !(json.has('type') || json.has('dtype'))) {
      throw new ModelError('PARAM_SPEC_INVALID', { param: pythonStr(json.get('name') ?? ''), reason: 'it needs the keys name, type and default' });
    }
    const written = json.get('type') ?? null, type = truthOf(written) ? written : (json.get('dtype') ?? null);
    const read = type === 'object' ? (readType(new Map([...json, ['type', type] as const])) as ObjectType) : (type as ScalarType);
    const shape = json.get('shape') ?? null;
    return new ParamSpec(pythonStr(json.get('name') ?? null), read, json.get('default') ?? null, shapeOf(shape), Array.isArray(shape) ? shape : null);
  }
}

/** A shape as given; elements that are no numbers fit nothing and are refused with the default. */
function shapeOf(shape: Value): readonly number[] | null {
  if (shape === null) return null;
  return Array.isArray(shape) ? shape.map((d) => (typeof d === 'bigint' || typeof d === 'number' ? Number(d) : NaN)) : [NaN];
}

/**
 * The parameters a model takes.
 * @throws ModelError PARAM_SPEC_INVALID when two have one name
 */
export class ParamSchema {
  readonly params: readonly ParamSpec[];
  constructor(params: readonly ParamSpec[]) {
    const names = params.map((spec) => spec.name), double = names.find((name, i) => names.indexOf(name) < i);
    if (double !== undefined) throw new ModelError('PARAM_SPEC_INVALID', { param: double, reason: 'the name is there twice' });
    this.params = [...params];
  }

  /** The JSON text, as Python's json.dumps writes it. */
  toJson(): string {
    return writeJson(this.params.map((spec) => spec.toJsonTree()) as unknown as PlainJson);
  }

  /** `['p': long (default: 3)]`, as MLflow prints it. */
  toString(): string {
    return `[${this.params.map(String).join(', ')}]`;
  }

  /**
   * Reads the JSON text of an MLmodel file.
   * @throws ModelError PARAM_SPEC_INVALID, PARAM_VALUE_INVALID, JSON_INVALID
   */
  static fromJson(text: string): ParamSchema {
    const tree = parseJson(text);
    if (!Array.isArray(tree) || tree.some((item) => !(item instanceof Map))) throw new ModelError('SCHEMA_INVALID', { reason: 'params are not a list of objects' });
    return new ParamSchema((tree as Map<Value, Value>[]).map((item) => ParamSpec.fromJsonTree(item)));
  }
}
