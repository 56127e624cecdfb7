/**
 * How far two answers lie apart.
 * @module
 */
import type { Value } from '../../data/values.ts';

/** Largest differences of one output's numbers. */
export interface OutputDifference {
  values: number;
  absolute: number;
  relative: number;
  /** In units of the last place of a double. */
  ulps: bigint;
}

/** What may lie between two floats that agree: |a − b| ≤ absolute + relative · |a|. Where absent, 1e-6 for values of float32, else 1e-9. */
export interface Tolerance {
  readonly absolute?: number | undefined;
  readonly relative?: number | undefined;
}

/** Collects differences by output over many answers. */
export class Comparison {
  readonly outputs: Map<string, OutputDifference> = new Map();
  readonly #tolerance: Tolerance;
  constructor(tolerance: Tolerance) {
    this.#tolerance = tolerance;
  }

  /** The first place where two parsed answers disagree, or undefined. Kinds must agree, integers and texts exactly. */
  add(want: Value, got: Value, output: string = 'predictions', place: string = '$'): string | undefined {
    if (typeof want === 'number' && typeof got === 'number') return this.#number(want, got, output, place);
    if (Array.isArray(want) && Array.isArray(got)) {
      if (want.length !== got.length) return `${place}: ${want.length} items expected, ${got.length} given`;
      return firstOf(want.keys(), (i) => this.add(want[i] ?? null, got[i] ?? null, output, `${place}[${i}]`));
    }
    if (want instanceof Map && got instanceof Map) {
      const keys = new Set([...want.keys(), ...got.keys()]);
      return firstOf(keys, (key) => {
        const name = String(key), at = `${place}.${name}`;
        if (!want.has(key) || !got.has(key)) return `${at}: ${want.has(key) ? 'missing' : 'unexpected'}`;
        return this.add(want.get(key) ?? null, got.get(key) ?? null, name === 'predictions' ? output : name, at);
      });
    }
    if (kindOf(want) !== kindOf(got)) return `${place}: ${kindOf(want)} expected, ${kindOf(got)} given`;
    this.#entry(output).values++;
    return want === got ? undefined : `${place}: the ${kindOf(want)} differs`;
  }

  #number(want: number, got: number, output: string, place: string): string | undefined {
    const entry = this.#entry(output);
    entry.values++;
    if (Object.is(want, got)) return undefined;
    if (!Number.isFinite(want) || !Number.isFinite(got)) return `${place}: ${want} expected, ${got} given`;
    const absolute = Math.abs(want - got), relative = absolute === 0 ? 0 : absolute / Math.abs(want), ulps = ulpDistance(want, got);
    entry.absolute = Math.max(entry.absolute, absolute);
    entry.relative = Math.max(entry.relative, relative);
    if (ulps > entry.ulps) entry.ulps = ulps;
    const usual = Math.fround(want) === want && Math.fround(got) === got ? 1e-6 : 1e-9, allowed = this.#tolerance;
    if (absolute <= (allowed.absolute ?? usual) + (allowed.relative ?? usual) * Math.abs(want)) return undefined;
    return `${place}: differs by ${absolute.toExponential(2)} (relative ${relative.toExponential(2)})`;
  }

  #entry(output: string): OutputDifference {
    let entry = this.outputs.get(output);
    if (entry === undefined) {
      entry = { values: 0, absolute: 0, relative: 0, ulps: 0n };
      this.outputs.set(output, entry);
    }
    return entry;
  }
}

function firstOf<K>(keys: Iterable<K>, test: (key: K) => string | undefined): string | undefined {
  let first: string | undefined;
  // Every value counts for the largest difference, so the walk goes on.
  for (const key of keys) {
    const found = test(key);
    first ??= found;
  }
  return first;
}

function kindOf(value: Value): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Map) return 'object';
  return typeof value === 'bigint' ? 'integer' : typeof value === 'string' ? 'text' : typeof value;
}

const view = new DataView(new ArrayBuffer(8));

/** Doubles between two finite doubles. */
export function ulpDistance(a: number, b: number): bigint {
  const distance = ordered(a) - ordered(b);
  return distance < 0n ? -distance : distance;
}

/** A double's place in the order of all doubles. */
function ordered(x: number): bigint {
  view.setFloat64(0, x);
  const bits = view.getBigInt64(0);
  return bits >= 0n ? bits : -(bits & 0x7fffffffffffffffn);
}
