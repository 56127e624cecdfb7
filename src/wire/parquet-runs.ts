/**
 * Run lengths of Parquet's levels and dictionary indices, held to the page's number of values before they are decoded:
 * the decoder writes whatever a run says. Format: apache/parquet-format, Encodings.md, RLE/bit-packing hybrid.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';

/** What a data page says of itself. */
export interface PageRuns {
  readonly values: number;
  /** Highest repetition and definition levels of the column. */
  readonly repetition: number;
  readonly definition: number;
  /** The values are dictionary indices, or run-length booleans. */
  readonly indices: boolean;
  readonly boolean: boolean;
  /** Byte lengths of the levels in a page of version 2. */
  readonly levels?: { readonly repetition: number; readonly definition: number };
}

/**
 * Checks the runs of a decompressed page.
 * @throws ModelError PARQUET_INVALID
 */
export function checkRuns(bytes: Uint8Array, page: PageRuns): void {
  let at = 0;
  for (const kind of ['repetition', 'definition'] as const) {
    if (page.levels) {
      if (page[kind] > 0) walk(bytes.subarray(at, at + page.levels[kind]), widthOf(page[kind]), page.values);
      at += page.levels[kind];
    } else if (page[kind] > 0) {
      const length = uint32(bytes, at);
      walk(bytes.subarray(at + 4, at + 4 + length), widthOf(page[kind]), page.values);
      at += 4 + length;
    }
  }
  if (!page.indices || at >= bytes.length) return;
  if (page.boolean) walk(bytes.subarray(at + 4), 1, page.values, true);
  else if ((bytes[at] ?? 0) > 32) fail();
  else walk(bytes.subarray(at + 1), bytes[at] ?? 0, page.values, true);
}

function fail(): never {
  throw new ModelError('PARQUET_INVALID', { reason: 'the runs of a page do not fit its number of values' });
}

function uint32(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) fail();
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
}

function widthOf(level: number): number {
  return 32 - Math.clz32(level);
}

/** Walks the runs until the values are reached; fewer are allowed where gaps have no value. */
function walk(bytes: Uint8Array, width: number, values: number, fewer: boolean = false): void {
  for (let at = 0, seen = 0; seen < values;) {
    if (at >= bytes.length) {
      if (fewer) return;
      fail();
    }
    let header = 0, scale = 1;
    for (let byte = 128; byte >= 128; scale *= 128) {
      byte = bytes[at++] ?? fail();
      header += (byte & 127) * scale;
      if (scale > 2 ** 28) fail();
    }
    const packed = header % 2 === 1, half = Math.floor(header / 2), count = packed ? half * 8 : half;
    if (seen + count > values + (packed ? 504 : 0)) fail();
    at += packed ? half * width : (width + 7) >> 3;
    seen += count;
  }
}
