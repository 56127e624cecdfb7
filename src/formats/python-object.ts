/**
 * What a pickle or skops file holds, as inert data: the values of {@link Value} and the classes here for everything that
 * has no plain form. Nothing here runs anything; a class or function of Python is only a name.
 * @module
 */
import { Tensor } from '../data/tensor.ts';
import {
  ByteArray, type Complex, type DateTime, type Decimal, type Duration, type Missing, PySet, type Scalar, type Series, Tuple, type Value,
} from '../data/values.ts';
import type { Table } from '../data/table.ts';
import type { NumpyDType } from './numpy-dtype.ts';

/** A class or function of Python, by name. */
export class PyGlobal {
  readonly module: string;
  readonly name: string;
  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }

  /** `module.name`. */
  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

/**
 * An object of a class we only know by name: what it was made from. For a call of a function, `type` is the function.
 * Pickles and skops files give the same form.
 */
export class PyObject {
  /** Its class, or the function that would have made it; a PyObject for a class that the file itself defines. */
  readonly type: PyGlobal | PyObject;
  readonly args: readonly PyValue[];
  /** Keyword arguments of `__newobj_ex__`. */
  readonly kwargs: ReadonlyMap<PyValue, PyValue> | undefined;
  /** What `__setstate__` would be given (mostly a Map of attributes); undefined when there is none. */
  state: PyValue | undefined;
  /** Items, where the class is a kind of list or set. */
  items: PyValue[] | undefined;
  /** Entries, where the class is a kind of dict. */
  entries: Map<PyValue, PyValue> | undefined;

  constructor(type: PyGlobal | PyObject, args: readonly PyValue[] = [], parts: { kwargs?: ReadonlyMap<PyValue, PyValue>; state?: PyValue; entries?: Map<PyValue, PyValue>; items?: PyValue[] } = {}) {
    this.type = type;
    this.args = args;
    this.kwargs = parts.kwargs;
    this.state = parts.state;
    this.items = parts.items;
    this.entries = parts.entries;
  }

  /** `module.name` of its class, or `<dynamic>` for a class that the file itself defines. */
  get path(): string {
    return this.type instanceof PyGlobal ? this.type.path : '<dynamic>';
  }

  /** An attribute of its state, or undefined. */
  attribute(name: string): PyValue | undefined {
    const { state } = this;
    if (state instanceof Map) return state.get(name);
    // object.__getstate__ of a class with slots: (attributes or None, slots).
    if (state instanceof Tuple && state.items.length === 2) {
      for (const part of state.items) if (part instanceof Map && part.has(name)) return part.get(name);
    }
    return undefined;
  }
}

/** A numpy array with named fields: one tensor a field, each of the array's shape followed by the field's own. */
export class StructuredArray {
  readonly shape: readonly number[];
  readonly fields: ReadonlyMap<string, Tensor | StructuredArray>;
  constructor(shape: readonly number[], fields: ReadonlyMap<string, Tensor | StructuredArray>) {
    this.shape = shape;
    this.fields = fields;
  }
}

/** numpy's masked array; `mask` is a bool tensor of the same shape (true hides), or null when nothing is hidden. */
export class MaskedArray {
  readonly data: Tensor | StructuredArray;
  readonly mask: Tensor | StructuredArray | null;
  constructor(data: Tensor | StructuredArray, mask: Tensor | StructuredArray | null) {
    this.data = data;
    this.mask = mask;
  }
}

/** A scipy sparse matrix: `data`, `indices`, `indptr` (csr, csc, bsr), `data`, `row`, `col` (coo), `data`, `offsets` (dia). */
export class SparseMatrix {
  readonly format: string;
  readonly shape: readonly number[];
  readonly parts: ReadonlyMap<string, Tensor>;
  constructor(format: string, shape: readonly number[], parts: ReadonlyMap<string, Tensor>) {
    this.format = format;
    this.shape = shape;
    this.parts = parts;
  }
}

/** Python's slice or range. */
export class PySlice {
  readonly kind: 'slice' | 'range';
  readonly start: PyValue;
  readonly stop: PyValue;
  readonly step: PyValue;
  constructor(kind: PySlice['kind'], start: PyValue, stop: PyValue, step: PyValue) {
    this.kind = kind;
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

/** Any value of a pickle or skops file. Structures may be shared and may contain themselves. */
export type PyValue =
  | null | boolean | bigint | number | string | Uint8Array | PyValue[] | Map<PyValue, PyValue>
  | ByteArray | Tuple | PySet | Scalar | DateTime | Duration | Decimal | Complex | Missing | Tensor | Table | Series
  | PyGlobal | PyObject | StructuredArray | MaskedArray | SparseMatrix | PySlice | NumpyDType;

/** A tuple of any values. */
export function pyTuple(items: readonly PyValue[]): Tuple {
  // Tuple is declared over Value; inside a pickle it holds the wider PyValue, and `pyItems` gives that type back.
  return new Tuple(items as readonly Value[]);
}

/** The items of a list, tuple, set or one-dimensional array of objects or text, else undefined. */
export function pyItems(value: PyValue | undefined): readonly PyValue[] | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof Tuple || value instanceof PySet) return value.items as readonly PyValue[];
  if (value instanceof Tensor && value.shape.length === 1 && Array.isArray(value.values)) return value.values as readonly PyValue[];
  return undefined;
}

/** The bytes of bytes or bytearray, else undefined. */
export function pyBytes(value: PyValue | undefined): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  return value instanceof ByteArray ? value.bytes : undefined;
}

/** What a value is, for messages: `int`, `dict`, `numpy.ndarray`, a class's path. */
export function pyTypeName(value: PyValue | undefined): string {
  switch (typeof value) {
    case 'undefined': return 'nothing';
    case 'boolean': return 'bool';
    case 'bigint': return 'int';
    case 'number': return 'float';
    case 'string': return 'str';
    default: break;
  }
  if (value === null) return 'None';
  if (value instanceof Uint8Array) return 'bytes';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Map) return 'dict';
  if (value instanceof PyObject || value instanceof PyGlobal) return value.path;
  return value.constructor.name;
}
