/**
 * The path of TreeSHAP in float32: which features a path tests, and the weights of all their subsets by size.
 *
 * Every operation is rounded as XGBoost's is and stands in its order, so that the sums are equal to the last bit.
 * Source: S. Lundberg et al., "Consistent Individualized Feature Attribution for Tree Ensembles", algorithm 2, as
 * src/predictor/treeshap.cc of dmlc/xgboost computes it.
 * @module
 */

const { fround } = Math;

/** The features met on the way to a node. Element 0 stands for none. */
export class PermutationPath {
  /** Number of the last element. */
  length = -1;
  /** Per element: its feature. */
  readonly feature: Int32Array;
  /** Per element: the share of training data that goes this way where the feature is not known; the same where it is known, 0 or 1. */
  readonly zero: Float32Array;
  readonly one: Float32Array;
  readonly #weight: Float32Array;

  /** @param features the most features that a path tests */
  constructor(features: number) {
    this.feature = new Int32Array(features + 2);
    this.zero = new Float32Array(features + 2);
    this.one = new Float32Array(features + 2);
    this.#weight = new Float32Array(features + 2);
  }

  /** Begins anew. */
  clear(): void {
    this.length = -1;
    this.#extend(1, 1, -1);
  }

  /** Goes one node down: the test is of a feature, of which `zero` of the data go this way; `hot`: the row goes this way. */
  step(feature: number, zero: number, hot: boolean): void {
    let at = 1;
    while (at <= this.length && this.feature[at] !== feature) at++;
    if (at > this.length) return this.#extend(zero, Number(hot), feature);
    const before = this.zero[at] as number, one = hot ? (this.one[at] as number) : 0;
    this.#unwind(at);
    this.#extend(fround(zero * before), one, feature);
  }

  /** What a leaf of this value gives the feature of element `at`. */
  term(at: number, value: number): number {
    return fround(fround(this.#sumWithout(at) * fround((this.one[at] as number) - (this.zero[at] as number))) * value);
  }

  /** The weights that were there without element `at`, summed. */
  #sumWithout(at: number): number {
    const weight = this.#weight, { length } = this, one = this.one[at] as number, zero = this.zero[at] as number;
    let total = 0;
    if (one !== 0) {
      let next = weight[length] as number;
      for (let i = length - 1; i >= 0; i--) {
        const part = fround(fround(next * (length + 1)) / fround((i + 1) * one));
        total = fround(total + part);
        next = fround((weight[i] as number) - fround(fround(part * zero) * fround((length - i) / (length + 1))));
      }
    } else if (zero !== 0) {
      for (let i = length - 1; i >= 0; i--) total = fround(total + fround(fround((weight[i] as number) / zero) / fround((length - i) / (length + 1))));
    }
    return total;
  }

  #extend(zero: number, one: number, feature: number): void {
    const weight = this.#weight, last = ++this.length;
    this.feature[last] = feature;
    this.zero[last] = zero;
    this.one[last] = one;
    weight[last] = last === 0 ? 1 : 0;
    for (let i = last - 1; i >= 0; i--) {
      const w = weight[i] as number;
      weight[i + 1] = (weight[i + 1] as number) + fround(fround(fround(one * w) * (i + 1)) / (last + 1));
      weight[i] = fround(fround(zero * w) * (last - i)) / (last + 1);
    }
  }

  #unwind(at: number): void {
    const weight = this.#weight, last = this.length, one = this.one[at] as number, zero = this.zero[at] as number;
    let next = weight[last] as number;
    for (let i = last - 1; i >= 0; i--) {
      const before = weight[i] as number;
      if (one !== 0) {
        const w = fround(fround(next * (last + 1)) / fround((i + 1) * one));
        weight[i] = w;
        next = fround(before - fround(fround(fround(w * zero) * (last - i)) / (last + 1)));
      } else weight[i] = fround(before * (last + 1)) / fround(zero * (last - i));
    }
    for (let i = at; i < last; i++) {
      this.feature[i] = this.feature[i + 1] as number;
      this.zero[i] = this.zero[i + 1] as number;
      this.one[i] = this.one[i + 1] as number;
    }
    this.length = last - 1;
  }
}
