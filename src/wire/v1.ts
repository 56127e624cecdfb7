/**
 * Request bodies of MLflow 1.x's scoring protocol: a bare split object, a bare list of records, `format=pandas-split|pandas-records`,
 * `instances`, `inputs`, CSV, `application/json-numpy-split`. Source: mlflow 1.30 pyfunc/scoring_server/__init__.py.
 * @module
 */
import { type Column, column } from '../data/column.ts';
import { type DType, isDatetime } from '../data/dtype.ts';
import { frameFromRows } from '../data/frame.ts';
import { type JsonParseOptions, parseJson } from '../data/json-parse.ts';
import { numpyArray } from '../data/numpy-array.ts';
import { Table } from '../data/table.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { compileValueEnforcer, type ValueEnforcer } from '../schema/enforce-values.ts';
import type { Schema } from '../schema/schema.ts';
import type { ModelSignature } from '../schema/signature.ts';
import { type CsvRules, NA_WORDS } from './csv-column.ts';
import { compileCsv, csvCells } from './csv.ts';
import type { Decoded, Decoder, DecoderOptions } from './decode.ts';
import { jsonOptions, utf8Text } from './text.ts';
import { asPandas15, widened } from './v1-cells.ts';
import { enforce15, numpyOf } from './v1-enforce.ts';
import { csvFloat15 } from './v1-numbers.ts';
import { type ForcedDType, type ForcedDTypes, readJson15 } from './v1-read-json.ts';
import { parseServing15 } from './v1-serving.ts';

type Orient = 'split' | 'records';
/** How a body is to be read. */
type Kind = 'json' | 'csv' | 'numpy-split' | Orient;

/** Readers of each form; their data is what the model is given. */
interface Forms {
  /** A body that must be of one orientation. */
  oriented(text: string, orient: Orient): Value;
  /** A parsed body with `instances` or `inputs`. */
  serving(body: Map<Value, Value>): Value;
  numpySplit(text: string): Value;
  csv(text: string): Value;
}

/**
 * Compiles the reader of 1.x requests for a signature. In mode `mlflow` it reads and casts as pandas 1.5 did and enforces as
 * MLflow 1.30 did; in the other modes values are read exactly and cast without loss.
 */
export function compileV1Decoder(signature: ModelSignature | undefined, options: DecoderOptions): Decoder {
  const json = jsonOptions(options.enforcement, options.maxDepth);
  const enforcer = options.enforcement === 'mlflow' ? undefined : compileValueEnforcer(signature, options.enforcement, { zoned: true });
  const forms = enforcer ? losslessForms(enforcer, json) : pandasForms(signature?.inputs, json.maxDepth);
  const read = (body: Uint8Array, kind: Kind): Value => {
    const text = utf8Text(body);
    switch (kind) {
      case 'csv': return forms.csv(text);
      case 'numpy-split': return forms.numpySplit(text);
      case 'json': return inferred(text, forms, json);
      default: return forms.oriented(text, kind);
    }
  };
  return (body, contentType): Decoded => ({ data: read(body, kindOf(contentType)), params: undefined, enforced: true, unwrapped: false, protocol: '1' });
}

/** True when only the 1.x protocol knows this content type. */
export function isV1ContentType(header: string | undefined): boolean {
  return header !== undefined && (/;\s*format=./.test(header) || /^\s*application\/json-numpy-split\s*(;|$)/.test(header));
}

const OBJECT_KEY = /^\s*\{\s*"(columns|data|index)"\s*:/;

/** True for the JSON bodies that only the 1.x protocol knows: a bare list, or an object that opens as a bare split one. */
export function isV1Body(body: Uint8Array): boolean {
  const start = String.fromCharCode(...body.subarray(0, 64));
  return /^\s*\[/.test(start) || OBJECT_KEY.test(start);
}

function kindOf(header: string | undefined): Kind {
  if (header === undefined) throw new ModelError('CONTENT_TYPE_MISSING');
  const [type = '', ...pairs] = header.split(';').map((part) => part.trim());
  const parameters = new Map(pairs.map((pair) => [pair.split('=', 1)[0] ?? '', pair.includes('=') ? pair.slice(pair.indexOf('=') + 1) : '']));
  if ((parameters.get('charset') ?? 'utf-8').toLowerCase() !== 'utf-8') throw new ModelError('CHARSET_UNSUPPORTED');
  const format = parameters.get('format') || undefined;
  if (type === 'application/json') {
    if (format === undefined) return 'json';
    if (format === 'pandas-split') return 'split';
    if (format === 'pandas-records') return 'records';
  } else if (format === undefined) {
    if (type === 'text/csv') return 'csv';
    if (type === 'application/json-numpy-split') return 'numpy-split';
  }
  throw new ModelError('CONTENT_TYPE_UNSUPPORTED', { type: format === undefined ? type : `${type}; format=${format}` });
}

function inferred(text: string, forms: Forms, json: JsonParseOptions): Value {
  const tree = parseJson(text, json);
  if (Array.isArray(tree)) return forms.oriented(text, 'records');
  if (!(tree instanceof Map)) throw new ModelError('FRAME_INVALID', { reason: 'the body is neither a list nor an object' });
  return tree.has('instances') || tree.has('inputs') ? forms.serving(tree) : forms.oriented(text, 'split');
}

/** pandas 1.5. */
const CSV_RULES_15: CsvRules = { missing: new Set([...NA_WORDS].filter((word) => word !== 'None')), readFloat: csvFloat15, hugeIntegers: false, wrapIntegers: true };

function pandasForms(schema: Schema | undefined, maxDepth: number): Forms {
  const dtypes = schema && forcedDTypes(schema), readCsv = compileCsv(schema, CSV_RULES_15);
  const enforce = (data: Value): Value => (schema ? enforce15(data, schema) : data);
  return {
    oriented: (text, orient) => enforce(readJson15(text, orient, { dtypes, maxDepth }, schema)),
    serving: (body) => enforce(parseServing15(body, schema)),
    numpySplit: (text) => enforce(numpySplit(text, maxDepth)),
    csv: (text) => {
      const table = readCsv(text);
      if (table.columns.some((col) => isDatetime(col.dtype))) throw new ModelError('CSV_INVALID', { reason: 'CSV has no dates; send JSON' });
      return enforce(new Table(table.names, table.columns.map(csvColumn), table.length, table.index));
    },
  };
}

/** Missing text of a CSV is NaN, not None. */
function csvColumn(col: Column): Column {
  return col.dtype === 'str' ? column('object', (col.values as (string | null)[]).map((cell) => cell ?? NaN)) : col;
}

/** dtypes as 1.30 hands them to read_json: one for a single tensor, else by name. */
function forcedDTypes(schema: Schema): ForcedDTypes {
  if (schema.tensors?.length === 1) return (schema.tensors[0]?.dtype ?? 'object') as DType;
  const pandas = (dtype: DType): ForcedDType => (dtype === 'str' || dtype === 'bytes' ? 'object' : isDatetime(dtype) ? 'datetime64' : dtype);
  const dtypes = schema.tensors?.map((spec) => spec.dtype) ?? schema.columns?.map((spec) => pandas(numpyOf(spec.type))) ?? [];
  return new Map(schema.inputs.map((spec, i) => [schema.named ? spec.name : BigInt(i), dtypes[i] as ForcedDType]));
}

function numpySplit(text: string, maxDepth: number): Table {
  const tree = parseJson(text, { maxDepth });
  if (!(tree instanceof Map) || !['index', 'data', 'columns'].every((key) => tree.has(key))) throw new ModelError('FRAME_INVALID', { reason: 'a split body needs data, columns and index' });
  const data = tree.get('data');
  if (!Array.isArray(data)) throw new ModelError('FRAME_INVALID', { reason: 'data must be a list of rows' });
  const index = tree.get('index');
  if (data.length === 0 && Array.isArray(index) && index.length > 0) throw new ModelError('FRAME_INVALID', { reason: 'there are no rows for the index' });
  if (numpyArray(data, 'object').shape.length > 2) throw new ModelError('FRAME_INVALID', { reason: 'the rows hold lists' });
  const table = frameFromRows(data, { columns: tree.get('columns'), index });
  return new Table(table.names, table.columns.map((col) => widened(asPandas15(col))), table.length, table.index);
}

function losslessForms(enforcer: ValueEnforcer, json: JsonParseOptions): Forms {
  const split = (tree: Value): Value => {
    if (!(tree instanceof Map) || !tree.has('data')) throw new ModelError('FRAME_INVALID', { reason: 'a split body is an object with data, columns and index' });
    return enforcer.split(tree.get('columns'), tree.get('data') ?? null);
  };
  return {
    oriented: (text, orient) => (orient === 'split' ? split(parseJson(text, json)) : enforcer.records(parseJson(text, json))),
    serving: (body) => (body.has('instances') ? enforcer.instances(body.get('instances') ?? null) : enforcer.inputs(body.get('inputs') ?? null)),
    numpySplit: (text) => split(parseJson(text, json)),
    csv: (text) => {
      const { names, columns } = csvCells(text);
      return enforcer.csv(names, columns);
    },
  };
}
