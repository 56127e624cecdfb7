import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { column } from '../../src/data/column.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import type { Value } from '../../src/data/values.ts';
import type { Predictor } from '../../src/flavors/_contract.ts';
import catboost from '../../src/flavors/catboost.ts';
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
    /** Names of the columns of a frame; those with c hold categories. */
    readonly columns?: readonly string[];
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

/** A recorded model, its rows, and how many numbers each row's contributions have. */
async function prepare({ library, version, file, rows, columns }: (typeof cases)[number]): Promise<{ predictor: Predictor; input: Table | Tensor; width: number }> {
  const flavor = { xgboost, lightgbm, catboost }[library], width = (rows[0]?.length ?? 0) + 1, cells = (j: number): (number | string)[] => rows.map((row) => row[j]!);
  if (!flavor) throw new Error(`no flavor ${library}`);
  const bytes = Uint8Array.from(Buffer.from(file, 'base64'));
  const predictor = await flavor.load(memoryContext(bytes, { xgb_version: version, lgb_version: version, model_type: 'CatBoost', save_format: 'cbm' }));
  const input = columns
    ? new Table([...columns], columns.map((name, j) => (name.startsWith('c') ? column('str', cells(j).map(String)) : column('float64', Float64Array.from(cells(j), Number)))), rows.length)
    : new Tensor('float64', [rows.length, width - 1], Float64Array.from(rows.flat(), Number));
  return { predictor, input, width };
}

describe('contributions', () => {
  it.each(cases)('of $library $version, $name, are the library\'s', async (recordedCase) => {
    const { library, outputs } = recordedCase, { predictor, input } = await prepare(recordedCase);
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

  // CatBoost's own values do not add up for trees with leaves in inner nodes, nor has it those of an uncertainty.
  it.each(cases.filter(({ name }) => !/^(depthwise|lossguide|uncertainty)/.test(name)))('of $library $version, $name, add up to the margin, and interactions to contributions', async (recordedCase) => {
    const { library } = recordedCase, { predictor, input, width } = await prepare(recordedCase), tolerance = library === 'xgboost' ? 1e-6 : 1e-13;
    const ask = async (output: string): Promise<ArrayLike<number>> => ((await predictor.predict(input, { output })) as Tensor).values as Float64Array;
    const margin = await ask('margin'), contributions = await ask('contributions');
    expect(sums(contributions, width)).toHaveLength(margin.length);
    for (const [i, sum] of sums(contributions, width).entries()) expect(Math.abs(sum - margin[i]!)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(margin[i]!)));
    // CatBoost's interactions have the model's bias where others have none.
    if (!predictor.outputs.includes('interactions') || library === 'catboost') return;
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
