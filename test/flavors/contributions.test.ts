import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Tensor } from '../../src/data/tensor.ts';
import type { Value } from '../../src/data/values.ts';
import type { Predictor } from '../../src/flavors/_contract.ts';
import lightgbm from '../../src/flavors/lightgbm.ts';
import xgboost from '../../src/flavors/xgboost.ts';
import { memoryContext } from '../support/xgboost-files.ts';

/** What test/golden/contributions/make.py recorded; numbers that JSON has not stand as text. */
interface Recorded {
  readonly library: string;
  readonly version: string;
  readonly cases: readonly {
    readonly name: string;
    readonly file: string;
    readonly rows: readonly (readonly (number | string)[])[];
    readonly outputs: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly (number | string)[] }>>;
  }[];
}

const golden = join(import.meta.dirname, '../golden/contributions');
const recorded = readdirSync(golden).filter((file) => file.endsWith('.json')).map((file) => JSON.parse(readFileSync(join(golden, file), 'utf8')) as Recorded);
const cases = recorded.flatMap(({ library, version, cases: list }) => list.map((one) => ({ library, version, ...one })));

/** Parameters of Booster.predict for what was recorded. */
const PARAMS: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  margin: { output_margin: true },
  contributions: { pred_contribs: true },
  approximate: { pred_contribs: true, approx_contribs: true },
  first_round: { pred_contribs: true, iteration_range: [0n, 1n] },
  interactions: { pred_interactions: true },
  approximate_interactions: { pred_interactions: true, approx_contribs: true },
};

describe.each(cases)('$library $version, $name', ({ library, version, file, rows, outputs }) => {
  const bytes = Uint8Array.from(Buffer.from(file, 'base64')), flavor = { xgboost, lightgbm }[library];
  const input = new Tensor('float64', [rows.length, rows[0]?.length ?? 0], Float64Array.from(rows.flat(), Number));
  const load = async (): Promise<Predictor> => {
    if (!flavor) throw new Error(`no flavor ${library}`);
    return flavor.load(memoryContext(bytes, { xgb_version: version, lgb_version: version }));
  };

  it('contributes as the library does', async () => {
    const predictor = await load();
    for (const [name, want] of Object.entries(outputs)) {
      const params = new Map<string, Value>(Object.entries({ ...PARAMS[name], strict_shape: true }));
      const got = (await predictor.predict(input, library === 'xgboost' ? { params } : { output: name })) as Tensor;
      expect(got.shape, name).toEqual(want.shape);
      expect(got.dtype, name).toBe(library === 'xgboost' ? 'float32' : 'float64');
      const values = got.values as Float32Array | Float64Array, numbers = want.data.map(Number);
      if (library === 'xgboost') expect([...values].map((x) => x + 0), name).toEqual(numbers.map((x) => Math.fround(x) + 0));
      else for (const [i, x] of numbers.entries()) expect(Math.abs((values[i] as number) - x) <= 1e-13 * Math.max(1, Math.abs(x)), `${name} ${i}: ${values[i]} for ${x}`).toBe(true);
    }
  });

  it('adds up to the margin, and interactions to contributions', async () => {
    const predictor = await load(), tolerance = library === 'xgboost' ? 1e-6 : 1e-13;
    const ask = async (output: string): Promise<ArrayLike<number>> => ((await predictor.predict(input, { output })) as Tensor).values as Float64Array;
    const margin = await ask('margin'), contributions = await ask('contributions'), width = input.shape[1]! + 1;
    expect(sums(contributions, width)).toHaveLength(margin.length);
    for (const [i, sum] of sums(contributions, width).entries()) expect(Math.abs(sum - margin[i]!)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(margin[i]!)));
    if (!predictor.outputs.includes('interactions')) return;
    const interactions = await ask('interactions'), largest = Math.max(1, ...Array.from(contributions, Math.abs));
    for (const [i, sum] of sums(interactions, width).entries()) expect(Math.abs(sum - contributions[i]!)).toBeLessThanOrEqual(2 * tolerance * largest);
    for (let at = 0; at < interactions.length; at += width * width) {
      for (let i = 0; i < width; i++) for (let k = 0; k < i; k++) expect(Math.abs(interactions[at + i * width + k]! - interactions[at + k * width + i]!)).toBeLessThanOrEqual(2 * tolerance * largest);
    }
  });
});

function sums(values: ArrayLike<number>, width: number): number[] {
  return Array.from({ length: values.length / width }, (_, i) => Array.from({ length: width }, (__, k) => values[i * width + k]!).reduce((a, b) => a + b, 0));
}
