import { describe, expect, it } from 'vitest';
import { Tensor } from '../../src/data/tensor.ts';
import { LightgbmBooster } from '../../src/flavors/lightgbm-booster.ts';
import { readLightgbmText } from '../../src/formats/lightgbm-text.ts';
import { golden } from '../support/golden-files.ts';

interface Recorded {
  readonly name: string;
  readonly model: string;
  readonly rows: readonly (readonly string[])[];
  readonly outputs: Readonly<Record<'predict' | 'margin' | 'leaf', readonly string[]>>;
  readonly shapes: Readonly<Record<'predict' | 'margin' | 'leaf', readonly number[]>>;
}

// Every missing type, default, threshold and objective, as the library itself answered for models written by hand.
describe.each(['2.3.1', '3.3.5', '4.7.0'])('lightgbm %s', (version) => {
  const { cases } = JSON.parse(new TextDecoder().decode(golden(`lightgbm/decisions-${version}.json`))) as { cases: readonly Recorded[] };

  it(`decides and answers as recorded in ${cases.length} models`, () => {
    expect(cases.length).toBeGreaterThan(190);
    for (const { name, model, rows, outputs, shapes } of cases) {
      const booster = new LightgbmBooster(readLightgbmText(model, name), { bestIteration: 0, pandasCategorical: null, version, estimator: false });
      const matrix = booster.matrix(new Tensor('float64', [rows.length, 2], Float64Array.from(rows.flat(), Number)));
      for (const output of ['predict', 'margin', 'leaf'] as const) {
        const given = booster[output](matrix) as Tensor, want = outputs[output].map(Number);
        expect(given.shape, `${name} ${output}`).toEqual(shapes[output]);
        const far = want.findIndex((x, i) => !near(x, (given.values as Float64Array)[i]!));
        expect(far < 0 ? 'the same' : `${name} ${output}: ${String(given.values[far])} instead of ${want[far]}`).toBe('the same');
      }
    }
  });
});

/** Equal to the last bits; exp and log differ by one between C libraries. */
function near(want: number, have: number): boolean {
  return Object.is(want, have) || want === have || Math.abs(want - have) <= 1e-15 * Math.abs(want);
}
