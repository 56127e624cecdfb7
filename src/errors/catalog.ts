/**
 * Every error of the package: our code → kind and text. `{name}` in a text is filled from the error's data; data holds names,
 * types, shapes and counts, never the payload. A section belongs to the room named in its comment.
 * docs/errors.md is generated from this file.
 * @module
 */

/** What a kind of error means outside: MLflow's error code, the HTTP status, the gRPC status name. */
export interface ErrorKind {
  readonly mlflow: string;
  readonly status: number;
  readonly grpc: string;
}

/** Kinds of errors. MLflow's codes and statuses are those of mlflow/exceptions.py. */
export const kinds = {
  BAD_REQUEST: { mlflow: 'BAD_REQUEST', status: 400, grpc: 'INVALID_ARGUMENT' },
  INVALID: { mlflow: 'INVALID_PARAMETER_VALUE', status: 400, grpc: 'INVALID_ARGUMENT' },
  NOT_FOUND: { mlflow: 'RESOURCE_DOES_NOT_EXIST', status: 404, grpc: 'NOT_FOUND' },
  METHOD_NOT_ALLOWED: { mlflow: 'BAD_REQUEST', status: 405, grpc: 'UNIMPLEMENTED' },
  TOO_LARGE: { mlflow: 'BAD_REQUEST', status: 413, grpc: 'RESOURCE_EXHAUSTED' },
  UNSUPPORTED_TYPE: { mlflow: 'BAD_REQUEST', status: 415, grpc: 'INVALID_ARGUMENT' },
  REQUEST_TIMEOUT: { mlflow: 'BAD_REQUEST', status: 408, grpc: 'DEADLINE_EXCEEDED' },
  HEADERS_TOO_LARGE: { mlflow: 'BAD_REQUEST', status: 431, grpc: 'RESOURCE_EXHAUSTED' },
  BUSY: { mlflow: 'RESOURCE_EXHAUSTED', status: 429, grpc: 'RESOURCE_EXHAUSTED' },
  INTERNAL: { mlflow: 'INTERNAL_ERROR', status: 500, grpc: 'INTERNAL' },
  NOT_IMPLEMENTED: { mlflow: 'NOT_IMPLEMENTED', status: 501, grpc: 'UNIMPLEMENTED' },
  UNAVAILABLE: { mlflow: 'TEMPORARILY_UNAVAILABLE', status: 503, grpc: 'UNAVAILABLE' },
  TIMEOUT: { mlflow: 'DEADLINE_EXCEEDED', status: 504, grpc: 'DEADLINE_EXCEEDED' },
} as const;

/** The catalog. */
export const catalog = {
  // data
  JSON_INVALID: ['BAD_REQUEST', 'Not valid JSON at character {offset}: {reason}.'],
  JSON_TOO_DEEP: ['BAD_REQUEST', 'The JSON text is nested deeper than {limit} levels.'],
  DTYPE_UNKNOWN: ['INVALID', 'Unknown dtype {dtype}. Use a numpy dtype name such as float32, int64, bool, str or datetime64[ns].'],
  DATA_SHAPE_INVALID: ['INVALID', 'The data does not fit its shape: {reason}.'],
  ARROW_TYPE_UNSUPPORTED: ['INVALID', 'Column {column} has the type {type}, which has no exchange with Arrow here. Cast it first.'],
  PLAIN_DATA_INVALID: ['INVALID', 'The input has {what}, which is no data. Use plain objects, arrays, numbers, text, typed arrays, Tensor or Table.'],
  FRAME_INVALID: ['BAD_REQUEST', 'The data cannot be laid out as a table: {reason}.'],
  ARRAY_RAGGED: ['BAD_REQUEST', 'The data cannot be an array: {reason}.'],
  VALUE_NOT_CONVERTIBLE: ['BAD_REQUEST', 'A value of type {from} cannot become {to}: {reason}.'],

  // schema
  SCHEMA_INVALID: ['INVALID', 'The schema is not valid: {reason}.'],
  SCHEMA_TYPE_INVALID: ['INTERNAL', 'The schema is not valid: {reason}.'],
  PARAM_SPEC_INVALID: ['INVALID', 'The parameter {param} of the signature is not valid: {reason}.'],
  SCHEMA_NOT_INFERRED: ['INVALID', 'No schema can be inferred: {reason}.'],
  PARAMS_NOT_INFERRED: ['INVALID', 'No type can be inferred for the parameters {params}. Give numbers, text, booleans, dates, flat lists or objects.'],
  PARAM_FORM_INVALID: ['INVALID', 'Parameters must be an object of names and values; {given} was given.'],
  INPUT_INVALID: ['INVALID', 'The input does not fit the signature of the model: {reason}.'],
  INPUT_VALUE_INVALID: ['BAD_REQUEST', 'Column {column}, row {row}: expected {expected}, given {given}.'],
  INPUT_TYPE_INVALID: ['INVALID', 'Column {column}: expected {expected}, given {given}. Typed input is not converted where values could be lost; cast it first.'],
  INPUT_MISSING: ['INVALID', 'The model needs {missing}, which the input does not have. Names that the model does not know: {extra}.'],
  INPUT_EXTRA: ['INVALID', 'The input has {extra}, which the model does not know. Leave them out, or use the enforcement mode safe.'],
  INPUT_DUPLICATE: ['INVALID', 'The input has the column {column} more than once.'],
  INPUT_COUNT: ['INVALID', 'The model takes {expected} columns without names; the input has {given}.'],
  INPUT_FORM_INVALID: ['INVALID', 'The field {form} does not have the form the model takes: expected {expected}, given {given}.'],
  INPUT_SHAPE_INVALID: ['INVALID', 'Tensor {name}: expected the shape {expected}, given {given}.'],
  PARAM_VALUE_INVALID: ['INVALID', 'Parameter {param}: expected {expected}, given {given}.'],
  PARAM_UNKNOWN: ['INVALID', 'The model has no parameters {unknown}. It has: {known}.'],

  // mlmodel
  MODEL_NOT_FOUND: ['NOT_FOUND', 'No MLmodel file in {path}. Give the folder that holds it.'],
  FILE_NOT_FOUND: ['NOT_FOUND', 'The model names the file {path}, which is not in its folder.'],
  PATH_OUTSIDE_MODEL: ['INVALID', 'The path {path} leads out of the model folder.'],
  FILE_UNREADABLE: ['INVALID', 'The model file {path} cannot be read: {reason}.'],
  FILE_UNWRITABLE: ['INVALID', 'Cannot write {path}: {reason}.'],
  DIRECTORY_NOT_EMPTY: ['INVALID', 'The folder {path} is there and not empty. Give a new folder.'],
  MLMODEL_INVALID: ['INVALID', 'The MLmodel file is not valid: {reason}.'],
  INPUT_EXAMPLE_INVALID: ['INVALID', 'The input example is not valid: {reason}.'],
  ENVIRONMENT_INVALID: ['INVALID', 'The environment file {file} is not valid: {reason}.'],
  ENVIRONMENT_FORMAT_UNKNOWN: ['INVALID', 'Illegal format argument {format}: use pip or conda.'],
  PIP_SECTION_MISSING: ['NOT_FOUND', 'No pip section found in {file} in the model directory.'],
  YAML_INVALID: ['INVALID', '{file} is not valid YAML at line {line}: {reason}.'],

  // wire
  CONTENT_TYPE_MISSING: ['UNSUPPORTED_TYPE', 'The request has no Content-Type header. Send application/json, text/csv or application/vnd.apache.parquet.'],
  CONTENT_TYPE_UNSUPPORTED: ['UNSUPPORTED_TYPE', 'The content type {type} is not supported. Send application/json, text/csv or application/vnd.apache.parquet.'],
  CONTENT_TYPE_PARAMETER: ['UNSUPPORTED_TYPE', 'Unrecognized content type parameters: {parameters}. Only charset=utf-8 is allowed; format=… belongs to MLflow 1.x: start the server with --scoring-protocol 1 for it.'],
  CHARSET_UNSUPPORTED: ['UNSUPPORTED_TYPE', 'The scoring server only supports UTF-8.'],
  TEXT_INVALID: ['BAD_REQUEST', 'The body is not valid {encoding} text.'],
  REQUEST_INVALID: ['BAD_REQUEST', 'Invalid input: {reason}.'],
  TYPE_HINT_MISMATCH: ['INVALID', 'The type hint of the model expects {expected} for {place}; {given} was given.'],
  TYPE_HINT_INPUT_MISSING: ['INVALID', 'The body of a request to a model with type hints must be a JSON object with the key inputs.'],
  COLUMN_NOT_CONVERTIBLE: ['BAD_REQUEST', 'The data is not compatible with the model signature: column {column} cannot become {type}: {reason}.'],
  CSV_INVALID: ['BAD_REQUEST', 'The body is not a CSV table: {reason}.'],
  PARQUET_INVALID: ['BAD_REQUEST', 'The body is not a readable Parquet file: {reason}.'],
  NOT_SERIALIZABLE: ['INTERNAL', 'The answer holds a {type}, which JSON cannot hold. Let the model answer numbers, text, lists, arrays or tables.'],

  // formats
  FILE_TRUNCATED: ['INVALID', '{file}: the file ends early: {needed} bytes are needed at offset {offset}, {available} are there.'],
  FILE_MALFORMED: ['INVALID', '{file}: not a valid {format} file at {where}: {reason}.'],
  FILE_LIMIT_EXCEEDED: ['INVALID', '{file}: {what} is {value}, the limit is {limit}.'],
  GLOBAL_REFUSED: ['INVALID', '{file}: it names {global}, which is not one of the classes and functions that this reader knows as data. Nothing of it was run.'],
  PICKLE_OPCODE_REFUSED: ['INVALID', '{file}: the pickle operation {opcode} at byte {offset} is refused: {reason}.'],

  // engines
  FOREST_INVALID: ['INVALID', 'The trees of the model are not valid, tree {tree}: {reason}.'],
  THREAD_FAILED: ['INTERNAL', 'A thread that was scoring rows failed: {reason}. Ask again; another takes its place.'],
  ATTRIBUTIONS_UNAVAILABLE: ['NOT_IMPLEMENTED', 'What the features contribute cannot be worked out for this model: {reason}.'],

  // plugins
  LIBRARY_MISSING: ['NOT_IMPLEMENTED', '{feature} needs the package {library}, which is not installed. Run: npm install {library}@{range}'],
  LIBRARY_VERSION: ['NOT_IMPLEMENTED', '{feature} needs {library} {range}; version {version} is installed. Run: npm install {library}@{range}'],
  LIBRARY_BROKEN: ['NOT_IMPLEMENTED', '{feature} needs {library}; version {version} is installed but does not start: {reason}'],
  PLUGIN_INVALID: ['INVALID', 'A plug-in of kind {kind} ({source}) is not valid: {reason}.'],

  // flavors
  FLAVOR_CONFIG_INVALID: ['INVALID', 'The flavor {flavor} in MLmodel is not valid: {reason}.'],
  NOT_NATIVE: ['NOT_IMPLEMENTED', 'The flavor {flavor} cannot score this model natively: {unsupported}.'],
  INPUT_UNSUITABLE: ['BAD_REQUEST', 'The model cannot take this input: {reason}.'],
  INPUT_ROW_UNSUITABLE: ['BAD_REQUEST', 'The model cannot take this input: row {row} {reason}.'],
  PARAM_UNSUPPORTED: ['NOT_IMPLEMENTED', 'The parameter {param} of the flavor {flavor} is not supported.'],
  OUTPUT_UNKNOWN: ['INVALID', 'This model has no output {output}. It has: {outputs}.'],
  MODEL_REJECTED: ['INVALID', '{library} cannot load {file}: {reason}'],
  INPUT_NAMES_MISMATCH: ['BAD_REQUEST', 'The model takes the inputs {expected}; missing: {missing}; unknown: {unknown}.'],
  INPUT_TYPE_MISMATCH: ['BAD_REQUEST', 'The input {input} of the model takes {expected}; it was given {given}.'],
  INPUT_SHAPE_MISMATCH: ['BAD_REQUEST', 'The input {input} of the model takes the shape [{expected}]; it was given [{given}].'],
  OUTPUTS_UNEVEN: ['BAD_REQUEST', 'The outputs of this model ({outputs}) have different lengths ({lengths}) and make no table. Ask for one of them by output, or send tensors instead of a table.'],
  RUN_FAILED: ['BAD_REQUEST', '{library} could not score this input: {reason}.'],

  // model
  NO_NATIVE_FLAVOR: ['NOT_IMPLEMENTED', 'No flavor of this model can be scored natively ({reasons}). Code that a model carries is not run.'],
  MODEL_URI_UNSUPPORTED: ['INVALID', 'Cannot open {uri}. Give a folder path or a file: URL.'],
  MODEL_FLAVOR_UNKNOWN: ['INVALID', 'This model has no flavor {flavor}. It has: {flavors}.'],
  MODEL_RAISED: ['BAD_REQUEST', 'The model refused this input: {reason}.'],

  // serve
  BODY_TOO_LARGE: ['TOO_LARGE', 'The request body is larger than {limit} bytes. Send less at a time, or start the server with a larger --body-limit.'],
  BODY_ENCODING_UNKNOWN: ['UNSUPPORTED_TYPE', 'The content encoding {encoding} is not supported. Use gzip, deflate, br, zstd or none.'],
  BODY_ENCODING_INVALID: ['BAD_REQUEST', 'The request body is not valid {encoding} data.'],
  HTTP_INVALID: ['BAD_REQUEST', 'Not a valid HTTP request ({reason}).'],
  REQUEST_INCOMPLETE: ['REQUEST_TIMEOUT', 'The request did not arrive whole in time.'],
  REQUEST_HEADERS_TOO_LARGE: ['HEADERS_TOO_LARGE', 'The request headers are larger than {limit} bytes.'],
  SERVER_BUSY: ['UNAVAILABLE', 'The server has {what} in work, its limit. Try again shortly.'],
  LISTEN_FAILED: ['INVALID', 'Cannot listen on {host} port {port}: {reason}.'],
  MODEL_PROCESS_ENDED: ['UNAVAILABLE', 'The process that runs the model ended ({status}) before it answered. Another one is started; try again shortly.'],
  MODEL_MEMORY_EXCEEDED: ['UNAVAILABLE', 'The model took more than the {limit} bytes of memory that its process may have. Send less at a time, or start the server with a larger --model-memory.'],
  WORKER_FAILED: ['INTERNAL', 'A worker process ended with {status} before it could serve.'],
  OPTION_INVALID: ['INVALID', '{option} must be {expected}.'],

  // batch
  INPUT_FILE_UNREADABLE: ['INVALID', 'Cannot read {path}: {reason}.'],
  INPUT_TOO_LARGE: ['INVALID', 'The input has more than {limit} bytes, and this model or form is scored in one part. Split it, or give CSV with required columns to a model that answers row by row.'],

  // cli
  RECORDING_INVALID: ['INVALID', '{file}, line {line}: {reason}.'],
  NOTHING_TO_VERIFY: ['INVALID', 'Nothing to verify: {reason}.'],
  PYTHON_MISSING: ['NOT_IMPLEMENTED', 'Recording needs a Python that can import mlflow and load this model: {reason}. Name one with --python.'],
  INTERNAL: ['INTERNAL', 'Something failed inside mlmodel: {reason}. This is a defect; please report it.'],
} as const;

/** A code of the catalog. */
export type ErrorCode = keyof typeof catalog;

type Fields<T extends string> = T extends `${string}{${infer K}}${infer Rest}` ? K | Fields<Rest> : never;

/** The names in braces of a code's text. */
export type ErrorFields<C extends ErrorCode> = Fields<(typeof catalog)[C][1]>;

/** The data an error of this code carries: the fields its text names, and more where useful. */
export type ErrorData<C extends ErrorCode = ErrorCode> = { readonly [K in ErrorFields<C>]: unknown } & Readonly<Record<string, unknown>>;

/** Every code, for docs and tests. */
export const errorCodes: readonly ErrorCode[] = Object.keys(catalog) as ErrorCode[];
