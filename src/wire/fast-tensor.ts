/**
 * The bytes of nested lists straight into the one tensor of a signature.
 * @module
 */
import { allocate } from '../data/column.ts';
import { Tensor } from '../data/tensor.ts';
import type { Value } from '../data/values.ts';
import type { Schema } from '../schema/schema.ts';
import type { TensorSpec } from '../schema/tensor-spec.ts';
import { CLOSE_MAP, keyBytes, OPEN_MAP } from './fast-cursor.ts';
import type { FastForms } from './fast-columns.ts';
import { KINDS, type Scanner, ScanPlan, TEXT } from './fast-kernel.ts';

/** The forms of a signature of one numeric or boolean tensor; else undefined. */
export function compileFastTensor(schema: Schema): FastForms | undefined {
  const [spec, ...others] = schema.tensors ?? [];
  if (!spec || others.length > 0 || spec.shape.length === 0 || spec.shape.length > 32) return undefined;
  const kind = Object.hasOwn(KINDS, spec.dtype) ? KINDS[spec.dtype] : undefined;
  if (kind === undefined || kind === TEXT) return undefined;
  const name = spec.name === null ? null : typeof spec.name === 'string' && spec.name !== '' ? keyBytes(spec.name) : undefined;
  return name === undefined ? undefined : new FastTensor(spec, kind, name);
}

class FastTensor implements FastForms {
  readonly plan: ScanPlan = new ScanPlan(new Uint8Array(0));
  readonly #spec: TensorSpec;
  readonly #kind: number;
  readonly #name: Uint8Array | null;

  constructor(spec: TensorSpec, kind: number, name: Uint8Array | null) {
    this.#spec = spec;
    this.#kind = kind;
    this.#name = name;
  }

  split(): undefined {
    return undefined;
  }

  records(): undefined {
    return undefined;
  }

  free(scanner: Scanner): Value | undefined {
    const named = scanner.peek() === OPEN_MAP;
    if (named) {
      scanner.at++;
      if (!this.#name || !scanner.key(this.#name)) return undefined;
    }
    if (!scanner.tensor(this.#kind, this.#spec.shape.length) || (named && !scanner.take(CLOSE_MAP))) return undefined;
    const tensor = this.#tensor(scanner);
    return tensor && this.#name ? new Map([[this.#spec.name, tensor]]) : tensor;
  }

  #tensor(scanner: Scanner): Tensor | undefined {
    const { dtype, shape } = this.#spec, found = shape.map((_, axis) => scanner.length(axis));
    if (!shape.every((d, i) => d === -1 || d === found[i]) || !scanner.finish(() => this.#kind)) return undefined;
    const size = scanner.rows, values = allocate(dtype, size) as Float64Array;
    values.set(scanner.view(size));
    return new Tensor(dtype, found, values);
  }
}
