/**
 * e^x and ln x of float32, to the bit as the C library computes them: in double precision, by a table and a short polynomial,
 * rounded once at the end, which is not always to the nearest float32.
 *
 * XGBoost takes its base margins, probabilities and rates from these two; a correctly rounded result would now and then be the
 * neighbouring number. Source: expf and logf of glibc since 2.28 (sysdeps/ieee754/flt-32), from Arm's optimized routines.
 * @module
 */

const STEPS = 32;
/** 2^(i/32). */
const POWERS: Float64Array = Float64Array.from({ length: STEPS }, (_, i) => 2 ** (i / STEPS));
/** 2^k from k = −151 on. */
const SCALES: Float64Array = Float64Array.from({ length: 281 }, (_, i) => 2 ** (i - 151));
const PER_STEP: number = STEPS * 1.4426950408889634;
const [E0, E1, E2] = [0.05550361559341535 / STEPS ** 3, 0.2402284522445722 / STEPS ** 2, 0.6931471806916203 / STEPS] as const;
/** Adding and taking this away rounds to a whole number. */
const ROUND: number = 1.5 * 2 ** 52;

/** e^x of a float32. */
export function exp32(x: number): number {
  if (x > 88.72283172607422) return Infinity;
  if (x < -103.972076416015625) return 0;
  if (x !== x) return NaN;
  const z = PER_STEP * x, steps = z + ROUND - ROUND, r = z - steps, index = steps & (STEPS - 1);
  const scale = POWERS[index]! * SCALES[(steps - index) / STEPS + 151]!;
  return Math.fround(((E0 * r + E1) * (r * r) + (E2 * r + 1)) * scale);
}

/** 1/c of a c within each sixteenth of a power of two from 0.69921875 on, and ln c. */
const INVERSE: readonly number[] = [
  1.398907162146528, 1.3403141896637998, 1.286432210124115, 1.2367150214269895, 1.1906977166711752, 1.1479821020556429, 1.1082251448272158, 1.0711297413057381,
  1.036437278977283, 1, 0.9492859795739057, 0.8951049428609004, 0.8476821620351103, 0.8050314851692001, 0.7664671008843108, 0.731428603316328,
];
const LOGARITHM: readonly number[] = [
  -0.33569133332882284, -0.2929040563774074, -0.2518726580937369, -0.21245868807117255, -0.17453945183745634, -0.1380057072319758, -0.10275976698545139, -0.06871392447020525,
  -0.0357891387398228, 0, 0.05204517742929496, 0.11081431298787942, 0.1652495223695143, 0.21687389031699977, 0.2659635028121397, 0.3127556664073557,
];
const [L0, L1, L2] = [-0.25089342214237154, 0.333456765744066, -0.4999997485802103] as const;
/** The bits of 0.69921875. */
const FIRST = 0x3f330000;

const float = new Float32Array(1), bits: Int32Array = new Int32Array(float.buffer);

/** ln x of a float32; NaN below 0. */
export function log32(x: number): number {
  if (!(x > 0) || x === Infinity) return x === 0 ? -Infinity : x > 0 ? x : NaN;
  if (x === 1) return 0;
  // A number below the smallest normal one is brought among them.
  const small = x < 1.1754943508222875e-38;
  float[0] = small ? x * 2 ** 23 : x;
  const word = bits[0]!, offset = word - FIRST, exponent = offset >> 23, i = (offset >> 19) & 15;
  bits[0] = word - (offset & 0xff800000);
  const r = float[0] * INVERSE[i]! - 1, start = LOGARITHM[i]! + (small ? exponent - 23 : exponent) * Math.LN2;
  const r2 = r * r;
  return Math.fround((L0 * r2 + (L1 * r + L2)) * r2 + (start + r));
}
