/**
 * Tensors of ours ⇄ tensors of onnxruntime-node.
 * @module
 */
import { integerStorage, type Storage } from '../data/column.ts';
import type { DType } from '../data/dtype.ts';
import { halfToNumber, numberToHalf } from '../data/half.ts';
import { pythonStr } from '../data/python-text.ts';
import { Tensor } from '../data/tensor.ts';
import { elementAt } from '../data/value-at.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { elementName, type OnnxDim } from '../formats/onnx-type.ts';
import type { Runtime, RuntimeTensor } from './onnx-runtime.ts';

/** ONNX element type → our dtype and the library's name. Others have no array in JavaScript. */
const ELEMENTS: Readonly<Record<number, readonly [dtype: DType, type: string]>> = {
  1: ['float32', 'float32'], 2: ['uint8', 'uint8'], 3: ['int8', 'int8'], 4: ['uint16', 'uint16'], 5: ['int16', 'int16'], 6: ['int32', 'int32'],
  7: ['int64', 'int64'], 8: ['str', 'string'], 9: ['bool', 'bool'], 10: ['float16', 'float16'], 11: ['float64', 'float64'],
  12: ['uint32', 'uint32'], 13: ['uint64', 'uint64'],
};

/** True for element types that can be given and answered. */
export function isSupportedElement(element: number): boolean {
  return element in ELEMENTS;
}

/** An input of a model: a tensor of an element type; a shape of any rank when nothing is said. */
export interface InputSpec {
  readonly name: string;
  readonly element: number;
  readonly shape: readonly OnnxDim[] | undefined;
}

/**
 * A tensor for the library. float64 becomes float32 where the model takes float, as MLflow does; no other dtype is changed.
 * Cells of an object array become text as Python's str() writes them where the model takes text, as ONNX Runtime does.
 * @throws ModelError INPUT_TYPE_MISMATCH, INPUT_SHAPE_MISMATCH
 */
export function toRuntime(runtime: Runtime, spec: InputSpec, tensor: Tensor): RuntimeTensor {
  const [dtype, type] = ELEMENTS[spec.element] ?? ['object', ''];
  const fits = tensor.dtype === dtype || (dtype === 'float32' && tensor.dtype === 'float64') || (dtype === 'str' && tensor.dtype === 'object');
  if (!fits) throw new ModelError('INPUT_TYPE_MISMATCH', { input: spec.name, expected: `tensor(${elementName(spec.element)})`, given: tensor.dtype });
  checkShape(spec, tensor.shape);
  return dtype === 'float16' ? halfTensor(runtime, tensor) : new runtime.Tensor(type, dataFor(dtype, tensor, spec.name), tensor.shape);
}

function checkShape({ name, shape }: InputSpec, given: readonly number[]): void {
  // ONNX Runtime does not tell an input without dimensions from one whose shape is unknown, and takes any shape for both.
  if (!shape || shape.length === 0) return;
  if (shape.length === given.length && shape.every((dim, i) => typeof dim !== 'number' || dim === given[i])) return;
  throw new ModelError('INPUT_SHAPE_MISMATCH', { input: name, expected: shape.map((dim) => dim ?? '?').join(', '), given: given.join(', ') });
}

function dataFor(dtype: DType, { dtype: from, values }: Tensor, input: string): unknown {
  switch (dtype) {
    case 'float32': return values instanceof Float32Array ? values : Float32Array.from(values as Float64Array);
    case 'int64': return values instanceof BigInt64Array ? values : BigInt64Array.from(values as ArrayLike<number> as number[], BigInt);
    case 'uint64': return values instanceof BigUint64Array ? values : BigUint64Array.from(values as ArrayLike<number> as number[], BigInt);
    case 'str': return from === 'str' ? Array.from(values as (string | null)[], (text) => text ?? 'nan') : Array.from(values as Value[], (cell) => cellText(cell, input));
    default: return values;
  }
}

/** A cell as Python's str() writes it; an array of no dimensions as its element. */
function cellText(cell: Value, input: string): string {
  if (!(cell instanceof Tensor)) return pythonStr(cell);
  if (cell.shape.length > 0) throw new ModelError('INPUT_TYPE_MISMATCH', { input, expected: 'tensor(string)', given: 'arrays in its cells' });
  return cellText(elementAt(cell.dtype, cell.values, 0), input);
}

/**
 * A float16 tensor. Where JavaScript has a Float16Array, the library insists on one, but its native part only knows
 * Uint16Array ("not enough space: expected 6, got 0"); so the tensor is made with the one and shows the other.
 */
function halfTensor(runtime: Runtime, { values, shape }: Tensor): RuntimeTensor {
  const bits = Uint16Array.from(values as Float32Array, numberToHalf);
  const tensor = new runtime.Tensor('float16', bits, shape);
  return tensor.data instanceof Uint16Array ? tensor : Object.defineProperty(tensor, 'data', { value: bits });
}

/** A tensor of the library's answer. Its memory is taken over. @throws ModelError RUN_FAILED for a type without an array */
export function fromRuntime(tensor: RuntimeTensor): Tensor {
  const { type, data, dims } = tensor;
  const dtype = Object.values(ELEMENTS).find(([, name]) => name === type)?.[0];
  if (!dtype) throw new ModelError('RUN_FAILED', { library: 'onnxruntime-node', reason: `an output has the type ${type}` });
  return new Tensor(dtype, [...dims], storageOf(dtype, data));
}

function storageOf(dtype: DType, data: RuntimeTensor['data']): Storage {
  if (dtype === 'float16') return data instanceof Uint16Array ? Float32Array.from(data, halfToNumber) : Float32Array.from(data as ArrayLike<number>);
  if (dtype === 'int64' || dtype === 'uint64') return compact(dtype, data as BigInt64Array | BigUint64Array);
  return data as Storage;
}

/** 64-bit integers as they are stored here: plain numbers while all are safe. */
function compact(dtype: 'int64' | 'uint64', data: BigInt64Array | BigUint64Array): Storage {
  return integerStorage(dtype, data as unknown as readonly bigint[]);
}
