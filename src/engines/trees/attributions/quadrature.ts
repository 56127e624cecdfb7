/**
 * Gauss and Legendre's quadrature.
 * @module
 */

/** Points between 0 and 1 and their weights: `points` of them integrate polynomials up to degree 2·points − 1 exactly. */
export interface Quadrature {
  readonly at: Float64Array;
  readonly weight: Float64Array;
}

/** The roots of the Legendre polynomial of this degree, by Newton's method from Francesco Tricomi's first guess. */
export function gaussLegendre(points: number): Quadrature {
  const at = new Float64Array(points), weight = new Float64Array(points);
  for (let i = 0; i < points; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (points + 0.5)), slope = 1;
    for (let round = 0; round < 8; round++) {
      let value = 1, before = 0;
      for (let n = 0; n < points; n++) {
        const next = ((2 * n + 1) * x * value - n * before) / (n + 1);
        before = value;
        value = next;
      }
      slope = (points * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    at[i] = (1 - x) / 2;
    weight[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { at, weight };
}
