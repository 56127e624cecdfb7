/** Random LightGBM models of every kind: what the library answers is what we answer. */
import { drawModels } from './drawn-models.ts';
import { testDrawn } from './drawn-suite.ts';

testDrawn('LightGBM', await drawModels('draw_lightgbm.py', 102), {
  ...Object.fromEntries(['binary', 'multiclass', 'multiclassova', 'cross_entropy', 'cross_entropy_lambda', 'poisson', 'gamma', 'tweedie'].flatMap((objective) => [`predict ${objective}`, `predict_proba ${objective}`])
    .map((key) => [key, { ulps: 4, why: "passes through the platform's exp of double: JavaScript's and the C library's are each within one step of the exact value, not of the same" }])),
  contributions: { relative: 1e-10, why: 'sums of doubles in another order' },
});
