/**
 * Messages between a server and the processes that run its models, over a pipe: two uint32 (big endian) say how long head and
 * body are; the head is JSON, the body is bytes.
 * @module
 */
import type { Duplex } from 'node:stream';

/** One message. */
export interface Frame<Head> {
  readonly head: Head;
  readonly body: Uint8Array;
}

const PREFIX = 8;
const EMPTY = Buffer.alloc(0);

/** A message as bytes; a text body is ASCII. A large body is not copied, so it stands in a second part. */
export function encodeFrame(head: object, body: string | Uint8Array = EMPTY): readonly Uint8Array[] {
  const text = JSON.stringify(head), size = Buffer.byteLength(text), small = body.length <= SMALL;
  const out = Buffer.allocUnsafe(PREFIX + size + (small ? body.length : 0));
  out.writeUInt32BE(size, 0);
  out.writeUInt32BE(body.length, 4);
  out.write(text, PREFIX);
  if (!small) return [out, typeof body === 'string' ? Buffer.from(body, 'latin1') : body];
  if (typeof body === 'string') out.write(body, PREFIX + size, 'latin1');
  else out.set(body, PREFIX + size);
  return [out];
}

const SMALL = 64 * 1024;

/** Sends messages, all of one turn of the event loop together: a write and a wake-up cost more than a small message. */
export class FrameWriter {
  readonly #stream: Duplex;
  #waiting: Uint8Array[] = [];
  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  send(head: object, body?: string | Uint8Array): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    this.#waiting.push(...encodeFrame(head, body));
  }

  #flush(): void {
    const parts = this.#waiting;
    this.#waiting = [];
    this.#stream.cork();
    for (const part of parts) this.#stream.write(part);
    this.#stream.uncork();
  }
}

/** Calls `take` with every message that arrives. */
export function onFrame<Head>(stream: Duplex, take: (frame: Frame<Head>) => void): void {
  let parts: Buffer[] = [], have = 0, need = PREFIX;
  stream.on('data', (chunk: Buffer) => {
    parts.push(chunk);
    have += chunk.length;
    // Nothing is joined before a whole message is there, so a long one is copied once.
    while (have >= need) {
      const whole = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, have), [heads, bodies] = [whole.readUInt32BE(0), whole.readUInt32BE(4)];
      parts = [whole];
      need = PREFIX + heads + bodies;
      if (have < need) return;
      const head = JSON.parse(whole.toString('utf8', PREFIX, PREFIX + heads)) as Head;
      const body = whole.subarray(PREFIX + heads, need), rest = whole.subarray(need);
      parts = rest.length > 0 ? [rest] : [];
      have = rest.length;
      need = PREFIX;
      take({ head, body });
    }
  });
}
