import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/errors/model-error.ts';
import { openDirectory } from '../../src/mlmodel/directory.ts';
import { memoryFiles } from '../../src/mlmodel/memory-files.ts';
import { Model } from '../../src/mlmodel/model.ts';
import { readModel } from '../../src/mlmodel/read.ts';
import { parseYaml } from '../../src/mlmodel/yaml.ts';
import { ColSpec } from '../../src/schema/col-spec.ts';
import { Schema } from '../../src/schema/schema.ts';
import { ModelSignature } from '../../src/schema/signature.ts';

const folder = new URL('../golden/mlmodel/', import.meta.url);
const golden = readdirSync(folder).filter((name) => name.endsWith('.yaml')).map((name) => [name.slice(0, -5), readFileSync(new URL(name, folder), 'utf8')] as const);
const text = (name: string): string => golden.find(([n]) => n === name)?.[1] ?? '';

describe('MLmodel files', () => {
  it('are there', () => expect(golden.length).toBeGreaterThan(30));

  it.each(golden)('%s keeps its meaning on a round trip', (name, original) => {
    const written = Model.parse(original).toYaml();
    expect(parseYaml(written)).toEqual(parseYaml(original));
    expect(Model.parse(written).toYaml()).toBe(written);
    // What MLflow itself wrote comes out to the byte; the R package and people do not sort.
    if (!/^(?:hand|rcrate)-/.test(name)) expect(written).toBe(original);
  });

  it('gives every field of hand-every-key as a plain value', () => {
    const model = Model.parse(text('hand-every-key'));
    expect(model.flavors['other']).toEqual({
      code: null, data: 'model', env: { conda: 'conda.yaml', virtualenv: 'python_env.yaml' }, loader_module: 'mlflow.sklearn', python_version: '3.11.7',
      ratio: 1, big: 123456789012345678901234567890n, octal: 511, switch: true, text: '1.0',
    });
    expect({ ...model.metadata }).toEqual({ threshold: 0.5, nested: { list: [1, 2, null, true], when: '2024-04-10' }, Größe: '\0\u2028 text\n' });
    expect(model).toMatchObject({
      artifactPath: 'model', databricksRuntime: '14.3.x-cpu-ml-scala2.12', envVars: ['OPENAI_API_KEY'], isSignatureFromTypeHint: false, typeHintFromExample: false,
      mlflowVersion: '3.1.0', modelId: 'm-0123456789abcdef', modelUuid: '5f1d2c3b4a5968778695a4b3c2d1e0f1', prompts: ['prompts:/greeting/1'], runId: 'dreamy_key_t3b7fvy1ct',
      utcTimeCreated: '2024-04-10 02:20:44.242248', resources: { api_version: '1', databricks: { serving_endpoint: [{ name: 'llm' }] } },
      authPolicy: { user_auth_policy: { api_scopes: ['serving'] } }, savedInputExampleInfo: { artifact_path: 'input_example.json', type: 'dataframe' },
    });
    expect(model.signature?.inputs?.toString()).toBe("['x': double (required)]");
    expect(model.toJSON()).toHaveProperty('unknown_key', ['kept', { as: 'it', is: 1000 }]);
    expect(model.toYaml()).toContain('  other:\n    big: 123456789012345678901234567890\n');
    expect(model.toYaml()).toContain('    ratio: 1.0\n');
    expect(model.toYaml()).toContain('model_size_bytes: 9007199254740993\n');
  });

  it('reads the oldest form and keeps its bare timestamp', () => {
    const model = Model.parse(text('hand-oldest'));
    expect(model.utcTimeCreated).toBe('2018-05-25T17:28:53.35');
    expect(model.flavors).toEqual({ sklearn: { sklearn_version: '0.19.1', pickled_model: 'model.pkl' }, python_function: { loader_module: 'mlflow.sklearn' } });
    expect(model.signature).toBeUndefined();
    model.metadata = { checked: true };
    expect(model.toYaml()).toMatch(/\ntime_created: 2018-05-25T17:28:53\.35\n$/);
  });

  it.each([
    ['artifact_path: 12\nflavors: {}', 'artifactPath', '12'],
    ['run_id: 12345e12\nflavors: {}', 'runId', '12345e12'],
    ['flavors: {}\nmlflow_version: 1.3', 'mlflowVersion', '1.3'],
    ['flavors: {}\ninput_example: input_example.json', 'savedInputExampleInfo', { artifact_path: 'input_example.json' }],
    ['flavors: {}\nprompts: null', 'prompts', undefined],
  ])('%j has %s %j', (yaml, field, value) => {
    expect(Model.parse(yaml)[field as keyof Model]).toEqual(value);
  });
});

describe('tensors as the documents print them', () => {
  const yaml = `flavors: {}\nsignature: {inputs: '[{"name": "images", "dtype": "uint8", "shape": [-1, 28, 28, 1]}]', outputs: '[{"shape": [-1, 10], "dtype": "float32"}]'}\n`;
  it.each(['safe', 'strict'] as const)('are read in mode %s and never written', (enforcement) => {
    const model = Model.parse(yaml, { enforcement });
    expect(model.signature?.toString()).toContain("'images': Tensor('uint8', (-1, 28, 28, 1))");
    expect(model.toYaml()).toContain('{"name": "images", "type": "tensor", "tensor-spec": {"dtype": "uint8"');
    expect(Model.parse(model.toYaml(), { enforcement: 'mlflow' }).signature?.toDict()).toEqual(model.signature?.toDict());
  });
  it('are refused in mode mlflow', () => expect(() => Model.parse(yaml, { enforcement: 'mlflow' })).toThrow(ModelError));
});

describe('changing a model', () => {
  it('adds flavors, sets and drops fields, and leaves the rest as it was', () => {
    const model = Model.parse(text('hand-every-key')).addFlavor('xgboost', { data: 'model.xgb', rounds: 3, rate: 0.5, tags: ['a'], none: undefined });
    model.metadata = { owner: 'cellar' };
    model.runId = undefined;
    model.signature = new ModelSignature({ inputs: new Schema([new ColSpec('double', 'sepal length (cm)')]), outputs: new Schema([new ColSpec('long')]) });
    const again = Model.parse(model.toYaml());
    expect(again.flavors['xgboost']).toEqual({ data: 'model.xgb', rounds: 3, rate: 0.5, tags: ['a'] });
    expect({ ...again.metadata }).toEqual({ owner: 'cellar' });
    expect(again.runId).toBeUndefined();
    expect(again.signature?.toDict()).toEqual(model.signature?.toDict());
    expect(again.toJSON()).toHaveProperty('unknown_key');
  });

  it('hands out frozen values, so a change that would be lost fails', () => {
    const model = Model.parse(text('hand-every-key'));
    expect(() => { (model.metadata as Record<string, unknown>)['threshold'] = 1; }).toThrow(TypeError);
    expect(() => { (model.flavors['other'] as Record<string, unknown>)['data'] = 'x'; }).toThrow(TypeError);
  });

  it('refuses what YAML has no form for, naming the key', () => {
    for (const bad of [() => 1, new Date(0), Symbol('x')]) {
      expect(() => new Model({ flavors: { mine: { bad } } })).toThrow(/flavors\.mine holds a (function|Date|symbol)/);
    }
  });

  it('makes a new file', () => {
    const model = new Model({ flavors: { mine: { data: 'x' } }, utcTimeCreated: '2026-01-01 00:00:00.000000', mlflowVersion: '3.17.2', modelSizeBytes: 12 });
    expect(model.toYaml()).toBe("flavors:\n  mine:\n    data: x\nmlflow_version: 3.17.2\nmodel_size_bytes: 12\nutc_time_created: '2026-01-01 00:00:00.000000'\n");
  });
});

describe('bad MLmodel files', () => {
  it.each([
    ['', 'not a mapping'], ['- a', 'not a mapping'], ['text', 'not a mapping'], ['1: a\nflavors: {}', 'a key at the top is not text'],
    ['run_id: x', 'the key flavors is missing'], ['flavors:', 'the key flavors is not a mapping'], ['flavors: [a]', 'the key flavors is not a mapping'],
    ['flavors: {sklearn: model.pkl}', 'flavors.sklearn is not a mapping'], ['flavors: {1: {}}', 'a name that is not text'], ['flavors: {a: {1: b}}', 'a key of flavors.a is not text'],
    ['flavors: {}\nsignature: text', 'the key signature is not a mapping'], ['flavors: {}\nmetadata: [1]', 'the key metadata is not a mapping'],
    ['flavors: {}\nsaved_input_example_info: x', 'the key saved_input_example_info is not a mapping'],
    ['flavors: {a: !!python/object:os.system {}}', 'line 1'], ['flavors: {\n', 'line'], ['flavors: *x', 'line 1'], ['a: b: c', 'line 1'],
  ])('%j is refused: %s', (yaml, reason) => {
    expect(() => Model.parse(yaml)).toThrow(expect.objectContaining({ code: 'MLMODEL_INVALID', message: expect.stringContaining(reason) }));
  });

  it('never takes __proto__ for more than a key', () => {
    const model = Model.parse('flavors: {__proto__: {polluted: yes}}\nmetadata: {__proto__: {polluted: yes}}');
    expect(Object.keys(model.flavors)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('ends in a model or a coded error for any change of bytes', async () => {
    const sources = golden.map(([, original]) => new TextEncoder().encode(original));
    const edit = fc.record({ at: fc.nat(), with: fc.oneof(fc.constantFrom(...'[]{}:&*!|>-?%@`"\'#,\n\t <=~\0'), fc.string({ minLength: 1, maxLength: 3 })), cut: fc.nat({ max: 4 }) });
    await fc.assert(fc.asyncProperty(fc.constantFrom(...sources), fc.array(edit, { minLength: 1, maxLength: 6 }), async (source, edits) => {
      let bytes = source;
      for (const { at, with: put, cut } of edits) {
        const from = at % bytes.length;
        bytes = Uint8Array.from([...bytes.subarray(0, from), ...new TextEncoder().encode(put), ...bytes.subarray(from + cut)]);
      }
      try {
        expect((await readModel(memoryFiles({ MLmodel: bytes }))).flavors).toBeTypeOf('object');
      } catch (error) {
        expect(ModelError.isInstance(error), String(error)).toBe(true);
      }
    }), { numRuns: 3000 });
  }, 60_000);

  it('says where the file is missing, and refuses bytes that are not UTF-8', async () => {
    await expect(readModel(memoryFiles({ 'model.pkl': '' }, 'here'))).rejects.toThrow('No MLmodel file in here');
    await expect(readModel(memoryFiles({ MLmodel: Uint8Array.of(0xff, 0xfe) }))).rejects.toThrow(expect.objectContaining({ code: 'FILE_MALFORMED' }));
  });
});

describe('save and load', () => {
  it('writes a folder with the files of another one', async () => {
    const root = await mkdtemp(join(tmpdir(), 'mlmodel-save-'));
    try {
      const model = Model.parse(text('hand-oldest'));
      model.metadata = { owner: 'cellar' };
      const files = memoryFiles({ MLmodel: 'flavors: {}', 'model.pkl': 'bytes', 'data/deep/file.txt': 'x' });
      await model.save(join(root, 'out'), { files });
      const written = await openDirectory(join(root, 'out'));
      expect(await written.list()).toEqual(['MLmodel', 'data/deep/file.txt', 'model.pkl']);
      expect((await Model.load(written)).toYaml()).toBe(model.toYaml());
      expect((await Model.load(join(root, 'out'))).metadata).toEqual({ owner: 'cellar' });
      await model.save(join(root, 'copy'), { files: written });
      expect(await (await openDirectory(join(root, 'copy'))).list()).toEqual(['MLmodel', 'data/deep/file.txt', 'model.pkl']);
      await expect(model.save(join(root, 'out', 'MLmodel'))).rejects.toThrow(expect.objectContaining({ code: 'FILE_UNWRITABLE' }));
      await expect(model.save(join(root, 'out'))).rejects.toThrow(expect.objectContaining({ code: 'DIRECTORY_NOT_EMPTY' }));
    } finally {
      await rm(root, { recursive: true });
    }
  });
});
