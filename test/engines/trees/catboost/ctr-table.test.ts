import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CombinationHashes, CtrTable, ctrValues } from '../../../../src/engines/trees/catboost/ctr-table.ts';
import type { CatboostCtr, CatboostTable, CtrType } from '../../../../src/formats/catboost-model.ts';

const M = 0x4906ba494954cb65n;

const projection = { categoricals: [0], floats: [], oneHots: [] };
const table = (keys: readonly bigint[], counts: readonly number[] = [], width = 1, type: CtrType = 'Counter'): CatboostTable => ({
  projection, type, classifier: 0, width, denominator: 10,
  low: Uint32Array.from(keys, (key) => Number(key & 0xffffffffn)), high: Uint32Array.from(keys, (key) => Number(key >> 32n)), counts: Float64Array.from(counts),
});

describe('CombinationHashes', () => {
  it('is the 64-bit one', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 6 }), (numbers) => {
      const hash = new CombinationHashes(1), bit = new CombinationHashes(1);
      let want = 0n, wantBit = 0n;
      for (const x of numbers) {
        hash.take(Int32Array.of(0, x), 1, 1);
        bit.takeBits(Uint8Array.of(x & 1), 1);
        want = BigInt.asUintN(64, M * (want + M * BigInt(x)));
        wantBit = BigInt.asUintN(64, M * (wantBit + M * BigInt(x & 1)));
      }
      const whole = ({ low, high }: CombinationHashes): bigint => BigInt.asUintN(64, (BigInt(high[0]!) << 32n) + BigInt(low[0]! >>> 0));
      return whole(hash) === want && whole(bit) === wantBit;
    }), { numRuns: 2000 });
  });
});

describe('CtrTable', () => {
  it('finds what is there, the first of equals, and nothing else', () => {
    fc.assert(fc.property(fc.array(fc.bigInt({ min: 0n, max: 40n }).map((x) => x * 0x1_0000_0001n * (x % 3n === 0n ? 1n : 0xffffn) & 0xffffffffffffffffn), { maxLength: 40 }), (keys) => {
      const found = new CtrTable(table(keys));
      return [...keys, 1n, 2n ** 64n - 1n].every((key) => {
        const want = keys.indexOf(key);
        return found.find(Number(key & 0xffffffffn) | 0, Number(key >> 32n) | 0) === (want < 0 ? keys.length : want);
      });
    }), { numRuns: 1000 });
  });

  it('is not slow where hashes collide', () => {
    const keys = Array.from({ length: 100_000 }, (_, i) => BigInt(i) << 40n), found = new CtrTable(table(keys));
    for (const i of [0, 1, 77, 99_999]) expect(found.find(0, i << 8)).toBe(i);
    expect(found.find(1, 0)).toBe(keys.length);
  });
});

describe('ctrValues', () => {
  const ctr = (type: CtrType, targetBorder = 0): CatboostCtr => ({ projection, type, classifier: 0, targetBorder, priorNumerator: 0.5, priorDenominator: 1, shift: 0, scale: 15, borders: new Float32Array() });
  const round = Math.fround, value = (good: number, total: number): number => round(round(round(good + 0.5) / round(total + 1)) * 15);

  it.each<[CtrType, number, number, number[], [number, number][]]>([
    ['Counter', 0, 1, [3, 4], [[3, 10], [4, 10], [0, 10]]],
    ['FeatureFreq', 0, 1, [3, 4], [[3, 10], [4, 10], [0, 10]]],
    ['Borders', 0, 2, [3, 4, 1, 0], [[4, 7], [0, 1], [0, 0]]],
    ['Borders', 1, 2, [3, 4, 1, 0], [[4, 7], [0, 1], [0, 0]]],
    ['Borders', 1, 4, [1, 2, 3, 4], [[7, 10], [0, 0]]],
    ['Buckets', 2, 4, [1, 2, 3, 4], [[3, 10], [0, 0]]],
    ['BinarizedTargetMeanValue', 0, 2, [1.5, 4], [[1.5, 4], [0, 0]]],
    ['FloatTargetMeanValue', 0, 2, [1.5, 4], [[1.5, 4], [0, 0]]],
  ])('of %s, border %i of %i', (type, border, width, counts, want) => {
    const keys = Array.from({ length: counts.length / width }, (_, i) => BigInt(i));
    expect([...ctrValues(ctr(type, border), table(keys, counts, width, type))]).toEqual(want.map(([good, total]) => value(good, total)));
  });
});
