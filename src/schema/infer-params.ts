/**
 * The specification of parameters from their values (mlflow/types/utils.py, _infer_param_schema).
 * @module
 */
import { isDatetime } from '../data/dtype.ts';
import { numpyArray } from '../data/numpy-array.ts';
import { kindOf } from '../data/numpy-item.ts';
import { pythonStr } from '../data/python-text.ts';
import { Tensor } from '../data/tensor.ts';
import { Scalar, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { isScalarType, ObjectType, type ScalarType } from './data-types.ts';
import { isScalarValue } from './enforce-nested.ts';
import { columnTypeOf } from './infer-columns.ts';
import { cannotInfer, inferType, isPythonDate } from './infer-types.ts';
import { ParamSchema, ParamSpec } from './param-spec.ts';

/**
 * Infers types and shapes of parameters; their values become the defaults.
 * @throws ModelError PARAMS_NOT_INFERRED that names every parameter without a type
 */
export function inferParams(params: Value): ParamSchema {
  if (!(params instanceof Map)) throw new ModelError('PARAM_FORM_INVALID', { given: kindOf(params) });
  const specs: ParamSpec[] = [], failed: string[] = [];
  for (const [key, value] of params) {
    const name = pythonStr(key);
    try {
      const { type, list } = typeOf(value);
      specs.push(new ParamSpec(name, type, value, list ? [-1] : null));
    } catch (error) {
      if (!ModelError.isInstance(error)) throw error;
      failed.push(`${name} (${kindOf(value)})`);
    }
  }
  if (failed.length > 0) throw new ModelError('PARAMS_NOT_INFERRED', { params: failed });
  return new ParamSchema(specs);
}

function typeOf(value: Value): { type: ScalarType | ObjectType; list: boolean } {
  if (Array.isArray(value) || value instanceof Tensor) return { type: listType(value), list: true };
  if (isDate(value)) return { type: 'datetime', list: false };
  if (isScalarValue(value)) return { type: columnTypeOf(numpyArray(value).dtype), list: false };
  const type = value instanceof Map ? inferType(value) : undefined;
  if (type instanceof ObjectType || isScalarType(type)) return { type, list: false };
  return cannotInfer(`a parameter of type ${kindOf(value)}`);
}

function listType(value: Value[] | Tensor): ScalarType {
  if (depthOf(value) !== 1) return cannotInfer('a list of lists');
  // A list without items has the type that is asked for first.
  const items = value instanceof Tensor ? (value.dtype === 'object' ? (value.values as Value[]) : []) : value;
  const dates = items.length > 0 || !(value instanceof Tensor) ? items.every(isDate) : isDatetime(value.dtype) || value.size === 0;
  return dates ? 'datetime' : columnTypeOf(numpyArray(value).dtype);
}

function isDate(value: Value): boolean {
  return isPythonDate(value) || (value instanceof Scalar && isDatetime(value.dtype));
}

function depthOf(value: Value): number {
  if (value instanceof Tensor) return value.shape.length;
  return Array.isArray(value) ? 1 + Math.max(0, ...value.map(depthOf)) : 0;
}
