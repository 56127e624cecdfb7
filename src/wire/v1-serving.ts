/**
 * `instances` and `inputs` as MLflow 1.30 reads them (mlflow/utils/proto_json_utils.py, parse_tf_serving_input).
 * @module
 */
import type { DType } from '../data/dtype.ts';
import { numpyArray } from '../data/numpy-array.ts';
import { Tensor } from '../data/tensor.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import type { Schema } from '../schema/schema.ts';
import { numpyArray15 } from './v1-cast.ts';
import { numpyOf } from './v1-enforce.ts';

/** Reads the one key of the body, cast to the schema's dtypes where there is one. */
export function parseServing15(body: ReadonlyMap<Value, Value>, schema: Schema | undefined): Value {
  const [key] = body.keys();
  if (body.size !== 1) throw new ModelError('INPUT_FORM_INVALID', { form: 'body', expected: 'exactly one of the keys instances and inputs', given: `${body.size} keys` });
  const given = body.get(key ?? null) ?? null;
  if (key === 'instances' && !Array.isArray(given) && typeof given !== 'string' && !(given instanceof Map && given.size === 0)) {
    throw new ModelError('INPUT_FORM_INVALID', { form: 'instances', expected: 'a list', given: 'no list' });
  }
  const items = key === 'instances' && Array.isArray(given) && given[0] instanceof Map ? columnsOf(given) : given;
  const data = cast(items, schema);
  if (key === 'instances' && data instanceof Map) {
    const lengths = new Set([...data.values()].map((value) => (value instanceof Tensor ? value.shape[0] : undefined)));
    if (lengths.size !== 1 || lengths.has(undefined)) throw new ModelError('INPUT_FORM_INVALID', { form: 'instances', expected: 'as many values for each name', given: 'different lengths' });
  }
  return data;
}

function columnsOf(items: readonly Value[]): Map<Value, Value> {
  const out = new Map<Value, Value[]>();
  for (const item of items) {
    if (!(item instanceof Map)) throw new ModelError('INPUT_FORM_INVALID', { form: 'instances', expected: 'objects only, or none', given: 'a mixture' });
    for (const [name, value] of item) {
      const list = out.get(name);
      if (list) list.push(value);
      else out.set(name, [value]);
    }
  }
  return out as Map<Value, Value>;
}

function cast(given: Value, schema: Schema | undefined): Value {
  if (!schema) return given instanceof Map ? new Map([...given].map(([name, value]) => [name, raggedArray(value)])) : raggedArray(given);
  const dtypes = schema.columns?.map((spec) => (spec.type === 'datetime' ? 'datetime64' : numpyOf(spec.type))) ?? schema.tensors?.map((spec) => spec.dtype) ?? [];
  if (!schema.named) {
    if (!Array.isArray(given)) throw new ModelError('INPUT_FORM_INVALID', { form: 'body', expected: 'a list, as the signature has no names', given: 'no list' });
    return numpyArray15(given, dtypes[0]);
  }
  const names = schema.inputs.map((spec) => spec.name);
  const named: Value = names.length === 1 && Array.isArray(given) ? new Map<Value, Value>([[names[0] ?? null, given]]) : given;
  if (!(named instanceof Map)) throw new ModelError('INPUT_FORM_INVALID', { form: 'body', expected: 'an object of name → values, as the signature has names', given: 'no object' });
  return arrays(named, (name) => dtypes[names.indexOf(name)]);
}

/** `numpy.array` of numpy 1.23: lists of different lengths become objects, under the dimensions they share. */
function raggedArray(value: Value): Tensor {
  try {
    return numpyArray(value);
  } catch (error) {
    if (!ModelError.isInstance(error) || error.code !== 'ARRAY_RAGGED' || !Array.isArray(value)) throw error;
  }
  const shape = [value.length];
  let level: readonly Value[] = value;
  while (level.every(Array.isArray)) {
    const lists = level as readonly Value[][], [first] = lists;
    if (first === undefined || lists.some((list) => list.length !== first.length)) break;
    shape.push(first.length);
    level = lists.flat() as Value[];
  }
  return new Tensor('object', shape, [...level]);
}

function arrays(map: ReadonlyMap<Value, Value>, dtypeOf: (name: Value) => DType | 'datetime64' | undefined): Map<Value, Value> {
  return new Map([...map].map(([name, value]) => [name, dtypeOf(name) === undefined ? raggedArray(value) : numpyArray15(value, dtypeOf(name))]));
}
