/**
 * Input examples of a model, read in every form MLflow has saved them in: split frames, arrays (1.x in TensorFlow's serving
 * form), dicts of arrays, sparse matrices, plain JSON; with params.
 * @module
 */
import { numpyArray } from '../data/numpy-array.ts';
import { Tensor } from '../data/tensor.ts';
import { Tuple, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { parseFileJson } from '../formats/json-text.ts';
import { recordsTable } from '../wire/dataframe-records.ts';
import { splitTable } from '../wire/dataframe-split.ts';
import { compileTensorPlan, convertInputs } from '../wire/inputs.ts';
import { compileTableCasts } from '../wire/table-casts.ts';
import type { ModelFiles } from './files.ts';
import { formatInputExample } from './input-example-write.ts';
import type { Model } from './model.ts';
import { decodeText } from './read.ts';

export { formatInputExample, type SavedExample } from './input-example-write.ts';

/** An input example as a model takes it. */
export interface InputExample {
  readonly input: Value;
  readonly params: Map<Value, Value> | undefined;
}

/** Most cells of a sparse matrix, which is handed out dense. */
const MAX_DENSE = 50_000_000;

/**
 * The saved input example of a model; undefined where it has none.
 * @throws ModelError FILE_NOT_FOUND, FILE_MALFORMED, INPUT_EXAMPLE_INVALID, and the errors of data that does not fit the signature
 * @example
 * ```ts
 * const example = await readInputExample(files, await readModel(files));
 * if (example) await model.predict(example.input, { params: example.params });
 * ```
 */
export async function readInputExample(files: ModelFiles, model: Model): Promise<InputExample | undefined> {
  const info = model.savedInputExampleInfo;
  if (info === undefined) return undefined;
  const path = info['artifact_path'];
  if (typeof path !== 'string') throw invalid('MLmodel does not say where it is');
  const saved = parseFileJson(decodeText(await files.read(path), path), path);
  // `params: "true"` in MLmodel says that the file holds both.
  const both = Boolean(info['params']) && saved instanceof Map;
  const data = both ? saved.get('inputs') ?? null : saved;
  const params = both ? saved.get('params') : undefined;
  const type = String(info['type'] ?? guessType(data));
  return { input: convert(data, type, info, model), params: params instanceof Map ? params : undefined };
}

/**
 * The example as a body for /invocations: the file that MLflow ≥ 2.17 saves, or made from the input example; undefined
 * where the model has none.
 */
export async function readServingExample(files: ModelFiles, model: Model): Promise<string | undefined> {
  const path = model.savedInputExampleInfo?.['serving_input_path'];
  if (typeof path === 'string') return decodeText(await files.read(path), path);
  const example = await readInputExample(files, model);
  return example && formatInputExample(example.params ? new Tuple([example.input, example.params]) : example.input).servingText;
}

function convert(data: Value, type: string, info: Readonly<Record<string, unknown>>, model: Model): Value {
  const schema = model.signature?.inputs;
  switch (type) {
    case 'json_object': return data;
    case 'dataframe': {
      const table = info['pandas_orient'] === 'records' || Array.isArray(data) ? recordsTable(data) : splitTable(data);
      return compileTableCasts(schema)(table);
    }
    case 'ndarray': {
      // MLflow 1 wrapped arrays as TensorFlow's serving does, and said so.
      const bare = info['format'] === 'tf-serving' && data instanceof Map ? data.get('inputs') ?? data.get('instances') ?? data : data;
      return convertInputs(bare, compileTensorPlan(schema));
    }
    case 'sparse_matrix_csr': return dense(data, true);
    case 'sparse_matrix_csc': return dense(data, false);
    default: throw invalid(`its type is ${type}, none of dataframe, ndarray, json_object, sparse_matrix_csr, sparse_matrix_csc`);
  }
}

/** For references that give only a path. */
function guessType(data: Value): string {
  if (data instanceof Map && data.has('data') && [...data.keys()].every((key) => key === 'data' || key === 'columns' || key === 'index')) return 'dataframe';
  return 'json_object';
}

/** A compressed sparse matrix, by rows or by columns, as an array of two dimensions. */
function dense(data: Value, byRow: boolean): Tensor {
  const field = (name: string): Value[] => {
    const part = data instanceof Map ? data.get(name) : undefined;
    return Array.isArray(part) ? part : refuse(`the sparse matrix has no list ${name}`);
  };
  const counts = (name: string): number[] => field(name).map((v) => (typeof v === 'bigint' && v >= 0n && v <= MAX_DENSE ? Number(v) : refuse(`${name} of the sparse matrix holds something else than counts`)));
  const values = numpyArray(field('data').map((v) => v ?? NaN)), indices = counts('indices'), pointers = counts('indptr'), shape = counts('shape');
  const [rows = 0, columns = 0] = shape, major = byRow ? rows : columns, minor = byRow ? columns : rows;
  if (shape.length !== 2 || rows * columns > MAX_DENSE) refuse(`the sparse matrix is not one of two dimensions and at most ${MAX_DENSE} cells`);
  if (values.shape.length !== 1 || values.dtype === 'object' || values.dtype === 'str') refuse('the sparse matrix holds something else than numbers');
  if (indices.length !== values.size || pointers.length !== major + 1 || pointers[0] !== 0 || pointers[major] !== indices.length) refuse('the parts of the sparse matrix do not fit together');
  // Integers beyond 2^53 would need 64-bit storage; scipy adds up what stands twice.
  const cells = new Float64Array(rows * columns);
  for (let i = 0; i < major; i++) {
    const end = pointers[i + 1] ?? 0;
    for (let k = pointers[i] ?? 0; k < end; k++) {
      const j = indices[k] ?? minor;
      if (j >= minor) refuse('an index of the sparse matrix lies outside its shape');
      const at = byRow ? i * columns + j : j * columns + i;
      cells[at] = (cells[at] ?? 0) + Number(values.values[k]);
    }
  }
  const whole = values.dtype === 'bool' || !Number.isSafeInteger(cells.reduce((most, x) => Math.max(most, Math.abs(x)), 0)) ? 'float64' : values.dtype;
  return new Tensor(whole, [rows, columns], cells);
}

function refuse(reason: string): never {
  throw invalid(reason);
}

function invalid(reason: string): ModelError {
  return new ModelError('INPUT_EXAMPLE_INVALID', { reason });
}
