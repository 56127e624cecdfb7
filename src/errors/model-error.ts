/**
 * The one error class of the package.
 * @module
 */
import { catalog, kinds, type ErrorKind, type ErrorCode, type ErrorData, type ErrorFields } from './catalog.ts';

const BRAND = 'mlmodel.ModelError';

/** Plain data of an error as it crosses a process or a socket. */
export interface ErrorJson {
  /** MLflow's error code, as its clients read it. */
  error_code: string;
  message: string;
  /** Our code: one row of the catalog. */
  code: ErrorCode;
  details?: Record<string, unknown>;
}

/**
 * An error with a code of the catalog, structured data and a text that never repeats the payload.
 *
 * @example
 * ```ts
 * try { await loadModel('./nowhere'); }
 * catch (error) { if (ModelError.isInstance(error)) console.log(error.code, error.status); }
 * ```
 */
export class ModelError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly data: ErrorData<C>;
  /** HTTP status. */
  readonly status: number;
  /** MLflow's error code. */
  readonly mlflowCode: string;
  /** Marks errors of this class across copies of the package. */
  readonly brand: string = BRAND;

  constructor(code: C, ...rest: ErrorArguments<C>) {
    const [data, options] = rest as [ErrorData<C> | undefined, { cause?: unknown } | undefined];
    const [kindName, text] = catalog[code];
    super(fill(text, (data ?? {}) as Record<string, unknown>), options);
    this.name = 'ModelError';
    this.code = code;
    this.data = (data ?? {}) as ErrorData<C>;
    const kind: ErrorKind = kinds[kindName];
    this.status = kind.status;
    this.mlflowCode = kind.mlflow;
  }

  /** Recognises errors of another copy of this package too. */
  static isInstance(value: unknown): value is ModelError {
    return typeof value === 'object' && value !== null && (value as { brand?: unknown }).brand === BRAND;
  }

  toJSON(): ErrorJson {
    const details = Object.entries(this.data).filter(([, value]) => value !== undefined).map(([key, value]) => [key, bounded(value)] as const);
    return {
      error_code: this.mlflowCode,
      message: this.message,
      code: this.code,
      ...(details.length > 0 ? { details: Object.fromEntries(details) } : {}),
    };
  }
}

type ErrorArguments<C extends ErrorCode> = [ErrorFields<C>] extends [never]
  ? [data?: ErrorData<C> | undefined, options?: { cause?: unknown }]
  : [data: ErrorData<C>, options?: { cause?: unknown }];

function fill(text: string, data: Record<string, unknown>): string {
  return text.replace(/\{(\w+)\}/g, (_, key: string) => show(data[key]));
}

const MAX_ITEMS = 100;
const MAX_TEXT = 1000;

/** Data as it leaves the process: an answer to a bad request is not as long as the request. */
function bounded(value: unknown): unknown {
  if (typeof value === 'string' && value.length > MAX_TEXT) return `${value.slice(0, MAX_TEXT)}…`;
  if (!Array.isArray(value)) return value;
  const items = value.slice(0, MAX_ITEMS).map(bounded);
  return value.length > MAX_ITEMS ? [...items, `… (${value.length} in all)`] : items;
}

/** Names, types and shapes only: long texts are cut, lists are joined. */
function show(value: unknown): string {
  if (Array.isArray(value)) {
    const shown = value.slice(0, 20).map((item) => show(item));
    return shown.join(', ') + (value.length > 20 ? `, … (${value.length} in all)` : '');
  }
  const text = String(value);
  return text.length > 200 ? `${text.slice(0, 197)}…` : text;
}
