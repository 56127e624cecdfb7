import { expect, it } from 'vitest';
import { cityHash64 } from '../../../../src/engines/trees/catboost/city-hash.ts';
import { golden } from '../../../support/golden-files.ts';

it('gives the hashes that CatBoost wrote of texts of 0 to 1000 characters', () => {
  const rows = JSON.parse(new TextDecoder().decode(golden('catboost/hashes.json'))) as [string, number][];
  const got = rows.map(([text]) => [text, Number(BigInt.asUintN(32, cityHash64(new TextEncoder().encode(text))))]);
  expect(got).toEqual(rows.map(([text, hash]) => [text, hash >>> 0]));
  expect(rows.length).toBe(69);
});
