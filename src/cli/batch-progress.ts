/**
 * Progress of a batch that takes over two seconds, as one line on a terminal's stderr.
 * @module
 */
import type { BatchProgress } from '../batch/predict-csv.ts';

const QUIET_MS = 2000, EVERY_MS = 200;

/** A listener for `onProgress`, and what wipes its line away. */
export function batchProgress(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr, now: () => number = () => performance.now()): { tell: (progress: BatchProgress) => void; end: () => void } {
  const start = now();
  let stage: BatchProgress['stage'] | undefined, since = start, told = -Infinity, shown = false;
  return {
    tell({ bytes, rows, size, stage: current }) {
      const time = now();
      if (current !== stage) {
        stage = current;
        since = time;
      }
      if (stream.isTTY !== true || time - start < QUIET_MS || time - told < EVERY_MS) return;
      told = time;
      shown = true;
      const rate = Math.round((rows * 1000) / Math.max(time - since, 1)), share = size ? `, ${Math.floor((100 * bytes) / size)} %` : '';
      stream.write(`\r\x1b[Kmlmodel: ${current === 'check' ? 'checking' : 'scoring'}: ${rows.toLocaleString('en')} rows, ${rate.toLocaleString('en')} rows/s${share}`);
    },
    end() {
      if (shown) stream.write('\r\x1b[K');
      shown = false;
    },
  };
}
