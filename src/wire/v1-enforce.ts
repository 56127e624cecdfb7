/**
 * Schema enforcement of MLflow 1.30 on what its server parsed (mlflow/models/utils.py, _enforce_schema).
 * @module
 */
import type { Column } from '../data/column.ts';
import { type DType, isComplex, isDatetime, isFloat, isInteger } from '../data/dtype.ts';
import { frameFromColumns, frameFromTensor } from '../data/frame.ts';
import { numpyArray } from '../data/numpy-array.ts';
import { castStorage } from '../data/numpy-cast.ts';
import { type Label, labelText, Table } from '../data/table.ts';
import { Tensor } from '../data/tensor.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { type ColumnType, isScalarType, type ScalarType } from '../schema/data-types.ts';
import type { Schema } from '../schema/schema.ts';
import type { TensorSpec } from '../schema/tensor-spec.ts';
import { castColumn, parsedNumbers, storeItems15 } from './v1-cast.ts';
import { asPandas15, cellsOf, inferColumn15 } from './v1-cells.ts';
import { datetimes } from './v1-dates.ts';

/** numpy dtypes of MLflow's scalar types; text and bytes are objects in pandas. */
const NUMPY_OF: Readonly<Record<ScalarType, DType>> = {
  boolean: 'bool', integer: 'int32', long: 'int64', float: 'float32', double: 'float64', string: 'str', binary: 'bytes', datetime: 'datetime64[ns]',
};

/** The dtype of a column type; object for the types that 1.x did not know. */
export function numpyOf(type: ColumnType): DType {
  return isScalarType(type) ? NUMPY_OF[type] : 'object';
}

/**
 * Holds parsed input against the schema as MLflow 1.30 did.
 * @throws ModelError INPUT_MISSING, INPUT_COUNT, INPUT_TYPE_INVALID, INPUT_SHAPE_INVALID, INPUT_FORM_INVALID
 */
export function enforce15(data: Value, schema: Schema): Value {
  return schema.tensors ? enforceTensors(data, schema.tensors, schema.named) : enforceColumns(toFrame(data), schema);
}

function toFrame(data: Value): Table {
  if (data instanceof Table) return data;
  // pandas keeps numpy's bytes, which only binary takes.
  if (data instanceof Tensor) return data.dtype === 'bytes' ? frameFromTensor(data) : objectText(frameFromTensor(data));
  if (data instanceof Map) {
    for (const [name, value] of data) if (value instanceof Tensor && value.shape.length > 1) throw new ModelError('INPUT_SHAPE_INVALID', { name: labelText(name), expected: '[-1]', given: `[${value.shape.join(', ')}]` });
    return objectText(frameFromColumns(data));
  }
  throw new ModelError('INPUT_FORM_INVALID', { form: 'body', expected: 'columns', given: 'a single value' });
}

function objectText(table: Table): Table {
  return new Table(table.names, table.columns.map(asPandas15), table.length, table.index);
}

function enforceColumns(table: Table, schema: Schema): Table {
  const specs = schema.columns ?? [];
  const names: readonly Label[] = schema.named ? specs.map((spec) => spec.name) : table.names.slice(0, specs.length);
  // A column named "" is asked for by its index, and never found.
  if (schema.named) refuseMissing(schema.inputNames() as Label[], table.names);
  else if (table.names.length < specs.length) throw new ModelError('INPUT_COUNT', { expected: specs.length, given: table.names.length });
  const columns = names.map((name, i) => {
    if (table.names.indexOf(name) !== table.names.lastIndexOf(name)) throw new ModelError('FRAME_INVALID', { reason: `the column ${labelText(name)} is there more than once` });
    return enforceColumn(labelText(name), table.columns[schema.named ? table.names.indexOf(name) : i] as Column, specs[i]?.type ?? 'any');
  });
  return new Table(names, columns, table.length, table.index);
}

function refuseMissing(names: readonly Label[], have: readonly Label[]): void {
  const missing = names.filter((name) => !have.includes(name));
  if (missing.length === 0) return;
  const extra = have.filter((name) => !names.includes(name));
  throw new ModelError('INPUT_MISSING', { missing: missing.map(labelText), extra: extra.length > 0 ? extra.map(labelText) : 'none' });
}

const WIDTH: Readonly<Partial<Record<DType, number>>> = {
  bool: 1, int8: 1, uint8: 1, int16: 2, uint16: 2, float16: 2, int32: 4, uint32: 4, float32: 4, int64: 8, uint64: 8, float64: 8, complex64: 8, complex128: 16,
};

/** numpy's kind letter. */
function kindOf(dtype: DType): string {
  if (isFloat(dtype)) return 'f';
  if (isInteger(dtype)) return dtype.startsWith('u') ? 'u' : 'i';
  if (isDatetime(dtype)) return 'M';
  if (isComplex(dtype)) return 'c';
  return dtype === 'bool' ? 'b' : dtype === 'str' ? 'U' : dtype === 'bytes' ? 'S' : 'O';
}

function enforceColumn(name: string, given: Column, type: ColumnType): Column {
  if (!isScalarType(type)) return given;
  const target = NUMPY_OF[type], text = type === 'string' || type === 'binary';
  if (text && given.dtype === 'object') return given;
  const col = given.dtype === 'object' ? inferColumn15(cellsOf(given)) : given;
  if (col.dtype === target || (type === 'datetime' && isDatetime(col.dtype))) return col;
  const refuse = (): never => { throw new ModelError('INPUT_TYPE_INVALID', { column: name, expected: type, given: col.dtype }); };
  if (col.dtype === 'object' && type === 'datetime') return datetimes(col) ?? refuse();
  if (col.dtype === 'object' && type === 'double') return parsedNumbers(col) ?? refuse();
  return widens(col.dtype, target) ? (castColumn(col, target) ?? refuse()) : refuse();
}

function widens(from: DType, to: DType): boolean {
  const a = kindOf(from), b = kindOf(to), width = WIDTH[from] ?? 16;
  if (a === b) return width <= (WIDTH[to] ?? 0);
  if (a === 'u' && b === 'i') return width < (WIDTH[to] ?? 0);
  return (a === 'i' || a === 'u') && to === 'float64' && width <= 6;
}

function enforceTensors(data: Value, specs: readonly TensorSpec[], named: boolean): Value {
  if (!named) {
    const spec = specs[0] as TensorSpec;
    return checked(data instanceof Table ? matrixOf(data) : data, spec, 'input');
  }
  let given = data;
  if (specs.length === 1 && data instanceof Tensor) given = new Map<Value, Value>([[specs[0]?.name ?? null, data]]);
  const have = given instanceof Table ? given.names : given instanceof Map ? [...given.keys()] : [];
  refuseMissing(specs.map((spec) => spec.name), have);
  const out = new Map<Value, Value>();
  for (const spec of specs) {
    const name = labelText(spec.name);
    if (given instanceof Table) {
      const col = given.columns[given.names.indexOf(spec.name)] as Column;
      out.set(spec.name, checked(new Tensor(spec.dtype, [col.length], col.dtype === 'object' ? storeItems15(cellsOf(col), spec.dtype) : castStorage(col.dtype, col.values, spec.dtype)), spec, name));
    } else if (given instanceof Map) out.set(spec.name, checked(given.get(spec.name) ?? null, spec, name));
  }
  return out;
}

/** `DataFrame.to_numpy()`: columns of one dtype keep it, others meet in their common one; rows outermost. */
function matrixOf(table: Table): Tensor {
  const columns = table.columns.map(cellsOf), dtypes = new Set(table.columns.map((col) => col.dtype));
  const common = dtypes.has('object') || (dtypes.has('bool') && dtypes.size > 1) ? 'object' : dtypes.size === 1 ? table.columns[0]?.dtype : undefined;
  if (table.length === 0) return new Tensor(common ?? 'object', [0, columns.length], storeItems15([], common ?? 'object'));
  const rows = Array.from({ length: table.length }, (_, i) => columns.map((cells) => cells[i] ?? null));
  return common === 'object' ? new Tensor(common, [rows.length, columns.length], rows.flat()) : numpyArray(rows, common);
}

function checked(value: Value, spec: TensorSpec, name: string): Tensor {
  if (!(value instanceof Tensor)) throw new ModelError('INPUT_FORM_INVALID', { form: name, expected: 'an array', given: 'a value of another kind' });
  const fits = value.shape.length === spec.shape.length && spec.shape.every((d, i) => d === -1 || d === value.shape[i]);
  if (!fits) throw new ModelError('INPUT_SHAPE_INVALID', { name, expected: `[${spec.shape.join(', ')}]`, given: `[${value.shape.join(', ')}]` });
  if (value.dtype !== spec.dtype) throw new ModelError('INPUT_TYPE_INVALID', { column: name, expected: spec.dtype, given: value.dtype });
  return value;
}
