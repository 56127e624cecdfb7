/**
 * Recorded exchanges: JSON lines of {name, content_type, body | body_base64, status, response}.
 * @module
 */
import { ModelError } from '../../errors/model-error.ts';

/** One request and, once recorded, its answer. */
export interface Recording {
  readonly name: string;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
  readonly status?: number;
  readonly response?: string;
}

/**
 * Reads a file of recordings; answers may be missing where it is to be recorded.
 * @throws ModelError RECORDING_INVALID with the line
 */
export function readRecordings(text: string, file: string): Recording[] {
  const out: Recording[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() !== '') out.push(readLine(line, file, i + 1));
  }
  return out;
}

function readLine(text: string, file: string, line: number): Recording {
  const fail = (reason: string): never => {
    throw new ModelError('RECORDING_INVALID', { file, line, reason });
  };
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return fail('not JSON');
  }
  if (typeof entry !== 'object' || entry === null) return fail('not a JSON object');
  const { body, body_base64: base64, content_type: contentType, name = `line ${line}`, response, status } = entry;
  if (typeof body !== 'string' && typeof base64 !== 'string') fail('it has no body');
  if (status !== undefined && typeof status !== 'number') fail('its status is not a number');
  return {
    name: String(name),
    contentType: typeof contentType === 'string' ? contentType : undefined,
    body: typeof body === 'string' ? Buffer.from(body) : Buffer.from(String(base64), 'base64'),
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof response === 'string' ? { response } : {}),
  };
}

/** Writes recordings; bodies that are not UTF-8 as base64. */
export function writeRecordings(recordings: readonly Recording[]): string {
  return recordings.map((r) => `${JSON.stringify({ name: r.name, content_type: r.contentType, ...bodyFields(r.body), status: r.status, response: r.response })}\n`).join('');
}

/** A body as a line holds it. */
export function bodyFields(body: Uint8Array): { body: string } | { body_base64: string } {
  try {
    return { body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body) };
  } catch {
    return { body_base64: Buffer.from(body).toString('base64') };
  }
}
