import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Table } from '../../src/data/table.ts';
import { column } from '../../src/data/column.ts';
import { Tensor } from '../../src/data/tensor.ts';
import type { Value } from '../../src/data/values.ts';
import { mapKeys } from '../../src/flavors/onnx-outputs.ts';
import { rewriteOutputs } from '../../src/flavors/onnx-rewrite.ts';
import onnx from '../../src/flavors/onnx.ts';
import { type OnnxNode, onnxNode } from '../../src/formats/onnx-node.ts';
import { newGraph, type OnnxValueInfo, readOnnxModel, sequenceValue, writeOnnxModel } from '../../src/formats/onnx-proto.ts';
import { newTensor } from '../../src/formats/onnx-tensor.ts';
import { ProtoWriter } from '../../src/formats/protobuf.ts';
import { givesDataOrModelError } from '../support/caught.ts';
import { ELEMENT, onnxContext, onnxModel } from '../support/onnx-models.ts';

const golden = join(import.meta.dirname, '../golden/models');
const f32 = (shape: readonly number[], ...values: number[]): Tensor => new Tensor('float32', shape, Float32Array.from(values));
const OPSETS = { '': 17, 'ai.onnx.ml': 3 };
const ML = 'ai.onnx.ml';
const { float, int64 } = ELEMENT;

/** A type that is written here and need not be understood: 4 is a sequence, 5 a map, 9 an optional. */
const typed = (name: string, ...kinds: (4 | 9)[]): OnnxValueInfo => {
  let type = new ProtoWriter().bytes(1, new ProtoWriter().int64(1, float).finish()).finish();
  for (const kind of kinds.reverse()) type = new ProtoWriter().bytes(kind, new ProtoWriter().bytes(1, type).finish()).finish();
  return { name, type: { kind: 'none' }, encoded: new ProtoWriter().text(1, name).bytes(2, type).finish() };
};
const mapsType = (name: string, key: number): OnnxValueInfo => {
  const tensor = new ProtoWriter().bytes(1, new ProtoWriter().int64(1, float).finish()).finish(), map = new ProtoWriter().bytes(5, new ProtoWriter().int64(1, key).bytes(2, tensor).finish()).finish();
  return { name, type: { kind: 'none' }, encoded: new ProtoWriter().text(1, name).bytes(2, new ProtoWriter().bytes(4, new ProtoWriter().bytes(1, map).finish()).finish()).finish() };
};
type Attributes = Parameters<typeof onnxNode>[3];
const zipMap = (attributes: Attributes, input = 'x'): OnnxNode => onnxNode('ZipMap', [input], ['z'], attributes, ML);
const zipped = (attributes: Attributes, output: OnnxValueInfo = mapsType('z', int64), nodes: readonly OnnxNode[] = []): Uint8Array =>
  onnxModel({ nodes: [...nodes, zipMap(attributes)], inputs: [['x', 'float']], outputs: [output], opsets: OPSETS });

async function answer(bytes: Uint8Array, input: Value, output?: string): Promise<Value> {
  const context = onnxContext(bytes);
  expect((await onnx.inspect(context)).unsupported).toEqual([]);
  const predictor = await onnx.load(context);
  try {
    return (await predictor.predict(input, output === undefined ? {} : { output })) as Value;
  } finally {
    await predictor.close?.();
  }
}
const lacks = async (bytes: Uint8Array): Promise<readonly string[]> => (await onnx.inspect(onnxContext(bytes))).unsupported;

describe('ZipMap', () => {
  it('gives dicts in the order of their keys, the last of equal ones', async () => {
    const found = (await answer(zipped({ classlabels_int64s: [5n, -1n, 3n, 5n] }), f32([2, 4], 1, 2, 3, 4, 0.1, NaN, -0, Infinity), 'z')) as Map<Value, Value>[];
    expect(found.map((map) => [...map])).toEqual([[[-1n, 2], [3n, 3], [5n, 4]], [[-1n, NaN], [3n, -0], [5n, Infinity]]]);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['by code points, not by units of UTF-16', ['\u{1f600}', '￿', 'b', 'a'], ['a', 'b', '￿', '\u{1f600}']],
    ['a beginning before the whole', ['ab', '', 'a', 'abc'], ['', 'a', 'ab', 'abc']],
  ])('orders text %s', (_, labels, ordered) => {
    expect(mapKeys(labels).map(({ key }) => key)).toEqual(ordered);
  });

  it('orders as UTF-8 does', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'grapheme' })), (labels) => {
      const keys = mapKeys(labels).map(({ key }) => String(key));
      expect(keys).toEqual([...new Set(labels)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    }), { numRuns: 500 });
  });

  it('takes a vector for one row, and no rows', async () => {
    const bytes = zipped({ classlabels_strings: ['a', 'b'] }, mapsType('z', ELEMENT.string));
    expect(await answer(bytes, f32([2], 1, 2), 'z')).toEqual([new Map([['a', 1], ['b', 2]])]);
    expect(await answer(bytes, f32([0, 2]), 'z')).toEqual([]);
  });

  it.each<[string, Tensor]>([['more columns than labels', f32([1, 3], 1, 2, 3)], ['three dimensions', f32([1, 1, 2], 1, 2)]])('refuses %s when it runs', async (_, input) => {
    const predictor = await onnx.load(onnxContext(zipped({ classlabels_int64s: [0n, 1n] })));
    await expect(predictor.predict(input, {})).rejects.toMatchObject({ code: 'RUN_FAILED', status: 400 });
  });

  it('may leave its type to be inferred, and stand more than once', async () => {
    const nodes = [zipMap({ classlabels_int64s: [0n, 1n] }), onnxNode('Neg', ['x'], ['n']), onnxNode('ZipMap', ['n'], ['w'], { classlabels_strings: ['p', 'q'] }, ML)];
    const untyped = { name: 'z', type: { kind: 'none' as const }, encoded: new ProtoWriter().text(1, 'z').finish() };
    const bytes = onnxModel({ nodes, inputs: [['x', 'float']], outputs: [untyped, mapsType('w', ELEMENT.string), ['n', 'float']], opsets: OPSETS });
    const found = (await answer(bytes, f32([1, 2], 1, 2))) as Map<Value, Value>;
    expect([...found.keys()]).toEqual(['z', 'w', 'n']);
    expect([found.get('z'), found.get('w')]).toEqual([[new Map([[0n, 1], [1n, 2]])], [new Map([['p', -1], ['q', -2]])]]);
  });

  it('gives dicts in the cells of a table', async () => {
    const nodes = [onnxNode('ArgMax', ['x'], ['label'], { axis: 1n, keepdims: 0n }), zipMap({ classlabels_int64s: [0n, 1n] })];
    const bytes = onnxModel({ nodes, inputs: [['x', 'float', ['n', 2]]], outputs: [['label', 'int64'], mapsType('z', int64)], opsets: OPSETS });
    const table = (await answer(bytes, new Table(['a', 'b'], [column('float64', Float64Array.of(1, 5)), column('float64', Float64Array.of(3, 2))]))) as Table;
    expect(table.names).toEqual(['label', 'z']);
    expect(table.columns[1]).toMatchObject({ dtype: 'object', values: [new Map([[0n, 1], [1n, 3]]), new Map([[0n, 5], [1n, 2]])] });
  });

  it.each<[string, Uint8Array]>([
    ['labels of both kinds', zipped({ classlabels_int64s: [0n], classlabels_strings: ['a'] })],
    ['no labels', zipped({})],
    ['two makers', zipped({ classlabels_int64s: [0n] }, mapsType('z', int64), [onnxNode('Identity', ['x'], ['z'])])],
    ['no maker', onnxModel({ nodes: [], inputs: [['x', 'float']], outputs: [mapsType('z', int64)], opsets: OPSETS })],
    ['another maker', onnxModel({ nodes: [onnxNode('Identity', ['x'], ['z'])], inputs: [['x', 'float']], outputs: [mapsType('z', int64)], opsets: OPSETS })],
  ])('is refused by name with %s', async (_, bytes) => {
    expect(await lacks(bytes)).toEqual([expect.stringMatching(/^the output z of type seq\(map\(int64,tensor\(float\)\)\)/)]);
  });

  it('is refused where the model brings an operator of that name', async () => {
    const own = new ProtoWriter().text(1, 'ZipMap').text(10, ML).bytes(7, onnxNode('Identity', ['a'], ['b']).encoded).finish();
    expect(await lacks(Uint8Array.from([...zipped({ classlabels_int64s: [0n] }), ...new ProtoWriter().bytes(25, own).finish()]))).toHaveLength(1);
  });

  it('is refused by the library over doubles, as in Python', async () => {
    const bytes = onnxModel({ nodes: [zipMap({ classlabels_int64s: [0n] })], inputs: [['x', 'double']], outputs: [mapsType('z', int64)], opsets: OPSETS });
    await expect(onnx.load(onnxContext(bytes))).rejects.toMatchObject({ code: 'MODEL_REJECTED' });
  });
});

describe('sequences', () => {
  it('come back as they were made, of any shapes', async () => {
    const shape = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });
    await fc.assert(fc.asyncProperty(fc.array(shape, { minLength: 1, maxLength: 5 }), async (shapes) => {
      const constants = shapes.map((dims, i) => {
        const out = new ProtoWriter();
        for (const dim of dims) out.int64(1, dim);
        const values = Float32Array.from({ length: dims.reduce((n, d) => n * d, 1) }, (_, k) => 100 * i + k);
        return { dims, values, encoded: out.int64(2, float).text(8, `c${i}`).bytes(9, new Uint8Array(values.buffer)).finish() };
      });
      const nodes = [onnxNode('SequenceConstruct', ['x', ...constants.map((_, i) => `c${i}`)], ['s'])];
      const bytes = onnxModel({ nodes, inputs: [['x', 'float']], outputs: [sequenceValue('s', float)], initializers: constants.map(({ encoded }) => encoded) });
      expect(await answer(bytes, f32([1], 7), 's')).toEqual([f32([1], 7), ...constants.map(({ dims, values }) => new Tensor('float32', dims, values))]);
    }), { numRuns: 25 });
  });

  it('of no tensors are empty lists', async () => {
    const bytes = onnxModel({ nodes: [onnxNode('SequenceEmpty', [], ['s'], { dtype: 8n }), onnxNode('Neg', ['x'], ['y'])], inputs: [['x', 'float']], outputs: [sequenceValue('s', 8), ['y', 'float']] });
    expect(await answer(bytes, f32([1], 7), 's')).toEqual([]);
  });

  it('may have names that ours would have', async () => {
    const nodes = [onnxNode('Neg', ['x'], ['mlmodel0_0']), onnxNode('Abs', ['x'], ['mlmodel1_3']), onnxNode('SequenceConstruct', ['mlmodel0_0', 'mlmodel1_3'], ['mlmodel3_'])];
    expect(await answer(onnxModel({ nodes, inputs: [['x', 'float']], outputs: [sequenceValue('mlmodel3_', float)] }), f32([1], 7), 'mlmodel3_')).toEqual([f32([1], -7), f32([1], 7)]);
  });

  it('of unlike tensors make no column', async () => {
    const nodes = [onnxNode('ReduceSum', ['x'], ['s'], { keepdims: 0n }), onnxNode('SequenceConstruct', ['x', 's'], ['q'])];
    const predictor = await onnx.load(onnxContext(onnxModel({ nodes, inputs: [['x', 'float']], outputs: [sequenceValue('q', float)] })));
    await expect(predictor.predict(new Table(['a', 'b'], [column('float64', Float64Array.of(1)), column('float64', Float64Array.of(2))]), {})).rejects.toMatchObject({ code: 'OUTPUTS_UNEVEN', data: { outputs: ['q'], lengths: [2, 1] } });
  });

  it.each<[string, Uint8Array]>([
    ['the output s of type seq(tensor(bfloat16)) (operator SequenceConstruct)', onnxModel({ nodes: [onnxNode('SequenceConstruct', ['x'], ['s'])], inputs: [['x', 'float']], outputs: [sequenceValue('s', 16)] })],
    ['the output s of type seq(seq(tensor(float))) (operator SequenceConstruct)', onnxModel({ nodes: [onnxNode('SequenceConstruct', ['x'], ['s'])], inputs: [['x', 'float']], outputs: [typed('s', 4, 4)] })],
    ['the output s of type seq(tensor(float)) (operator SequenceConstruct)', onnxModel({ nodes: [onnxNode('SequenceConstruct', ['x'], ['s'])], inputs: [['x', 'float']], outputs: [sequenceValue('s', float)], opsets: { '': 10 } })],
    ['the output s of type optional(optional(tensor(float))) (operator Optional)', onnxModel({ nodes: [onnxNode('Optional', ['x'], ['s'])], inputs: [['x', 'float']], outputs: [typed('s', 9, 9)] })],
  ])('refuses %s', async (expected, bytes) => {
    expect(await lacks(bytes)).toEqual([expected]);
  });

  it('refuses sequences, maps and optional values as inputs by name', async () => {
    const taking = (input: OnnxValueInfo): Uint8Array => {
      const model = readOnnxModel(onnxModel({ nodes: [onnxNode('Identity', ['x'], ['y'])], inputs: [['x', 'float']], outputs: [['y', 'float']] }), 'm');
      return writeOnnxModel({ ...model, graph: { ...model.graph, inputs: [input] } });
    };
    expect(await lacks(taking(typed('x', 4)))).toEqual(['the input x of type seq(tensor(float))']);
    expect(await lacks(taking(typed('x', 9)))).toEqual(['the input x of type optional(tensor(float))']);
    expect(await lacks(taking(mapsType('x', int64)))).toEqual(['the input x of type seq(map(int64,tensor(float)))']);
  });
});

describe('optional values', () => {
  const chosen = (output: OnnxValueInfo): Uint8Array => {
    const some = newGraph('some', { nodes: [onnxNode('Optional', ['x'], ['a'])], outputs: [typed('a', 9)] });
    const type = new ProtoWriter().bytes(1, new ProtoWriter().int64(1, float).finish()).finish();
    const attribute = new ProtoWriter().text(1, 'type').bytes(14, type).int64(20, 13).finish(), plain = onnxNode('Optional', [], ['b']);
    const none = newGraph('none', { nodes: [{ ...plain, encoded: Uint8Array.from([...plain.encoded, ...new ProtoWriter().bytes(5, attribute).finish()]) }], outputs: [typed('b', 9)] });
    const zero = onnxNode('Constant', [], ['zero'], { value: { tensor: newTensor(float, []) } });
    const nodes = [zero, onnxNode('ReduceMax', ['x'], ['m'], { keepdims: 0n }), onnxNode('Cast', ['m'], ['go'], { to: 9n }), onnxNode('If', ['go'], ['o'], { then_branch: { graph: some }, else_branch: { graph: none } })];
    return onnxModel({ nodes, inputs: [['x', 'float']], outputs: [output] });
  };
  it('are the value or None', async () => {
    expect(await answer(chosen(typed('o', 9)), f32([2], 1, 2), 'o')).toEqual(f32([2], 1, 2));
    expect(await answer(chosen(typed('o', 9)), f32([2], 0, 0), 'o')).toBe(null);
  });

  it('are one cell of None in a table', async () => {
    const table = (await answer(chosen(typed('o', 9)), new Table(['a'], [column('float64', Float64Array.of(0))]))) as Table;
    expect(table.columns.map(({ dtype, values }) => [dtype, values])).toEqual([['object', [null]]]);
  });
});

describe('hostile graphs', () => {
  it('that go in circles are the library\'s to refuse', async () => {
    const nodes = [onnxNode('SequenceInsert', ['s', 'x'], ['s'])];
    await expect(onnx.load(onnxContext(onnxModel({ nodes, inputs: [['x', 'float']], outputs: [sequenceValue('s', float)] })))).rejects.toMatchObject({ code: 'MODEL_REJECTED' });
    const circle = [onnxNode('Identity', ['b'], ['a']), onnxNode('Identity', ['a'], ['b']), onnxNode('ZipMap', ['a'], ['z'], { classlabels_int64s: [1n] }, ML)];
    await expect(onnx.load(onnxContext(onnxModel({ nodes: circle, inputs: [['x', 'float']], outputs: [mapsType('z', int64)], opsets: OPSETS })))).rejects.toMatchObject({ code: 'MODEL_REJECTED' });
  });

  it('with very many labels, nodes and outputs are read in linear time', () => {
    const labels = Array.from({ length: 200_000 }, (_, i) => BigInt(i)), start = performance.now();
    expect(rewriteOutputs(readOnnxModel(zipped({ classlabels_int64s: labels }), 'm'), 'm').left).toEqual([]);
    const many = Array.from({ length: 5000 }, (_, i) => i), nodes = many.map((i) => onnxNode('SequenceConstruct', ['x'], [`s${i}`]));
    const rewritten = rewriteOutputs(readOnnxModel(onnxModel({ nodes, inputs: [['x', 'float']], outputs: many.map((i) => sequenceValue(`s${i}`, float)) }), 'm'), 'm');
    expect(rewritten.model.graph.outputs.length).toBe(15_000);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  const names = ['onnx-skl-logreg-zipmap-df', 'onnx-drawn-zipmap-str-utf8-t', 'onnx-drawn-seq-if-t', 'onnx-drawn-opt-seq-df', 'onnx-drawn-zipmap-several-even-df'];
  it.each(names)('%s damaged is rewritten to a readable model or refused by a code', (name) => {
    const bytes = Uint8Array.from(readFileSync(join(golden, name, 'model/model.onnx')));
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
      const damaged = bytes.slice();
      for (const [at, value] of changes) damaged[at] = value;
      return givesDataOrModelError(() => {
        const { model, outputs, left } = rewriteOutputs(readOnnxModel(damaged, 'm'), 'm'), again = readOnnxModel(writeOnnxModel(model), 'm');
        expect(again.graph.outputs.length).toBeGreaterThanOrEqual(outputs.length - left.length > 0 ? 1 : 0);
      });
    }), { numRuns: 600 });
  });

  it('damaged ones that load answer or are refused by a code', async () => {
    const bytes = Uint8Array.from(readFileSync(join(golden, 'onnx-drawn-zipmap-several-even-df/model/model.onnx')));
    await fc.assert(fc.asyncProperty(fc.tuple(fc.nat(bytes.length - 1), fc.nat(7)), async ([at, bit]) => {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
      try {
        const predictor = await onnx.load(onnxContext(damaged));
        await predictor.predict(f32([2, 3], 1, 2, 3, 4, 5, 6), {});
        await predictor.close?.();
      } catch (error) {
        if ((error as { name?: string }).name !== 'ModelError') throw error;
      }
    }), { numRuns: 150 });
  });
});
