/**
 * Progress of a load that takes over two seconds, on stderr.
 * @module
 */
import type { LoadProgress } from '../model/progress.ts';
import { notice, sizeText } from './output.ts';

const QUIET_MS = 2000;
// A file of this size takes seconds, and nothing can be told while it is read.
const LARGE_FILE = 64 * 1024 * 1024;

/** A listener for `onProgress`: silent while the load is quick. */
export function loadProgress(): (progress: LoadProgress) => void {
  const start = performance.now();
  let told = false;
  return (progress) => {
    const slow = performance.now() - start > QUIET_MS || (progress.stage === 'read' && (progress.bytes ?? 0) > LARGE_FILE);
    if (!slow && !told) return;
    told = true;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    if (progress.stage === 'read') notice(`loading: reading ${progress.path} (${sizeText(progress.bytes ?? 0)}), ${seconds} s so far`);
    else notice(progress.stage === 'ready' ? `loaded in ${seconds} s` : `loading: building the ${progress.flavor} model, ${seconds} s so far`);
  };
}
