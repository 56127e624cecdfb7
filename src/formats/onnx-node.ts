/**
 * Nodes of an ONNX graph (NodeProto and AttributeProto of onnx.proto).
 * NodeProto: input = 1, output = 2, name = 3, op_type = 4, attribute = 5, domain = 7.
 * AttributeProto: name = 1, f = 2, i = 3, s = 4, t = 5, g = 6, floats = 7, ints = 8, strings = 9, tensors = 10, graphs = 11,
 * type = 20, ref_attr_name = 21, sparse_tensor = 22.
 * @module
 */
import type { OnnxGraph, PartCounter } from './onnx-proto.ts';
import { type OnnxTensor, readTensor } from './onnx-tensor.ts';
import { ProtoReader, ProtoWriter } from './protobuf.ts';

/** A node. `encoded` is its NodeProto. */
export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** "" is ai.onnx. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Bodies of If, Loop, Scan and the like. */
  readonly graphs: readonly OnnxGraph[];
  /** Constants among the attributes. */
  readonly tensors: readonly OnnxTensor[];
  readonly encoded: Uint8Array;
}

/** A value of an attribute; a bigint is an int, a number a float. */
export type OnnxAttribute = bigint | number | string | Uint8Array | readonly bigint[] | readonly number[] | readonly string[];

/** An attribute that is a part of its own: an encoded GraphProto or TensorProto. */
export type OnnxPart = { readonly graph: Uint8Array } | { readonly tensor: Uint8Array };

/** NodeProto; numbers and texts of attributes are left for {@link nodeAttribute}. */
export function readNode(message: ProtoReader, encoded: Uint8Array, counter: PartCounter, readGraph: (message: ProtoReader, counter: PartCounter) => OnnxGraph): OnnxNode {
  let name = '', op = '', domain = '';
  const inputs: string[] = [], outputs: string[] = [], graphs: OnnxGraph[] = [], tensors: OnnxTensor[] = [];
  while (message.next()) {
    switch (message.field) {
      case 1: counter.count(); inputs.push(message.text()); break;
      case 2: counter.count(); outputs.push(message.text()); break;
      case 3: name = message.text(); break;
      case 4: op = message.text(); break;
      case 5: readAttributeParts(message.message()); break;
      case 7: domain = message.text(); break;
    }
  }
  return { name, op, domain: domain === 'ai.onnx' ? '' : domain, inputs, outputs, graphs, tensors, encoded };

  function readAttributeParts(attribute: ProtoReader): void {
    while (attribute.next()) {
      if (attribute.field === 6 || attribute.field === 11) {
        counter.count();
        graphs.push(readGraph(attribute.message(), counter));
      } else if (attribute.field === 5 || attribute.field === 10) {
        counter.count();
        tensors.push(readTensor(attribute.message()));
      }
    }
  }
}

/**
 * The attribute of that name, or undefined: f, i, s, floats, ints and strings (text must be UTF-8).
 * @throws ModelError FILE_MALFORMED
 */
export function nodeAttribute(node: OnnxNode, name: string, file: string): OnnxAttribute | undefined {
  const message = ProtoReader.over(node.encoded, { file, format: 'ONNX' });
  while (message.next()) {
    if (message.field !== 5) continue;
    const found = readAttribute(message.message());
    if (found.name === name) return found.value;
  }
  return undefined;
}

function readAttribute(message: ProtoReader): { readonly name: string; readonly value: OnnxAttribute | undefined } {
  let name = '', single: OnnxAttribute | undefined;
  const floats: number[] = [], ints: bigint[] = [], strings: string[] = [];
  while (message.next()) {
    switch (message.field) {
      case 1: name = message.text(); break;
      case 2: single = message.float(); break;
      case 3: single = message.int64(); break;
      case 4: single = message.text(); break;
      case 7: for (const value of message.floats()) floats.push(value); break;
      case 8: for (const value of message.int64s()) ints.push(value); break;
      case 9: strings.push(message.text()); break;
    }
  }
  const list = [floats, ints, strings].find((values) => values.length > 0);
  return { name, value: single ?? list };
}

/** AttributeProto.type. */
const FLOAT = 1, INT = 2, STRING = 3, TENSOR = 4, GRAPH = 5, FLOATS = 6, INTS = 7, STRINGS = 8;

/**
 * A new node.
 * @example
 * ```ts
 * onnxNode('Cast', ['x'], ['x32'], { to: 1n });
 * ```
 */
export function onnxNode(op: string, inputs: readonly string[], outputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute | OnnxPart>> = {}, domain: string = ''): OnnxNode {
  const out = new ProtoWriter();
  for (const input of inputs) out.text(1, input);
  for (const output of outputs) out.text(2, output);
  out.text(4, op);
  for (const [name, value] of Object.entries(attributes)) out.bytes(5, writeAttribute(name, value));
  if (domain !== '') out.text(7, domain);
  return { name: '', op, domain, inputs, outputs, graphs: [], tensors: [], encoded: out.finish() };
}

function writeAttribute(name: string, value: OnnxAttribute | OnnxPart): Uint8Array {
  const out = new ProtoWriter().text(1, name);
  if (typeof value === 'bigint') return out.int64(3, value).int64(20, INT).finish();
  if (typeof value === 'number') return out.float(2, value).int64(20, FLOAT).finish();
  if (typeof value === 'string') return out.text(4, value).int64(20, STRING).finish();
  if (value instanceof Uint8Array) return out.bytes(4, value).int64(20, STRING).finish();
  if ('graph' in value) return out.bytes(6, value.graph).int64(20, GRAPH).finish();
  if ('tensor' in value) return out.bytes(5, value.tensor).int64(20, TENSOR).finish();
  for (const item of value) {
    if (typeof item === 'bigint') out.int64(8, item);
    else if (typeof item === 'number') out.float(7, item);
    else out.text(9, item);
  }
  const first = value[0];
  return out.int64(20, typeof first === 'bigint' ? INTS : typeof first === 'number' ? FLOATS : STRINGS).finish();
}
