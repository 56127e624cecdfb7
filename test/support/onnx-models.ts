/** Small ONNX models made by hand, so that tests name the property they are about. */
import { type OnnxModel, type OnnxValueInfo, tensorValue, writeOnnxModel } from '../../src/formats/onnx-proto.ts';
import { type OnnxNode, onnxNode } from '../../src/formats/onnx-node.ts';
import type { OnnxDim } from '../../src/formats/onnx-type.ts';
import { ProtoWriter } from '../../src/formats/protobuf.ts';
import type { FlavorContext } from '../../src/flavors/_contract.ts';
import { memoryFiles } from '../../src/mlmodel/memory-files.ts';
import { Model } from '../../src/mlmodel/model.ts';

/** TensorProto.DataType. */
export const ELEMENT = { float: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, string: 8, bool: 9, float16: 10, double: 11, uint32: 12, uint64: 13, bfloat16: 16 } as const;

type Spec = readonly [name: string, element: keyof typeof ELEMENT, shape?: readonly OnnxDim[]];

export interface GraphParts {
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly Spec[];
  readonly outputs: readonly (Spec | OnnxValueInfo)[];
  /** Encoded TensorProtos. */
  readonly initializers?: readonly Uint8Array[];
  readonly opsets?: Readonly<Record<string, number>>;
}

/** The bytes of a model of operator set 17. */
export function onnxModel({ nodes, inputs, outputs, initializers = [], opsets = { '': 17 } }: GraphParts): Uint8Array {
  const info = ([name, element, shape]: Spec): OnnxValueInfo => tensorValue(name, ELEMENT[element], shape);
  const rest = [new ProtoWriter().int64(1, 8).finish(), ...Object.entries(opsets).map(([domain, version]) => new ProtoWriter().bytes(8, new ProtoWriter().text(1, domain).int64(2, version).finish()).finish())];
  const model: OnnxModel = {
    irVersion: 8, producer: '', producerVersion: '', opsets: new Map(), metadata: new Map(), functions: [], rest,
    graph: {
      name: 'g', nodes, inputs: inputs.map(info), outputs: outputs.map((output) => ('encoded' in output ? output : info(output))),
      initializers: initializers.map((encoded) => ({ name: '', element: 0, dims: [], byteLength: 0, external: undefined, encoded })),
      sparseInitializers: [], rest: [new ProtoWriter().text(2, 'g').finish()],
    },
  };
  return writeOnnxModel(model);
}

/** A model of one operator from `x` to `y`. */
export function oneNode(op: string, element: keyof typeof ELEMENT, shape?: readonly OnnxDim[]): Uint8Array {
  return onnxModel({ nodes: [onnxNode(op, ['x'], ['y'])], inputs: [['x', element, shape]], outputs: [['y', element, shape]] });
}

/** A float constant, its data in the file. */
export function floatConstant(name: string, dims: readonly number[], values: readonly number[]): Uint8Array {
  const out = new ProtoWriter();
  for (const dim of dims) out.int64(1, dim);
  return out.int64(2, 1).text(8, name).bytes(9, new Uint8Array(Float32Array.from(values).buffer)).finish();
}

/** A float constant whose data stands in another file. */
export function externalConstant(name: string, dims: readonly number[], entries: Readonly<Record<string, string>>): Uint8Array {
  const out = new ProtoWriter();
  for (const dim of dims) out.int64(1, dim);
  out.int64(2, 1).text(8, name);
  for (const [key, value] of Object.entries(entries)) out.bytes(13, new ProtoWriter().text(1, key).text(2, value).finish());
  return out.int64(14, 1).finish();
}

/** What the flavor is given for a model in memory. */
export function onnxContext(bytes: Uint8Array, options: { readonly config?: Readonly<Record<string, unknown>>; readonly files?: Readonly<Record<string, Uint8Array>> } = {}): FlavorContext {
  const config = { data: 'model.onnx', ...options.config };
  return { files: memoryFiles({ 'model.onnx': bytes, ...options.files }), config, model: new Model({ flavors: {} }) };
}
