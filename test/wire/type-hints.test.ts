import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { column } from '../../src/data/column.ts';
import { Table } from '../../src/data/table.ts';
import { DateTime, type Value } from '../../src/data/values.ts';
import { ColSpec } from '../../src/schema/col-spec.ts';
import { ArrayType, type ColumnType, MapType, ObjectType, Property } from '../../src/schema/data-types.ts';
import { Schema } from '../../src/schema/schema.ts';
import { compileTypeHint } from '../../src/wire/type-hints.ts';

function check(type: ColumnType, data: Value): Value | undefined {
  return compileTypeHint(new Schema([new ColSpec(type)]))?.(data);
}
const item = new ObjectType([new Property('age', 'long'), new Property('tags', new ArrayType('string'), false), new Property('text', 'string')]);

describe('compileTypeHint', () => {
  it.each<[ColumnType, Value, Value?]>([
    ['string', ['red', 'green']], ['long', [1n, true]], ['double', [0.5]], ['boolean', [true]], ['any', [1n, 'x', null, 0.5]], ['string', []],
    ['binary', ['aGVsbG8=', '%%'], [new TextEncoder().encode('hello'), new Uint8Array(0)]],
    ['datetime', ['2021-03-04'], [new DateTime('datetime', 1614816000000000000n)]],
    [new ArrayType('double'), [[0.5], []]], [new MapType('long'), [new Map([['a', 1n]])]],
    [item, [new Map<Value, Value>([['text', 'red'], ['age', 1n], ['zz', 0n], ['tags', null]])], [new Map<Value, Value>([['age', 1n], ['tags', null], ['text', 'red']])]],
  ])('%o takes %o', (type, data, expected = data) => {
    expect(check(type, data)).toEqual(expected);
  });

  it.each<[ColumnType, Value]>([
    ['string', 'red'], ['string', [1n]], ['string', [null]], ['long', [0.5]], ['long', [42]], ['double', [1n]], ['boolean', [1n]], ['binary', [42n]], ['datetime', ['2020-13-01']],
    [new ArrayType('double'), [0.5]], [new MapType('long'), [new Map([['a', 0.5]])]], [new MapType('long'), [42n]], [item, ['red']], [item, [new Map([['text', 'red']])]],
    [item, [new Map<Value, Value>([['text', 'red'], ['age', '5']])]],
  ])('%o refuses %o', (type, data) => {
    expect(() => check(type, data)).toThrow(expect.objectContaining({ code: 'TYPE_HINT_MISMATCH', status: 400 }));
  });

  it('takes a frame as the list of its column, or of its rows', () => {
    const text = column('str', ['a', 'b']), whole = column('int64', new Float64Array([1, 2]));
    expect(check('string', new Table(['x'], [text]))).toEqual(['a', 'b']);
    expect(check('any', new Table(['x', 'n'], [text, whole]))).toEqual([new Map<Value, Value>([['x', 'a'], ['n', 1n]]), new Map<Value, Value>([['x', 'b'], ['n', 2n]])]);
  });

  it('never tells the payload', () => {
    fc.assert(fc.property(fc.string({ minLength: 8 }), (secret) => {
      try {
        check('long', [secret]);
      } catch (error) {
        return !JSON.stringify(error).includes(secret) || 'the type hint of the model expects'.includes(secret);
      }
      return false;
    }));
  });

  it('has nothing to hold without a column schema', () => {
    expect(compileTypeHint(undefined)).toBeUndefined();
  });
});
