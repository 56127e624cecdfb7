/**
 * numpy in pickles: arrays, element types, scalars and masked arrays; and the arrays that joblib puts into the stream.
 * Source: array_reduce, array_setstate, arraydescr_setstate and numpy.ma of numpy; joblib.numpy_pickle.
 * @module
 */
import { Tensor } from '../data/tensor.ts';
import { Tuple, type Value } from '../data/values.ts';
import { decodeArray, decodeScalar, shapeSize } from './numpy-decode.ts';
import { asTimeUnit, NumpyDType, parseTypeString, structured, subArray, type NumpyField } from './numpy-dtype.ts';
import { Unbuilt, type Construct, type ConstructContext } from './pickle-construct.ts';
import { MaskedArray, pyBytes, PyGlobal, pyItems, StructuredArray, type PyValue } from './python-object.ts';

const ARRAY_TYPES: ReadonlySet<string> = new Set(['ndarray', 'matrix', 'memmap', 'recarray', 'MaskedArray', 'chararray']);

/** Bytes, or the text that Python 2 gives for them. */
function raw(value: PyValue | undefined): Uint8Array | undefined {
  return typeof value === 'string' ? Uint8Array.from(value, (c) => c.charCodeAt(0)) : pyBytes(value);
}

function isArrayType(value: PyValue | undefined): boolean {
  return value instanceof PyGlobal && ARRAY_TYPES.has(value.name) && value.module.startsWith('numpy');
}

/** A tuple of sizes, or one size. */
function dims(value: PyValue | undefined): number[] | undefined {
  const list = typeof value === 'bigint' ? [value] : value instanceof Tuple ? value.items : undefined;
  const out = list?.map((d) => (typeof d === 'bigint' && d >= 0n && d < 2n ** 48n ? Number(d) : NaN));
  return out && shapeSize(out) <= 2 ** 48 ? out : undefined;
}

/** An array from its type, shape, order and content: bytes, or a list of objects. */
function array(dtype: PyValue | undefined, shape: PyValue | undefined, fortran: boolean, content: PyValue | undefined, context: ConstructContext): Tensor | StructuredArray | undefined {
  const sizes = dims(shape);
  if (!(dtype instanceof NumpyDType) || !sizes) return undefined;
  if (dtype.hasObjects) {
    if (!Array.isArray(content) || content.length !== shapeSize(sizes)) return undefined;
    // numpy writes the objects in C order whatever the array's own order is.
    return new Tensor('object', sizes, content.slice() as Value[]);
  }
  const bytes = raw(content);
  return bytes && decodeArray(bytes, { dtype, shape: sizes, fortran }, context.budget);
}

/** `_reconstruct(class, (0,), b'b')`, then BUILD of ([version,] shape, dtype, is_fortran, bytes or list). */
const reconstruct: Construct = ([type], context) => {
  if (!isArrayType(type)) return undefined;
  return new Unbuilt('numpy.ndarray', (state) => {
    const parts = state instanceof Tuple ? pyItems(state)! : [];
    const [shape, dtype, fortran, content] = parts.length === 5 ? parts.slice(1) : parts;
    return parts.length < 4 || parts.length > 5 ? undefined : array(dtype, shape, isTrue(fortran), content, context);
  });
};

/** `_mareconstruct(class, base, (0,), b'b')`, then BUILD of (1, shape, dtype, is_fortran, data, mask, fill value). */
const maskedReconstruct: Construct = ([type], context) => {
  if (!isArrayType(type)) return undefined;
  return new Unbuilt('numpy.ma.MaskedArray', (state) => {
    const parts = state instanceof Tuple ? pyItems(state)! : [];
    if (parts.length !== 7) return undefined;
    const [, shape, dtype, fortran, content, mask] = parts;
    const data = array(dtype, shape, isTrue(fortran), content, context);
    const hidden = data instanceof Tensor ? array(parseTypeString('b1'), shape, isTrue(fortran), mask, context) : undefined;
    return data && hidden && new MaskedArray(data, hidden);
  });
};

function isTrue(value: PyValue | undefined): boolean {
  return value === true || (typeof value === 'bigint' && value !== 0n);
}

/** `dtype('f8', False, True)`, then BUILD of (version, order, sub, names, fields, size, alignment, flags[, metadata]). */
const dtype: Construct = ([type]) => {
  const text = typeof type === 'string' ? type : type instanceof PyGlobal ? TYPE_CLASSES.get(type.name) : undefined;
  const base = text === undefined ? undefined : parseTypeString(text);
  return base && new Unbuilt('numpy.dtype', (state) => dtypeOfState(base, state));
};

function dtypeOfState(base: NumpyDType, state: PyValue): NumpyDType | undefined {
  const parts = state instanceof Tuple ? pyItems(state)! : [];
  const [version, order, sub, names, fields, size] = parts;
  if (typeof version !== 'bigint' || version < 1n || version > 4n || parts.length < 6 || parts.length > 9) return undefined;
  const itemSize = typeof size === 'bigint' && size >= 0n && size < 2n ** 31n ? Number(size) : base.itemSize;
  if (sub instanceof Tuple) {
    const [inner, shape] = pyItems(sub)!, sizes = dims(shape);
    return inner instanceof NumpyDType && sizes && sub.items.length === 2 ? subArray(inner, sizes) : undefined;
  }
  if (names instanceof Tuple && fields instanceof Map) return structuredOfState(names, fields, itemSize);
  const bigEndian = order === '>';
  if (base.kind === 'M' || base.kind === 'm') {
    const [unit, step] = unitOfState(parts[8]) ?? [base.unit, base.step];
    return new NumpyDType(base.kind, 8, { bigEndian, unit, step });
  }
  const flexible = base.kind === 'S' || base.kind === 'U' || base.kind === 'V';
  if (base.kind === 'U' && itemSize % 4 !== 0) return undefined;
  return new NumpyDType(base.kind, flexible ? itemSize : base.itemSize, { bigEndian });
}

function structuredOfState(names: Tuple, fields: Map<PyValue, PyValue>, itemSize: number): NumpyDType | undefined {
  const out: NumpyField[] = [];
  for (const name of names.items) {
    const field = pyItems(fields.get(name));
    const [type, offset] = field ?? [];
    if (typeof name !== 'string' || !(type instanceof NumpyDType) || typeof offset !== 'bigint') return undefined;
    out.push({ name, dtype: type, offset: Number(offset) });
  }
  return structured(out, itemSize);
}

/** (metadata, (unit, count, …)). */
function unitOfState(metadata: PyValue | undefined): [NumpyDType['unit'], number] | undefined {
  const [unit, count] = pyItems(pyItems(metadata)?.[1]) ?? [];
  const name = typeof unit === 'string' ? unit : String.fromCharCode(...(pyBytes(unit)?.subarray(0, 16) ?? []));
  const known = asTimeUnit(name);
  return known && typeof count === 'bigint' && count >= 1n && count < 2n ** 31n ? [known, Number(count)] : undefined;
}

const scalar: Construct = ([type, content], context) => {
  if (!(type instanceof NumpyDType)) return undefined;
  if (type.kind === 'O') return content;
  // numpy lets an empty element go unwritten.
  const bytes = content === undefined ? new Uint8Array(type.itemSize) : raw(content);
  return bytes && !type.hasObjects ? decodeScalar(bytes, type, context.budget) : undefined;
};

const frombuffer: Construct = ([content, type, shape, order], context) => array(type, shape, order === 'F', pyBytes(content) ? content : undefined, context);

/** An old pickle of a ufunc: (module, name). */
const ufunc: Construct = ([module, name], context) => (typeof module === 'string' && typeof name === 'string' ? context.find(module, name) : undefined);

/** joblib: BUILD of {shape, order, dtype, …}, after which the array's bytes stand in the stream. */
const joblibArray: Construct = (args, context) => {
  if (args.length > 0) return undefined;
  return new Unbuilt('joblib.numpy_pickle.NumpyArrayWrapper', (state) => {
    const { reader } = context;
    if (!(state instanceof Map) || !reader) return undefined;
    const type = state.get('dtype'), shape = state.get('shape'), sizes = dims(shape);
    if (!isArrayType(state.get('subclass')) || !(type instanceof NumpyDType) || !sizes) return undefined;
    if (type.hasObjects) return context.nested?.();
    const alignment = state.get('numpy_array_alignment_bytes');
    if (alignment !== undefined && alignment !== null) reader.skip(reader.u8());
    const bytes = reader.bytes(reader.checkCount(shapeSize(sizes), type.itemSize) * type.itemSize);
    return array(type, shape, state.get('order') === 'F', bytes, context);
  });
};

/** Scalar classes by their names in numpy. */
const TYPE_CLASSES: ReadonlyMap<string, string> = new Map([
  ['bool_', 'b1'], ['bool', 'b1'], ['int8', 'i1'], ['int16', 'i2'], ['int32', 'i4'], ['int64', 'i8'], ['uint8', 'u1'], ['uint16', 'u2'], ['uint32', 'u4'], ['uint64', 'u8'],
  ['float16', 'f2'], ['float32', 'f4'], ['float64', 'f8'], ['complex64', 'c8'], ['complex128', 'c16'], ['object_', 'O8'], ['intc', 'i4'], ['longlong', 'i8'], ['ulonglong', 'u8'],
]);

export const numpyConstructors: readonly (readonly [string, Construct])[] = [
  ['numpy.core.multiarray._reconstruct', reconstruct],
  ['numpy.core.multiarray.scalar', scalar],
  ['numpy.core.numeric._frombuffer', frombuffer],
  ['numpy.core._ufunc_reconstruct', ufunc],
  ['numpy.dtype', dtype],
  ['numpy.ma.core._mareconstruct', maskedReconstruct],
  ['joblib.numpy_pickle.NumpyArrayWrapper', joblibArray],
  ['sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper', joblibArray],
];

export const numpyReferences: readonly string[] = [
  ...['ndarray', 'matrix', 'memmap', 'recarray', 'str_', 'bytes_', 'number', 'integer', 'floating', 'generic', 'inexact', 'datetime64', 'timedelta64', 'void', ...TYPE_CLASSES.keys()].map((name) => `numpy.${name}`),
  'numpy.matrixlib.defmatrix.matrix', 'numpy.core.memmap.memmap', 'numpy.rec.recarray', 'numpy.core.records.recarray', 'numpy.ma.MaskedArray', 'numpy.ma.core.MaskedArray',
];
