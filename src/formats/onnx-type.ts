/**
 * Types of ONNX values (TypeProto, TensorShapeProto and TensorProto.DataType of onnx.proto).
 * @module
 */
import { ProtoReader, ProtoWriter } from './protobuf.ts';

/** TensorProto.DataType by number; the bits of one element (0 for text). */
const ELEMENTS: Readonly<Record<number, readonly [name: string, bits: number]>> = {
  1: ['float', 32], 2: ['uint8', 8], 3: ['int8', 8], 4: ['uint16', 16], 5: ['int16', 16], 6: ['int32', 32], 7: ['int64', 64], 8: ['string', 0],
  9: ['bool', 8], 10: ['float16', 16], 11: ['double', 64], 12: ['uint32', 32], 13: ['uint64', 64], 14: ['complex64', 64], 15: ['complex128', 128],
  16: ['bfloat16', 16], 17: ['float8e4m3fn', 8], 18: ['float8e4m3fnuz', 8], 19: ['float8e5m2', 8], 20: ['float8e5m2fnuz', 8],
  21: ['uint4', 4], 22: ['int4', 4], 23: ['float4e2m1', 4], 24: ['float8e8m0', 8], 25: ['uint2', 2], 26: ['int2', 2],
};

/** A type of graph inputs and outputs. Dims: a number, a name, or null where nothing is said; no shape is any rank. */
export type OnnxType =
  | { readonly kind: 'tensor'; readonly element: number; readonly shape: readonly OnnxDim[] | undefined }
  | { readonly kind: 'sequence' | 'optional'; readonly item: OnnxType | undefined }
  | { readonly kind: 'map'; readonly key: number; readonly item: OnnxType | undefined }
  | { readonly kind: 'sparse_tensor' | 'opaque' | 'none' };

export type OnnxDim = number | string | null;

/** Name of an element type as ONNX Runtime writes it: "float", "int64"; "type 99" for an unknown one. */
export function elementName(element: number): string {
  return ELEMENTS[element]?.[0] ?? `type ${element}`;
}

/** Bits of one element; 0 for text, undefined for an unknown type. */
export function elementBits(element: number): number | undefined {
  return ELEMENTS[element]?.[1];
}

/** A type as ONNX Runtime writes it: "tensor(float)", "seq(map(int64,tensor(float)))". */
export function typeName(type: OnnxType | undefined): string {
  switch (type?.kind) {
    case 'tensor': return `tensor(${elementName(type.element)})`;
    case 'sequence': return `seq(${typeName(type.item)})`;
    case 'optional': return `optional(${typeName(type.item)})`;
    case 'map': return `map(${elementName(type.key)},${typeName(type.item)})`;
    default: return type?.kind ?? 'none';
  }
}

/** TypeProto: tensor_type = 1, sequence_type = 4, map_type = 5, opaque_type = 7, sparse_tensor_type = 8, optional_type = 9. */
export function readType(message: ProtoReader): OnnxType {
  let type: OnnxType | undefined;
  const set = (next: OnnxType): void => {
    if (type) message.fail('a type is given twice');
    type = next;
  };
  while (message.next()) {
    switch (message.field) {
      case 1: set(readTensorType(message.message())); break;
      case 4: set({ kind: 'sequence', item: readItem(message.message()) }); break;
      case 5: set(readMap(message.message())); break;
      case 7: set({ kind: 'opaque' }); break;
      case 8: set({ kind: 'sparse_tensor' }); break;
      case 9: set({ kind: 'optional', item: readItem(message.message()) }); break;
    }
  }
  return type ?? { kind: 'none' };
}

function readTensorType(message: ProtoReader): OnnxType {
  let element = 0, shape: OnnxDim[] | undefined;
  while (message.next()) {
    if (message.field === 1) element = message.int32();
    else if (message.field === 2) {
      if (shape) message.fail('a shape is given twice');
      shape = readShape(message.message());
    }
  }
  return { kind: 'tensor', element, shape };
}

function readShape(message: ProtoReader): OnnxDim[] {
  const shape: OnnxDim[] = [];
  while (message.next()) {
    if (message.field !== 1) continue;
    if (shape.length === MAX_RANK) message.fail(`a shape has more than ${MAX_RANK} dimensions`);
    shape.push(readDim(message.message()));
  }
  return shape;
}

/** More dimensions than any operator takes; numpy has 64. */
export const MAX_RANK = 64;

function readDim(message: ProtoReader): OnnxDim {
  let dim: OnnxDim = null;
  while (message.next()) {
    if (message.field === 1) {
      const value = message.integer();
      // Exporters write -1 (and others 0 or less) for a size that is free.
      dim = value >= 0 ? value : null;
    } else if (message.field === 2) dim = message.text() || null;
  }
  return dim;
}

function readItem(message: ProtoReader): OnnxType | undefined {
  let item: OnnxType | undefined;
  while (message.next()) if (message.field === 1) item = readType(message.message());
  return item;
}

function readMap(message: ProtoReader): OnnxType {
  let key = 0, item: OnnxType | undefined;
  while (message.next()) {
    if (message.field === 1) key = message.int32();
    else if (message.field === 2) item = readType(message.message());
  }
  return { kind: 'map', key, item };
}

/** The bytes of a TypeProto for a tensor. */
export function tensorType(element: number, shape: readonly OnnxDim[] | undefined): Uint8Array {
  return new ProtoWriter().bytes(1, writeTensorType(element, shape)).finish();
}

/** The bytes of a TypeProto for a sequence of tensors of any shape. */
export function sequenceType(element: number): Uint8Array {
  return new ProtoWriter().bytes(4, new ProtoWriter().bytes(1, tensorType(element, undefined)).finish()).finish();
}

function writeTensorType(element: number, shape: readonly OnnxDim[] | undefined): Uint8Array {
  const tensor = new ProtoWriter().int64(1, element);
  if (shape) {
    const dims = new ProtoWriter();
    for (const dim of shape) {
      const written = new ProtoWriter();
      if (typeof dim === 'number') written.int64(1, dim);
      else if (dim !== null) written.text(2, dim);
      dims.bytes(1, written.finish());
    }
    tensor.bytes(2, dims.finish());
  }
  return tensor.finish();
}
