import type { Value } from '../data/values.ts';
import type { ArrayType, MapType, ObjectType } from '../schema/data-types.ts';
import { ModelError } from '../errors/model-error.ts';
export function complexCell(type: ArrayType | ObjectType | MapType, required: boolean): (cell: Value) => Value {
  return () => { throw new ModelError('REQUEST_INVALID', { reason: `${type.kind}${required}` }); };
}
export function typeText(type: ArrayType | ObjectType | MapType): string {
  return type.kind;
}
