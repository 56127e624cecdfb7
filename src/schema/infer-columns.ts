/**
 * The column type of a column (mlflow/types/utils.py, _infer_pandas_column, _infer_numpy_dtype).
 * @module
 */
import type { Column } from '../data/column.ts';
import { type DType, isDatetime } from '../data/dtype.ts';
import { valuesOf } from '../data/value-at.ts';
import { ModelError } from '../errors/model-error.ts';
import type { ColumnType, ScalarType } from './data-types.ts';
import { inferObjects } from './enforce-cast.ts';
import { cannotInfer, inferItems } from './infer-types.ts';

const BY_DTYPE: Readonly<Record<string, ScalarType>> = {
  bool: 'boolean', int8: 'integer', int16: 'integer', int32: 'integer', uint8: 'integer', uint16: 'integer', int64: 'long', uint32: 'long',
  float16: 'float', float32: 'float', float64: 'double', str: 'string', bytes: 'binary',
};

/**
 * The column type of a dtype.
 * @throws ModelError SCHEMA_NOT_INFERRED for uint64, complex, timedelta, object
 */
export function columnTypeOf(dtype: DType): ScalarType {
  return BY_DTYPE[dtype] ?? (isDatetime(dtype) ? 'datetime' : cannotInfer(`values of dtype ${dtype} have no column type`));
}

/**
 * The type of a column: by its dtype, by its cells where they are objects, text or categories.
 * @throws ModelError SCHEMA_NOT_INFERRED
 */
export function inferColumnType(given: Column): ColumnType {
  const col = given.dtype === 'object' ? inferObjects(given) : given;
  if (col.dtype !== 'object' && col.dtype !== 'str' && col.dtype !== 'category') return columnTypeOf(col.dtype);
  if (col.length === 0) return col.dtype === 'category' ? cannotInfer('a column without rows') : 'string';
  try {
    return inferItems(valuesOf(col)) ?? cannotInfer('a column of arrays without elements');
  } catch (error) {
    if (col.dtype === 'str' && ModelError.isInstance(error)) return 'string';
    throw error;
  }
}
