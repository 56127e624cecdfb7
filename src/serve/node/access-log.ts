/**
 * One JSON line a request.
 * @module
 */

/** What a line tells. Never anything of a body, nor of a query. */
export interface AccessEntry {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly remote: string | undefined;
}

/** Collects lines and writes them together once a turn of the event loop. */
export class AccessLog {
  readonly #write: (text: string) => void;
  #pending = '';
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  add(entry: AccessEntry): void {
    const { method, path, status, milliseconds, requestBytes, responseBytes, remote } = entry;
    const line = JSON.stringify({
      time: new Date().toISOString(), pid: process.pid, remote, method, path: path.slice(0, 200), status,
      ms: Math.round(milliseconds * 1000) / 1000, request_bytes: requestBytes, response_bytes: responseBytes,
    });
    if (this.#pending === '') setImmediate(() => this.flush());
    this.#pending += `${line}\n`;
  }

  flush(): void {
    const text = this.#pending;
    this.#pending = '';
    if (text !== '') this.#write(text);
  }
}
