/** Random CatBoost models of every kind: what the library answers is what we answer. */
import { drawModels } from './drawn-models.ts';
import { testDrawn } from './drawn-suite.ts';

const EXP = { ulps: 16, why: 'passes through an exp of double: ours is the platform\'s, CatBoost has an approximation of its own' };

testDrawn('CatBoost', await drawModels('draw_catboost.py', 100), {
  'predict Poisson': EXP,
  'predict Tweedie': EXP,
  'predict RMSEWithUncertainty': EXP,
  predict_proba: EXP,
  predict_log_proba: { relative: 1e-12, why: 'a logarithm of such an exponential, next to 0 for sure answers' },
  contributions: { relative: 1e-10, why: 'sums of doubles in another order' },
  interactions: { relative: 1e-10, why: 'sums of doubles in another order' },
});
