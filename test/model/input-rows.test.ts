import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowsTable } from '../../src/data/rows-table.ts';
import type { Table } from '../../src/data/table.ts';
import type { Value } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import { compileInput } from '../../src/model/input.ts';
import { compileRows } from '../../src/model/input-rows.ts';
import { ColSpec } from '../../src/schema/col-spec.ts';
import { compileEnforcer } from '../../src/schema/enforce.ts';
import { Schema } from '../../src/schema/schema.ts';
import { type Enforcement, ModelSignature } from '../../src/schema/signature.ts';

const schema = new Schema([new ColSpec('double', 'd'), new ColSpec('float', 'f'), new ColSpec('long', 'l', false), new ColSpec('integer', 'i')]);
const signature = new ModelSignature({ inputs: schema });

/** A table's parts, -0 and NaN apart from others; or the code of the error. */
function outcome(run: () => Value): unknown {
  try {
    const table = run() as Table;
    return { names: table.names, length: table.length, columns: table.columns.map(({ dtype, values, validity }) => ({ dtype, values: [...(values as Iterable<unknown>)], validity })) };
  } catch (error) {
    if (!ModelError.isInstance(error)) throw error;
    return { code: error.code, data: error.data };
  }
}

/** Ways past the fast path: a Map is no plain object to it, and the same data to all others. */
function general(rows: readonly Record<string, unknown>[], mode: Enforcement): unknown {
  const maps = rows.map((row) => new Map(Object.entries(row)));
  return outcome(() => compileEnforcer(signature, mode).input(compileInput(signature, mode, false).data(maps).data));
}

describe('rows of numbers', () => {
  const read = compileRows(schema);

  it('are read in any order of their keys', () => {
    expect(read?.([{ d: 0.5, f: 0.1, l: 3, i: -4 }, { i: 1, l: 2, f: 1, d: -0 }])?.values).toEqual(new Float64Array([0.5, Math.fround(0.1), 3, -4, -0, 1, 2, 1]));
  });

  it.each([
    ['no rows', []], ['a missing key', [{ d: 1, f: 1, i: 1 }]], ['another key', [{ d: 1, f: 1, l: 1, i: 1, x: 1 }]], ['text', [{ d: '1', f: 1, l: 1, i: 1 }]],
    ['null', [{ d: null, f: 1, l: 1, i: 1 }]], ['a fraction', [{ d: 1, f: 1, l: 1.5, i: 1 }]], ['too large', [{ d: 1, f: 1e39, l: 1, i: 1 }]],
    ['beyond int32', [{ d: 1, f: 1, l: 1, i: 2 ** 31 }]], ['not safe', [{ d: 1, f: 1, l: 2 ** 53, i: 1 }]], ['NaN', [{ d: NaN, f: 1, l: 1, i: 1 }]],
    ['an inherited key', [Object.create({ d: 1, f: 1, l: 1, i: 1 })]], ['a list', [[1, 1, 1, 1]]], ['one row', { d: 1, f: 1, l: 1, i: 1 }],
  ])('leave %s to the general path', (_, rows) => {
    expect(read?.(rows)).toBeUndefined();
  });

  it('are read by signatures of named numbers only', () => {
    expect(compileRows(undefined)).toBeUndefined();
    expect(compileRows(new Schema([new ColSpec('double')]))).toBeUndefined();
    expect(compileRows(new Schema([new ColSpec('double', 'x'), new ColSpec('string', 's')]))).toBeUndefined();
  });

  it.each(['safe', 'strict', 'mlflow'] as const)('become what the general path makes of them, in mode %s', (mode) => {
    const number = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.integer(), fc.double(), fc.constantFrom(-0, 0.5, 2 ** 31, -(2 ** 31), 2 ** 53, 1e39, 1e-46, NaN, Infinity));
    const row = fc.tuple(fc.shuffledSubarray(['d', 'f', 'l', 'i', 'x'], { minLength: 3 }), fc.array(fc.oneof({ weight: 12, arbitrary: number }, fc.constantFrom(null, true, '1')), { minLength: 5, maxLength: 5 }))
      .map(([keys, cells]) => Object.fromEntries(keys.map((key, i) => [key, cells[i]])));
    let fast = 0;
    fc.assert(fc.property(fc.array(fc.oneof(row, fc.record({ d: number, f: fc.float(), l: fc.integer(), i: fc.integer() })), { minLength: 1, maxLength: 3 }), (rows) => {
      const data = read?.(rows);
      if (data === undefined) return;
      fast++;
      expect(data).toBeInstanceOf(RowsTable);
      expect(outcome(() => data)).toEqual(general(rows, mode));
    }), { numRuns: 3000 });
    expect(fast).toBeGreaterThan(300);
  });
});
