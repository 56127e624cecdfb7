/**
 * Single cells as CatBoost's Python package takes them: numbers for numeric features, text or whole numbers for categorical ones.
 * Source: _FloatOrNan, get_id_object_bytes_string_representation of _catboost.pyx; IsMissingValue of catboost/libs/data/loader.cpp;
 * drawn from 1.2.10.
 * @module
 */
import { Scalar, type Value } from '../data/values.ts';
import { cityHash64 } from '../engines/trees/catboost/city-hash.ts';

/** Texts that count as missing in a numeric feature. */
const MISSING: ReadonlySet<string> = new Set([
  '', '-', 'NA', 'Na', 'na', 'nan', 'NaN', 'NAN', '#NA', 'N/A', 'n/a', '#N/A', '-NaN', '-nan', 'NULL', 'null', 'Null', 'none', 'None', '#N/A N/A', '-1.#IND', '-1.#QNAN', '1.#IND', '1.#QNAN',
]);
/** Leading spaces go, trailing ones do not; infinities have no text. */
const NUMBER = /^ *[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/;

/** A cell of objects as a number; undefined where the library takes none. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (value === null) return NaN;
  if (typeof value === 'string') return textNumber(value);
  if (typeof value === 'boolean') return Number(value);
  // Python's float() of a larger int overflows.
  if (typeof value === 'bigint') return Number.isFinite(Number(value)) ? Number(value) : undefined;
  if (value instanceof Uint8Array) return textNumber(new TextDecoder('latin1').decode(value));
  return value instanceof Scalar && !Array.isArray(value.value) ? numberOf(value.value as Value) : undefined;
}

/** Text as a number; undefined where it is none. */
export function textNumber(text: string): number | undefined {
  if (MISSING.has(text)) return NaN;
  return NUMBER.test(text) ? Number(text) : undefined;
}

const INT64_END = 2n ** 63n;

/** A cell of objects as a category: text, or its bytes; undefined where the library takes none, as for NaN and other real numbers. */
export function categoryOf(value: Value): string | Uint8Array | undefined {
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'bigint') return value >= -INT64_END && value < INT64_END ? String(value) : undefined;
  if (!(value instanceof Scalar)) return undefined;
  // A numpy integer is a whole number, a numpy float is not.
  return value.dtype.startsWith('int') || value.dtype.startsWith('uint') ? String(value.value) : value.dtype === 'bool' || value.dtype === 'str' ? categoryOf(value.value as Value) : undefined;
}

/** Hashes kept at most. */
const CACHE = 65536;
const LONE_SURROGATE = /\p{Surrogate}/u;
const encoder = new TextEncoder();

/** Hashes of categories: the low 32 bits of CityHash64 of their UTF-8; those met before are kept. */
export class CategoryHashes {
  #known = new Map<string, number>();

  /** As a signed 32-bit number; undefined for text that has no UTF-8. */
  of(category: string | Uint8Array): number | undefined {
    if (typeof category !== 'string') return Number(BigInt.asIntN(32, cityHash64(category)));
    let hash = this.#known.get(category);
    if (hash === undefined) {
      if (LONE_SURROGATE.test(category)) return undefined;
      hash = Number(BigInt.asIntN(32, cityHash64(encoder.encode(category))));
      if (this.#known.size >= CACHE) this.#known = new Map();
      this.#known.set(category, hash);
    }
    return hash;
  }
}
