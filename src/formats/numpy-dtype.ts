/**
 * numpy's element types as files write them: `<f8`, `|b1`, `<M8[ns]`, structured ones with offsets.
 * Source: numpy's "array interface" type strings and numpy.lib.format.
 * @module
 */
import type { DType, TimeUnit } from '../data/dtype.ts';
import { ModelError } from '../errors/model-error.ts';

/** Kind letters: bool, signed, unsigned, float, complex, timedelta, datetime, bytes, text, raw, Python objects. */
export type NumpyKind = 'b' | 'i' | 'u' | 'f' | 'c' | 'm' | 'M' | 'S' | 'U' | 'V' | 'O';

/** One field of a structured type. */
export interface NumpyField {
  readonly name: string;
  readonly dtype: NumpyDType;
  /** In bytes, from the start of the element. */
  readonly offset: number;
}

/** An element type as numpy lays it out in bytes. */
export class NumpyDType {
  readonly kind: NumpyKind;
  /** Bytes of one element. */
  readonly itemSize: number;
  readonly bigEndian: boolean;
  /** Of datetime64 and timedelta64; null is numpy's generic unit. */
  readonly unit: TimeUnit | null;
  /** How many units one step counts (25 in `[25s]`). */
  readonly step: number;
  /** Of a structured type. */
  readonly fields: readonly NumpyField[] | undefined;
  /** Of a field that is itself an array. */
  readonly sub: { readonly dtype: NumpyDType; readonly shape: readonly number[] } | undefined;
  /** Levels of structure, and plain types in all of them. */
  readonly depth: number;
  readonly leaves: number;

  constructor(kind: NumpyKind, itemSize: number, parts: { bigEndian?: boolean; unit?: TimeUnit | null; step?: number; fields?: readonly NumpyField[]; sub?: NumpyDType['sub'] } = {}) {
    this.kind = kind;
    this.itemSize = itemSize;
    this.bigEndian = parts.bigEndian ?? false;
    this.unit = parts.unit ?? null;
    this.step = parts.step ?? 1;
    this.fields = parts.fields;
    this.sub = parts.sub;
    const inner = parts.fields?.map((f) => f.dtype) ?? (parts.sub ? [parts.sub.dtype] : []);
    this.depth = inner.reduce((most, d) => Math.max(most, d.depth + 1), 0);
    this.leaves = inner.length === 0 ? 1 : inner.reduce((sum, d) => sum + d.leaves, 0);
  }

  /** numpy's type string, for messages. */
  get text(): string {
    if (this.fields) return `structured (${this.fields.map((f) => f.name).join(', ')})`;
    const size = this.kind === 'U' ? this.itemSize / 4 : this.itemSize;
    const unit = this.unit === null ? '' : `[${this.step === 1 ? '' : this.step}${this.unit}]`;
    return `${this.bigEndian ? '>' : this.itemSize > 1 && this.kind !== 'S' && this.kind !== 'V' ? '<' : '|'}${this.kind}${size}${unit}`;
  }

  /** True where elements are, or hold, Python objects. */
  get hasObjects(): boolean {
    return this.kind === 'O' || (this.fields?.some((f) => f.dtype.hasObjects) ?? false) || (this.sub?.dtype.hasObjects ?? false);
  }

  /**
   * The dtype of a tensor of these elements.
   * @throws ModelError DTYPE_UNKNOWN for types a tensor cannot hold (long doubles, datetimes without unit)
   */
  get tensorDType(): DType {
    const bits = this.itemSize * 8;
    switch (this.kind) {
      case 'b': return 'bool';
      case 'i': return `int${bits}` as DType;
      case 'u': return `uint${bits}` as DType;
      case 'f': if (bits <= 64) return `float${bits}` as DType; break;
      case 'c': if (bits <= 128) return `complex${bits}` as DType; break;
      case 'M': if (this.unit !== null) return `datetime64[${this.unit}]`; break;
      case 'm': if (this.unit !== null) return `timedelta64[${this.unit}]`; break;
      case 'U': return 'str';
      case 'S': case 'V': return 'bytes';
      case 'O': return 'object';
    }
    throw new ModelError('DTYPE_UNKNOWN', { dtype: this.text });
  }
}

/** Sizes that a kind may have; text, bytes and raw take any. */
const SIZES: Readonly<Partial<Record<string, readonly number[]>>> = {
  b: [1], i: [1, 2, 4, 8], u: [1, 2, 4, 8], f: [2, 4, 8, 12, 16], c: [8, 16, 24, 32], m: [8], M: [8], O: [0, 4, 8],
};
const UNITS: ReadonlySet<string> = new Set<TimeUnit>(['Y', 'M', 'W', 'D', 'h', 'm', 's', 'ms', 'us', 'ns', 'ps', 'fs', 'as']);
const ALIASES: Readonly<Record<string, string>> = { '?': 'b1', a: 'S', bool: 'b1', O8: 'O8', O4: 'O8' };
const MAX_ITEM = 2 ** 31 - 1;
/** Bounds on nesting; types may share parts, so that a small file could describe a huge one. */
const MAX_DEPTH = 16, MAX_LEAVES = 4096;

/** A unit's name, or undefined. */
export function asTimeUnit(text: string): TimeUnit | undefined {
  return UNITS.has(text) ? (text as TimeUnit) : undefined;
}

/** Parses a type string (`<f8`, `|S3`, `>M8[25s]`, `b1`), or gives undefined. */
export function parseTypeString(text: string): NumpyDType | undefined {
  const match = /^([<>|=]?)([?a]|[biufcmMSUVO])([0-9]{0,10})(?:\[([0-9]{0,9})([a-zA-Z]+)\])?$/.exec(text);
  if (!match) return undefined;
  const [, order, letter = '', digits = '', count = '', unitText] = match;
  const full = ALIASES[letter] ?? letter;
  const kind = full[0] as NumpyKind;
  const size = full.length > 1 ? Number(full.slice(1)) : digits === '' ? (kind === 'O' || kind === 'm' || kind === 'M' ? 8 : kind === 'S' || kind === 'U' || kind === 'V' ? 0 : NaN) : Number(digits);
  const itemSize = kind === 'U' ? size * 4 : kind === 'O' ? 8 : size;
  if (!(itemSize <= MAX_ITEM) || (SIZES[kind] && !SIZES[kind].includes(size))) return undefined;
  const unit = unitText === undefined || unitText === 'generic' ? null : asTimeUnit(unitText);
  if (unit === undefined || (unitText !== undefined && kind !== 'm' && kind !== 'M')) return undefined;
  const step = count === '' ? 1 : Number(count);
  return step < 1 ? undefined : new NumpyDType(kind, itemSize, { bigEndian: order === '>', unit, step });
}

/** A structured type of named fields that lie inside `itemSize`, or undefined where they do not. */
export function structured(fields: readonly NumpyField[], itemSize: number): NumpyDType | undefined {
  if (!(itemSize >= 0 && itemSize <= MAX_ITEM)) return undefined;
  for (const field of fields) {
    if (!Number.isInteger(field.offset) || field.offset < 0 || field.offset + field.dtype.itemSize > itemSize) return undefined;
  }
  return new Set(fields.map((f) => f.name)).size === fields.length ? bounded(new NumpyDType('V', itemSize, { fields })) : undefined;
}

function bounded(dtype: NumpyDType): NumpyDType | undefined {
  return dtype.depth <= MAX_DEPTH && dtype.leaves <= MAX_LEAVES ? dtype : undefined;
}

/** A field that is an array of `shape` elements of `dtype`, or undefined where it is too large. */
export function subArray(dtype: NumpyDType, shape: readonly number[]): NumpyDType | undefined {
  let size = dtype.itemSize;
  for (const d of shape) size *= d;
  return size <= MAX_ITEM && shape.length <= 32 ? bounded(new NumpyDType('V', size, { sub: { dtype, shape } })) : undefined;
}
