/**
 * The loaders of skops: from a node of the schema to data. Classes that are not plain data become inert objects.
 * @module
 */
import { Tensor } from '../data/tensor.ts';
import { ByteArray, PySet, type Value } from '../data/values.ts';
import { parseFileJson } from './json-text.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { scalarOf, shapeSize } from './numpy-decode.ts';
import { readNpy, readNpyDType, readNpz } from './npy.ts';
import { parseTypeString } from './numpy-dtype.ts';
import { Unbuilt } from './pickle-construct.ts';
import { canonical, hashable } from './pickle-globals.ts';
import type { PickleNames } from './pickle-names.ts';
import { sparseFromArrays } from './pickle-sparse.ts';
import { MaskedArray, PyGlobal, PyObject, pyItems, PySlice, pyTuple, StructuredArray, type PyValue } from './python-object.ts';
import type { Zip } from './zip.ts';

/** A node with its class. */
export interface SkopsNode {
  readonly node: ReadonlyMap<Value, Value>;
  readonly module: string;
  readonly name: string;
}

/** What loaders use. */
export interface SkopsContext {
  readonly file: string;
  readonly zip: Zip;
  readonly budget: MemoryBudget;
  readonly names: PickleNames;
  fail(reason: string, where?: string): never;
  /** Reads a node, or gives the object that an earlier node of the same id became. */
  read(node: Value | undefined): PyValue;
}

type Load = (node: SkopsNode, context: SkopsContext) => PyValue;

/** The node's class as an inert object, with what the class takes. The class is judged before its content is read. */
function object({ module, name }: SkopsNode, context: SkopsContext, argsOf: () => readonly PyValue[], stateOf: () => PyValue | undefined = () => undefined): PyValue {
  const type = context.names.find(module, name), args = argsOf(), state = stateOf();
  const made = type instanceof PyGlobal ? context.names.create(type, args) : type;
  if (made instanceof Unbuilt) return made.finish(state ?? null) ?? context.fail(`the state of ${made.name} is not valid`);
  if (state !== undefined && state !== null) {
    if (!(made instanceof PyObject)) return context.fail(`${module}.${name} is given a state`);
    made.state = state;
  }
  return made;
}

function items(node: SkopsNode, context: SkopsContext): PyValue[] {
  const content = node.node.get('content');
  return Array.isArray(content) ? content.map((item) => context.read(item)) : context.fail(`the content of a ${node.name} is not a list`);
}

/** A member of the content. */
function part(node: SkopsNode, key: string, context: SkopsContext): PyValue {
  const content = node.node.get('content');
  return content instanceof Map && content.has(key) ? context.read(content.get(key)) : context.fail(`a ${node.name} has no ${key}`);
}

/** True where the node's class is this plain one of Python. */
function is(node: SkopsNode, ...paths: readonly string[]): boolean {
  return paths.includes(canonical(node.module, node.name));
}

const list: Load = (node, context) => {
  if (is(node, 'builtins.list')) return items(node, context);
  const made = object(node, context, () => []);
  if (!(made instanceof PyObject)) return context.fail(`${node.module}.${node.name} is no kind of list`);
  made.items = items(node, context);
  return made;
};

const tuple: Load = (node, context) => {
  // A named tuple is made from its members.
  return is(node, 'builtins.tuple') ? pyTuple(items(node, context)) : object(node, context, () => items(node, context));
};

const set: Load = (node, context) => {
  const content = items(node, context);
  if (!content.every((item) => hashable(item))) context.fail('a set holds what cannot be in one');
  return is(node, 'builtins.set', 'builtins.frozenset') ? new PySet(content as Value[]) : object(node, context, () => [content]);
};

const dict: Load = (node, context) => {
  const content = node.node.get('content');
  const types = pyItems(context.read(node.node.get('key_types')));
  if (!(content instanceof Map) || !types || types.length !== content.size) return context.fail('the keys of a dict and their types do not fit');
  const entries = new Map<PyValue, PyValue>();
  let i = 0;
  for (const [text, value] of content) {
    const key = dictKey(String(text), types[i++]);
    if (key === undefined) context.fail('a key of a dict does not fit its type');
    entries.set(key!, context.read(value));
  }
  if (is(node, 'builtins.dict', 'collections.OrderedDict', 'collections.Counter')) return entries;
  const made = object(node, context, () => []);
  if (!(made instanceof PyObject)) return context.fail(`${node.module}.${node.name} is no kind of dict`);
  made.entries = entries;
  return made;
};

/** A key as it was before JSON made it text. */
function dictKey(text: string, type: PyValue | undefined): PyValue | undefined {
  if (!(type instanceof PyGlobal)) return undefined;
  if (type.name === 'str' || type.name === 'str_') return text;
  if (/^(int|long|u?int(8|16|32|64)|intc|longlong|ulonglong)$/.test(type.name)) return /^-?[0-9]{1,40}$/.test(text) ? BigInt(text) : undefined;
  if (/^(float|float(16|32|64))$/.test(type.name)) return parseNumber(text);
  if (/^bool_?$/.test(type.name)) return text === 'true' || text === 'True' ? true : text === 'false' || text === 'False' ? false : undefined;
  return type.name === 'NoneType' && text === 'null' ? null : undefined;
}

function parseNumber(text: string): number | undefined {
  if (text === 'NaN' || text === 'nan') return NaN;
  const value = text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text);
  return text.trim() === '' || value !== value ? undefined : value;
}

const json: Load = ({ node }, context) => {
  const content = node.get('content');
  if (typeof content !== 'string') return context.fail('the content of a JSON node is not text');
  context.budget.charge(2 * content.length);
  return parseFileJson(content, context.file) as PyValue;
};

function stored({ node }: SkopsNode, context: SkopsContext): Uint8Array {
  const name = node.get('file');
  if (typeof name !== 'string') return context.fail('a node names no file');
  // Many nodes may name one file.
  context.budget.charge(context.zip.size(name));
  return context.zip.read(name);
}

const ndarray: Load = (node, context) => {
  const type = node.node.get('type');
  if (type === 'json') return objectArray(node, context);
  if (type !== 'numpy') return context.fail('an array is of no known type');
  const array = readNpy(stored(node, context), { file: `${context.file}/${String(node.node.get('file'))}`, budget: context.budget });
  if (is(node, 'numpy.ndarray')) return array;
  context.names.find(node.module, node.name);
  // Scalars are written as arrays without dimensions.
  return array instanceof Tensor && array.shape.length === 0 ? scalarOf(array) : array;
};

/** Objects as nested lists, one level a dimension. */
function objectArray(node: SkopsNode, context: SkopsContext): Tensor {
  const shape = pyItems(context.read(node.node.get('shape')))?.map((d) => (typeof d === 'bigint' && d >= 0n && d < 2n ** 48n ? Number(d) : NaN)) ?? [NaN];
  // Rows may be shared, so that a small file could ask for a huge array.
  context.budget.charge(16 * shapeSize(shape));
  let level: readonly PyValue[] = items(node, context);
  for (let d = 1; d < shape.length; d++) {
    const rows = level.map((item) => pyItems(item));
    level = rows.every((row) => row?.length === shape[d]) ? (rows as PyValue[][]).flat() : context.fail('the rows of an array are not lists of one length');
  }
  if (level.length !== shapeSize(shape)) context.fail('an array has not as many items as its shape says');
  return new Tensor('object', shape, level as Value[]);
}

const masked: Load = (node, context) => {
  const data = part(node, 'data', context), mask = part(node, 'mask', context);
  if (!(data instanceof Tensor || data instanceof StructuredArray)) return context.fail('a masked array has no data');
  return new MaskedArray(data, mask instanceof Tensor && mask.shape.length > 0 ? mask : null);
};

const sparse: Load = (node, context) => {
  const arrays = readNpz(stored(node, context), { file: `${context.file}/${String(node.node.get('file'))}`, budget: context.budget });
  return sparseFromArrays(arrays) ?? context.fail('a sparse matrix is not complete');
};

const dtype: Load = (node, context) => {
  const content = node.node.get('content');
  if (!(content instanceof Map)) return context.fail('an element type has no array');
  // An empty array of objects is written as JSON.
  if (content.get('type') === 'json') return parseTypeString('O') ?? context.fail('objects have no element type');
  const name = content.get('file');
  if (typeof name !== 'string') return context.fail('an element type has no array');
  return readNpyDType(context.zip.read(name), `${context.file}/${name}`);
};

/** Objects that are made from the arguments of `__reduce__` and a state. */
const reduced: Load = (node, context) => {
  const reduce = node.node.get('__reduce__');
  const args = (): readonly PyValue[] => pyItems(reduce instanceof Map ? context.read(reduce.get('args')) : undefined) ?? context.fail(`a ${node.name} has no arguments`);
  return object(node, context, args, () => {
    const state = context.read(node.node.get('content'));
    const empty = state instanceof Map ? state.size === 0 : pyItems(state)?.length === 0;
    return empty ? undefined : state;
  });
};

const partial: Load = (node, context) => {
  let parts: PyValue[] = [];
  const read = (): PyValue[] => (parts = ['func', 'args', 'kwds', 'namespace'].map((key) => part(node, key, context)));
  return object({ ...node, module: 'functools', name: 'partial' }, context, () => [read()[0]!], () => pyTuple(parts));
};

/** A name, of a function or class. */
const named: Load = ({ module, name }, context) => context.names.find(module, name);

const slice: Load = ({ node }, context) => {
  const content = node.get('content');
  const [start, stop, step] = ['start', 'stop', 'step'].map((key) => (content instanceof Map ? content.get(key) : undefined));
  return start === undefined || stop === undefined || step === undefined ? context.fail('a slice is not complete') : new PySlice('slice', start, stop, step);
};

const functionName: Load = (node, context) => {
  const content = node.node.get('content');
  // Protocol 0 has the name in the content.
  if (content instanceof Map) return context.names.find(String(content.get('module_path')), String(content.get('function')));
  return named(node, context);
};

/** Loader → how its nodes are read. */
export const loaders: ReadonlyMap<string, Load> = new Map<string, Load>([
  ['ListNode', list],
  ['TupleNode', tuple],
  ['SetNode', set],
  ['DictNode', dict],
  ['DefaultDictNode', (node, context) => {
    part(node, 'default_factory', context);
    return part(node, 'main', context);
  }],
  ['_DictWithDeprecatedKeysNode', (node, context) => part(node, 'main', context)],
  ['JsonNode', json],
  ['BytesNode', stored],
  ['BytearrayNode', (node, context) => new ByteArray(stored(node, context))],
  ['SliceNode', slice],
  ['TypeNode', named],
  ['FunctionNode', functionName],
  ['PartialNode', partial],
  ['MethodNode', (node, context) => {
    const content = node.node.get('content'), method = content instanceof Map ? content.get('func') : undefined;
    if (typeof method !== 'string') return context.fail('a method has no name');
    return object({ ...node, module: 'builtins', name: 'getattr' }, context, () => [part(node, 'obj', context), method]);
  }],
  ['OperatorFuncNode', (node, context) => object({ ...node, module: 'operator' }, context, () => pyItems(context.read(node.node.get('attrs'))) ?? [])],
  ['ConstructorFromReduceNode', (node, context) => object(node, context, () => pyItems(context.read(node.node.get('content'))) ?? context.fail('arguments are not a tuple'))],
  ['ObjectNode', (node, context) => {
    const content = node.node.get('content');
    return object(node, context, () => [], () => (content === undefined || content === null ? undefined : context.read(content)));
  }],
  ['TreeNode', reduced],
  ['LossNode', reduced],
  ['QuantileForestNode', reduced],
  ['NdArrayNode', ndarray],
  ['MaskedArrayNode', masked],
  ['SparseMatrixNode', sparse],
  ['DTypeNode', dtype],
  ['RandomStateNode', (node, context) => new PyObject(new PyGlobal('numpy.random.mtrand', 'RandomState'), [], { state: context.read(node.node.get('content')) })],
  ['RandomGeneratorNode', (node, context) => new PyObject(new PyGlobal('numpy.random._generator', 'Generator'), [], { state: part(node, 'bit_generator', context) })],
]);
