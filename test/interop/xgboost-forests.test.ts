/** Random XGBoost models of every kind: what the library answers is what we answer. */
import { afterAll, describe, expect, it } from 'vitest';
import { drawModels, judge, Tally } from './drawn-models.ts';

const drawn = await drawModels('draw_xgboost.py', 190);
const tally = new Tally();
afterAll(() => {
  console.log(tally.text(`XGBoost ${drawn.version}, seed ${drawn.seed}: ${drawn.cases.length} models, ${drawn.refused.length} combinations that the library itself refused`));
  drawn.remove();
});

/** Answers that are not equal to the last bit, by how many float32 steps at most, and why. */
const ULPS: Readonly<Record<string, { readonly ulps: number; readonly why: string }>> = {
  'predict_proba multi:softmax': { ulps: 8, why: "the estimator takes scipy's softmax of the margins: numpy's own vectorised exp, which differs by processor" },
};
/** Attributions are sums in another order: additive to this, relative to the largest of a row. */
const ATTRIBUTIONS = { contributions: 1e-6, interactions: 1e-5 } as Readonly<Record<string, number>>;

describe(`XGBoost ${drawn.version}, seed ${drawn.seed}`, () => {
  it('trains most of what is drawn', () => {
    expect(drawn.refused.length, JSON.stringify(drawn.refused.slice(0, 5))).toBeLessThan(0.1 * (drawn.cases.length + drawn.refused.length));
  });

  it.each(drawn.cases.map((model) => [model.number, model.words.join(', '), model] as const))('%i: %s', async (_, __, model) => {
    for (const verdict of await judge(model)) {
      tally.add(verdict, model.objective);
      const { output, problem, relative, ulps } = verdict, where = `${output} of model ${model.number}, seed ${drawn.seed}`;
      expect(problem, where).toBeUndefined();
      const attribution = ATTRIBUTIONS[output];
      if (attribution !== undefined) expect(relative, where).toBeLessThanOrEqual(attribution);
      else expect(ulps, where).toBeLessThanOrEqual(ULPS[`${output} ${model.objective}`]?.ulps ?? 0);
    }
  });
});
