/**
 * XGBoost's objectives: where margins start, and from margins to what predict gives.
 * Source: ProbToMargin and PredTransform of each class under src/objective of dmlc/xgboost; drawn from 1.7 and 3.2.
 * @module
 */
import { exponential32, hinge32, identity32, sigmoid32, softmax32, type Link32 } from '../engines/trees/links-float32.ts';
import { log32 } from '../engines/trees/math-float32.ts';

/** What an objective does to scores. */
export interface XgboostObjective {
  /** `base_score` as a margin. */
  readonly margin: (base: number) => number;
  readonly link: Link32;
  /** The answer of a row is the number of its largest margin. */
  readonly winner?: true;
}

const f32 = Math.fround;
const plain: XgboostObjective = { margin: (base) => base, link: identity32 };
const logistic: XgboostObjective = { margin: (base) => -log32(f32(f32(1 / base) - 1)), link: sigmoid32 };
const log: XgboostObjective = { margin: (base) => log32(base), link: exponential32 };

const OBJECTIVES: ReadonlyMap<string, XgboostObjective> = new Map([
  ...['squarederror', 'linear', 'squaredlogerror', 'pseudohubererror', 'absoluteerror', 'quantileerror'].map((name): [string, XgboostObjective] => [`reg:${name}`, plain]),
  ['binary:logitraw', plain],
  ['rank:pairwise', plain],
  ['rank:ndcg', plain],
  ['rank:map', plain],
  ['reg:logistic', logistic],
  ['binary:logistic', logistic],
  ['binary:hinge', { margin: (base) => base, link: hinge32 }],
  ['multi:softprob', { margin: (base) => base, link: softmax32 }],
  ['multi:softmax', { margin: (base) => base, link: identity32, winner: true }],
  ['count:poisson', log],
  ['reg:gamma', log],
  ['reg:tweedie', log],
  ['survival:cox', log],
  ['survival:aft', log],
]);

/** The objective of that name, or undefined. */
export function xgboostObjective(name: string): XgboostObjective | undefined {
  return OBJECTIVES.get(name);
}
