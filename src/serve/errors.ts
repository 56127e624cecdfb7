/**
 * Errors as answers.
 * @module
 */
import { type PlainJson, writeJson } from '../data/json-write.ts';
import { ModelError } from '../errors/model-error.ts';
import { type AppResponse, json, text } from './http.ts';

/** HTTP status of MLflow's error codes (mlflow/exceptions.py, ERROR_CODE_TO_HTTP_STATUS); the others are 500. */
const STATUS: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400, INVALID_PARAMETER_VALUE: 400, RESOURCE_ALREADY_EXISTS: 400,
  CUSTOMER_UNAUTHORIZED: 401, UNAUTHENTICATED: 401, PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404, ENDPOINT_NOT_FOUND: 404, NOT_FOUND: 404,
  ABORTED: 409, RESOURCE_CONFLICT: 409, ALREADY_EXISTS: 409,
  REQUEST_LIMIT_EXCEEDED: 429, RESOURCE_EXHAUSTED: 429, CANCELLED: 499,
  NOT_IMPLEMENTED: 501, TEMPORARILY_UNAVAILABLE: 503, DEADLINE_EXCEEDED: 504,
};

/** The answer to anything thrown while a request was worked on. What is not a ModelError is our defect: `report` gets it. */
export function errorAnswer(thrown: unknown, report: (error: unknown) => void, protocol: '1' | '2' | 'auto' = '2'): AppResponse {
  if (!ModelError.isInstance(thrown)) {
    report(thrown);
    // The text of a foreign error may hold data, so only its class is told.
    return errorAnswer(new ModelError('INTERNAL', { reason: thrown instanceof Error ? thrown.name : typeof thrown }), report, protocol);
  }
  // MLflow's bodies for 415 are plain text.
  if (thrown.status === 415) return text(415, thrown.message);
  const body = thrown.toJSON();
  let status = thrown.status;
  // A model that runs its own code names its own MLflow error code.
  const own = thrown.code === 'MODEL_RAISED' ? thrown.data['error_code'] : undefined;
  if (protocol === '1' && (status < 500 || thrown.code === 'MODEL_RAISED')) {
    // MLflow 1.x knows one error code for whatever fails in a request.
    body.error_code = 'BAD_REQUEST';
    status = 400;
  } else if (typeof own === 'string') {
    body.error_code = own;
    status = STATUS[own] ?? 500;
    if (body.details) delete body.details['error_code'];
  }
  return json(status, writeJson(plain(body)));
}

/** Data of an error as JSON: its whole numbers are counts. */
function plain(value: unknown): PlainJson {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (typeof value === 'object') return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined).map(([k, v]) => [k, plain(v)]));
  return String(value);
}
