/**
 * Which paths of a model are taken: relative ones that stay inside its folder.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';

/** How often a path may be percent-encoded before it is refused. */
const MAX_DECODINGS = 8;

/**
 * The path without `.` and empty segments.
 * @throws ModelError PATH_OUTSIDE_MODEL for `..`, absolute and drive paths, backslashes, NUL and control characters, and for each of them
 * percent-encoded once or more often.
 * @example
 * ```ts
 * innerPath('./data/model.ubj'); // 'data/model.ubj'
 * innerPath('%252e%252e/secret'); // throws
 * ```
 */
export function innerPath(path: string): string {
  const inner = path.split('/').filter((part) => part !== '' && part !== '.').join('/');
  let text = inner;
  for (let i = 0; ; i++) {
    if (i === MAX_DECODINGS || text === '' || leadsOut(path) || leadsOut(text)) throw new ModelError('PATH_OUTSIDE_MODEL', { path });
    const decoded = decode(text);
    if (decoded === text) return inner;
    text = decoded;
  }
}

function leadsOut(path: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return path.startsWith('/') || /[\\\x00-\x1f\x7f]/.test(path) || /^[A-Za-z]:/.test(path) || path.split('/').includes('..');
}

/** Percent-decoding that leaves everything else, malformed escapes too, as it is. */
function decode(path: string): string {
  return path.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
