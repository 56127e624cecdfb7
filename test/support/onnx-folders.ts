/** Model folders of small ONNX graphs, each hostile in its own way. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onnxNode } from '../../src/formats/onnx-node.ts';
import { newGraph, tensorValue } from '../../src/formats/onnx-proto.ts';
import { newTensor } from '../../src/formats/onnx-tensor.ts';
import { ProtoWriter } from '../../src/formats/protobuf.ts';
import { ELEMENT, onnxModel } from './onnx-models.ts';

const { float, int64, bool } = ELEMENT;
const MLMODEL = `flavors:
  onnx:
    data: model.onnx
    onnx_version: 1.23.2
  python_function:
    data: model.onnx
    loader_module: mlflow.onnx
mlflow_version: 3.17.2
signature:
  inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
  outputs: null
  params: null
`;

/** A folder that MLflow could have written. */
export function onnxFolder(model: Uint8Array, mlmodel: string = MLMODEL): string {
  const folder = mkdtempSync(join(tmpdir(), 'mlmodel-onnx-'));
  writeFileSync(join(folder, 'MLmodel'), mlmodel);
  writeFileSync(join(folder, 'model.onnx'), model);
  return folder;
}

const constant = (name: string, ...values: bigint[]): ReturnType<typeof onnxNode> => onnxNode('Constant', [], [name], { value: { tensor: newTensor(int64, values) } });

/** Counts to x[0]: as many steps of a loop, so that 10¹² never ends. */
export function countingModel(): Uint8Array {
  const body = newGraph('body', {
    nodes: [onnxNode('Add', ['a', 'one'], ['b']), onnxNode('Identity', ['go'], ['going'])],
    inputs: [tensorValue('i', int64, []), tensorValue('go', bool, []), tensorValue('a', int64, [1])],
    outputs: [tensorValue('going', bool, []), tensorValue('b', int64, [1])],
  });
  const nodes = [constant('one', 1n), constant('zero', 0n), onnxNode('Gather', ['x', 'zero'], ['n']), onnxNode('Loop', ['n', '', 'zero'], ['y'], { body: { graph: body } })];
  return onnxModel({ nodes, inputs: [['x', 'int64', ['n']]], outputs: [['y', 'int64', [1]]] });
}

/** Makes x[0] million floats and adds them. */
export function greedyModel(): Uint8Array {
  const nodes = [
    constant('zero', 0n), constant('million', 1_000_000n), onnxNode('Gather', ['x', 'zero'], ['n']), onnxNode('Mul', ['n', 'million'], ['size']),
    onnxNode('ConstantOfShape', ['size'], ['z']), onnxNode('ReduceSum', ['z'], ['y'], { keepdims: 0n }),
  ];
  return onnxModel({ nodes, inputs: [['x', 'int64', ['n']]], outputs: [['y', 'float', []]] });
}

/** A few bytes that are gigabytes once loaded: a sparse constant. */
export function sparseModel(elements: number): Uint8Array {
  const values = new ProtoWriter().int64(1, 1).int64(2, float).text(8, 'w').bytes(9, new Uint8Array(Float32Array.of(1).buffer)).finish();
  const sparse = new ProtoWriter().bytes(1, values).bytes(2, newTensor(int64, [5n])).int64(3, elements).finish();
  const graph = new ProtoWriter().text(2, 'g').bytes(15, sparse);
  for (const node of [onnxNode('ReduceSum', ['w'], ['s'], { keepdims: 0n }), onnxNode('Cast', ['x'], ['c'], { to: 1n }), onnxNode('Add', ['c', 's'], ['y'])]) graph.bytes(1, node.encoded);
  graph.bytes(11, tensorValue('x', int64, ['n']).encoded).bytes(12, tensorValue('y', float, ['n']).encoded);
  return new ProtoWriter().int64(1, 8).bytes(8, new ProtoWriter().text(1, '').int64(2, 17).finish()).bytes(7, graph.finish()).finish();
}
