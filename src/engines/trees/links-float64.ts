/**
 * From margins to answers, in double: functions that change one row of margins in place.
 * @module
 */

/** Changes `count` margins from `start` on. */
export type Link = (values: Float64Array, start: number, count: number) => void;

function each(f: (x: number) => number): Link {
  return (values, start, count) => {
    for (let i = start; i < start + count; i++) values[i] = f(values[i]!);
  };
}

export const identity: Link = () => {};
/** sign(x)·x². */
export const signedSquare: Link = each((x) => (x < 0 ? -x * x : x * x));
export const exponential: Link = each(Math.exp);
/** log(1 + e^x). */
export const logOnePlusExp: Link = each((x) => Math.log1p(Math.exp(x)));

/** The same without log1p: 0 where e^x is below 2^-53. */
export const plainLogOnePlusExp: Link = each((x) => Math.log(1 + Math.exp(x)));

/** 1 / (1 + e^(−k·x)). */
export function sigmoid(k: number): Link {
  return each((x) => 1 / (1 + Math.exp(-k * x)));
}

/** e^(x − max) over their sum. */
export const softmax: Link = (values, start, count) => {
  let max = values[start]!;
  for (let i = start + 1; i < start + count; i++) if (values[i]! > max) max = values[i]!;
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += values[i] = Math.exp(values[i]! - max);
  for (let i = start; i < start + count; i++) values[i] = values[i]! / sum;
};

/** −log(1 + e^−x). */
export const logSigmoid: Link = each((x) => -Math.log(1 + Math.exp(-x)));

/** x − max − log of the sum of e^(x − max). */
export const logSoftmax: Link = (values, start, count) => {
  let max = values[start]!;
  for (let i = start + 1; i < start + count; i++) if (values[i]! > max) max = values[i]!;
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += Math.exp(values[i]! - max);
  const log = Math.log(sum);
  for (let i = start; i < start + count; i++) values[i] = values[i]! - max - log;
};

/** Of mean and logarithm of the standard deviation: the mean and the variance. */
export const meanAndVariance: Link = (values, start) => {
  values[start + 1] = Math.exp(2 * values[start + 1]!);
};
