/**
 * XGBoost's linear booster.
 * @module
 */
import { answerSize } from '../answer-size.ts';
import type { Steps } from '../steps.ts';
import type { Matrix } from '../trees/predict.ts';

/**
 * Margins in float32: base + bias, then weight·x feature by feature; missing values add nothing.
 * `weights` holds the outputs of each feature side by side, the biases last.
 * Source: GBLinear::PredictBatchInternal of dmlc/xgboost.
 */
export function linearMargins({ rows, columns, values }: Matrix, weights: Float32Array, base: Float64Array): Float32Array {
  const outputs = base.length, out = new Float32Array(rows * outputs), bias = weights.length - outputs;
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < outputs; k++) {
      let sum = Math.fround((weights[bias + k] as number) + (base[k] as number));
      for (let f = 0; f < columns; f++) {
        const x = values[r * columns + f] as number;
        if (x === x) sum = Math.fround(sum + Math.fround(x * (weights[f * outputs + k] as number)));
      }
      out[r * outputs + k] = sum;
    }
  }
  return out;
}

/**
 * `rows × outputs × (features + 1)` float32: weight·x of each feature, 0 where it is missing; last bias + base.
 * Source: GBLinear::PredictContribution of dmlc/xgboost.
 */
export function* linearContributions({ rows, columns, values }: Matrix, weights: Float32Array, base: Float64Array): Steps<Float32Array> {
  const outputs = base.length, width = columns + 1, out = new Float32Array(answerSize(rows, outputs * width)), bias = weights.length - outputs;
  for (let r = 0; r < rows; r++) {
    for (let k = 0, at = r * outputs * width; k < outputs; k++, at += width) {
      for (let f = 0; f < columns; f++) {
        const x = values[r * columns + f] as number;
        if (x === x) out[at + f] = x * (weights[f * outputs + k] as number);
      }
      out[at + columns] = (weights[bias + k] as number) + (base[k] as number);
    }
    if (r % 256 === 255) yield;
  }
  return out;
}
