/**
 * The specification of one tensor (mlflow.types.TensorSpec).
 * @module
 */
import type { DType } from '../data/dtype.ts';
import { pythonRepr } from '../data/python-text.ts';
import { Tuple, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { numpyName } from './numpy-names.ts';

/**
 * dtype, shape (−1 for a free dimension) and optional name of one tensor.
 * @throws ModelError SCHEMA_TYPE_INVALID for an unknown dtype, or text of a fixed length
 * @example
 * ```ts
 * new TensorSpec('uint8', [-1, 28, 28, 1]);
 * ```
 */
export class TensorSpec {
  /** numpy's name. A file may name dtypes that no tensor of ours has (`float128`); they match nothing. */
  readonly dtype: DType;
  /** NaN stands for an element that is no number: files are not checked for that, and such a dimension fits nothing. */
  readonly shape: readonly number[];
  readonly name: Value;
  readonly #written: readonly Value[];

  /** `written` is the shape as a file has it, for writing it back. */
  constructor(dtype: DType, shape: readonly number[], name: Value | number | undefined = null, written: readonly Value[] = shape.map(dimensionOf)) {
    const known = numpyName(dtype);
    if (!known) throw new ModelError('SCHEMA_TYPE_INVALID', { reason: `the dtype '${String(dtype)}' is not known; use a numpy name such as float32, int64, bool, str` });
    if (known.sized) throw new ModelError('SCHEMA_TYPE_INVALID', { reason: `the dtype '${dtype}' has a length; use ${known.name}` });
    this.dtype = known.name;
    this.shape = [...shape];
    this.#written = written;
    this.name = typeof name === 'number' && Number.isInteger(name) ? BigInt(name) : name;
  }

  /** Tensors are always required. */
  get optional(): boolean {
    return false;
  }

  /** `Tensor('float32', (-1, 3))`, with the name before it, as MLflow prints it. */
  toString(): string {
    const text = `Tensor('${this.dtype}', ${shapeText(this.#written)})`;
    return this.name === null ? text : `${pythonRepr(this.name)}: ${text}`;
  }

  /** The JSON form, the name first. */
  toJsonTree(): Map<string, Value> {
    const out = new Map<string, Value>(this.name === null ? [] : [['name', this.name]]);
    return out.set('type', 'tensor').set('tensor-spec', new Map<string, Value>([['dtype', this.dtype], ['shape', [...this.#written]]]));
  }

  /**
   * Reads the JSON form: `{"type": "tensor", "tensor-spec": {"dtype", "shape"}, "name"?}`.
   * @throws ModelError SCHEMA_TYPE_INVALID
   */
  static fromJsonTree(json: ReadonlyMap<Value, Value>): TensorSpec {
    const spec = json.get('tensor-spec');
    if (!(spec instanceof Map)) throw new ModelError('SCHEMA_TYPE_INVALID', { reason: 'a tensor lacks the key tensor-spec with an object' });
    return fromFlat(spec, json.get('name') ?? null);
  }

  /**
   * Reads the form that MLflow's documents print: `{"name"?, "dtype", "shape"}`.
   * @throws ModelError SCHEMA_TYPE_INVALID
   */
  static fromDocumentTree(json: ReadonlyMap<Value, Value>): TensorSpec {
    return fromFlat(json, json.get('name') ?? null);
  }
}

function fromFlat(spec: ReadonlyMap<Value, Value>, name: Value): TensorSpec {
  if (!spec.has('dtype') || !spec.has('shape')) throw new ModelError('SCHEMA_TYPE_INVALID', { reason: 'a tensor lacks the keys dtype and shape' });
  const dtype = spec.get('dtype') ?? null, shape = spec.get('shape');
  // numpy.dtype(None) is float64.
  const text = dtype === null ? 'float64' : dtype;
  if (typeof text !== 'string') throw new ModelError('SCHEMA_TYPE_INVALID', { reason: 'the dtype of a tensor is not text' });
  const written = listOf(shape);
  return new TensorSpec(text as DType, written.map((d) => (typeof d === 'bigint' || typeof d === 'boolean' || typeof d === 'number' ? Number(d) : NaN)), name, written);
}

/** A dimension given by hand, as files write it. */
export function dimensionOf(d: number): Value {
  return Number.isSafeInteger(d) ? BigInt(d) : d;
}

/** A shape in Python's manner: `(-1, 3)`, `(2,)`. */
export function shapeText(shape: readonly Value[]): string {
  return pythonRepr(new Tuple(shape));
}

/** Python's tuple(x): a list, the characters of a text, the keys of an object. */
function listOf(shape: Value | undefined): readonly Value[] {
  if (Array.isArray(shape)) return shape;
  if (typeof shape === 'string') return [...shape];
  if (shape instanceof Map) return [...shape.keys()];
  throw new ModelError('SCHEMA_TYPE_INVALID', { reason: 'the shape of a tensor is not a list' });
}
