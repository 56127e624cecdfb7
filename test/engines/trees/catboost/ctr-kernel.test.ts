import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fillCtrs, type CtrGroup } from '../../../../src/engines/trees/catboost/ctr-groups.ts';
import { startCtrs } from '../../../../src/engines/trees/catboost/ctr-kernel.ts';
import { CombinationHashes, CtrTable } from '../../../../src/engines/trees/catboost/ctr-table.ts';

const COLUMNS = 6, SLOTS = 2;
const cell = fc.constantFrom(0, 1, -1.5, NaN, Infinity), code = fc.integer({ min: -3, max: 3 });

/** A group over columns 0 and 1 and both slots, whose table knows some of the combinations. */
const group = fc.record({
  categoricals: fc.array(fc.nat(SLOTS - 1), { maxLength: 2 }),
  floats: fc.array(fc.record({ column: fc.nat(1), border: fc.constantFrom(0, 0.5, -2), nanPasses: fc.boolean() }), { maxLength: 2 }),
  oneHots: fc.array(fc.record({ slot: fc.nat(SLOTS - 1), value: code }), { maxLength: 2 }),
  columns: fc.array(fc.integer({ min: 2, max: COLUMNS - 1 }), { minLength: 1, maxLength: 2 }),
  known: fc.array(fc.tuple(code, code, fc.nat(3)), { maxLength: 30 }),
}).map(({ columns, known, ...rest }): CtrGroup => {
  const hashes = known.map(([a, b, bits]) => {
    const hash = new CombinationHashes(1), given = [a, b];
    for (const slot of rest.categoricals) hash.take(Int32Array.of(given[slot] as number), 0, 1);
    for (let i = 0; i < rest.floats.length + rest.oneHots.length; i++) hash.takeBits(Uint8Array.of((bits >> (i & 1)) & 1), 1);
    return [hash.low[0] as number, hash.high[0] as number] as const;
  });
  const table = new CtrTable({
    projection: { categoricals: [], floats: [], oneHots: [] }, type: 'Counter', classifier: 0, width: 1, denominator: 1, counts: new Float64Array(hashes.length),
    low: Uint32Array.from(hashes, ([low]) => low), high: Uint32Array.from(hashes, ([, high]) => high),
  });
  return { ...rest, parts: columns.map((column) => ({ column, table, values: Float32Array.from({ length: hashes.length + 1 }, (_, i) => i + column / 8) })) };
});

it('fills the columns of the plain way', () => {
  let found = 0;
  fc.assert(fc.property(fc.array(group, { minLength: 1, maxLength: 4 }), fc.array(fc.tuple(cell, cell, code, code), { maxLength: 150 }), (groups, rows) => {
    const hashes = [Int32Array.from(rows, ([, , a]) => a), Int32Array.from(rows, ([, , , b]) => b)];
    const plain = Float32Array.from(rows.flatMap(([x, y]) => [x, y, 0, 0, 0, 0])), own = plain.slice();
    fillCtrs(groups, COLUMNS, plain, rows.length, hashes);
    startCtrs(groups, COLUMNS, SLOTS)?.(own, rows.length, hashes);
    expect(own).toEqual(plain);
    if (plain.some((x, i) => i % COLUMNS > 1 && x < 1 && x !== 0)) found++;
  }), { numRuns: 300 });
  expect(found).toBeGreaterThan(20);
});

it('leaves tables whose hashes collide to the plain way', () => {
  const keys = Uint32Array.from({ length: 500 }, (_, i) => i);
  const table = new CtrTable({ projection: { categoricals: [], floats: [], oneHots: [] }, type: 'Counter', classifier: 0, width: 1, denominator: 1, counts: new Float64Array(500), low: new Uint32Array(500), high: keys });
  expect(startCtrs([{ categoricals: [], floats: [], oneHots: [], parts: [{ column: 0, table, values: new Float32Array(501) }] }], 1, 0)).toBeNull();
});
