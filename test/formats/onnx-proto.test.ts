import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeAttribute, onnxNode } from '../../src/formats/onnx-node.ts';
import { readOnnxModel, tensorValue, writeOnnxModel } from '../../src/formats/onnx-proto.ts';
import { typeName } from '../../src/formats/onnx-type.ts';
import { ProtoWriter } from '../../src/formats/protobuf.ts';
import { caught, givesDataOrModelError } from '../support/caught.ts';
import { externalConstant, floatConstant, onnxModel, oneNode } from '../support/onnx-models.ts';

const golden = join(import.meta.dirname, '../golden/models');
const names = readdirSync(golden).filter((name) => name.startsWith('onnx'));
const bytesOf = (name: string): Uint8Array => Uint8Array.from(readFileSync(join(golden, name, 'model/model.onnx')));
const withConstant = (constant: Uint8Array): Uint8Array =>
  onnxModel({ nodes: [onnxNode('Add', ['x', 'w'], ['y'])], inputs: [['x', 'float', ['n']]], outputs: [['y', 'float', ['n']]], initializers: [constant] });

describe('readOnnxModel', () => {
  it.each(names)('reads %s: inputs, outputs and operators as recorded', (name) => {
    const { graph, opsets, irVersion } = readOnnxModel(bytesOf(name), 'model.onnx');
    const recorded = JSON.parse(readFileSync(join(golden, name, 'case.json'), 'utf8'));
    expect(graph.inputs.map((input) => input.name)).toEqual(recorded.graph_inputs);
    expect(graph.outputs.map((output) => output.name)).toEqual(recorded.graph_outputs);
    expect([...new Set(graph.nodes.map((node) => node.op))].sort()).toEqual([...recorded.ops].sort());
    expect(irVersion).toBe(recorded.ir_version);
    expect(opsets.get('')).toBe(recorded.opset['ai.onnx'] ?? recorded.opset['']);
  });

  it('reads types as ONNX Runtime names them', () => {
    const { graph } = readOnnxModel(bytesOf('onnx-skl-logreg-zipmap-df'), 'model.onnx');
    expect(graph.outputs.map(({ type }) => typeName(type))).toEqual(['tensor(int64)', 'seq(map(int64,tensor(float)))']);
    const [input] = readOnnxModel(oneNode('Neg', 'float', ['batch', 3, null]), 'm').graph.inputs;
    expect(input?.type).toEqual({ kind: 'tensor', element: 1, shape: ['batch', 3, null] });
    expect(readOnnxModel(oneNode('Neg', 'float'), 'm').graph.inputs[0]?.type).toEqual({ kind: 'tensor', element: 1, shape: undefined });
  });

  it('reads where external data stands', () => {
    const { graph } = readOnnxModel(bytesOf('onnx-hand-convnet-external'), 'model.onnx');
    const external = graph.initializers.filter((tensor) => tensor.external);
    expect(external.length).toBeGreaterThan(0);
    for (const tensor of external) expect(tensor.external?.length).toBe(tensor.byteLength);
  });

  it('reads attributes and the graphs inside nodes', () => {
    const model = readOnnxModel(onnxModel({ nodes: [onnxNode('Cast', ['x'], ['y'], { to: 11n, axes: [1n, -1n], alpha: 0.5, mode: 'linear', names: ['a', 'b'], values: [1.5, 2.5] })], inputs: [['x', 'float']], outputs: [['y', 'double']] }), 'm');
    const [node] = model.graph.nodes;
    expect(['to', 'axes', 'alpha', 'mode', 'names', 'values', 'none'].map((name) => node && nodeAttribute(node, name, 'm'))).toEqual([11n, [1n, -1n], 0.5, 'linear', ['a', 'b'], [1.5, 2.5], undefined]);
  });

  it.each<[string, Uint8Array]>([
    ['an empty file', new Uint8Array(0)],
    ['a model without a graph', new ProtoWriter().int64(1, 8).finish()],
    ['a graph twice', new ProtoWriter().int64(1, 8).bytes(7, new Uint8Array(0)).bytes(7, new Uint8Array(0)).finish()],
    ['a negative dimension', withConstant(new ProtoWriter().int64(1, -1).int64(2, 1).text(8, 'w').finish())],
    ['an absurd shape', withConstant(new ProtoWriter().int64(1, 2n ** 52n).int64(1, 2n ** 52n).int64(2, 1).text(8, 'w').bytes(9, new Uint8Array(4)).finish())],
    ['more dimensions than there can be', withConstant(floatConstant('w', Array.from({ length: 65 }, () => 1), [1]))],
    ['less data than the shape says', withConstant(floatConstant('w', [3], [1, 2]))],
    ['more data than the shape says', withConstant(floatConstant('w', [1], [1, 2]))],
    ['an unknown element type', withConstant(new ProtoWriter().int64(2, 99).text(8, 'w').finish())],
    ['external data without a file', withConstant(externalConstant('w', [1], {}))],
  ])('refuses %s', (_, bytes) => {
    expect(caught(() => readOnnxModel(bytes, 'model.onnx')).code).toBe('FILE_MALFORMED');
  });

  it('refuses graphs inside graphs without end', () => {
    let graph = new Uint8Array(0);
    for (let i = 0; i < 200; i++) {
      const attribute = new ProtoWriter().text(1, 'body').bytes(6, graph).int64(20, 5).finish();
      graph = Uint8Array.from(new ProtoWriter().bytes(1, new ProtoWriter().text(4, 'If').bytes(5, attribute).finish()).finish());
    }
    expect(caught(() => readOnnxModel(new ProtoWriter().int64(1, 8).bytes(7, graph).finish(), 'm')).code).toBe('FILE_MALFORMED');
  });

  it('refuses more parts than it would hold', () => {
    const graph = new Uint8Array(2 * 2_000_001);
    for (let i = 0; i < graph.length; i += 2) graph[i] = 0x0a;
    expect(caught(() => readOnnxModel(new ProtoWriter().int64(1, 8).bytes(7, graph).finish(), 'm')).code).toBe('FILE_LIMIT_EXCEEDED');
  });
});

describe('writeOnnxModel', () => {
  it.each(names)('keeps all of %s', (name) => {
    const model = readOnnxModel(bytesOf(name), 'model.onnx'), written = writeOnnxModel(model);
    expect(written.length).toBe(bytesOf(name).length);
    expect(readOnnxModel(written, 'model.onnx')).toEqual(model);
  });

  it('keeps fields that are not known', () => {
    const extra = new ProtoWriter().text(999, 'kept').finish(), bytes = Uint8Array.from([...oneNode('Neg', 'float'), ...extra]);
    expect(writeOnnxModel(readOnnxModel(bytes, 'm')).length).toBe(bytes.length);
  });

  it('takes other nodes, inputs and outputs', () => {
    const model = readOnnxModel(oneNode('Neg', 'float', ['n']), 'm'), { graph } = model;
    const rewritten = writeOnnxModel({ ...model, graph: { ...graph, nodes: [...graph.nodes, onnxNode('Abs', ['y'], ['z'])], outputs: [tensorValue('z', 1, ['n'])] } });
    const again = readOnnxModel(rewritten, 'm').graph;
    expect(again.nodes.map(({ op, inputs, outputs }) => [op, inputs, outputs])).toEqual([['Neg', ['x'], ['y']], ['Abs', ['y'], ['z']]]);
    expect(again.outputs.map(({ name }) => name)).toEqual(['z']);
  });
});

describe('damaged models', () => {
  it.each(names)('%s gives a model or a coded error', (name) => {
    const bytes = bytesOf(name);
    for (let end = 0; end < bytes.length; end += Math.max(1, Math.floor(bytes.length / 200))) givesDataOrModelError(() => readOnnxModel(bytes.subarray(0, end), 'm'));
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
      const damaged = bytes.slice();
      for (const [at, value] of changes) damaged[at] = value;
      return givesDataOrModelError(() => {
        const model = readOnnxModel(damaged, 'm');
        for (const node of model.graph.nodes) givesDataOrModelError(() => nodeAttribute(node, 'axis', 'm'));
        readOnnxModel(writeOnnxModel(model), 'm');
      });
    }), { numRuns: 500 });
  });

  it('random bytes give a coded error', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => givesDataOrModelError(() => readOnnxModel(bytes, 'm'))), { numRuns: 2000 });
  });
});
