import fc from 'fast-check';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { PyGlobal, PyObject, type PyValue } from '../../src/formats/python-object.ts';
import { readSkops } from '../../src/formats/skops.ts';
import { PySet, Tuple } from '../../src/data/values.ts';
import { caught, givesDataOrModelError } from '../support/caught.ts';
import { golden } from '../support/golden-files.ts';
import { expectArrays, expectPlainOfSkops } from './pickle-values.ts';

const file = golden('pickle/values.skops');
const small = golden('pickle/small.skops');
const allowed = new Set(['functools.partial', 'numpy.log1p']);

type Node = Record<string, unknown>;
const node = (loader: string, path: string, rest: Node = {}): Node => {
  const at = path.lastIndexOf('.');
  return { __module__: path.slice(0, at), __class__: path.slice(at + 1), __loader__: loader, ...rest };
};
const json = (value: unknown): Node => node('JsonNode', 'builtins.str', { content: JSON.stringify(value) });
const dict = (entries: Node, types: string[] = Object.keys(entries).map(() => 'builtins.str'), path = 'builtins.dict'): Node =>
  node('DictNode', path, { content: entries, key_types: node('ListNode', 'builtins.list', { content: types.map((type) => node('TypeNode', type)) }) });

/** A skops file of one root node. */
function skops(root: Node, files: Record<string, Uint8Array> = {}, extra: Node = { protocol: 2 }): Uint8Array {
  return zipSync({ 'schema.json': strToU8(JSON.stringify({ ...root, ...extra })), ...files }, { level: 0 });
}

const read = (root: Node, allow: readonly string[] = [], files: Record<string, Uint8Array> = {}): PyValue => readSkops(skops(root, files), { file: 'x.skops', allow: new Set(allow) });

describe('readSkops', () => {
  it('reads the values of a real file as the pickle of the same values', () => {
    const value = readSkops(file, { file: 'values.skops', allow: allowed }) as Map<string, PyValue>;
    expectPlainOfSkops(value.get('plain')!);
    expectArrays(value.get('arrays')!);
    expect(value.get('keys')).toEqual(new Map<unknown, unknown>([[1n, 'a'], [2.5, 'b'], ['x', 'c']]));
    const partial = value.get('partial') as PyObject;
    expect([partial.path, partial.args, (partial.state as Tuple).items[1]]).toEqual(['functools.partial', [new PyGlobal('numpy', 'log1p')], new Tuple([1n])]);
  });

  it('names the first class that is not allowed', () => {
    const error = caught(() => readSkops(file, { file: 'values.skops', allow: new Set(['functools.partial']) }));
    expect([error.code, error.data['global']]).toEqual(['GLOBAL_REFUSED', 'numpy.log1p']);
    expect(caught(() => read(node('ObjectNode', 'os.system', { content: node('TypeNode', 'builtins.eval') }))).data['global']).toBe('os.system');
    expect(caught(() => read(node('MethodNode', 'a.B', { content: { func: 'system', obj: json(1) } }))).data['global']).toBe('builtins.getattr');
    expect(caught(() => read(node('OperatorFuncNode', 'builtins.methodcaller', { attrs: json([]) }))).data['global']).toBe('operator.methodcaller');
    expect(caught(() => read(node('ConstructorFromReduceNode', 'subprocess.Popen', { content: json(['id']) }))).code).toBe('GLOBAL_REFUSED');
  });

  it('reads every kind of object', () => {
    const object = read(node('ObjectNode', 'm.C', { content: dict({ a: json(1) }) }), ['m.C']) as PyObject;
    expect([object.path, object.attribute('a')]).toEqual(['m.C', 1n]);
    expect((read(node('ObjectNode', 'm.C'), ['m.C']) as PyObject).state).toBeUndefined();
    const bunch = read(dict({ a: json(1) }, ['builtins.str'], 'm.Bunch'), ['m.Bunch']) as PyObject;
    expect(bunch.entries).toEqual(new Map([['a', 1n]]));
    expect((read(node('ListNode', 'm.L', { content: [json(2)] }), ['m.L']) as PyObject).items).toEqual([2n]);
    expect((read(node('TupleNode', 'm.T', { content: [json(2)] }), ['m.T']) as PyObject).args).toEqual([2n]);
    expect(read(node('SetNode', 'builtins.set', { content: [json(2)] }))).toEqual(new PySet([2n]));
    const empty = node('TupleNode', 'builtins.tuple', { content: [] });
    const loss = read(node('LossNode', 'm.Loss', { __reduce__: { args: node('TupleNode', 'builtins.tuple', { content: [json(1.5)] }) }, content: dict({}) }), ['m.Loss']) as PyObject;
    expect([loss.path, loss.args, loss.state]).toEqual(['m.Loss', [1.5], undefined]);
    const tree = read(node('TreeNode', 'm.Tree', { __reduce__: { args: empty }, content: dict({ n: json(3) }) }), ['m.Tree']) as PyObject;
    expect(tree.attribute('n')).toBe(3n);
    expect(read(node('BytesNode', 'builtins.bytes', { file: 'b.bin' }), [], { 'b.bin': Uint8Array.of(1) })).toEqual(Uint8Array.of(1));
    expect(read(node('FunctionNode', 'm.f', { content: { module_path: 'm', function: 'f' } }), ['m.f'])).toEqual(new PyGlobal('m', 'f'));
    const timezone = node('ConstructorFromReduceNode', 'datetime.timedelta', { content: node('TupleNode', 'builtins.tuple', { content: [json(0), json(3600)] }) });
    expect(read(timezone)).toMatchObject({ kind: 'timedelta', ns: 3_600_000_000_000n });
  });

  it('gives one object for one id', () => {
    const shared = node('ListNode', 'builtins.list', { content: [], __id__: 7 });
    const [a, b] = read(node('ListNode', 'builtins.list', { content: [shared, { ...shared, content: 'is not read' }] })) as PyValue[];
    expect(a).toBe(b);
  });

  it('gives keys their types back', () => {
    const value = read(dict({ 1: json('i'), 2.5: json('f'), true: json('b'), null: json('n'), 3: json('np') }, ['builtins.int', 'numpy.int64', 'builtins.float', 'builtins.bool', 'builtins.NoneType'])) as Map<unknown, unknown>;
    // JavaScript puts the keys 1 and 3 first.
    expect(value).toEqual(new Map<unknown, unknown>([[1n, 'i'], [3n, 'np'], [2.5, 'f'], [true, 'b'], [null, 'n']]));
  });

  it.each([
    ['a protocol of the future', skops(json(1), {}, { protocol: 3 })],
    ['no protocol', skops(json(1), {}, {})],
    ['an unknown loader', skops(node('EvalNode', 'm.C'))],
    ['a node that is text', skops(node('ListNode', 'builtins.list', { content: ['a'] }))],
    ['a node without class', skops({ __loader__: 'ListNode', content: [] })],
    ['an object that holds itself', skops(node('ListNode', 'builtins.list', { content: [node('ListNode', 'builtins.list', { content: [], __id__: 1 })], __id__: 1 }))],
    ['a reference to nothing', skops(node('CachedNode', 'm.C', { __id__: 3 }))],
    ['keys and types that do not fit', skops(dict({ a: json(1) }, []))],
    ['a key of another type', skops(dict({ a: json(1) }, ['builtins.int']))],
    ['a dict in a set', skops(node('SetNode', 'builtins.set', { content: [dict({})] }))],
    ['an array of no type', skops(node('NdArrayNode', 'numpy.ndarray', { type: 'pickle', file: 'a' }))],
    ['objects of another shape', skops(node('NdArrayNode', 'numpy.ndarray', { type: 'json', content: [json(1)], shape: node('TupleNode', 'builtins.tuple', { content: [json(2)] }) }))],
  ])('refuses %s', (_, bytes) => {
    expect(caught(() => readSkops(bytes, { file: 'x.skops' })).code).toBe('FILE_MALFORMED');
  });

  it('refuses a file that is not there, and nesting without end', () => {
    expect(caught(() => read(node('NdArrayNode', 'numpy.ndarray', { type: 'numpy', file: 'none.npy' }))).code).toBe('FILE_NOT_FOUND');
    let deep: Node = json(1);
    for (let i = 0; i < 600; i++) deep = node('ListNode', 'builtins.list', { content: [deep] });
    expect(caught(() => read(deep)).code).toBe('FILE_LIMIT_EXCEEDED');
  });

  it('bounds flat copies of shared rows', () => {
    // An object array of 200 rows, each the same list of 200 rows, and so on: 200^6 items in 10 kB.
    const tuple = node('TupleNode', 'builtins.tuple', { content: Array.from({ length: 6 }, () => json(200)) });
    let row: Node = node('ListNode', 'builtins.list', { content: Array.from({ length: 200 }, () => json(0)), __id__: 1 });
    for (let level = 2; level < 6; level++) row = node('ListNode', 'builtins.list', { content: [row, ...Array.from({ length: 199 }, () => node('ListNode', 'builtins.list', { __id__: level - 1 }))], __id__: level });
    const content = [row, ...Array.from({ length: 199 }, () => node('ListNode', 'builtins.list', { __id__: 5 }))];
    expect(caught(() => read(node('NdArrayNode', 'numpy.ndarray', { type: 'json', content, shape: tuple }))).code).toBe('FILE_LIMIT_EXCEEDED');
  });

  it('gives data or a ModelError for damaged schemas', () => {
    const files = unzipSync(small), schema = new TextDecoder().decode(files['schema.json']);
    const words = ['null', '[]', '{}', '"a"', '-1', '1e400', 'true', '"numpy"', '"__id__"', '"ListNode"', '"NdArrayNode"', '"DictNode"', '"ObjectNode"', '"ReduceNode"', '"content"'];
    fc.assert(fc.property(fc.nat(schema.length), fc.nat(12), fc.constantFrom(...words, ''), (at, length, word) => {
      const text = schema.slice(0, at) + word + schema.slice(at + length);
      return givesDataOrModelError(() => readSkops(zipSync({ ...files, 'schema.json': strToU8(text) }, { level: 0 }), { file: 'x', allow: allowed }));
    }), { numRuns: 2500 });
  });

  it('gives data or a ModelError where values of nodes are exchanged', () => {
    const files = unzipSync(small), schema = JSON.parse(new TextDecoder().decode(files['schema.json'])) as Node;
    const nodes: Node[] = [];
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      if ('__loader__' in value) nodes.push(value as Node);
      Object.values(value).forEach(walk);
    };
    walk(schema);
    const index = fc.nat(nodes.length - 1);
    fc.assert(fc.property(index, index, fc.constantFrom('__loader__', '__class__', '__module__', '__id__', 'content', 'file', 'type', 'shape', 'key_types'), (a, b, key) => {
      const from = nodes[a]!, into = nodes[b]!, had = into[key];
      into[key] = from[key];
      try {
        return givesDataOrModelError(() => readSkops(zipSync({ ...files, 'schema.json': strToU8(stringify(schema)) }, { level: 0 }), { file: 'x', allow: allowed }));
      } finally {
        into[key] = had;
      }
    }), { numRuns: 2500 });
  });
});

/** JSON of what may contain itself after an exchange: such a part is cut. */
function stringify(value: unknown): string {
  const path: unknown[] = [];
  return JSON.stringify(value, function (this: unknown, _, inner: unknown) {
    while (path.length > 0 && path.at(-1) !== this) path.pop();
    if (path.includes(inner)) return null;
    path.push(inner);
    return inner;
  });
}
