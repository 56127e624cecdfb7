/**
 * Answers of a graph whose outputs are not all tensors: the tensors that stand for them → the values that ONNX Runtime gives in Python.
 * @module
 */
import { numpyArray } from '../data/numpy-array.ts';
import { Tensor } from '../data/tensor.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';

/** How a value is made from tensors, which are given by the names of graph outputs. */
export type OutputPlan =
  | { readonly kind: 'tensor'; readonly tensor: string }
  /** Rows of `width` numbers → a list of dicts. */
  | { readonly kind: 'maps'; readonly tensor: string; readonly width: number; readonly keys: readonly MapKey[] }
  /** A list of tensors: their values one after another, their shapes one after another, and the length of each shape. */
  | { readonly kind: 'list'; readonly values: string; readonly shapes: string; readonly ranks: string }
  /** None, or the value. */
  | { readonly kind: 'optional'; readonly present: string; readonly value: OutputPlan };

/** A key of a dict and the column that has its value. */
export interface MapKey {
  readonly key: bigint | string;
  readonly column: number;
}

/** An output of the model as MLflow names it. */
export interface NamedPlan {
  readonly name: string;
  readonly plan: OutputPlan;
}

/** The graph outputs that a plan needs. */
export function fetchesOf(plan: OutputPlan): readonly string[] {
  switch (plan.kind) {
    case 'tensor': case 'maps': return [plan.tensor];
    case 'list': return [plan.values, plan.shapes, plan.ranks];
    case 'optional': return [plan.present, ...fetchesOf(plan.value)];
  }
}

/**
 * Makes a value of what was fetched.
 * @throws ModelError RUN_FAILED where a row does not have a number for every label
 */
export function assemble(plan: OutputPlan, tensorOf: (name: string) => Tensor): Value {
  switch (plan.kind) {
    case 'tensor': return tensorOf(plan.tensor);
    case 'maps': return mapsOf(tensorOf(plan.tensor), plan);
    case 'list': return listOf(tensorOf(plan.values), tensorOf(plan.shapes), tensorOf(plan.ranks));
    case 'optional': return tensorOf(plan.present).values[0] ? assemble(plan.value, tensorOf) : null;
  }
}

/** Labels of columns as the keys of a std::map: in order, and of equal ones the last (onnxruntime/core/providers/cpu/ml/zipmap.cc). */
export function mapKeys(labels: readonly bigint[] | readonly string[]): readonly MapKey[] {
  const last = new Map<bigint | string, number>(labels.map((label, column) => [label, column]));
  return [...last].map(([key, column]) => ({ key, column, order: typeof key === 'string' ? Array.from(key, (c) => c.codePointAt(0) as number) : [key] }))
    .sort((a, b) => compare(a.order, b.order)).map(({ key, column }) => ({ key, column }));
}

/** Integers by size; texts by their UTF-8 bytes, which is by code points. */
function compare(a: readonly (bigint | number)[], b: readonly (bigint | number)[]): number {
  const at = a.findIndex((item, i) => item !== b[i]), left = a[at], right = b[at];
  if (left === undefined) return a.length - b.length;
  return right === undefined || left > right ? 1 : -1;
}

function mapsOf({ shape, values }: Tensor, { width, keys }: { readonly width: number; readonly keys: readonly MapKey[] }): Value[] {
  const rows = shape.length === 1 ? 1 : (shape[0] ?? 0), given = shape.at(-1);
  if (shape.length < 1 || shape.length > 2) throw failed(`its operator ZipMap takes one or two dimensions and was given ${shape.length}`);
  if (given !== width) throw failed(`its operator ZipMap has ${width} labels and was given ${given} columns`);
  return Array.from({ length: rows }, (_, row) => new Map<Value, Value>(keys.map(({ key, column }) => [key, values[row * width + column] as number])));
}

function failed(reason: string): ModelError {
  return new ModelError('RUN_FAILED', { library: 'onnxruntime-node', reason });
}

function listOf(values: Tensor, shapes: Tensor, ranks: Tensor): Value[] {
  const dims = Array.from(shapes.values as ArrayLike<number>, Number), out: Value[] = [];
  let dim = 0, at = 0;
  for (const rank of Array.from(ranks.values as ArrayLike<number>, Number)) {
    const shape = dims.slice(dim, dim + rank), size = shape.reduce((n, d) => n * d, 1);
    // A copy, so that one tensor does not hold the memory of all.
    out.push(new Tensor(values.dtype, shape, values.values.slice(at, at + size)));
    dim += rank;
    at += size;
  }
  return out;
}

/** All values of an output, as `np.asarray(value).reshape(-1)` has them. @throws ModelError OUTPUTS_UNEVEN for a list of unlike tensors */
export function flatten(name: string, value: Value): Tensor {
  if (value instanceof Tensor) return value;
  try {
    return numpyArray(value);
  } catch (cause) {
    if (!ModelError.isInstance(cause) || cause.code !== 'ARRAY_RAGGED' || !Array.isArray(value)) throw cause;
    throw new ModelError('OUTPUTS_UNEVEN', { outputs: [name], lengths: value.map((item) => (item instanceof Tensor ? item.size : 1)) }, { cause });
  }
}
