/**
 * Request bodies to the data a model is given: MLflow's scoring protocol 2, and the way to protocol 1.
 * @module
 */
import { parseJson } from '../data/json-parse.ts';
import { Table } from '../data/table.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { compileValueEnforcer, type ValueEnforcer } from '../schema/enforce-values.ts';
import type { Enforcement, ModelSignature } from '../schema/signature.ts';
import { castFailure } from './column-cast.ts';
import { cachedBodyKind } from './content-type.ts';
import { compileCsv, csvCells } from './csv.ts';
import { recordsTable } from './dataframe-records.ts';
import { splitTable } from './dataframe-split.ts';
import { compileTensorPlan, convertInputs } from './inputs.ts';
import { readFastCsv } from './fast-csv.ts';
import { compileFastDecoder } from './fast-decode.ts';
import { compileInstances } from './instances.ts';
import { compileLlmSplit, isLlmInput } from './llm.ts';
import { parquetTable } from './parquet.ts';
import { compileTableCasts } from './table-casts.ts';
import { jsonOptions, jsonText, utf8Text } from './text.ts';
import { fillMissing } from './v1-cast.ts';
import { compileV1Decoder, isV1Body, isV1ContentType } from './v1.ts';

/** What a body holds. */
export interface Decoded {
  readonly data: Value;
  /** `params` of the body as given; undefined when absent. */
  readonly params: Value | undefined;
  /** The data already is what the model is given: enforcement is done. */
  readonly enforced: boolean;
  /** The answer is not wrapped in `predictions` (LLM input). */
  readonly unwrapped: boolean;
  readonly protocol: '1' | '2';
}

/** Options of {@link compileDecoder}. */
export interface DecoderOptions {
  readonly enforcement: Enforcement;
  /** `auto` reads what only protocol 1 knows by its rules: `format=…` and the media type json-numpy-split. @default '2' */
  readonly scoringProtocol?: '1' | '2' | 'auto';
  /** The signature was made from type hints: only `inputs`, as it is. @default false */
  readonly fromTypeHint?: boolean;
  /** Deepest nesting of a JSON body. @default 512 */
  readonly maxDepth?: number;
  /** JSON and CSV bodies go through the fast paths first; without those of JSON nothing is enforced in mode mlflow. @default true */
  readonly fast?: boolean;
  /** Without a signature, frame columns of nulls only are float NaN, as MLflow 1.x read them; today's are objects. @default false */
  readonly nullsAreFloat?: boolean;
}

/** Reads a body of a content type. */
export type Decoder = (body: Uint8Array, contentType: string | undefined) => Decoded | Promise<Decoded>;

/** Readers of the four formats and CSV, compiled for one signature. */
interface Formats {
  readonly dataframe_split: (value: Value) => Value;
  readonly dataframe_records: (value: Value) => Value;
  readonly instances: (value: Value) => Value;
  readonly inputs: (value: Value) => Value;
  readonly csv: (text: string) => Value;
  readonly fastCsv?: (body: Uint8Array) => Value | undefined;
  readonly enforced: boolean;
}

// An error shows 200 characters of a reason: the option must stand within them.
const FORMER_HINT = '; for the bare frames of MLflow 1.x use --scoring-protocol 1';
const FORMATS = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const;

/**
 * Compiles the reader of request bodies for a signature; everything that follows from the signature is worked out here.
 *
 * The decoder throws ModelError with a 4xx for whatever is wrong with a body.
 *
 * @example
 * ```ts
 * const decode = compileDecoder(signature, { enforcement: 'safe' });
 * const { data, params } = await decode(body, 'application/json');
 * ```
 */
export function compileDecoder(signature: ModelSignature | undefined, options: DecoderOptions): Decoder {
  if (options.scoringProtocol === '1') return compileV1Decoder(signature, options);
  const today = compileTodaysDecoder(signature, options);
  if (options.scoringProtocol !== 'auto') return today;
  const former = compileV1Decoder(signature, options);
  return (body, contentType) => (isV1ContentType(contentType) || isV1Body(body) ? former : today)(body, contentType);
}

function compileTodaysDecoder(signature: ModelSignature | undefined, options: DecoderOptions): Decoder {
  const kindOf = cachedBodyKind(), formats = compileFormats(signature, options);
  const json = compileJson(signature, formats, options), fast = options.fromTypeHint || options.fast === false ? undefined : compileFastDecoder(signature, options.enforcement);
  return (body, contentType) => {
    switch (kindOf(contentType)) {
      case 'json': {
        const decoded = fast?.(body);
        return decoded ? { data: decoded.data, params: decoded.params, enforced: true, unwrapped: false, protocol: '2' } : json(body);
      }
      case 'csv': return { data: (options.fast === false ? undefined : formats.fastCsv?.(body)) ?? formats.csv(utf8Text(body)), params: undefined, enforced: formats.enforced, unwrapped: false, protocol: '2' };
      default: return parquetTable(body).then((data) => ({ data, params: undefined, enforced: false, unwrapped: false, protocol: '2' }));
    }
  };
}

function compileFormats(signature: ModelSignature | undefined, { enforcement, nullsAreFloat }: DecoderOptions): Formats {
  const lossless = enforcement === 'mlflow' ? undefined : compileValueEnforcer(signature, enforcement);
  return lossless ? losslessFormats(lossless) : mlflowFormats(signature, nullsAreFloat ?? false);
}

function mlflowFormats(signature: ModelSignature | undefined, nullsAreFloat: boolean): Formats {
  const schema = signature?.inputs, plan = compileTensorPlan(schema);
  const cast = schema === undefined && nullsAreFloat ? withNullsAsFloat : compileTableCasts(schema);
  return {
    dataframe_split: (value) => cast(splitTable(value)),
    dataframe_records: (value) => cast(recordsTable(value)),
    instances: compileInstances(schema, plan),
    inputs: (value) => convertInputs(value, plan),
    csv: compileCsv(schema),
    enforced: false,
  };
}

function withNullsAsFloat(table: Table): Table {
  return new Table(table.names, table.columns.map(fillMissing), table.length, table.index);
}

function losslessFormats(enforcer: ValueEnforcer): Formats {
  return {
    dataframe_split: (value) => {
      if (!(value instanceof Map) || !value.has('data')) return castFailure("dataframe_split must be an object with 'data'");
      return enforcer.split(value.get('columns'), value.get('data') as Value);
    },
    dataframe_records: (value) => enforcer.records(value),
    instances: (value) => enforcer.instances(value),
    inputs: (value) => enforcer.inputs(value),
    csv: (text) => {
      const { names, columns } = csvCells(text);
      return enforcer.csv(names, columns);
    },
    fastCsv: (body) => readFastCsv(enforcer, body),
    enforced: true,
  };
}

function compileJson(signature: ModelSignature | undefined, formats: Formats, options: DecoderOptions): (body: Uint8Array) => Decoded {
  const splitLlm = compileLlmSplit(signature?.params), parseOptions = jsonOptions(options.enforcement, options.maxDepth);
  return (bytes) => {
    const body = parseJson(jsonText(bytes), parseOptions);
    if (!(body instanceof Map)) return castFailure(`the body must be a JSON object with exactly one of ${FORMATS.join(', ')}${Array.isArray(body) ? FORMER_HINT : ''}`);
    if (isLlmInput(body)) return { ...splitLlm(body), enforced: false, unwrapped: true, protocol: '2' };
    const params = body.get('params');
    if (options.fromTypeHint) {
      const data = body.get('inputs');
      if (data === undefined) throw new ModelError('TYPE_HINT_INPUT_MISSING');
      return { data, params, enforced: false, unwrapped: false, protocol: '2' };
    }
    const given = FORMATS.filter((format) => body.has(format)), [format] = given;
    if (format === undefined || given.length > 1) {
      return castFailure(`the body must have exactly one of ${FORMATS.join(', ')}, it has ${given.length === 0 ? 'none' : given.join(', ')}${body.has('columns') || body.has('data') ? FORMER_HINT : ''}`);
    }
    return { data: formats[format](body.get(format) as Value), params, enforced: formats.enforced, unwrapped: false, protocol: '2' };
  };
}
