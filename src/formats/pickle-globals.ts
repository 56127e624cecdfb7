/**
 * The closed list of Python's names that pickles and skops files may use without being asked for: what each makes here.
 * Everything is a constructor of ours that gives plain data; no entry runs, imports or looks up anything.
 * @module
 */
import { NA, NaT, ByteArray, Complex, DateTime, Decimal, Duration, PySet, type Value } from '../data/values.ts';
import type { Construct } from './pickle-construct.ts';
import { numpyConstructors, numpyReferences } from './pickle-numpy.ts';

import { pyBytes, PyGlobal, pyItems, PyObject, PySlice, pyTuple, type PyValue } from './python-object.ts';
import { sparseConstructors } from './pickle-sparse.ts';

/** Python 2's names of builtins. */
const PYTHON2: Readonly<Record<string, string>> = { unicode: 'str', long: 'int', xrange: 'range' };

/** The name a name goes by in the tables: Python 2's modules and numpy 1's layout. */
export function canonical(module: string, name: string): string {
  if (module === '__builtin__') return `builtins.${Object.hasOwn(PYTHON2, name) ? PYTHON2[name] : name}`;
  if (module === 'copy_reg') return `copyreg.${name}`;
  return module === 'numpy._core' || module.startsWith('numpy._core.') ? `numpy.core${module.slice(11)}.${name}` : `${module}.${name}`;
}

const list: Construct = (args) => (args.length === 0 ? [] : args.length === 1 ? items(args[0])?.slice() : undefined);
const set: Construct = (args) => {
  const content = args.length === 0 ? [] : args.length === 1 ? items(args[0])?.slice() : undefined;
  return content && new PySet(content as Value[]);
};
const dict: Construct = (args) => {
  if (args.length > 1) return undefined;
  const [from] = args;
  if (from === undefined) return new Map();
  return from instanceof Map ? new Map(from) : pairs(from);
};

function items(value: PyValue | undefined): readonly PyValue[] | undefined {
  return value instanceof Map ? [...value.keys()] : pyItems(value);
}

function pairs(value: PyValue): Map<PyValue, PyValue> | undefined {
  const out = new Map<PyValue, PyValue>();
  for (const item of pyItems(value) ?? [null]) {
    const pair = pyItems(item);
    if (pair?.length !== 2 || !hashable(pair[0])) return undefined;
    out.set(pair[0]!, pair[1]!);
  }
  return out;
}

/** Whether Python could use it as a key. */
export function hashable(value: PyValue | undefined): boolean {
  return !(value === undefined || Array.isArray(value) || value instanceof Map || value instanceof ByteArray || value instanceof PySet);
}

function slice(kind: PySlice['kind']): Construct {
  return ([a, b, c, ...rest]) => {
    if (a === undefined || rest.length > 0) return undefined;
    const none = kind === 'slice' ? null : 0n;
    if (b === undefined) return new PySlice(kind, none, a, kind === 'slice' ? null : 1n);
    return new PySlice(kind, a, b, c ?? (kind === 'slice' ? null : 1n));
  };
}

/** Bytes, or Python 2's str that stands for them. */
function rawBytes(value: PyValue | undefined): Uint8Array | undefined {
  if (typeof value !== 'string') return pyBytes(value);
  for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) > 255) return undefined;
  return Uint8Array.from(value, (c) => c.charCodeAt(0));
}

const DAY = 86400n * 10n ** 9n;

function days(year: number, month: number, day: number): bigint | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return year >= 1 && year <= 9999 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? BigInt(date.getTime() / 86400000) : undefined;
}

function timeOfDay(raw: Uint8Array): bigint | undefined {
  const [hour = 99, minute = 99, second = 99, a = 0, b = 0, c = 0] = raw;
  const micro = a * 65536 + b * 256 + c;
  if (hour > 23 || minute > 59 || second > 59 || micro > 999999) return undefined;
  return BigInt(hour * 3600 + minute * 60 + second) * 10n ** 9n + BigInt(micro) * 1000n;
}

/** Seconds from UTC of a fixed zone; null for none; undefined where it is another kind of zone. */
function offsetOf(zone: PyValue | undefined): number | null | undefined {
  if (zone === undefined || zone === null) return null;
  return zone instanceof PyObject && zone.path === 'datetime.timezone' && zone.args[0] instanceof Duration ? Number(zone.args[0].ns / 10n ** 9n) : undefined;
}

const date: Construct = ([state, ...rest]) => {
  const raw = rawBytes(state);
  const day = raw?.length === 4 && rest.length === 0 ? days(raw[0]! * 256 + raw[1]!, raw[2]!, raw[3]!) : undefined;
  return day === undefined ? undefined : new DateTime('date', day * DAY);
};
const datetime: Construct = (args) => {
  const raw = rawBytes(args[0]), offset = offsetOf(args[1]);
  if (raw?.length !== 10 || args.length > 2) return undefined;
  // A zone that is no fixed offset cannot be given as one.
  if (offset === undefined) return new PyObject(new PyGlobal('datetime', 'datetime'), args);
  // The top bit of the month is the fold.
  const day = days(raw[0]! * 256 + raw[1]!, raw[2]! & 127, raw[3]!), time = timeOfDay(raw.subarray(4));
  return day === undefined || time === undefined ? undefined : new DateTime('datetime', day * DAY + time, offset);
};
const time: Construct = (args) => {
  const raw = rawBytes(args[0])?.slice(), offset = offsetOf(args[1]);
  if (raw?.length !== 6 || args.length > 2 || offset === undefined) return undefined;
  raw[0]! &= 127;
  const ns = timeOfDay(raw);
  return ns === undefined ? undefined : new DateTime('time', ns, offset);
};
const timedelta: Construct = (args) => {
  const [day = 0n, second = 0n, micro = 0n] = args;
  if (args.length > 3 || typeof day !== 'bigint' || typeof second !== 'bigint' || typeof micro !== 'bigint') return undefined;
  return new Duration('timedelta', (day * 86400n + second) * 10n ** 9n + micro * 1000n);
};
/** pandas' Timestamp: (value, freq, tz, unit of the value). */
const timestamp: Construct = ([value, , zone, unit = 10n]) => {
  const offset = offsetOf(zone), scale = new Map([[7n, 10n ** 9n], [8n, 10n ** 6n], [9n, 1000n], [10n, 1n]]).get(unit as bigint);
  if (typeof value !== 'bigint' || offset === undefined || scale === undefined) return undefined;
  return new DateTime('timestamp', value * scale + BigInt(offset ?? 0) * 10n ** 9n, offset);
};

/** A class whose base class has content of its own: `copyreg._reconstructor(class, base, content)`. */
const reconstructor: Construct = ([type, base, content], context) => {
  if (!(type instanceof PyGlobal) || !(base instanceof PyGlobal)) return undefined;
  if (base.name === 'object') return context.create(type, []);
  const object = new PyObject(type);
  if (base.name === 'dict' && content instanceof Map) object.entries = new Map(content);
  else if ((base.name === 'list' || base.name === 'set') && pyItems(content)) object.items = pyItems(content)!.slice();
  else return new PyObject(type, [content ?? null]);
  return object;
};

/** Makes inert objects of a class of numpy.random, so that random states can be passed over. */
function random(module: string, name: string): Construct {
  return (args) => new PyObject(new PyGlobal(module, name), args);
}

/** Name → what a call of it makes. */
export const constructors: ReadonlyMap<string, Construct> = new Map<string, Construct>([
  ['builtins.list', list],
  ['builtins.tuple', (args) => (args.length === 0 ? pyTuple([]) : args.length === 1 && items(args[0]) ? pyTuple(items(args[0])!) : undefined)],
  ['builtins.set', set],
  ['builtins.frozenset', set],
  ['builtins.dict', dict],
  ['builtins.bytes', (args) => (args.length === 0 ? new Uint8Array(0) : args.length === 1 ? bytesOf(args[0]) : undefined)],
  ['builtins.bytearray', (args) => {
    const raw = args.length === 0 ? new Uint8Array(0) : typeof args[0] === 'string' && args[1] === 'latin-1' ? rawBytes(args[0]) : args.length === 1 ? bytesOf(args[0]) : undefined;
    return raw && new ByteArray(raw);
  }],
  ['builtins.complex', ([re, im = 0]) => (typeof re === 'number' && typeof im === 'number' ? new Complex(re, im) : undefined)],
  ['builtins.slice', slice('slice')],
  ['builtins.range', slice('range')],
  ['builtins.object', (args) => (args.length === 0 ? new PyObject(new PyGlobal('builtins', 'object')) : undefined)],
  ['_codecs.encode', ([text, encoding]) => (typeof text === 'string' && (encoding === 'latin1' || encoding === 'latin-1') ? rawBytes(text) : undefined)],
  ['copyreg._reconstructor', reconstructor],
  ['copyreg.__newobj__', ([type, ...args], context) => (type instanceof PyGlobal ? context.create(type, args) : undefined)],
  ['collections.OrderedDict', dict],
  ['collections.Counter', dict],
  ['collections.defaultdict', ([, ...rest], context) => dict(rest, context)],
  ['collections.deque', ([content]) => (content === undefined ? [] : pyItems(content)?.slice())],
  ['datetime.date', date],
  ['datetime.datetime', datetime],
  ['datetime.time', time],
  ['datetime.timedelta', timedelta],
  ['datetime.timezone', (args) => (args[0] instanceof Duration && args.length <= 2 ? new PyObject(new PyGlobal('datetime', 'timezone'), args) : undefined)],
  ['decimal.Decimal', ([text, ...rest]) => (typeof text === 'string' && rest.length === 0 && text.length < 4300 ? new Decimal(text) : undefined)],
  ['pandas._libs.tslibs.timestamps._unpickle_timestamp', timestamp],
  ['pandas._libs.tslibs.nattype._nat_unpickle', () => NaT],
  ['numpy.random._pickle.__randomstate_ctor', random('numpy.random.mtrand', 'RandomState')],
  ['numpy.random.__RandomState_ctor', random('numpy.random.mtrand', 'RandomState')],
  ['numpy.random._pickle.__generator_ctor', random('numpy.random._generator', 'Generator')],
  ['numpy.random._pickle.__bit_generator_ctor', random('numpy.random.bit_generator', 'BitGenerator')],
  ['numpy.random.bit_generator.__pyx_unpickle_SeedSequence', random('numpy.random.bit_generator', 'SeedSequence')],
  ...numpyConstructors,
  ...sparseConstructors,
]);

function bytesOf(value: PyValue | undefined): Uint8Array | undefined {
  const raw = pyBytes(value);
  if (raw) return raw;
  const list = pyItems(value);
  return list?.every((v) => typeof v === 'bigint' && v >= 0n && v < 256n) ? Uint8Array.from(list, Number) : undefined;
}

/** Names that may stand as values (a class as an attribute), but make nothing. */
const references: ReadonlySet<string> = new Set([
  ...['int', 'float', 'str', 'bool', 'type', 'NoneType'].map((name) => `builtins.${name}`),
  'numpy.random._mt19937.MT19937', 'numpy.random._pcg64.PCG64', 'numpy.random._pcg64.PCG64DXSM', 'numpy.random._philox.Philox', 'numpy.random._sfc64.SFC64',
  'numpy.random.bit_generator.SeedSequence',
  ...numpyReferences,
]);

/** Names of single values. */
export const singletons: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  ['pandas._libs.missing.NA', NA],
  ['pandas._libs.tslibs.nattype.NaT', NaT],
  ['builtins.Ellipsis', new PyGlobal('builtins', 'Ellipsis')],
  ['builtins.NotImplemented', new PyGlobal('builtins', 'NotImplemented')],
]);

/** Whether a name is on the closed list of this file. */
export function isPlainGlobal(module: string, name: string): boolean {
  const key = canonical(module, name);
  return constructors.has(key) || references.has(key) || singletons.has(key);
}
