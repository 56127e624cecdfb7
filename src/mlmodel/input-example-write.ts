/**
 * Input examples as the files MLflow saves beside a model (mlflow/models/utils.py, _Example): input_example.json,
 * serving_input_example.json and their entry in MLmodel.
 * @module
 */
import { type Column, column, isMissing } from '../data/column.ts';
import { isComplex, isDatetime, isFloat, isTimedelta, NAT } from '../data/dtype.ts';
import { indentJson } from '../data/json-write.ts';
import { Table } from '../data/table.ts';
import { Tensor } from '../data/tensor.ts';
import { Complex, DateTime, Decimal, Missing, Scalar, Tuple, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { SERVER_RULES } from '../wire/json-rules.ts';
import { splitText } from '../wire/json-table.ts';
import { typeName, valueText } from '../wire/json-value.ts';

/** Name of the example's file. */
const EXAMPLE_FILE = 'input_example.json';
/** Name of the file with the example as a request body. */
const SERVING_FILE = 'serving_input_example.json';

/** What is saved of an example. */
export interface SavedExample {
  /** Text of {@link EXAMPLE_FILE}. */
  readonly text: string;
  /** Text of {@link SERVING_FILE}: a body for /invocations. */
  readonly servingText: string;
  /** `saved_input_example_info` of MLmodel. */
  readonly info: Readonly<Record<string, string>>;
}

/** Keys that make a dict a request of the unified chat, completion and embedding formats. */
const LLM_KEYS = ['messages', 'prompt', 'input'];

/**
 * The files of an input example: a table, an array, a dict of arrays, a dict, a list or a scalar; a Tuple of one of them
 * and a dict is the example with its params.
 * @throws ModelError INPUT_EXAMPLE_INVALID, NOT_SERIALIZABLE
 * @example
 * ```ts
 * formatInputExample([1n, 2n]).servingText; // '{\n  "inputs": [\n    1,\n    2\n  ]\n}'
 * ```
 */
export function formatInputExample(example: Value): SavedExample {
  const [data, params] = splitParams(example);
  const { text, type, orient, llm } = dataText(data);
  const paramsText = params === undefined ? undefined : valueText(params, SERVER_RULES);
  const serving = llm ? valueText(new Map([...data as Map<Value, Value>, ...(params ?? [])]), SERVER_RULES)
    : `{"${orient === undefined ? 'inputs' : 'dataframe_split'}": ${text}${paramsText === undefined ? '' : `, "params": ${paramsText}`}}`;
  return {
    text: paramsText === undefined ? text : `{"inputs": ${text}, "params": ${paramsText}}`,
    servingText: indentJson(serving, 2),
    info: {
      artifact_path: EXAMPLE_FILE,
      ...(params !== undefined && params.size > 0 ? { params: 'true' } : {}),
      type,
      ...(orient === undefined ? {} : { pandas_orient: orient }),
      serving_input_path: SERVING_FILE,
    },
  };
}

function splitParams(example: Value): readonly [Value, Map<Value, Value> | undefined] {
  if (!(example instanceof Tuple) || example.items.length !== 2 || !(example.items[1] instanceof Map)) return [example, undefined];
  return [example.items[0] as Value, checkParams(example.items[1])];
}

interface DataText {
  readonly text: string;
  readonly type: 'dataframe' | 'ndarray' | 'json_object';
  readonly orient?: 'split' | 'values';
  /** A dict of the unified chat and completion formats, which is sent as it is. */
  readonly llm?: boolean;
}

function dataText(data: Value): DataText {
  if (data instanceof Table) {
    const counted = data.names.every((name, i) => name === BigInt(i));
    return { text: splitText(withNulls(data), SERVER_RULES, { index: false, columns: !counted }), type: 'dataframe', orient: counted ? 'values' : 'split' };
  }
  if (data instanceof Tensor) return { text: valueText(nullsForNaN(data), SERVER_RULES), type: 'ndarray' };
  if (data instanceof Map) return dictText(data);
  if (Array.isArray(data)) {
    if (holdsTensor(data)) throw invalid('it is a list that holds arrays');
    return { text: valueText(data, SERVER_RULES), type: 'json_object' };
  }
  if (!isScalar(data)) throw invalid(`a ${typeName(data)} is not a table, an array, a dict, a list or a scalar`);
  return { text: valueText(data, SERVER_RULES), type: 'json_object' };
}

function dictText(data: Map<Value, Value>): DataText {
  const arrays = [...data].filter((entry): entry is [Value, Tensor] => entry[1] instanceof Tensor);
  if (arrays.length === 0) return { text: valueText(data, SERVER_RULES), type: 'json_object', llm: LLM_KEYS.some((key) => data.has(key)) };
  if (arrays.length < data.size) throw invalid('it is a dict of arrays and other values');
  return { text: valueText(new Map(arrays.map(([name, array]) => [name, nullsForNaN(array)])), SERVER_RULES), type: 'ndarray' };
}

/** NaN of a numeric array is saved as null. */
function nullsForNaN(array: Tensor): Tensor {
  if (!isFloat(array.dtype) || !(array.values as Float64Array).some((x) => x !== x)) return array;
  return new Tensor('object', array.shape, Array.from(array.values as Float64Array, (x): Value => (x !== x ? null : x)));
}

/** Missing object cells are saved as null; pandas 3 keeps the NaN of float and text columns. */
function withNulls(table: Table): Table {
  return new Table(table.names, table.columns.map((col) => (col.dtype === 'object' ? nullCells(col) : col)), table.length);
}

function nullCells(col: Column): Column {
  return column('object', Array.from({ length: col.length }, (_, i) => (isMissing(col, i) || isMissingScalar(col.values[i] as Value) ? null : col.values[i] as Value)));
}

function isMissingScalar(cell: Value): boolean {
  return cell instanceof Scalar && (cell.value !== cell.value || (cell.value === NAT && (isDatetime(cell.dtype) || isTimedelta(cell.dtype))));
}

function holdsTensor(value: Value): boolean {
  if (Array.isArray(value)) return value.some(holdsTensor);
  return value instanceof Map ? [...value.values()].some(holdsTensor) : value instanceof Tensor;
}

function isScalar(value: Value): boolean {
  if (value instanceof DateTime) return value.kind === 'datetime' || value.kind === 'timestamp';
  if (value instanceof Scalar || value instanceof Uint8Array || value instanceof Decimal || value instanceof Complex) return true;
  return (value instanceof Missing && value.kind === 'NaT') || (value !== null && typeof value !== 'object');
}

/** Params must be scalars, one-dimensional lists, or dicts. */
function checkParams(params: Map<Value, Value>): Map<Value, Value> {
  for (const [name, value] of params) {
    const plain = value instanceof Scalar || (value !== null && typeof value !== 'object') || value instanceof Map
      || (value instanceof DateTime && (value.kind === 'date' || value.kind === 'datetime'))
      || (Array.isArray(value) && value.every((item) => item !== null && !Array.isArray(item)))
      || (value instanceof Tensor && value.shape.length === 1 && !isComplex(value.dtype));
    if (!plain) throw invalid(`the param ${typeof name === 'string' ? name : typeName(name)} is neither a scalar, a one-dimensional list nor a dict`);
  }
  return params;
}

function invalid(reason: string): ModelError {
  return new ModelError('INPUT_EXAMPLE_INVALID', { reason });
}
