/**
 * From margins to answers, in float32 as XGBoost's objectives compute them: functions that change one row of margins in place.
 * Source: PredTransform of each objective under src/objective and src/common/math.h of dmlc/xgboost.
 * @module
 */
import { exp32 } from './math-float32.ts';

/** Changes `count` margins from `start` on; the array rounds to float32. */
export type Link32 = (values: Float32Array, start: number, count: number) => void;

const f32 = Math.fround;

function each(f: (x: number) => number): Link32 {
  return (values, start, count) => {
    for (let i = start; i < start + count; i++) values[i] = f(values[i] as number);
  };
}

export const identity32: Link32 = () => {};
/** e^x. */
export const exponential32: Link32 = each(exp32);
/** 1 / (1 + e^−x), the exponent at most 88.7. */
export const sigmoid32: Link32 = each((x) => 1 / f32(exp32(Math.min(-x, f32(88.7))) + 1));
/** 1 above 0, else 0. */
export const hinge32: Link32 = each((x) => (x > 0 ? 1 : 0));

/** e^(x − max) over their sum, which is taken in double. */
export const softmax32: Link32 = (values, start, count) => {
  let max = values[start] as number;
  for (let i = start + 1; i < start + count; i++) max = Math.max(max, values[i] as number);
  let sum = 0;
  for (let i = start; i < start + count; i++) {
    values[i] = exp32(f32((values[i] as number) - max));
    sum += values[i] as number;
  }
  sum = f32(sum);
  for (let i = start; i < start + count; i++) values[i] = (values[i] as number) / sum;
};
