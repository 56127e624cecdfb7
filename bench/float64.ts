/** The files of doubles in which scorers hand over what they answered. */
import { readFileSync } from 'node:fs';

export function readFloat64(file: string): Float64Array {
  const bytes = readFileSync(file);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
