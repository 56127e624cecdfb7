/**
 * Decompression with a bound on what comes out.
 * @module
 */
import { Gunzip, Inflate, Unzlib } from 'fflate';
import { ModelError } from '../errors/model-error.ts';

/** Small enough that one step of deflate (at most 1032 bytes out for one in) stays below 34 MB. */
const STEP = 32768;

/**
 * Decompresses raw deflate, zlib or gzip data.
 *
 * @param limit the most bytes that may come out
 * @throws ModelError FILE_LIMIT_EXCEEDED past the limit, FILE_MALFORMED for damaged data
 */
export function inflate(kind: 'deflate' | 'zlib' | 'gzip', data: Uint8Array, limit: number, file: string): Uint8Array {
  const chunks: Uint8Array[] = [];
  let size = 0, ended = false;
  const take = (chunk: Uint8Array, final: boolean): void => {
    size += chunk.length;
    ended ||= final;
    if (size > limit) throw new ModelError('FILE_LIMIT_EXCEEDED', { file, what: 'the decompressed size in bytes', value: `more than ${limit}`, limit });
    if (chunk.length > 0) chunks.push(chunk);
  };
  const stream = kind === 'deflate' ? new Inflate(take) : kind === 'zlib' ? new Unzlib(take) : new Gunzip(take);
  try {
    for (let at = 0; at < data.length; at += STEP) stream.push(data.subarray(at, at + STEP), at + STEP >= data.length);
  } catch (cause) {
    if (ModelError.isInstance(cause)) throw cause;
    throw new ModelError('FILE_MALFORMED', { file, format: kind, where: 'the compressed data', reason: 'it does not decompress' }, { cause });
  }
  if (!ended) throw new ModelError('FILE_MALFORMED', { file, format: kind, where: 'the compressed data', reason: 'it ends early' });
  const out = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}
