/** Model folders that are broken or mean harm, through loadModel: a coded error or a model that answers, in bounded time and memory. */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { onnxNode } from '../../src/formats/onnx-node.ts';
import { run } from '../cli/support.ts';
import { externalConstant, floatConstant, onnxModel } from '../support/onnx-models.ts';
import { attempt, bodyOf, codeOf, type Folder, folderOf, lookAt, TIME_LIMIT } from './support.ts';

/** One model of each format, and its file. */
const MODELS = [
  ['xgb-booster-dart-json', 'model.json'], ['xgb-booster-numpy', 'model.ubj'], ['xgb130-clf-multi-xgb', 'model.xgb'], ['lgb-booster-rf', 'model.lgb'],
  ['lgb-reg-lineartree-missing', 'model.skops'], ['lgb-clf-multi-pickle', 'model.pkl'], ['onnx-hand-linear-nosig', 'model.onnx'],
] as const;

// Vitest runs each file in a process of its own. What it needs itself is about 200 MB.
afterAll(() => expect(process.resourceUsage().maxRSS / 1024).toBeLessThan(1200));

const text = (bytes: Uint8Array | string | undefined): string => (typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes));
const latin = (content: string): Uint8Array => Uint8Array.from(content, (c) => c.charCodeAt(0));

describe('a folder on a disk', () => {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'mlmodel-hostile-'));
    await writeFile(join(root, 'secret'), 'secret');
  });
  afterAll(() => rm(root, { recursive: true }));

  let count = 0;
  async function changed(name: string, change: (folder: string) => Promise<unknown>): Promise<string> {
    const folder = join(root, `m${count++}`);
    await cp(`test/golden/models/${name}/model`, folder, { recursive: true });
    await change(folder);
    return folder;
  }
  const away = (folder: string, file: string): Promise<void> => rename(join(folder, file), join(root, `away${count}`));

  describe.each(MODELS)('%s', (name, file) => {
    it.each<[string, string, (folder: string) => Promise<unknown>]>([
      ['without its model file', 'FILE_NOT_FOUND', (folder) => away(folder, file)],
      ['with a folder for its model file', 'FILE_UNREADABLE', async (folder) => { await away(folder, file); await mkdir(join(folder, file)); }],
      ['with a pipe for its model file', 'FILE_UNREADABLE', async (folder) => { await away(folder, file); execFileSync('mkfifo', [join(folder, file)]); }],
      ['with a link out for its model file', 'PATH_OUTSIDE_MODEL', async (folder) => { await away(folder, file); await symlink('../secret', join(folder, file)); }],
      ['with a link to a device', 'PATH_OUTSIDE_MODEL', async (folder) => { await away(folder, file); await symlink('/dev/zero', join(folder, file)); }],
      ['with a link to nothing', 'FILE_NOT_FOUND', async (folder) => { await away(folder, file); await symlink('gone', join(folder, file)); }],
      ['with a link to itself', 'FILE_UNREADABLE', async (folder) => { await away(folder, file); await symlink(file, join(folder, file)); }],
      ['without MLmodel', 'MODEL_NOT_FOUND', (folder) => away(folder, 'MLmodel')],
      ['with a folder for MLmodel', 'MODEL_NOT_FOUND', async (folder) => { await away(folder, 'MLmodel'); await mkdir(join(folder, 'MLmodel')); }],
      ['with a link out for MLmodel', 'PATH_OUTSIDE_MODEL', async (folder) => { await away(folder, 'MLmodel'); await symlink('../secret', join(folder, 'MLmodel')); }],
    ])('%s', async (_, code, change) => {
      expect(await attempt(await changed(name, change), bodyOf(name))).toBe(code);
    });
  });

  it('takes external data of ONNX from inside only', async () => {
    const data = 'fc14ab9c-e59b-11f1-8c12-02fc00000001.data', name = 'onnx-hand-convnet-external';
    expect(await attempt(await changed(name, (folder) => away(folder, data)), '{}')).toBe('FILE_NOT_FOUND');
    const linked = async (target: string): Promise<string> => changed(name, async (folder) => { await away(folder, data); await symlink(target, join(folder, data)); });
    expect(await attempt(await linked('../secret'), '{}')).toBe('PATH_OUTSIDE_MODEL');
    expect(await attempt(await linked('MLmodel'), '{}')).toBe('FILE_TRUNCATED');
  });

  it('ends the server with a code and a status', async () => {
    const folders = [
      await changed('xgb-booster-numpy', (folder) => away(folder, 'model.ubj')),
      await changed('lgb-clf-multi-pickle', (folder) => writeFile(join(folder, 'model.pkl'), "cos\nsystem\n(S'touch /tmp/x'\ntR.")),
      await changed('xgb-booster-numpy', (folder) => writeFile(join(folder, 'MLmodel'), `flavors: ${'['.repeat(100_000)}`)),
      await changed('lgb-booster-rf', (folder) => writeFile(join(folder, 'model.lgb'), 'tree\n')),
    ];
    const codes = ['FILE_NOT_FOUND', 'NO_NATIVE_FLAVOR', 'MLMODEL_INVALID', 'FILE_MALFORMED'];
    for (const [i, folder] of folders.entries()) {
      const begun = performance.now(), { err, status } = await run(['models', 'serve', '-m', folder, '-p', '0']);
      expect([status !== 0, performance.now() - begun < TIME_LIMIT]).toEqual([true, true]);
      expect(err).toContain(codes[i]);
      expect(err).not.toMatch(/\n\s+at /);
    }
  });
});

describe('a path in MLmodel', () => {
  it.each(['../secret', '/etc/passwd', 'x/../../secret', '%2e%2e/secret', '%252e%252e%252fsecret', '..%5csecret', 'C:\\secret', 'file:///etc/passwd', 'http://localhost/x', '\0', '', '.', '~/.ssh/id', '$HOME', '-'])('%j never leads out', async (path) => {
    for (const [name, file] of MODELS) {
      const folder = folderOf(name), tree = parse(text(folder['MLmodel'])) as { flavors: Record<string, { data: string }> };
      for (const config of Object.values(tree.flavors)) config.data = path;
      delete folder[file];
      expect(await attempt({ ...folder, MLmodel: JSON.stringify(tree) }, '{}')).toMatch(/^(PATH_OUTSIDE_MODEL|FILE_NOT_FOUND)$/);
    }
  });
});

/** YAML of values that no key, or few keys, should have. */
const WRONG = ['null', 'true', '-1', '1', '1.5', '.inf', '""', '"x"', '[]', '{}', '[1]', '{1: 2}', '[[a]]', '{a: {b: c}}', '!!set {a}', '2020-01-01', '!!binary AA==', String(2n ** 70n), '"\\0"', '[null]', '"../x"', '"__proto__"'];
type Path = readonly (string | number)[];

/** Every place in a tree, and in the JSON that stands in its texts. */
function* placesOf(tree: unknown, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path;
  if (typeof tree === 'string' && /^[[{]/.test(tree)) yield* placesOf(JSON.parse(tree), [...path, 'as JSON']);
  else if (typeof tree === 'object' && tree !== null) for (const key of Object.keys(tree)) yield* placesOf((tree as Record<string, unknown>)[key], [...path, key]);
}

const MARK = '@put here@';
function marked(tree: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return MARK;
  if (key === 'as JSON') return JSON.stringify(marked(JSON.parse(tree as string), rest));
  const copy = (Array.isArray(tree) ? [...(tree as unknown[])] : { ...(tree as object) }) as Record<string, unknown>;
  copy[key] = marked(copy[key], rest);
  return copy;
}

/** The text of a tree with `yaml` at a place, written as it is: in YAML, or inside of a text that holds JSON. */
function exchanged(tree: unknown, path: Path, yaml: string): string {
  const inside = path.includes('as JSON') ? [`\\"${MARK}\\"`, JSON.stringify(yaml).slice(1, -1)] : [`"${MARK}"`, yaml];
  return JSON.stringify(marked(tree, path)).replace(inside[0] as string, () => inside[1] as string);
}

describe('an MLmodel of other types', () => {
  it.each([['xgb-params-output-margin', 3], ['xgb130-clf-multi-xgb', 1], ['xgb-clf-categorical-dtype', 2], ['lgb-clf-binary-str', 4], ['onnx-hand-mixed-types-df', 4], ['onnx-hand-convnet-external', 4]] as const)('%s', async (name, step) => {
    const folder = folderOf(name), tree: unknown = parse(text(folder['MLmodel'])), body = bodyOf(name);
    let cases = 0, refused = 0;
    for (const path of placesOf(tree)) {
      for (const yaml of WRONG) {
        if (++cases % step !== 0) continue;
        const changed = { ...folder, MLmodel: exchanged(tree, path, yaml) }, end = await attempt(changed, body, cases % 2 === 0 ? 'safe' : 'mlflow');
        if (typeof end === 'string') refused++;
        else if (end >= 500) expect.fail(`${path.join('.')}: ${yaml} is answered with ${end}`);
        if (cases % (12 * step) === 0) await lookAt(changed);
      }
    }
    expect(cases / step).toBeGreaterThan(150);
    expect(refused).toBeGreaterThan(30);
  }, 60_000);

  it('refuses what a signature cannot be', async () => {
    const folder = folderOf('lgb-booster-rf'), tree = parse(text(folder['MLmodel'])) as { signature: { inputs: string } };
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`, array = `{"type": "array", "items": `;
    for (const inputs of [deep, `[${array.repeat(5000)}"long"${'}'.repeat(5000)}]`, '{"a": 1, "a": 2}', '[', '\ud800']) {
      tree.signature.inputs = inputs;
      expect(await attempt({ ...folder, MLmodel: JSON.stringify(tree) }, '{}')).toMatch(/^(SCHEMA_INVALID|SCHEMA_TYPE_INVALID|MLMODEL_INVALID)$/);
    }
    tree.signature.inputs = JSON.stringify(Array.from({ length: 100_000 }, (_, i) => ({ type: 'double', name: `c${i}` })));
    expect(await attempt({ ...folder, MLmodel: JSON.stringify(tree) }, '{"dataframe_split": {"columns": [], "data": [[]]}}')).toBe(400);
  });
});

describe('a damaged model file', () => {
  const damage = fc.record({ at: fc.nat(), cut: fc.nat(8), put: fc.uint8Array({ maxLength: 8 }), flip: fc.integer({ min: 0, max: 8 }) });
  it.each(MODELS)('%s', async (name, file) => {
    const folder = folderOf(name), whole = folder[file] as Uint8Array, body = bodyOf(name);
    await fc.assert(fc.asyncProperty(damage, async ({ at, cut, flip, put }) => {
      const place = at % whole.length, bytes = new Uint8Array([...whole.subarray(0, place), ...put, ...whole.subarray(place + cut)]);
      if (flip < 8 && place < bytes.length) bytes[place] = (bytes[place] as number) ^ (1 << flip);
      const end = await attempt({ ...folder, [file]: bytes }, body);
      return typeof end === 'string' || end < 500;
    }), { numRuns: 250 });
  }, 60_000);

  it.each(MODELS.filter(([, file]) => file !== 'model.lgb'))('%s is refused when it is cut anywhere', async (name, file) => {
    const folder = folderOf(name), whole = folder[file] as Uint8Array;
    await fc.assert(fc.asyncProperty(fc.nat(whole.length - 1), async (length) => typeof (await attempt({ ...folder, [file]: whole.slice(0, length) }, '{}')) === 'string'), { numRuns: 150 });
  }, 60_000);

  it('of LightGBM is refused when it is cut before its last lines', async () => {
    const folder = folderOf('lgb-booster-rf'), whole = folder['model.lgb'] as Uint8Array, model = text(whole), body = bodyOf('lgb-booster-rf');
    const trees = model.indexOf('end of trees'), parameters = model.indexOf('\nparameters:') + 13, end = model.indexOf('\nend of parameters');
    const cutAt = (length: number): Promise<string | number> => attempt({ ...folder, 'model.lgb': whole.slice(0, length) }, body);
    await fc.assert(fc.asyncProperty(fc.oneof(fc.nat(trees - 1), fc.integer({ min: parameters, max: end })), async (length) => typeof (await cutAt(length)) === 'string'), { numRuns: 150 });
    expect(await cutAt(whole.length)).toBe(200);
  }, 60_000);
});

describe('a small file that asks for much', () => {
  const N = 1_000_000, tensor = 'lightgbm.sklearn\nLGBMRegressor\n', estimator = (state: string): string => `c${tensor})\x81}X\x01\0\0\0x${state}sb.`;
  const zip = (files: Record<string, Uint8Array | string>): Uint8Array => zipSync(Object.fromEntries(Object.entries(files).map(([name, data]) => [name, typeof data === 'string' ? latin(data) : data])), { level: 9 });
  const big = (value: number): string => String.fromCharCode(...new Uint8Array(new BigUint64Array([BigInt(value)]).buffer));
  const lgb = text(folderOf('lgb-booster-rf')['model.lgb']), xgb = text(folderOf('xgb-booster-dart-json')['model.json']), old = folderOf('xgb130-clf-multi-xgb')['model.xgb'] as Uint8Array;
  const patched = (at: number, value: number): Uint8Array => {
    const bytes = old.slice();
    new DataView(bytes.buffer).setUint32(at, value, true);
    return bytes;
  };
  const shape = (...dims: number[]): string => `{'descr': '<f8', 'fortran_order': False, 'shape': (${dims.join(', ')},), }\n`;
  const npy = (header: string): string => `\x93NUMPY\x01\0${String.fromCharCode(header.length & 255, header.length >> 8)}${header}`;
  const ndarray = { __class__: 'ndarray', __module__: 'numpy', __loader__: 'NdArrayNode', __id__: 1, type: 'numpy', file: 'a.npy' };
  const cases: readonly (readonly [string, string, string, Uint8Array | string])[] = [
    ['marks without end', 'lgb-clf-multi-pickle', 'model.pkl', '('.repeat(N)],
    ['lists in lists', 'lgb-clf-multi-pickle', 'model.pkl', `${']'.repeat(N)}${'a'.repeat(N - 1)}.`],
    ['tuples of themselves twice', 'lgb-clf-multi-pickle', 'model.pkl', latin(estimator(`K\x01${'2\x86'.repeat(200)}`))],
    ['a long of 2 GB', 'lgb-clf-multi-pickle', 'model.pkl', latin('\x8b\xff\xff\xff\x7f\x01.')],
    ['text of 2^60 bytes', 'lgb-clf-multi-pickle', 'model.pkl', latin(`\x8d${big(2 ** 60)}a.`)],
    ['endless digits', 'lgb-clf-multi-pickle', 'model.pkl', `I${'9'.repeat(N)}\n.`],
    ['a memo at 2^32', 'lgb-clf-multi-pickle', 'model.pkl', latin('K\x01r\xff\xff\xff\xff.')],
    ['an array of 2^40 numbers', 'lgb-clf-multi-pickle', 'model.pkl', latin("cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(I1099511627776\ntcnumpy\ndtype\n(S'f8'\nI0\nI1\ntRI00\nS''\ntb.")],
    ['a schema of 500 MB of zeros', 'lgb-clf-binary-str', 'model.skops', zip({ 'schema.json': new Uint8Array(2 ** 27) })],
    ['a schema of deep lists', 'lgb-clf-binary-str', 'model.skops', zip({ 'schema.json': '['.repeat(N) })],
    ['an array of 2^50 numbers in skops', 'lgb-clf-binary-str', 'model.skops', zip({ 'schema.json': JSON.stringify({ protocol: 2, ...ndarray }), 'a.npy': npy(shape(2 ** 50)) })],
    ['negative and overflowing shapes', 'lgb-clf-binary-str', 'model.skops', zip({ 'schema.json': JSON.stringify({ protocol: 2, ...ndarray }), 'a.npy': npy(shape(2 ** 32, 2 ** 32, 2 ** 32)) })],
    ['a billion leaves', 'lgb-booster-rf', 'model.lgb', lgb.replace(/num_leaves=\d+/, 'num_leaves=999999999')],
    ['a billion features', 'lgb-booster-rf', 'model.lgb', lgb.replace(/max_feature_idx=\d+/, 'max_feature_idx=999999999')],
    ['a billion classes', 'lgb-booster-rf', 'model.lgb', lgb.replace('num_class=1', 'num_class=999999999').replace('num_tree_per_iteration=1', 'num_tree_per_iteration=999999999')],
    ['a tree that is a circle', 'lgb-booster-rf', 'model.lgb', lgb.replace(/left_child=\S+/, 'left_child=0')],
    ['a feature that is not there', 'lgb-booster-rf', 'model.lgb', lgb.replace(/split_feature=\S+/, 'split_feature=10')],
    ['a leaf that is not there', 'lgb-booster-rf', 'model.lgb', lgb.replace(/left_child=\S+/, 'left_child=-9999')],
    ['endless lines', 'lgb-booster-rf', 'model.lgb', `tree\n${'\n'.repeat(5 * N)}`],
    ['an endless line', 'lgb-booster-rf', 'model.lgb', `tree\n${'a'.repeat(10 * N)}`],
    ['JSON in JSON', 'xgb-booster-dart-json', 'model.json', `${'{"learner":'.repeat(N)}1${'}'.repeat(N)}`],
    ['JSON without end', 'xgb-booster-dart-json', 'model.json', `{"learner":${'['.repeat(N)}`],
    ['a billion classes in JSON', 'xgb-booster-dart-json', 'model.json', xgb.replace(/"num_class":"\d+"/, '"num_class":"999999999"')],
    ['a billion features in JSON', 'xgb-booster-dart-json', 'model.json', xgb.replace(/"num_feature":"\d+","num_target"/, '"num_feature":"999999999","num_target"')],
    ['a billion nodes in JSON', 'xgb-booster-dart-json', 'model.json', xgb.replace(/"num_nodes":"\d+"/, '"num_nodes":"999999999"')],
    ['a tree in JSON that is a circle', 'xgb-booster-dart-json', 'model.json', xgb.replace(/"left_children":\[\d+/, '"left_children":[0')],
    ['a feature in JSON that is not there', 'xgb-booster-dart-json', 'model.json', xgb.replace(/"split_indices":\[\d+/, '"split_indices":[4')],
    ['keys of prototypes', 'xgb-booster-dart-json', 'model.json', xgb.replaceAll('"learner"', '"__proto__"')],
    ['UBJSON in UBJSON', 'xgb-booster-numpy', 'model.ubj', `{i\x07learner${'['.repeat(N)}`],
    ['2^62 items of nothing', 'xgb-booster-numpy', 'model.ubj', latin('{i\x07learner[$Z#L\x40\0\0\0\0\0\0\0')],
    ['2^31 numbers', 'xgb-booster-numpy', 'model.ubj', latin('{i\x07learner[$d#l\x7f\xff\xff\xff')],
    ['a key of negative length', 'xgb-booster-numpy', 'model.ubj', latin('{i\xffx')],
    ['a binary of 2^32 features', 'xgb130-clf-multi-xgb', 'model.xgb', patched(4 + 4, 0xffff_ffff)],
    ['a binary of 2^31 classes', 'xgb130-clf-multi-xgb', 'model.xgb', patched(4 + 8, 0x7fff_ffff)],
    ['external data out of the folder', 'onnx-hand-linear-nosig', 'model.onnx', onnxModel({ nodes: [onnxNode('Add', ['x', 'w'], ['y'])], inputs: [['x', 'float', [1]]], outputs: [['y', 'float', [1]]], initializers: [externalConstant('w', [1], { location: '../../../etc/passwd' })] })],
    ['external data of 2^53 bytes', 'onnx-hand-linear-nosig', 'model.onnx', onnxModel({ nodes: [onnxNode('Add', ['x', 'w'], ['y'])], inputs: [['x', 'float', [1]]], outputs: [['y', 'float', [1]]], initializers: [externalConstant('w', [2 ** 50], { location: 'MLmodel', length: String(2 ** 52) })] })],
    ['a constant of fewer values than its shape', 'onnx-hand-linear-nosig', 'model.onnx', onnxModel({ nodes: [onnxNode('Add', ['x', 'w'], ['y'])], inputs: [['x', 'float', [1]]], outputs: [['y', 'float', [1]]], initializers: [floatConstant('w', [2 ** 40], [1])] })],
    ['an operator of nobody', 'onnx-hand-linear-nosig', 'model.onnx', onnxModel({ nodes: [onnxNode('Evil', ['x'], ['y'])], inputs: [['x', 'float', [1]]], outputs: [['y', 'float', [1]]] })],
    ['a graph that is a circle', 'onnx-hand-linear-nosig', 'model.onnx', onnxModel({ nodes: [onnxNode('Add', ['x', 'z'], ['y']), onnxNode('Neg', ['y'], ['z'])], inputs: [['x', 'float', [1]]], outputs: [['y', 'float', [1]]] })],
    ['protobuf of one group in another', 'onnx-hand-linear-nosig', 'model.onnx', latin('\x3a\x02'.repeat(N))],
    ['nothing at all', 'onnx-hand-linear-nosig', 'model.onnx', ''],
    ['an empty pickle', 'lgb-clf-multi-pickle', 'model.pkl', ''], ['an empty text', 'lgb-booster-rf', 'model.lgb', ''], ['an empty JSON', 'xgb-booster-dart-json', 'model.json', ''], ['an empty binary', 'xgb130-clf-multi-xgb', 'model.xgb', ''],
  ];
  it.each(cases)('%s', async (_, name, file, content) => {
    const folder: Folder = { ...folderOf(name), [file]: content };
    expect(await attempt(folder, bodyOf(name))).toMatch(/^(FILE_MALFORMED|FILE_TRUNCATED|FILE_LIMIT_EXCEEDED|FOREST_INVALID|PICKLE_OPCODE_REFUSED|PATH_OUTSIDE_MODEL|NO_NATIVE_FLAVOR|MODEL_REJECTED)$/);
  });

  it.each([
    ['8 MB of one scalar', `flavors: {}\nx: ${'a'.repeat(2 ** 23)}`], ['many keys', `flavors: {}\n${Array.from({ length: 300_000 }, (_, i) => `k${i}: 1\n`).join('')}`],
    ['merges of merges', `a0: &a0 {x: 1}\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} {<<: [*a${i}, *a${i}], y${i}: 1}\n`).join('')}flavors: {}`],
    ['an alias of itself', 'flavors: &a {x: *a}'], ['deep blocks', Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')], ['many documents', 'flavors: {}\n---\n'.repeat(20_000)],
    ['many anchors', `flavors: {}\n${Array.from({ length: 50_000 }, (_, i) => `k${i}: &a${i} 1\n`).join('')}`], ['many brackets', '[{'.repeat(150_000)], ['many question marks', '? '.repeat(100_000)],
    ['many dashes', '- '.repeat(100_000)], ['a tag of Python', 'flavors: !!python/object/apply:os.system ["id"]'], ['quotes without end', `flavors: "${'\\"'.repeat(N)}`],
  ])('YAML of %s', async (_, mlmodel) => {
    expect(await codeOf(async () => { await attempt({ MLmodel: mlmodel }, '{}').then((end) => expect(end).toMatch(/^(MLMODEL_INVALID|FILE_LIMIT_EXCEEDED|NO_NATIVE_FLAVOR)$/)); })).toBeUndefined();
  });
});
