import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { column, integerStorage, type Storage } from '../../src/data/column.ts';
import type { DType } from '../../src/data/dtype.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import type { Value } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import type { FlavorContext, Predictor } from '../../src/flavors/_contract.ts';
import onnx from '../../src/flavors/onnx.ts';
import { onnxNode } from '../../src/formats/onnx-node.ts';
import { tensorValue } from '../../src/formats/onnx-proto.ts';
import { ProtoWriter } from '../../src/formats/protobuf.ts';
import { loadModel } from '../../src/model/load.ts';
import { openDirectory } from '../../src/mlmodel/directory.ts';
import { contextOf, differences, tableOf } from '../support/corpus-models.ts';
import { ELEMENT, externalConstant, floatConstant, onnxContext, onnxModel, oneNode } from '../support/onnx-models.ts';

const golden = join(import.meta.dirname, '../golden/models');
const f32 = (shape: readonly number[], ...values: number[]): Tensor => new Tensor('float32', shape, Float32Array.from(values));

async function scorer(bytes: Uint8Array, options?: Parameters<typeof onnxContext>[1]): Promise<Predictor> {
  return onnx.load(onnxContext(bytes, options));
}

/** The ModelError of a rejected promise. */
async function refused(promise: unknown): Promise<{ code: string; status: number; message: string }> {
  return Promise.resolve(promise).then(() => { throw new Error('nothing was refused'); }, (error) => error);
}

/** Storage of recorded values in a dtype. */
function stored(dtype: DType, values: readonly unknown[]): Storage {
  if (dtype === 'int64') return integerStorage(dtype, values.map((v) => BigInt(v as number)));
  if (dtype === 'float64') return Float64Array.from(values, Number);
  if (dtype === 'str') return values as string[];
  return Float32Array.from(values, Number);
}

function inputOf(context: FlavorContext, extra: { input: unknown; input_dtypes?: Record<string, string> }): Value {
  const { input } = extra;
  if (!Array.isArray(input)) return tableOf({ input: input as never, inputDtypes: extra.input_dtypes ?? {} });
  const dtype = context.model.signature?.inputs?.tensors?.[0]?.dtype ?? 'float64', shape: number[] = [];
  for (let level: unknown = input; Array.isArray(level); level = level[0]) shape.push(level.length);
  return new Tensor(dtype, shape, stored(dtype, input.flat(shape.length)));
}

describe('recorded models', () => {
  const cases = readdirSync(golden).filter((name) => name.startsWith('onnx') && JSON.parse(readFileSync(join(golden, name, 'case.json'), 'utf8')).extra?.input);
  it('has cases', () => expect(cases.length).toBeGreaterThan(5));

  it.each(cases.filter((name) => !/zipmap|lgb-clf/.test(name)))('%s', async (name) => {
    const { extra, tolerance } = JSON.parse(readFileSync(join(golden, name, 'case.json'), 'utf8'));
    const context = await contextOf(join(golden, name), 'onnx');
    expect(await onnx.inspect(context)).toEqual({ native: true, unsupported: [] });
    const predictor = await onnx.load(context), input = inputOf(context, extra);
    expect(predictor.outputs).toEqual(Object.keys(extra.outputs));
    for (const [output, recorded] of Object.entries(extra.outputs)) {
      expect(differences(recorded, extra.dtypes[output], await predictor.predict(input, { output }), tolerance)).toEqual([]);
    }
    await predictor.close?.();
  });

  it('scores text and numbers in named tensors', async () => {
    const predictor = await onnx.load(await contextOf(join(golden, 'onnx-skl-mixed-multi-input'), 'onnx'));
    const request = readFileSync(join(golden, 'onnx-skl-mixed-multi-input/requests.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line)).find(({ status }) => status === 200);
    const body = JSON.parse(request.body).inputs as Record<string, unknown[][]>, answer = JSON.parse(request.response).predictions;
    const input = new Map(Object.entries(body).map(([name, rows]) => {
      const dtype: DType = typeof rows[0]?.[0] === 'string' ? 'str' : 'float32';
      return [name, new Tensor(dtype, [rows.length, 1], stored(dtype, rows.flat()))];
    }));
    const given = (await predictor.predict(input, {})) as Map<string, Tensor>;
    expect([...given.keys()]).toEqual(Object.keys(answer));
    for (const [name, recorded] of Object.entries(answer)) expect(differences(recorded, undefined, given.get(name) as Tensor, { abs: 1e-6, rel: 1e-6 })).toEqual([]);
  });
});

describe('element types', () => {
  const big = 2n ** 53n + 1n;
  it.each<[keyof typeof ELEMENT, Tensor]>([
    ['float', f32([2, 2], 0.5, NaN, -0, Infinity)],
    ['double', new Tensor('float64', [2, 2], new Float64Array([0.1, 1e300, -0, NaN]))],
    ['float16', new Tensor('float16', [2, 3], new Float32Array([0.0999755859375, 65504, -0, 2 ** -24, Infinity, NaN]))],
    ['int8', new Tensor('int8', [1, 2], new Int8Array([-128, 127]))],
    ['uint8', new Tensor('uint8', [1, 2], new Uint8Array([0, 255]))],
    ['int16', new Tensor('int16', [1, 2], new Int16Array([-32768, 32767]))],
    ['uint16', new Tensor('uint16', [1, 2], new Uint16Array([0, 65535]))],
    ['int32', new Tensor('int32', [1, 2], new Int32Array([-(2 ** 31), 2 ** 31 - 1]))],
    ['uint32', new Tensor('uint32', [1, 2], new Uint32Array([0, 2 ** 32 - 1]))],
    ['int64', new Tensor('int64', [1, 3], new Float64Array([1, -2, 9007199254740991]))],
    ['int64', new Tensor('int64', [1, 3], BigInt64Array.from([big, -big, 1n]))],
    ['uint64', new Tensor('uint64', [1, 2], BigUint64Array.from([2n ** 64n - 1n, 0n]))],
    ['bool', new Tensor('bool', [1, 2], new Uint8Array([1, 0]))],
    ['string', new Tensor('str', [1, 3], ['', 'é', '日本 😀'])],
  ])('%s goes in and comes out unchanged', async (element, tensor) => {
    const predictor = await scorer(oneNode('Identity', element, ['n', null]));
    const out = (await predictor.predict(tensor, { output: 'y' })) as Tensor;
    expect(out.dtype).toBe(tensor.dtype);
    expect(out.shape).toEqual(tensor.shape);
    expect([...out.values]).toEqual([...tensor.values]);
    expect(out.values.constructor).toBe(tensor.values.constructor);
    const empty = (await predictor.predict(new Tensor(tensor.dtype, [0, 3], tensor.values.slice(0, 0)), { output: 'y' })) as Tensor;
    expect([empty.dtype, empty.shape]).toEqual([tensor.dtype, [0, 3]]);
  });

  it('computes in float16', async () => {
    const predictor = await scorer(oneNode('Exp', 'float16', ['n']));
    const out = (await predictor.predict(new Tensor('float16', [3], new Float32Array([1, 1.5, -2])), { output: 'y' })) as Tensor;
    expect([...out.values]).toEqual([2.71875, 4.48046875, 0.1353759765625]);
  });

  it('writes cells of objects as Python does where the model takes text', async () => {
    const predictor = await scorer(oneNode('Identity', 'string', ['n']));
    const out = (await predictor.predict(new Tensor('object', [6], ['a', 1n, 2.5, null, true, NaN]), { output: 'y' })) as Tensor;
    expect(out.values).toEqual(['a', '1', '2.5', 'None', 'True', 'nan']);
  });

  it('makes float of double and changes no other type', async () => {
    const predictor = await scorer(oneNode('Neg', 'float', ['n', 'm']));
    const out = (await predictor.predict(new Tensor('float64', [1, 2], new Float64Array([0.1, 2])), { output: 'y' })) as Tensor;
    expect([...out.values]).toEqual([-Math.fround(0.1), -2]);
    for (const tensor of [new Tensor('int64', [1, 1], new Float64Array([1])), new Tensor('str', [1, 1], ['a']), new Tensor('float16', [1, 1], new Float32Array([1]))]) {
      expect(await refused(predictor.predict(tensor, {}))).toMatchObject({ code: 'INPUT_TYPE_MISMATCH', status: 400 });
    }
  });
});

describe('the forms of MLflow', () => {
  const sum = onnxModel({
    nodes: [onnxNode('Add', ['a', 'b'], ['s']), onnxNode('Greater', ['a', 'b'], ['g'])],
    inputs: [['a', 'float', ['n']], ['b', 'float', ['n']]], outputs: [['s', 'float', ['n']], ['g', 'bool', ['n']]],
  });

  it('gives each column to the input of its name, and answers a table', async () => {
    const predictor = await scorer(sum);
    const out = (await predictor.predict(new Table(['extra', 'b', 'a'], [column('str', ['x', 'y']), column('float32', new Float32Array([1, 2])), column('float64', new Float64Array([3, 1]))]), {})) as Table;
    expect(out.rows()).toEqual([{ s: 4, g: true }, { s: 3, g: false }]);
    expect(out.columns.map((col) => col.dtype)).toEqual(['float32', 'bool']);
  });

  it('gives a model of one input the whole table in its common dtype', async () => {
    const predictor = await scorer(oneNode('Neg', 'float', ['n', 2]));
    const out = (await predictor.predict(new Table(['a', 'b'], [column('int64', new Float64Array([1, 2])), column('float32', new Float32Array([0.5, 1.5]))]), {})) as Table;
    expect([...(out.columns[0]?.values ?? [])]).toEqual([-1, -0.5, -2, -1.5]);
    const text = await scorer(oneNode('Identity', 'string', ['n', 2]));
    const mixed = (await text.predict(new Table(['a', 'b'], [column('str', ['x', null]), column('int64', new Float64Array([1, 2]))]), {})) as Table;
    expect(mixed.columns[0]?.values).toEqual(['x', '1', 'nan', '2']);
  });

  it('answers a mapping of arrays for arrays', async () => {
    const predictor = await scorer(sum);
    const out = (await predictor.predict(new Map([['a', f32([2], 1, 2)], ['b', f32([2], 2, 1)]]), {})) as Map<string, Tensor>;
    expect([...out.keys()]).toEqual(['s', 'g']);
    expect(out.get('g')).toEqual(new Tensor('bool', [2], new Uint8Array([0, 1])));
  });

  it.each<[string, string, Value]>([
    ['an array for two inputs', 'INPUT_UNSUITABLE', f32([2], 1, 2)],
    ['a list', 'INPUT_UNSUITABLE', [1, 2]],
    ['a list in a mapping', 'INPUT_UNSUITABLE', new Map<Value, Value>([['a', [1]], ['b', [2]]])],
    ['a missing name', 'INPUT_NAMES_MISMATCH', new Map([['a', f32([1], 1)]])],
    ['an unknown name', 'INPUT_NAMES_MISMATCH', new Map([['a', f32([1], 1)], ['b', f32([1], 1)], ['c', f32([1], 1)]])],
    ['a missing column', 'INPUT_NAMES_MISMATCH', new Table(['a'], [column('float32', new Float32Array([1]))])],
    ['text', 'INPUT_TYPE_MISMATCH', new Table(['a', 'b'], [column('str', ['secret']), column('float32', new Float32Array([1]))])],
    ['a missing integer', 'INPUT_TYPE_MISMATCH', new Table(['a', 'b'], [column('int64', new Float64Array([1]), { validity: new Uint8Array([0]) }), column('float32', new Float32Array([1]))])],
    ['a wrong rank', 'INPUT_SHAPE_MISMATCH', new Map([['a', f32([1, 1], 1)], ['b', f32([1], 1)]])],
    ['lengths that do not go together', 'RUN_FAILED', new Map([['a', f32([2], 1, 2)], ['b', f32([3], 1, 2, 3)]])],
  ])('refuses %s', async (_, code, input) => {
    const error = await refused((await scorer(sum)).predict(input, {}));
    expect(error).toMatchObject({ code, status: 400 });
    expect(error.message).not.toContain('secret');
  });

  it('refuses a fixed dimension of another size', async () => {
    const predictor = await scorer(oneNode('Neg', 'float', ['n', 4]));
    expect(await refused(predictor.predict(f32([1, 3], 1, 2, 3), {}))).toMatchObject({ code: 'INPUT_SHAPE_MISMATCH', message: 'The input x of the model takes the shape [n, 4]; it was given [1, 3].' });
  });

  it('takes any shape where none is declared', async () => {
    for (const shape of [undefined, []]) {
      const predictor = await scorer(oneNode('Neg', 'float', shape));
      expect(await predictor.predict(f32([], 2), { output: 'y' })).toEqual(f32([], -2));
    }
  });

  it('refuses a table of outputs that differ in length, and gives each by name', async () => {
    const model = onnxModel({
      nodes: [onnxNode('Identity', ['x'], ['y']), onnxNode('ReduceSum', ['x'], ['s'], { keepdims: 0n })],
      inputs: [['x', 'float', ['n', 2]]], outputs: [['y', 'float', ['n', 2]], ['s', 'float', []]],
    });
    const predictor = await scorer(model), table = new Table(['a', 'b'], [column('float32', new Float32Array([1])), column('float32', new Float32Array([2]))]);
    expect(await refused(predictor.predict(table, {}))).toMatchObject({ code: 'OUTPUTS_UNEVEN', status: 400 });
    expect(await predictor.predict(table, { output: 's' })).toEqual(f32([], 3));
    expect(await refused(predictor.predict(table, { output: 'margin' }))).toMatchObject({ code: 'OUTPUT_UNKNOWN', message: 'This model has no output margin. It has: y, s.' });
  });

  it('says nothing of the values when an operator refuses them', async () => {
    const model = onnxModel({ nodes: [onnxNode('Gather', ['t', 'x'], ['y'])], inputs: [['x', 'int64', ['n']]], outputs: [['y', 'float', ['n']]], initializers: [floatConstant('t', [2], [5, 6])] });
    const error = await refused((await scorer(model)).predict(new Tensor('int64', [1], new Float64Array([7777])), {}));
    expect(error).toMatchObject({ code: 'RUN_FAILED', status: 400 });
    expect(error.message).toContain('Gather');
    expect(error.message).not.toContain('7777');
  });

  it('leaves inputs that have a constant out of what it asks for', async () => {
    const model = onnxModel({ nodes: [onnxNode('Add', ['x', 'w'], ['y'])], inputs: [['x', 'float', ['n']], ['w', 'float', [1]]], outputs: [['y', 'float', ['n']]], initializers: [floatConstant('w', [1], [10])] });
    expect(await (await scorer(model)).predict(f32([2], 1, 2), { output: 'y' })).toEqual(f32([2], 11, 12));
  });

  it('stops before the run when the caller has given up, and after close', async () => {
    const predictor = await scorer(oneNode('Neg', 'float', ['n']));
    expect(await refused(predictor.predict(f32([1], 1), { signal: AbortSignal.abort() }))).toMatchObject({ name: 'AbortError' });
    await predictor.close?.();
    expect(await refused(predictor.predict(f32([1], 1), {}))).toMatchObject({ code: 'RUN_FAILED' });
  });
});

describe('external data', () => {
  const entries = { location: 'weights.bin', offset: '4', length: '8' };
  const model = (given: Readonly<Record<string, string>> = entries, dims: readonly number[] = [2]): Uint8Array =>
    onnxModel({ nodes: [onnxNode('Add', ['x', 'w'], ['y'])], inputs: [['x', 'float', ['n']]], outputs: [['y', 'float', ['n']]], initializers: [externalConstant('w', dims, given)] });
  const weights = new Uint8Array(Float32Array.from([0, 10, 20]).buffer);

  it('is read from memory', async () => {
    const predictor = await scorer(model(), { files: { 'weights.bin': weights } });
    expect(await predictor.predict(f32([2], 1, 2), { output: 'y' })).toEqual(f32([2], 11, 22));
  });

  it('is found beside a model that stands in a folder of its own', async () => {
    const predictor = await scorer(model(), { config: { data: 'inner/model.onnx' }, files: { 'inner/model.onnx': model(), 'inner/weights.bin': weights } });
    expect(await predictor.predict(f32([2], 1, 2), { output: 'y' })).toEqual(f32([2], 11, 22));
  });

  it('is not followed out of the folder by a link', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mlmodel-'));
    try {
      writeFileSync(join(folder, 'model.onnx'), model());
      symlinkSync(join(golden, 'onnx-hand-string/case.json'), join(folder, 'weights.bin'));
      const context = { ...onnxContext(model()), files: await openDirectory(folder) };
      expect(await refused(onnx.inspect(context))).toMatchObject({ code: 'PATH_OUTSIDE_MODEL' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each<[string, string, Uint8Array]>([
    ['a missing file', 'FILE_NOT_FOUND', model({ ...entries, location: 'nowhere.bin' })],
    ['a file above the folder', 'PATH_OUTSIDE_MODEL', model({ ...entries, location: '../weights.bin' })],
    ['an absolute path', 'PATH_OUTSIDE_MODEL', model({ ...entries, location: '/etc/passwd' })],
    ['a percent-encoded path out', 'PATH_OUTSIDE_MODEL', model({ ...entries, location: '%2e%2e/weights.bin' })],
    ['no location', 'FILE_MALFORMED', model({ offset: '0' })],
    ['data past the end', 'FILE_TRUNCATED', model({ ...entries, offset: '8' })],
    ['an offset that is no number', 'FILE_MALFORMED', model({ ...entries, offset: '-4' })],
    ['less data than the shape says', 'FILE_MALFORMED', model({ ...entries, length: '4' })],
    ['an absurd shape', 'FILE_MALFORMED', model({ location: 'weights.bin' }, [2 ** 40, 2 ** 40])],
    ['a shape larger than the file', 'FILE_TRUNCATED', model({ location: 'weights.bin' }, [2 ** 40])],
  ])('refuses %s', async (_, code, bytes) => {
    expect(await refused(onnx.inspect(onnxContext(bytes, { files: { 'weights.bin': weights } })))).toMatchObject({ code });
  });
});

describe('damaged models', () => {
  it.each(['onnx-hand-f16', 'onnx-skl-mixed-multi-input', 'onnx-hand-two-in-three-out-df'])('%s gives an answer or a coded error, and the process goes on', async (name) => {
    const bytes = Uint8Array.from(readFileSync(join(golden, name, 'model/model.onnx')));
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(7)), { minLength: 1, maxLength: 3 }), async (flips) => {
      const damaged = bytes.slice();
      for (const [at, bit] of flips) damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
      try {
        await (await scorer(damaged)).close?.();
      } catch (error) {
        if (!ModelError.isInstance(error)) throw error;
      }
    }), { numRuns: 150 });
  });
});

describe('what MLmodel says', () => {
  const bytes = oneNode('Neg', 'float', ['n']);

  it('takes session options and providers', async () => {
    const config = {
      providers: [['CUDAExecutionProvider', { device_id: 0 }], 'CPUExecutionProvider'],
      onnx_session_options: { execution_mode: 'PARALLEL', graph_optimization_level: 99n, intra_op_num_threads: 1n, inter_op_num_threads: 2, extra_session_config: { 'session.intra_op.allow_spinning': '0' } },
    };
    const predictor = await scorer(bytes, { config });
    expect(await predictor.predict(f32([1], 1), { output: 'y' })).toEqual(f32([1], -1));
    expect(predictor.notes).toEqual(['The execution provider CUDAExecutionProvider is not part of onnxruntime-node here; the model is scored without it.']);
    await scorer(bytes, { config: { providers: null, onnx_session_options: null } });
    await scorer(bytes, { config: { providers: 'NoSuchProvider' } });
  });

  it.each<[string, Record<string, unknown>]>([
    ['threads', { onnx_session_options: { intra_op_num_threads: 'many' } }],
    ['too many threads', { onnx_session_options: { intra_op_num_threads: 1e9 } }],
    ['a level', { onnx_session_options: { graph_optimization_level: 7 } }],
    ['options', { onnx_session_options: 'fast' }],
    ['an entry that names files', { onnx_session_options: { extra_session_config: { 'session.model_external_initializers_file_folder_path': '/etc' } } }],
    ['an entry that is no text', { onnx_session_options: { extra_session_config: { a: {} } } }],
    ['data', { data: 5 }],
  ])('refuses %s without sense', async (_, config) => {
    expect(await refused(scorer(bytes, { config }))).toMatchObject({ code: 'FLAVOR_CONFIG_INVALID', status: 400 });
  });

  it('reads the model once', async () => {
    const context = onnxContext(bytes);
    let reads = 0;
    const files = { ...context.files, read: (path: string) => (reads++, context.files.read(path)) }, counted = { ...context, files };
    await onnx.inspect(counted);
    await onnx.load(counted);
    expect(reads).toBe(1);
  });
});

describe('what cannot be scored', () => {
  const typed = (name: string, type: ProtoWriter): ReturnType<typeof tensorValue> => ({ name, type: { kind: 'none' }, encoded: new ProtoWriter().text(1, name).bytes(2, type.finish()).finish() });
  it.each<[string, Uint8Array]>([
    ['the input x of type tensor(bfloat16)', oneNode('Identity', 'bfloat16', ['n'])],
    ['the output y of type optional(none)', onnxModel({ nodes: [onnxNode('Optional', ['x'], ['y'])], inputs: [['x', 'float', ['n']]], outputs: [typed('y', new ProtoWriter().bytes(9, new Uint8Array(0)))] })],
    ['the operator Frobnicate of the domain acme.ops', onnxModel({ nodes: [onnxNode('Frobnicate', ['x'], ['y'], {}, 'acme.ops')], inputs: [['x', 'float', ['n']]], outputs: [['y', 'float', ['n']]] })],
    ['the operator Frobnicate of the domain ai.onnx', oneNode('Frobnicate', 'float', ['n'])],
    ['a graph without inputs', onnxModel({ nodes: [onnxNode('RandomNormal', [], ['y'], { shape: [2n] })], inputs: [], outputs: [['y', 'float', [2]]] })],
  ])('%s', async (reason, bytes) => {
    const { native, unsupported } = await onnx.inspect(onnxContext(bytes));
    expect(native).toBe(false);
    expect(unsupported.some((text) => text.startsWith(reason))).toBe(true);
    expect(await refused(onnx.load(onnxContext(bytes)))).toMatchObject({ code: 'NOT_NATIVE' });
  });

  it('is left to the library in a newer operator set than is known', async () => {
    const bytes = onnxModel({ nodes: [onnxNode('Frobnicate', ['x'], ['y'])], inputs: [['x', 'float', ['n']]], outputs: [['y', 'float', ['n']]], opsets: { '': 99 } });
    expect(await onnx.inspect(onnxContext(bytes))).toEqual({ native: true, unsupported: [] });
    expect(await refused(onnx.load(onnxContext(bytes)))).toMatchObject({ code: 'MODEL_REJECTED' });
  });

  it('is named by the library where only it knows', async () => {
    const bytes = onnxModel({ nodes: [onnxNode('Frobnicate', ['x'], ['y'], {}, 'com.microsoft')], inputs: [['x', 'float', ['n']]], outputs: [['y', 'float', ['n']]], opsets: { '': 17, 'com.microsoft': 1 } });
    expect((await onnx.inspect(onnxContext(bytes))).native).toBe(true);
    const error = await refused(onnx.load(onnxContext(bytes)));
    expect(error).toMatchObject({ code: 'MODEL_REJECTED', status: 400 });
    expect(error.message).toContain('Frobnicate');
  });
});

describe('folders of MLflow 1.x', () => {
  const folder = (name: string): string => join(golden, name, 'model');

  it('say onnx_version, data and providers as these are read here', async () => {
    const context = await contextOf(join(golden, 'onnx130-hand-two-in-nosig'), 'onnx');
    expect(context.config).toMatchObject({ data: 'model.onnx', onnx_version: '1.13.1', providers: ['CUDAExecutionProvider', 'CPUExecutionProvider'] });
    expect((await onnx.load(context)).notes).toEqual([expect.stringContaining('CUDAExecutionProvider')]);
  });

  it('need no onnx_version and no providers', async () => {
    const context = await contextOf(join(golden, 'onnx130-hand-two-in-nosig'), 'onnx'), { data } = context.config as { data: string };
    expect((await onnx.load({ ...context, config: { data } })).notes).toEqual([]);
    expect((await onnx.load({ ...context, config: {} })).outputs).toEqual((await onnx.load(context)).outputs);
  });

  it('take frames and tensors', async () => {
    await using model = await loadModel(folder('onnx130-hand-two-in-nosig'));
    const frame = (await model.predict([{ a: 1.5, b: 10.5 }, { a: 2.5, b: 20.5 }])) as Table;
    const named = (await model.predict({ a: f32([2], 1.5, 2.5), b: f32([2], 10.5, 20.5) })) as Map<string, Tensor>;
    expect(frame.names).toEqual(['sum', 'prod', 'gt']);
    expect([...named].map(([name, { shape, values }]) => [name, shape, values])).toEqual(frame.columns.map(({ values }, i) => [frame.names[i], [2], values]));
    expect(frame.columns[0]?.values).toEqual(Float32Array.of(12, 23));
  });
});

describe('cells of text', () => {
  const bytes = onnxModel({ nodes: [onnxNode('Identity', ['x'], ['y'])], inputs: [['x', 'string']], outputs: [['y', 'string']] });
  it('are what str() says of an array of no dimensions', async () => {
    const cells = new Tensor('object', [3], [new Tensor('object', [], ['x']), new Tensor('float64', [], Float64Array.of(1.5)), null] as Value[]);
    expect(((await (await scorer(bytes)).predict(cells, { output: 'y' })) as Tensor).values).toEqual(['x', '1.5', 'None']);
  });
  it('are no arrays', async () => {
    expect(await refused((await scorer(bytes)).predict(new Tensor('object', [1], [f32([2], 1, 2)] as Value[]), {}))).toMatchObject({ code: 'INPUT_TYPE_MISMATCH' });
  });
});
