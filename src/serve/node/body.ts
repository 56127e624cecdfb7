/**
 * Reads a request's body from a socket: bounded, decompressed.
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { ModelError } from '../../errors/model-error.ts';

/** Bytes of request bodies that a process holds at once. */
export class BodyBudget {
  readonly limit: number;
  used = 0;
  constructor(limit: number) {
    this.limit = limit;
  }
}

/** One request's share of the budget. */
export class BodyHold {
  readonly #budget: BodyBudget;
  #bytes = 0;
  constructor(budget: BodyBudget) {
    this.#budget = budget;
  }

  /** @throws ModelError SERVER_BUSY */
  take(bytes: number): void {
    const budget = this.#budget;
    if (budget.used + bytes > budget.limit) throw new ModelError('SERVER_BUSY', { what: `${budget.limit} bytes of request bodies` });
    budget.used += bytes;
    this.#bytes += bytes;
  }

  /** What was taken so far. */
  get bytes(): number {
    return this.#bytes;
  }

  release(): void {
    this.#budget.used -= this.#bytes;
    this.#bytes = 0;
  }
}

const EMPTY = new Uint8Array(0);

// How long the rest of a refused body is read and dropped, so that the asker sees the answer and not a reset connection.
const DISCARD_MS = 1000;

/** Calls `done` once with the whole body or the error; never when the connection is lost before. */
export function readBody(request: IncomingMessage, limit: number, hold: BodyHold, done: (error: unknown, body: Uint8Array) => void): void {
  let first: Buffer | undefined, rest: Buffer[] | undefined, size = 0, over = false;
  const refuse = (error: unknown): void => {
    over = true;
    first = rest = undefined;
    let answered = false;
    const answer = (): void => {
      clearTimeout(timer);
      if (!answered) done(error, EMPTY);
      answered = true;
    };
    const timer = setTimeout(answer, DISCARD_MS);
    request.once('end', answer);
    request.once('close', () => clearTimeout(timer));
  };
  request.on('data', (chunk: Buffer) => {
    if (over) return;
    try {
      size += chunk.length;
      if (size > limit) throw new ModelError('BODY_TOO_LARGE', { limit });
      hold.take(chunk.length);
    } catch (error) {
      refuse(error);
      return;
    }
    if (first === undefined) first = chunk;
    else (rest ??= [first]).push(chunk);
  });
  request.on('end', () => {
    if (over) return;
    over = true;
    done(undefined, rest === undefined ? (first ?? EMPTY) : Buffer.concat(rest, size));
  });
  // Without this a lost connection would be an uncaught error; its request needs no answer.
  request.on('error', () => {
    over = true;
  });
  const declared = request.headers['content-length'];
  if (declared !== undefined && Number(declared) > limit) refuse(new ModelError('BODY_TOO_LARGE', { limit }));
}

type Decode = (body: Uint8Array, options: { maxOutputLength: number }, done: (error: Error | null, result: Buffer) => void) => void;

/** Undoes a content encoding; the result is no larger than `limit`. */
export async function decompress(body: Uint8Array, encoding: string, limit: number): Promise<Uint8Array> {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return body;
  const zlib = await import('node:zlib');
  const decoders: Readonly<Record<string, Decode>> = {
    gzip: zlib.gunzip, 'x-gzip': zlib.gunzip, deflate: zlib.inflate, br: zlib.brotliDecompress, zstd: zlib.zstdDecompress,
  };
  const decode = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  if (decode === undefined) throw new ModelError('BODY_ENCODING_UNKNOWN', { encoding: /^[\w ,-]{1,40}$/.test(name) ? name : 'named' });
  return new Promise((resolve, reject) => {
    decode(body, { maxOutputLength: limit }, (error, result) => {
      if (error === null) resolve(result);
      else if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') reject(new ModelError('BODY_TOO_LARGE', { limit }));
      else reject(new ModelError('BODY_ENCODING_INVALID', { encoding: name }, { cause: error }));
    });
  });
}
