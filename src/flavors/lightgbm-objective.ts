/**
 * LightGBM's objectives: from margins to what predict gives.
 * Source: ObjectiveFunction::ConvertOutput of each class under src/objective of LightGBM.
 * @module
 */
import { exponential, identity, logOnePlusExp, plainLogOnePlusExp, sigmoid, signedSquare, softmax, type Link } from '../engines/trees/links-float64.ts';

type Make = (options: readonly string[], version: string) => Link | undefined;

/** With `sqrt`, the model was fitted to the label's signed square root. */
const regression: Make = (options) => (options.includes('sqrt') ? signedSquare : identity);

const byOption: Make = (options) => {
  const k = Number(options.find((option) => option.startsWith('sigmoid:'))?.slice(8));
  return k > 0 ? sigmoid(k) : undefined;
};

/** 2.x adds before it takes the logarithm. */
const lambda: Make = (_, version) => (version.startsWith('2.') ? plainLogOnePlusExp : logOnePlusExp);

/** Names as model files have them; the second of a line is an older one. */
const OBJECTIVES: ReadonlyMap<string, Make> = new Map([
  ...['regression', 'regression_l2', 'regression_l1', 'huber', 'fair', 'quantile', 'mape'].map((name): [string, Make] => [name, regression]),
  ...['poisson', 'gamma', 'tweedie'].map((name): [string, Make] => [name, () => exponential]),
  ...['lambdarank', 'rank_xendcg', 'xendcg', 'custom', 'none'].map((name): [string, Make] => [name, () => identity]),
  ['binary', byOption],
  ['multiclassova', byOption],
  ['multiclass', () => softmax],
  ['cross_entropy', () => sigmoid(1)],
  ['xentropy', () => sigmoid(1)],
  ['cross_entropy_lambda', lambda],
  ['xentlambda', lambda],
]);

/**
 * The link of an objective in words; no words are a custom objective, which has none. Undefined where it is not known.
 * @param version the library's version
 */
export function lightgbmLink(objective: readonly string[], version: string): Link | undefined {
  const [name, ...options] = objective;
  return name === undefined ? identity : OBJECTIVES.get(name)?.(options, version);
}
