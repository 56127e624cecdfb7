/**
 * Reads and rewrites ONNX models (ModelProto of onnx.proto, github.com/onnx/onnx). A part keeps the bytes it was read from,
 * and what is not known here is kept too, so an unchanged part is written as it came.
 *
 * ModelProto: ir_version = 1, producer_name = 2, producer_version = 3, domain = 4, model_version = 5, graph = 7,
 * opset_import = 8, metadata_props = 14, training_info = 20, functions = 25.
 * GraphProto: node = 1, name = 2, initializer = 5, input = 11, output = 12, value_info = 13, sparse_initializer = 15.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { type OnnxNode, readNode } from './onnx-node.ts';
import { type OnnxTensor, readEntry, readTensor } from './onnx-tensor.ts';
import { type OnnxDim, type OnnxType, readType, sequenceType, tensorType } from './onnx-type.ts';
import { ProtoReader, ProtoWriter } from './protobuf.ts';

/** A named input or output of a graph; `encoded` is its ValueInfoProto. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly type: OnnxType;
  readonly encoded: Uint8Array;
}

/** A constant of a graph with its TensorProto. */
export interface OnnxInitializer extends OnnxTensor {
  readonly encoded: Uint8Array;
}

/** A graph. To rewrite it, copy it with other nodes, inputs, outputs or initializers. */
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly initializers: readonly OnnxInitializer[];
  /** Names of sparse constants. */
  readonly sparseInitializers: readonly string[];
  /** Every other field, as it stands in the file. */
  readonly rest: readonly Uint8Array[];
}

/** A function that a model brings along. */
export interface OnnxFunction {
  readonly name: string;
  readonly domain: string;
  readonly nodes: readonly OnnxNode[];
}

/** A model. */
export interface OnnxModel {
  readonly irVersion: number;
  readonly producer: string;
  readonly producerVersion: string;
  /** Operator set domain ("" is ai.onnx) → version. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly functions: readonly OnnxFunction[];
  readonly graph: OnnxGraph;
  /** Every field but the graph, as it stands in the file. */
  readonly rest: readonly Uint8Array[];
}

/** Parts (nodes, constants, values) of one model at most: each becomes an object here. */
const MAX_PARTS = 2_000_000;

/** Counts the parts of a model. */
export interface PartCounter {
  count(): void;
}

/**
 * Reads a model.
 * @param file its name, for messages
 * @throws ModelError FILE_TRUNCATED, FILE_MALFORMED, FILE_LIMIT_EXCEEDED
 * @example
 * ```ts
 * const { graph } = readOnnxModel(bytes, 'model.onnx');
 * graph.inputs.map(({ name, type }) => `${name}: ${typeName(type)}`);
 * ```
 */
export function readOnnxModel(bytes: Uint8Array, file: string): OnnxModel {
  const message: ProtoReader = ProtoReader.over(bytes, { file, format: 'ONNX' });
  let parts = 0;
  const counter: PartCounter = {
    count() {
      if (++parts > MAX_PARTS) throw new ModelError('FILE_LIMIT_EXCEEDED', { file, what: 'the number of nodes, values and constants', value: parts, limit: MAX_PARTS });
    },
  };
  let irVersion = 0, producer = '', producerVersion = '', graph: OnnxGraph | undefined;
  const opsets = new Map<string, number>(), metadata = new Map<string, string>(), functions: OnnxFunction[] = [], rest: Uint8Array[] = [];
  while (message.next()) {
    switch (message.field) {
      case 1: irVersion = message.integer(); break;
      case 2: producer = message.text(); break;
      case 3: producerVersion = message.text(); break;
      case 7:
        if (graph) message.fail('the model has two graphs');
        graph = readGraph(message.message(), counter);
        continue;
      case 8: readOpset(message.message(), opsets); break;
      case 14: readEntry(message.message(), metadata); break;
      case 25:
        counter.count();
        functions.push(readFunction(message.message(), counter));
        break;
      default: counter.count();
    }
    rest.push(message.raw());
  }
  if (!graph) message.fail('the model has no graph');
  if (irVersion < 1) message.fail(`the version of the format is ${irVersion}`);
  return { irVersion, producer, producerVersion, opsets, metadata, functions, graph, rest };
}

/** The bytes of a model. */
export function writeOnnxModel(model: OnnxModel): Uint8Array {
  const out = new ProtoWriter();
  for (const field of model.rest) out.raw(field);
  return out.bytes(7, writeGraph(model.graph)).finish();
}

/** GraphProto; also the bodies of If, Loop and Scan. */
function readGraph(message: ProtoReader, counter: PartCounter): OnnxGraph {
  let name = '';
  const nodes: OnnxNode[] = [], inputs: OnnxValueInfo[] = [], outputs: OnnxValueInfo[] = [], initializers: OnnxInitializer[] = [];
  const sparseInitializers: string[] = [], rest: Uint8Array[] = [];
  while (message.next()) {
    counter.count();
    switch (message.field) {
      case 1: nodes.push(readNode(message.message(), contentOf(message.raw()), counter, readGraph)); continue;
      case 5: {
        const tensor = readTensor(message.message());
        initializers.push({ ...tensor, encoded: contentOf(message.raw()) });
        continue;
      }
      case 11: inputs.push(readValueInfo(message)); continue;
      case 12: outputs.push(readValueInfo(message)); continue;
      case 2: name = message.text(); break;
      case 15: sparseInitializers.push(readSparse(message.message())); break;
    }
    rest.push(message.raw());
  }
  return { name, nodes, inputs, outputs, initializers, sparseInitializers, rest };
}

/** The bytes of a new graph without constants: the body of a node. */
export function newGraph(name: string, { nodes, inputs = [], outputs }: { readonly nodes: readonly OnnxNode[]; readonly inputs?: readonly OnnxValueInfo[]; readonly outputs: readonly OnnxValueInfo[] }): Uint8Array {
  return writeGraph({ name, nodes, inputs, outputs, initializers: [], sparseInitializers: [], rest: [new ProtoWriter().text(2, name).finish()] });
}

function writeGraph(graph: OnnxGraph): Uint8Array {
  const out = new ProtoWriter();
  for (const node of graph.nodes) out.bytes(1, node.encoded);
  for (const initializer of graph.initializers) out.bytes(5, initializer.encoded);
  for (const input of graph.inputs) out.bytes(11, input.encoded);
  for (const output of graph.outputs) out.bytes(12, output.encoded);
  for (const field of graph.rest) out.raw(field);
  return out.finish();
}

/** A graph input or output that is a tensor. */
export function tensorValue(name: string, element: number, shape: readonly OnnxDim[] | undefined): OnnxValueInfo {
  return { name, type: { kind: 'tensor', element, shape }, encoded: writeValueInfo(name, tensorType(element, shape)) };
}

/** A graph input or output that is a sequence of tensors of any shape. */
export function sequenceValue(name: string, element: number): OnnxValueInfo {
  return { name, type: { kind: 'sequence', item: { kind: 'tensor', element, shape: undefined } }, encoded: writeValueInfo(name, sequenceType(element)) };
}

function writeValueInfo(name: string, type: Uint8Array): Uint8Array {
  return new ProtoWriter().text(1, name).bytes(2, type).finish();
}

/** The value of a length-delimited field that {@link ProtoReader.raw} gave: what follows its tag and length. */
function contentOf(field: Uint8Array): Uint8Array {
  let at = 0;
  for (let varints = 0; varints < 2; at++) if ((field[at] ?? 0) < 0x80) varints++;
  return field.subarray(at);
}

/** ValueInfoProto: name = 1, type = 2. */
function readValueInfo(parent: ProtoReader): OnnxValueInfo {
  const message = parent.message();
  let name = '', type: OnnxType | undefined;
  while (message.next()) {
    if (message.field === 1) name = message.text();
    else if (message.field === 2) {
      if (type) message.fail('a type is given twice');
      type = readType(message.message());
    }
  }
  return { name, type: type ?? { kind: 'none' }, encoded: contentOf(parent.raw()) };
}

/** OperatorSetIdProto: domain = 1, version = 2. */
function readOpset(message: ProtoReader, into: Map<string, number>): void {
  let domain = '', version = 0;
  while (message.next()) {
    if (message.field === 1) domain = message.text();
    else if (message.field === 2) version = message.integer();
  }
  into.set(domain === 'ai.onnx' ? '' : domain, version);
}

/** SparseTensorProto: values = 1, indices = 2. */
function readSparse(message: ProtoReader): string {
  let name = '';
  while (message.next()) {
    if (message.field === 1) name = readTensor(message.message()).name;
    else if (message.field === 2) readTensor(message.message());
  }
  return name;
}

/** FunctionProto: name = 1, node = 7, domain = 10. */
function readFunction(message: ProtoReader, counter: PartCounter): OnnxFunction {
  let name = '', domain = '';
  const nodes: OnnxNode[] = [];
  while (message.next()) {
    counter.count();
    if (message.field === 1) name = message.text();
    else if (message.field === 10) domain = message.text();
    else if (message.field === 7) nodes.push(readNode(message.message(), contentOf(message.raw()), counter, readGraph));
  }
  return { name, domain, nodes };
}
