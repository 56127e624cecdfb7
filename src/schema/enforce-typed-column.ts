/**
 * One typed column judged by its dtype against a column type, in the modes safe and strict.
 * @module
 */
import { type Column, column, isMissing, isValid } from '../data/column.ts';
import { convertUnit } from '../data/datetime.ts';
import { type DType, isDatetime, NAT } from '../data/dtype.ts';
import type { Value } from '../data/values.ts';
import { valuesOf } from '../data/value-at.ts';
import { ModelError } from '../errors/model-error.ts';
import { type ColumnType, isScalarType, type ScalarType, typeText } from './data-types.ts';
import { dtypeWords } from './enforce-cast.ts';
import { compileColumnCast } from './enforce-values-cells.ts';

/** What the model is given for a column. @throws ModelError INPUT_TYPE_INVALID, INPUT_VALUE_INVALID */
export type ColumnJudge = (given: Column) => Column;

const SMALL: readonly DType[] = ['int8', 'int16', 'int32', 'uint8', 'uint16'];
const PASSES: Readonly<Partial<Record<ScalarType, readonly DType[]>>> = {
  boolean: ['bool'],
  integer: SMALL,
  long: [...SMALL, 'uint32', 'int64'],
  float: ['float16', 'float32'],
  double: [...SMALL, 'uint32', 'float16', 'float32', 'float64'],
  string: ['str'],
  binary: ['bytes'],
};

/** Works out once how a column of that name is judged; object columns are cast by value. */
export function compileColumnJudge(name: string, type: ColumnType, required: boolean): ColumnJudge {
  const cast = compileColumnCast(name, type, required);
  const refuse = (given: Column): never => {
    throw new ModelError('INPUT_TYPE_INVALID', { column: name, expected: typeText(type), given: dtypeWords(given) });
  };
  return (given) => {
    if (given.dtype === 'object') return type === 'any' ? given : cast(given.values as Value[]);
    if (type === 'any' || type === 'sparkml_vector') return given;
    if (!isScalarType(type)) return refuse(given);
    if (type === 'datetime') return isDatetime(given.dtype) && given.tz === undefined ? nanoseconds(name, given) : refuse(given);
    if (!PASSES[type]?.includes(given.dtype)) return refuse(given);
    return convert(name, given, type, required);
  };
}

function nanoseconds(name: string, given: Column): Column {
  if (given.dtype === 'datetime64[ns]' && given.validity === null) return given;
  const from = given.dtype as DType & `datetime64${string}`, values = given.values as BigInt64Array, out = new BigInt64Array(given.length);
  for (let row = 0; row < out.length; row++) {
    const ns = isMissing(given, row) ? NAT : convertUnit(values[row] as bigint, from, 'ns');
    if (ns === undefined) throw new ModelError('INPUT_VALUE_INVALID', { column: name, row, expected: 'datetime between 1677 and 2262', given: 'one outside' });
    out[row] = ns;
  }
  return column('datetime64[ns]', out);
}

function convert(name: string, given: Column, type: ScalarType, required: boolean): Column {
  switch (type) {
    case 'float': return given.dtype === 'float32' && given.validity === null ? given : real('float32', new Float32Array(given.length), given);
    case 'double': return given.dtype === 'float64' && given.validity === null ? given : real('float64', new Float64Array(given.length), given);
    case 'string': return given.validity === null && !given.nullable ? given : column('str', (given.values as string[]).map((text, i) => (isMissing(given, i) ? null : text)));
    default:
  }
  const row = firstMissing(given);
  if (row >= 0) {
    if (required) throw new ModelError('INPUT_VALUE_INVALID', { column: name, row, expected: type, given: 'null' });
    return withMissing(name, given, type);
  }
  const { length } = given, values = given.values as Float64Array;
  if (type === 'binary') return column('object', valuesOf(given));
  if (type === 'boolean') return column('bool', values);
  if (type === 'integer') return column('int32', given.dtype === 'int32' ? values : Int32Array.from(values), { length });
  return column('int64', given.dtype === 'int64' ? values : Float64Array.from(values), { length });
}

function real(dtype: 'float32' | 'float64', out: Float32Array | Float64Array, given: Column): Column {
  const values = given.values as Float64Array;
  for (let i = 0; i < out.length; i++) out[i] = isValid(given.validity, i) ? (values[i] as number) : NaN;
  return column(dtype, out);
}

function firstMissing(given: Column): number {
  if (given.validity === null && given.dtype !== 'bytes') return -1;
  for (let i = 0; i < given.length; i++) if (isMissing(given, i)) return i;
  return -1;
}

/** Optional columns with missing cells as pandas holds them: integers as float64 where that is exact, others as objects. */
function withMissing(name: string, given: Column, type: ScalarType): Column {
  if (type === 'boolean' || type === 'binary') {
    return column('object', Array.from({ length: given.length }, (_, i) => (isMissing(given, i) ? null : type === 'boolean' ? given.values[i] === 1 : (given.values[i] as Value))));
  }
  return column('float64', Float64Array.from({ length: given.length }, (_, row) => {
    if (!isValid(given.validity, row)) return NaN;
    const x = Number(given.values[row]);
    if (Number.isSafeInteger(x)) return x;
    throw new ModelError('INPUT_VALUE_INVALID', { column: name, row, expected: `${type} within ±2^53 in a column with missing values`, given: 'an integer beyond it' });
  }));
}
