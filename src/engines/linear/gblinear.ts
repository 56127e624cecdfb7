/**
 * XGBoost's linear booster.
 * @module
 */
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
