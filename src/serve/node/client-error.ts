/**
 * Answers to what is no HTTP request, or did not arrive.
 * @module
 */
import type { Duplex } from 'node:stream';
import { ModelError } from '../../errors/model-error.ts';
import { errorAnswer } from '../errors.ts';

const REASONS: Readonly<Record<number, string>> = { 400: 'Bad Request', 408: 'Request Timeout', 431: 'Request Header Fields Too Large' };

/** Writes the answer and closes the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex, headerLimit: number): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, body } = errorAnswer(fault(error.code ?? '', headerLimit), () => {});
  const head = [`HTTP/1.1 ${status} ${REASONS[status] ?? 'Bad Request'}`, 'content-type: application/json', `content-length: ${body.length}`, 'connection: close'];
  socket.end(`${head.join('\r\n')}\r\n\r\n${String(body)}`);
}

function fault(code: string, limit: number): ModelError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new ModelError('REQUEST_INCOMPLETE');
  if (code === 'HPE_HEADER_OVERFLOW') return new ModelError('REQUEST_HEADERS_TOO_LARGE', { limit });
  return new ModelError('HTTP_INVALID', { reason: code });
}
