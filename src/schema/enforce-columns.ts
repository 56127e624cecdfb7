/**
 * Column schemas as MLflow enforces them (mlflow/models/utils.py, _enforce_schema): the input is laid out as a table, its
 * columns are found by name or counted, and each is cast.
 * @module
 */
import type { Column } from '../data/column.ts';
import { isDatetime, isTimedelta, NAT } from '../data/dtype.ts';
import { frameFromColumns, frameFromRows, frameFromSeries, frameFromTensor } from '../data/frame.ts';
import { inferColumn } from '../data/infer-column.ts';
import { labelKey } from '../data/labels.ts';
import { kindOf } from '../data/numpy-item.ts';
import { type Label, labelText, Table } from '../data/table.ts';
import { Tensor } from '../data/tensor.ts';
import { valueAt } from '../data/value-at.ts';
import { Missing, Scalar, Series, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import type { ColSpec } from './col-spec.ts';
import { ArrayType, isScalarType, numpyTypeOf, ObjectType } from './data-types.ts';
import { castColumn } from './enforce-cast.ts';
import { compileCheck, isScalarValue, listItem } from './enforce-nested.ts';
import type { Schema } from './schema.ts';

interface Target {
  readonly label: Label;
  readonly required: boolean;
  readonly cast: (column: Column) => Column;
  /** dtype of a column that needs no cast, or undefined. */
  readonly exact: string | undefined;
}

/**
 * Builds the enforcement of a column schema, worked out once.
 * @returns a function from any value to the table the model gets: the same Table where nothing changes
 */
export function compileColumns(schema: Schema): (data: Value) => Table {
  const specs = schema.columns ?? [];
  const asRow = specs.some(({ type }) => type instanceof ArrayType || type instanceof ObjectType || type === 'sparkml_vector');
  const enforce = schema.named ? compileNamed(schema, specs) : compileUnnamed(specs);
  return (data) => enforce(data instanceof Table ? data : layOut(data, asRow));
}

function targetOf(spec: ColSpec, label: Label, named: boolean): Target {
  const { type } = spec, name = labelText(label), required = named ? !spec.optional : true;
  if (isScalarType(type)) return { label, required: !spec.optional, cast: (column) => castColumn(name, column, type), exact: numpyTypeOf(type) };
  const check = compileCheck(name, type, required);
  // Timestamps keep the unit of their column, which our cells do not carry.
  const cast = (column: Column): Column => (type === 'any' && hasTimes(column) ? column : inferColumn(Array.from({ length: column.length }, (_, i) => check(iterated(column, i)))));
  return { label, required: !spec.optional, cast, exact: undefined };
}

/** A cell as iterating over a Series gives it: nullable columns give numpy scalars. */
function iterated(column: Column, i: number): Value {
  const value = valueAt(column, i), { dtype } = column;
  if (!column.nullable || dtype === 'str' || value instanceof Missing) return value;
  return new Scalar(dtype, value as Scalar['value']);
}

function hasTimes(column: Column): boolean {
  return (isDatetime(column.dtype) || isTimedelta(column.dtype)) && (column.values as BigInt64Array).some((value) => value !== NAT);
}

function isExact(exact: string | undefined, column: Column): boolean {
  return column.dtype === exact && exact !== 'bytes' && !column.nullable && column.tz === undefined;
}

function compileNamed(schema: Schema, specs: readonly ColSpec[]): (table: Table) => Table {
  // Of columns with one name the last counts, at the first one's place.
  const byName = new Map<Value, Target>(specs.map((spec) => [labelKey(spec.name), targetOf(spec, spec.name, true)]));
  const targets = [...byName.values()], names = schema.inputNames();
  // MLflow asks for a column named "" (or 0 elsewhere than first) by its index, and never finds it.
  const lost = names.find((name) => !byName.has(labelKey(name)));
  return (table) => {
    if (lost === undefined && fits(table, targets)) return table;
    const places = new Map<Value, number>(), repeated = new Set<Value>();
    table.names.forEach((label, i) => {
      const key = labelKey(label);
      if (places.has(key)) repeated.add(key);
      places.set(key, i);
    });
    requireAll(targets, places, byName, table.names);
    if (lost !== undefined) throw new ModelError('INPUT_MISSING', { missing: [labelText(lost)], extra: 'none' });
    const found = targets.filter((target) => places.has(labelKey(target.label)));
    const columns = found.map((target) => {
      if (repeated.has(labelKey(target.label))) throw new ModelError('INPUT_DUPLICATE', { column: labelText(target.label) });
      return target.cast(table.columns[places.get(labelKey(target.label)) as number] as Column);
    });
    if (found.length === 0) return new Table([], [], 0);
    return new Table(found.map((target) => target.label), columns, table.length, table.index);
  };
}

/** The common case: the columns of the schema, in order, exactly typed. */
function fits(table: Table, targets: readonly Target[]): boolean {
  if (table.columns.length !== targets.length) return false;
  return targets.every((target, i) => target.label === table.names[i] && isExact(target.exact, table.columns[i] as Column));
}

function requireAll(targets: readonly Target[], places: ReadonlyMap<Value, number>, known: ReadonlyMap<Value, Target>, labels: readonly Label[]): void {
  const missing = targets.filter((target) => target.required && !places.has(labelKey(target.label)));
  if (missing.length === 0) return;
  const extra = labels.filter((label) => !known.has(labelKey(label))).map(labelText);
  throw new ModelError('INPUT_MISSING', { missing: missing.map((target) => labelText(target.label)), extra: extra.length > 0 ? extra : 'none' });
}

function compileUnnamed(specs: readonly ColSpec[]): (table: Table) => Table {
  const exact = specs.map(({ type }) => (isScalarType(type) ? numpyTypeOf(type) : undefined));
  return (table) => {
    if (table.columns.length < specs.length) throw new ModelError('INPUT_COUNT', { expected: specs.length, given: table.columns.length });
    const labels = table.names.slice(0, specs.length);
    if (new Set(table.names.map(labelKey)).size < table.names.length) refuseRepeated(labels, table.names);
    // Names are the caller's, so a cast that tells its column's name is made only where one is needed.
    const columns = specs.map((spec, i) => {
      const column = table.columns[i] as Column, label = labels[i] ?? null;
      return isExact(exact[i], column) ? column : targetOf(spec, label, false).cast(column);
    });
    const same = specs.length === table.columns.length && columns.every((column, i) => column === table.columns[i]);
    return same ? table : new Table(labels, columns, table.length, table.index);
  };
}

function refuseRepeated(used: readonly Label[], all: readonly Label[]): void {
  const twice = used.find((label) => all.filter((other) => labelKey(other) === labelKey(label)).length > 1);
  if (twice !== undefined) throw new ModelError('INPUT_DUPLICATE', { column: labelText(twice) });
}

/** Any value as a table, in MLflow's manner. `asRow`: a dict is one row, as array and object columns want it. */
function layOut(data: Value, asRow: boolean): Table {
  if (data instanceof Series) return frameFromSeries(data);
  if (isScalarValue(data)) return frameFromRows([data]);
  if (data instanceof Map) return fromDict(data, asRow);
  if (Array.isArray(data)) return frameFromRows(data);
  if (data instanceof Tensor) return frameFromTensor(data);
  throw new ModelError('INPUT_FORM_INVALID', { form: 'input', expected: 'a table, a dict, a list, an array or a scalar', given: kindOf(data) });
}

function fromDict(data: Map<Value, Value>, asRow: boolean): Table {
  const values = [...data.values()];
  if (asRow || values.every(isRowValue)) return frameFromRows([data]);
  if (values.every((value) => value instanceof Tensor && value.dtype === 'str' && value.shape.length === 0)) return frameFromRows([data]);
  return frameFromColumns(new Map([...data].map(([key, value]) => [key, value instanceof Tensor && value.shape.length > 1 ? rowsOf(value) : value])));
}

/** A scalar, None, or a list of only text: such a dict is one row. */
function isRowValue(value: Value): boolean {
  return value === null || isScalarValue(value) || (Array.isArray(value) && value.every((item) => typeof item === 'string'));
}

/** ndarray.tolist() down to its last dimension. */
function rowsOf(tensor: Tensor): Value[] {
  const nest = (shape: readonly number[], from: number): Value[] => {
    const [length = 0, ...rest] = shape, size = rest.reduce((a, b) => a * b, 1);
    return Array.from({ length }, (_, i) => (rest.length === 0 ? listItem(tensor, from + i) : nest(rest, from + i * size)));
  };
  return nest(tensor.shape, 0);
}
