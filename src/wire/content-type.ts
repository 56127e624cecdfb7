/**
 * The content type of a scoring request.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';

/** The three kinds of bodies. */
export type BodyKind = 'json' | 'csv' | 'parquet';

const KINDS: Readonly<Record<string, BodyKind>> = { 'application/json': 'json', 'text/csv': 'csv', 'application/vnd.apache.parquet': 'parquet' };

/**
 * Reads a Content-Type header as MLflow's server does: the type is case-sensitive, the only parameter is
 * `charset=utf-8` (key in lower case, value in any).
 * @throws ModelError CONTENT_TYPE_MISSING, CHARSET_UNSUPPORTED, CONTENT_TYPE_PARAMETER, CONTENT_TYPE_UNSUPPORTED
 * @example
 * ```ts
 * bodyKind('text/csv; charset=utf-8'); // 'csv'
 * ```
 */
function bodyKind(header: string | undefined): BodyKind {
  if (header === undefined) throw new ModelError('CONTENT_TYPE_MISSING');
  const [type = '', ...rest] = header.split(';').map((part) => part.trim());
  const unknown: string[] = [];
  let charset: string | undefined;
  for (const pair of rest) {
    const at = pair.indexOf('='), key = at < 0 ? pair : pair.slice(0, at);
    if (key === 'charset') charset = at < 0 ? '' : pair.slice(at + 1);
    else unknown.push(key);
  }
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8') throw new ModelError('CHARSET_UNSUPPORTED');
  if (unknown.length > 0) throw new ModelError('CONTENT_TYPE_PARAMETER', { parameters: unknown });
  if (!Object.hasOwn(KINDS, type)) throw new ModelError('CONTENT_TYPE_UNSUPPORTED', { type });
  return KINDS[type] as BodyKind;
}

/** {@link bodyKind} that remembers the headers it accepted. */
export function cachedBodyKind(): (header: string | undefined) => BodyKind {
  const seen = new Map<string | undefined, BodyKind>();
  return (header) => {
    const known = seen.get(header);
    if (known !== undefined) return known;
    const kind = bodyKind(header);
    if (seen.size < 32) seen.set(header, kind);
    return kind;
  };
}
