/**
 * numpy's .npy and .npz files: magic `\x93NUMPY`, version, header length, a Python dict literal with `descr`,
 * `fortran_order` and `shape`, then the data. An .npz is a ZIP of them. Source: numpy.lib.format.
 * @module
 */
import { Tensor } from '../data/tensor.ts';
import { Tuple, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { ByteReader } from './byte-reader.ts';
import { MemoryBudget } from './memory-budget.ts';
import { decodeArray, shapeSize, type ArrayLayout } from './numpy-decode.ts';
import { NumpyDType, parseTypeString, structured, subArray, type NumpyField } from './numpy-dtype.ts';
import { parsePythonLiteral } from './python-literal.ts';
import { StructuredArray, type PyValue } from './python-object.ts';
import { openZip } from './zip.ts';

/** Options of {@link readNpy}. */
export interface NpyOptions {
  /** The file's name, for messages. */
  readonly file: string;
  /** @default a budget of the file's own */
  readonly budget?: MemoryBudget;
  /**
   * Reads the pickle that an array of Python objects holds, as a list of its elements; without it such arrays are refused.
   */
  readonly readObjects?: (pickle: Uint8Array) => PyValue;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Reads one .npy file.
 * @throws ModelError FILE_TRUNCATED, FILE_MALFORMED, DTYPE_UNKNOWN, DATA_SHAPE_INVALID
 * @example
 * ```ts
 * const coefficients = readNpy(bytes, { file: 'coef.npy' }); // a Tensor, or a StructuredArray of named fields
 * ```
 */
export function readNpy(bytes: Uint8Array, options: NpyOptions): Tensor | StructuredArray {
  const reader = new ByteReader(bytes, { file: options.file, format: 'npy' });
  const layout = header(reader);
  const budget = options.budget ?? new MemoryBudget(options.file, bytes.length);
  if (layout.dtype.hasObjects) return objects(reader, layout, options);
  const size = shapeSize(layout.shape) * layout.dtype.itemSize;
  if (!(size <= reader.remaining)) throw new ModelError('FILE_TRUNCATED', { file: options.file, offset: reader.offset, needed: size, available: reader.remaining });
  return decodeArray(reader.bytes(size), layout, budget);
}

/** The element type a .npy file names. */
export function readNpyDType(bytes: Uint8Array, file: string): NumpyDType {
  return header(new ByteReader(bytes, { file, format: 'npy' })).dtype;
}

/**
 * Reads an .npz file: every array by its name, without `.npy`.
 * @throws ModelError as {@link readNpy} and openZip
 */
export function readNpz(bytes: Uint8Array, options: NpyOptions): Map<string, Tensor | StructuredArray> {
  const zip = openZip(bytes, options.file);
  const budget = options.budget ?? new MemoryBudget(options.file, bytes.length);
  return new Map(zip.entries.map(({ name, size }) => {
    budget.charge(size);
    return [name.replace(/\.npy$/, ''), readNpy(zip.read(name), { ...options, file: `${options.file}/${name}`, budget })];
  }));
}

function header(reader: ByteReader): ArrayLayout {
  for (const byte of MAGIC) if (reader.u8() !== byte) reader.fail('it does not begin with the magic of numpy');
  const major = reader.u8();
  reader.skip(1);
  if (major < 1 || major > 3) reader.fail(`version ${major} is not known`);
  const length = major === 1 ? reader.u16() : reader.length32();
  const bytes = reader.bytes(length);
  const text = major === 3 ? new TextDecoder().decode(bytes) : String.fromCharCode(...bytes.subarray(0, 65536));
  const literal = parsePythonLiteral(text);
  if (!(literal instanceof Map)) return reader.fail('its header is not a dict');
  const dtype = descrDType(literal.get('descr'), 0), fortran = literal.get('fortran_order'), shape = literal.get('shape');
  if (!dtype) return reader.fail('its element type is not known');
  const dims = shape instanceof Tuple ? shape.items.map((d) => (typeof d === 'bigint' && d >= 0n ? Number(d) : NaN)) : [NaN];
  if (typeof fortran !== 'boolean' || !(shapeSize(dims) <= Number.MAX_SAFE_INTEGER)) return reader.fail('its shape or order is not valid');
  return { dtype, shape: dims, fortran };
}

/** `descr`: a type string, a list of fields, or (type, shape). */
function descrDType(descr: Value | undefined, depth: number): NumpyDType | undefined {
  if (typeof descr === 'string') return parseTypeString(descr);
  if (depth > 8) return undefined;
  if (descr instanceof Tuple && descr.items.length === 2) {
    const base = descrDType(descr.items[0], depth + 1), dims = shapeOf(descr.items[1]);
    return base && dims && subArray(base, dims);
  }
  if (!Array.isArray(descr)) return undefined;
  const fields: NumpyField[] = [];
  let offset = 0;
  for (const item of descr) {
    if (!(item instanceof Tuple) || item.items.length < 2 || item.items.length > 3) return undefined;
    // A field may be named (title, name).
    const label = item.items[0] instanceof Tuple ? item.items[0].items[1] : item.items[0];
    const base = descrDType(item.items[1], depth + 1), dims = item.items.length === 3 ? shapeOf(item.items[2]) : [];
    const dtype = base && dims && (dims.length > 0 ? subArray(base, dims) : base);
    if (typeof label !== 'string' || !dtype) return undefined;
    // Nameless raw bytes are padding.
    if (!(label === '' && dtype.kind === 'V')) fields.push({ name: label, dtype, offset });
    offset += dtype.itemSize;
  }
  return structured(fields, offset);
}

function shapeOf(value: Value | undefined): number[] | undefined {
  const dims = value instanceof Tuple ? value.items : [value];
  return dims.every((d) => typeof d === 'bigint' && d >= 0n && d < 2n ** 31n) ? dims.map(Number) : undefined;
}

function objects(reader: ByteReader, layout: ArrayLayout, options: NpyOptions): Tensor {
  if (!options.readObjects || layout.dtype.kind !== 'O') return reader.fail('it holds Python objects, which are not read here');
  const value = options.readObjects(reader.bytes(reader.remaining));
  if (!(value instanceof Tensor) || value.dtype !== 'object' || value.shape.join() !== layout.shape.join()) return reader.fail('its pickle is not an array of that shape');
  return value;
}
