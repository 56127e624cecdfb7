/**
 * Inference parameters held against their specification, as MLflow does it (mlflow/models/utils.py, _enforce_params_schema,
 * and ParamSpec.validate_type_and_shape). Values become plain Python ones: int, float, text, date.
 * @module
 */
import { datetimeNs } from '../data/iso-text.ts';
import { isDatetime, NAT, timeUnit } from '../data/dtype.ts';
import { kindOf } from '../data/numpy-item.ts';
import { numpyDatetime } from '../data/datetime.ts';
import { pythonStr } from '../data/python-text.ts';
import { Tensor } from '../data/tensor.ts';
import { elementAt } from '../data/value-at.ts';
import { DateTime, Scalar, Series, Tuple, type Value } from '../data/values.ts';
import { Table } from '../data/table.ts';
import { ModelError } from '../errors/model-error.ts';
import { isScalarType, ObjectType, type ScalarType, typeText } from './data-types.ts';
import { compileCheck, isScalarValue } from './enforce-nested.ts';

/** What a parameter must be; a ParamSpec has these members. */
export interface ParamShape {
  readonly name: string;
  readonly type: ScalarType | ObjectType;
  /** null for a scalar or an object, [-1] for a list. */
  readonly shape: readonly number[] | null;
}

/**
 * Checks and converts one parameter.
 * @throws ModelError PARAM_VALUE_INVALID
 */
export function checkParam(spec: ParamShape, value: Value): Value {
  const { name, type, shape } = spec;
  if (shape === null) {
    if (isScalarType(type)) return scalarParam(name, type, value);
    checkObject(name, type, value);
    return value;
  }
  if (shape.length !== 1 || shape[0] !== -1) return refuse(name, 'the shape null or [-1]', `the shape [${shape.join(', ')}]`);
  if (!isFlat(value)) return refuse(name, `a list of ${typeText(type)}`, kindOf(value));
  const items = value instanceof Tensor ? scalarsOf(value) : value;
  return items.map((item) => (isScalarType(type) ? scalarParam(name, type, item) : item === null ? null : refuse(name, 'an object alone', 'a list of objects')));
}

function refuse(param: string, expected: string, given: string): never {
  throw new ModelError('PARAM_VALUE_INVALID', { param, expected, given });
}

function checkObject(name: string, type: ObjectType, value: Value): void {
  try {
    compileCheck(name, type, true)(value);
  } catch (error) {
    if (!ModelError.isInstance(error)) throw error;
    const { expected, given } = error.data as { expected?: unknown; given?: unknown };
    throw new ModelError('PARAM_VALUE_INVALID', { param: name, expected: expected ?? typeText(type), given: given ?? kindOf(value) }, { cause: error });
  }
}

function isFlat(value: Value): value is Value[] | Tensor {
  if (value instanceof Tensor) return value.shape.length === 1;
  return Array.isArray(value) && !value.some((v) => Array.isArray(v) || v instanceof Tuple || v instanceof Table || v instanceof Series || (v instanceof Tensor && v.shape.length > 0));
}

function scalarsOf(tensor: Tensor): Value[] {
  return Array.from({ length: tensor.size }, (_, i) => {
    if (tensor.dtype === 'object') return tensor.values[i] as Value;
    const value = isDatetime(tensor.dtype) ? (tensor.values[i] as bigint) : elementAt(tensor.dtype, tensor.values, i);
    return new Scalar(tensor.dtype, value as Scalar['value']);
  });
}

function scalarParam(name: string, type: ScalarType, value: Value): Value {
  if (value === null) return null;
  if (type === 'datetime') return datetimeParam(name, value);
  if (!isScalarValue(value)) return refuse(name, type, kindOf(value));
  return convert(type, value) ?? refuse(name, type, kindOf(value));
}

/** The value as the Python type of a parameter; undefined where MLflow does not convert. */
function convert(type: ScalarType, value: Value): Value | undefined {
  const kind = value instanceof Scalar ? value.dtype : kindOf(value), plain = value instanceof Scalar ? (value.value as Value) : value;
  switch (type) {
    case 'boolean': return kind === 'bool' ? plain : undefined;
    case 'string': return kind === 'str' ? plain : undefined;
    case 'binary': return kind === 'bytes' ? plain : undefined;
    case 'integer': return kind === 'int' || kind === 'int32' ? BigInt(plain as bigint | number) : undefined;
    case 'long': return kind === 'int' || kind === 'int32' || kind === 'int64' ? BigInt(plain as bigint | number) : undefined;
    default: return floatParam(type, kind, plain);
  }
}

function floatParam(type: ScalarType, kind: string, plain: Value): number | undefined {
  if (kind === 'float' || kind === 'float32' || (kind === 'float64' && type === 'double')) return plain as number;
  if (kind !== 'int' && kind !== 'int32' && kind !== 'int64') return undefined;
  const x = Number(plain);
  return Number.isFinite(x) ? x : undefined;
}

/** `numpy.datetime64(value).item()`: a date or a datetime without zone; NaT is None. */
function datetimeParam(name: string, value: Value): Value {
  const moment = momentOf(value);
  return moment === undefined ? refuse(name, 'a date or a time of up to microseconds as ISO 8601 text', kindOf(value)) : moment;
}

function momentOf(value: Value): DateTime | null | undefined {
  if (typeof value === 'string') return numpyDatetime(value);
  if (value instanceof Uint8Array) return numpyDatetime(String.fromCharCode(...value.subarray(0, 64)));
  if (value instanceof DateTime) return value.kind === 'time' ? undefined : value.kind === 'date' ? value : inUtc(value);
  if (!(value instanceof Scalar)) return undefined;
  if (value.dtype === 'str' || value.dtype === 'bytes') return momentOf(value.value as string | Uint8Array);
  if (!isDatetime(value.dtype)) return undefined;
  const count = value.value as bigint, unit = timeUnit(value.dtype);
  if (count === NAT) return null;
  if (unit === 'ns' || unit === 'ps' || unit === 'fs' || unit === 'as') return undefined;
  return new DateTime('YMWD'.includes(unit) ? 'date' : 'datetime', datetimeNs(count, value.dtype));
}

/** numpy keeps microseconds and turns an offset into UTC. */
function inUtc(value: DateTime): DateTime {
  const us = value.ns - (((value.ns % 1000n) + 1000n) % 1000n);
  return new DateTime('datetime', us - BigInt(value.offset ?? 0) * 1_000_000_000n);
}

/** A schema of parameters; ParamSchema has these members. */
export interface ParamShapes {
  readonly params: readonly (ParamShape & { readonly default: Value })[];
}

/**
 * The parameters a model is given: those known, in the caller's order, then the defaults of the others in schema order.
 * Unknown names are left out. Without a schema nothing but null and an empty object gets through.
 *
 * @returns null where neither a schema nor parameters are there
 * @throws ModelError PARAM_VALUE_INVALID, PARAM_FORM_INVALID
 */
export function enforceParams(schema: ParamShapes | undefined, params: Value | undefined): Map<string, Value> | null {
  const given = params ?? null;
  if (!schema) return given === null ? null : new Map();
  if (given !== null && !(given instanceof Map)) throw new ModelError('PARAM_FORM_INVALID', { given: kindOf(given) });
  const specs = new Map(schema.params.map((spec) => [spec.name, spec])), out = new Map<string, Value>();
  for (const [key, value] of given ?? []) {
    const name = typeof key === 'string' ? key : pythonStr(key), spec = specs.get(name);
    if (spec) out.set(name, checkParam(spec, value));
  }
  for (const spec of schema.params) if (!out.has(spec.name)) out.set(spec.name, spec.default);
  return out;
}
