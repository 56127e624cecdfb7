/**
 * `inputs`: TensorFlow's column format, as MLflow's server converts it (_cast_schema_type).
 * @module
 */
import type { DType } from '../data/dtype.ts';
import { numpyArray } from '../data/numpy-array.ts';
import { storeItems } from '../data/numpy-item.ts';
import type { Tensor } from '../data/tensor.ts';
import { elementAt } from '../data/value-at.ts';
import { labelText } from '../data/table.ts';
import { Complex, Scalar, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { ColSpec } from '../schema/col-spec.ts';
import { type ColumnType, isScalarType, numpyTypeOf } from '../schema/data-types.ts';
import { compileCheck } from '../schema/enforce-nested.ts';
import type { Schema } from '../schema/schema.ts';
import type { TensorSpec } from '../schema/tensor-spec.ts';
import { castFailure } from './column-cast.ts';

/** Converts one value of a column or tensor. */
export type ValueConvert = (value: Value) => Value;

/** What a schema makes of tensor input, worked out once. */
export interface TensorPlan {
  /** Converts a value by the specification of that name; an unknown name becomes an array of whatever it holds. */
  readonly convert: (name: Value, value: Value) => Value;
  /** Converts by the first specification. */
  readonly first: ValueConvert;
  readonly named: boolean;
  /** The name of the only named specification. */
  readonly only: Value | undefined;
  readonly schema: boolean;
}

/** Compiles the conversions of a schema. */
export function compileTensorPlan(schema: Schema | undefined): TensorPlan {
  const plain: ValueConvert = (value) => numpyArray(value);
  const converts = (schema?.inputs ?? []).map((spec: ColSpec | TensorSpec) => ({ name: spec.name, convert: specConvert(spec) }));
  const byName = new Map(schema?.named ? converts.map(({ name, convert }) => [name, convert] as const) : []);
  return {
    convert: (name, value) => (byName.get(name) ?? plain)(value),
    first: converts[0]?.convert ?? plain,
    named: schema?.named ?? false,
    only: byName.size === 1 ? converts[0]?.name : undefined,
    schema: schema !== undefined,
  };
}

/**
 * Converts the value under `inputs`: a dict by column, a list of dicts row by row, anything else as one array (a scalar
 * under a scalar type becomes a numpy scalar).
 * @throws ModelError REQUEST_INVALID
 */
export function convertInputs(data: Value, plan: TensorPlan): Value {
  const input = plan.only !== undefined && Array.isArray(data) && !data.some((item) => item instanceof Map) ? new Map([[plan.only, data]]) : data;
  if (plan.schema && !plan.named && !Array.isArray(input) && !isScalar(input)) {
    castFailure('the model signature has no names and expects one array or one value');
  }
  if (input instanceof Map) return convertRow(input, plan);
  if (Array.isArray(input) && input.every((item) => item instanceof Map)) return input.map((row) => convertRow(row as Map<Value, Value>, plan));
  return plan.first(input);
}

/** numpy.isscalar of JSON values. */
function isScalar(value: Value): boolean {
  return value !== null && typeof value !== 'object';
}

function convertRow(row: ReadonlyMap<Value, Value>, plan: TensorPlan): Map<Value, Value> {
  const out = new Map<Value, Value>();
  for (const [name, value] of row) out.set(name, plan.convert(name, value));
  return out;
}

function specConvert(spec: ColSpec | TensorSpec): ValueConvert {
  if (!(spec instanceof ColSpec)) return (value) => numpyArray(value, spec.dtype);
  return typeConvert(labelText(spec.name), spec.type, !spec.optional);
}

function typeConvert(name: string, type: ColumnType, required: boolean): ValueConvert {
  if (type === 'any') return (value) => value;
  if (type === 'sparkml_vector') return () => castFailure('vectors have no JSON form');
  if (isScalarType(type)) {
    const dtype = numpyTypeOf(type);
    return (value) => (Array.isArray(value) ? numpyArray(value, dtype) : scalarOf(value, dtype));
  }
  const enforce = wrapped(compileCheck(name, type, required));
  return type.kind === 'array' ? (value) => numpyArray(enforce(value)) : enforce;
}

/** Failures of enforcement are failures of the request here. */
function wrapped(enforce: ValueConvert): ValueConvert {
  return (value) => {
    try {
      return enforce(value);
    } catch (cause) {
      if (!ModelError.isInstance(cause)) throw cause;
      throw new ModelError('REQUEST_INVALID', { reason: cause.message.replace(/\.$/, '') }, { cause });
    }
  };
}

/** `numpy.array([value], dtype)[0]`. */
function scalarOf(value: Value, dtype: DType): Scalar {
  const values = storeItems([value], dtype);
  if (dtype === 'datetime64[ns]') return new Scalar(dtype, (values as BigInt64Array)[0] as bigint);
  const item = elementAt(dtype, values, 0);
  const plain = typeof item === 'bigint' && dtype !== 'int64' && dtype !== 'uint64' ? Number(item) : item instanceof Complex ? ([item.re, item.im] as const) : item;
  return new Scalar(dtype, plain as Scalar['value']);
}

/** Length of a list or of an array's first dimension. */
export function lengthOf(value: Value[] | Tensor): number {
  if (Array.isArray(value)) return value.length;
  return value.shape[0] ?? castFailure('a value is not a list');
}
