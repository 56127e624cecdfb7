/**
 * Steps rows down trees.
 */

/** Adds `n` numbers of float32, rounding after each. */
export function sum32(from: usize, n: i32, start: f32): f32 {
  let total = start;
  for (let i = 0; i < n; i++) total += load<f32>(from + (i << 2));
  return total;
}
