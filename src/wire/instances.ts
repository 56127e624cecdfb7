/**
 * `instances`: TensorFlow's row format, as MLflow's server converts it (parse_instances_data).
 * @module
 */
import { numpyArray } from '../data/numpy-array.ts';
import { Tensor } from '../data/tensor.ts';
import type { Value } from '../data/values.ts';
import { ArrayType } from '../schema/data-types.ts';
import type { Schema } from '../schema/schema.ts';
import { castFailure } from './column-cast.ts';
import { convertInputs, lengthOf, type TensorPlan } from './inputs.ts';

/**
 * Compiles the reader of `instances`: rows of dicts are turned into a dict of stacked arrays, anything else goes as
 * `inputs`; the required columns of a dict must have one length.
 * @throws ModelError REQUEST_INVALID, ARRAY_RAGGED, VALUE_NOT_CONVERTIBLE from the compiled function
 */
export function compileInstances(schema: Schema | undefined, plan: TensorPlan): (data: Value) => Value {
  const checked = schema?.named ? new Set(schema.inputs.filter((spec) => isChecked(spec)).map((spec) => spec.name)) : undefined;
  return (data) => {
    const converted = Array.isArray(data) && data[0] instanceof Map ? stackRows(data, plan) : convertInputs(data, plan);
    if (converted instanceof Map) checkLengths(converted, checked);
    return converted;
  };
}

function isChecked(spec: Schema['inputs'][number]): boolean {
  return 'dtype' in spec || (!spec.optional && !(spec.type instanceof ArrayType));
}

function stackRows(rows: readonly Value[], plan: TensorPlan): Map<Value, Value> {
  const columns = new Map<Value, Value[]>();
  for (const row of rows) {
    if (!(row instanceof Map)) return castFailure('some instances are objects and some are not');
    for (const [name, value] of row) {
      const converted = plan.convert(name, value), column = columns.get(name);
      if (column) column.push(converted);
      else columns.set(name, [converted]);
    }
  }
  return new Map([...columns].map(([name, values]) => [name, numpyArray(values)]));
}

function checkLengths(data: ReadonlyMap<Value, Value>, checked: ReadonlySet<Value> | undefined): void {
  const lengths = new Set<number>();
  for (const [name, value] of data) {
    if ((checked === undefined || checked.has(name)) && (Array.isArray(value) || value instanceof Tensor)) lengths.add(lengthOf(value));
  }
  if (lengths.size > 1) castFailure('the columns have different lengths');
}
