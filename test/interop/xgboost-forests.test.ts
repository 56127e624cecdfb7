/** Random XGBoost models of every kind: what the library answers is what we answer. */
import { drawModels } from './drawn-models.ts';
import { testDrawn } from './drawn-suite.ts';

testDrawn('XGBoost', await drawModels('draw_xgboost.py', 152), {
  'predict_proba multi:softmax': { ulps: 8, why: "the estimator takes scipy's softmax of the margins: numpy's own vectorised exp, which differs by processor" },
  contributions: { relative: 1e-6, why: 'sums of float32, whose order is free' },
  interactions: { relative: 1e-6, why: 'sums of float32, whose order is free' },
});
