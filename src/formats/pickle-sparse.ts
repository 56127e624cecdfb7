/**
 * scipy's sparse matrices, from the state of a pickle or the arrays of an .npz file.
 * @module
 */
import { Tensor } from '../data/tensor.ts';
import { pyBytes, pyItems, SparseMatrix, StructuredArray, type PyValue } from './python-object.ts';
import { Unbuilt, type Construct } from './pickle-construct.ts';

/** Arrays of each format. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  csr: ['data', 'indices', 'indptr'], csc: ['data', 'indices', 'indptr'], bsr: ['data', 'indices', 'indptr'], coo: ['data', 'row', 'col'], dia: ['data', 'offsets'],
};

const fromState = (format: string): Construct => (args) => {
  if (args.length > 0) return undefined;
  return new Unbuilt(`scipy.sparse ${format} matrix`, (state) => {
    if (!(state instanceof Map)) return undefined;
    const coordinates = pyItems(state.get('coords'));
    const part = (name: string): PyValue | undefined => state.get(name) ?? (name === 'row' ? coordinates?.[0] : name === 'col' ? coordinates?.[1] : undefined);
    return assemble(format, pyItems(state.get('_shape') ?? state.get('shape')), part);
  });
};

function assemble(format: string, shape: readonly PyValue[] | undefined, part: (name: string) => PyValue | undefined): SparseMatrix | undefined {
  const names = PARTS[format], sizes = shape?.map((d) => (typeof d === 'bigint' && d >= 0n && d < 2n ** 48n ? Number(d) : NaN));
  if (!names || !sizes || sizes.some((d) => d !== d)) return undefined;
  const parts = new Map<string, Tensor>();
  for (const name of names) {
    const tensor = part(name);
    if (!(tensor instanceof Tensor)) return undefined;
    parts.set(name, tensor);
  }
  return new SparseMatrix(format, sizes, parts);
}

/** A matrix from the arrays that scipy.sparse.save_npz writes: `format`, `shape` and the parts; undefined where they do not fit. */
export function sparseFromArrays(arrays: ReadonlyMap<string, Tensor | StructuredArray>): SparseMatrix | undefined {
  const format = arrays.get('format'), shape = arrays.get('shape');
  if (!(format instanceof Tensor) || !(shape instanceof Tensor)) return undefined;
  const first = format.values[0], bytes = pyBytes(first as PyValue);
  const name = bytes ? String.fromCharCode(...bytes.subarray(0, 16)) : String(first);
  return assemble(name, Array.from(shape.values as ArrayLike<number | bigint>, (d) => BigInt(d)), (part) => arrays.get(part));
}

/** Classes of every scipy, `scipy.sparse._csr.csr_matrix` and the older `scipy.sparse.csr.csr_matrix`. */
export const sparseConstructors: readonly (readonly [string, Construct])[] = Object.keys(PARTS).flatMap((format) =>
  ['_', ''].flatMap((mark) => ['matrix', 'array'].map((kind) => [`scipy.sparse.${mark}${format}.${format}_${kind}`, fromState(format)] as const)));
