/** Files under test/golden. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The bytes of test/golden/`path`. */
export function golden(path: string): Uint8Array {
  return new Uint8Array(readFileSync(fileURLToPath(new URL(`../golden/${path}`, import.meta.url))));
}
