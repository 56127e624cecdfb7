/**
 * The fast path of CSV bodies, in the modes safe and strict: bytes to what the model is given, by the reader of files in
 * chunks. It has no errors of its own: whatever is wrong ends it, and the general path reads the body anew and decides.
 * @module
 */
import type { Table } from '../data/table.ts';
import { ModelError } from '../errors/model-error.ts';
import type { ValueEnforcer } from '../schema/enforce-values.ts';
import { CsvChunks } from './csv-chunks.ts';
import { CsvCursor } from './csv-cursor.ts';
import { PAD } from './csv-kernel.ts';
import { CR, LF } from './csv-lines.ts';
import { hasOpenDType, readHead, signaturePlan } from './csv-plan.ts';

/** Shorter bodies are read as fast by the general path. */
const SHORT = 1 << 11;
/** A kernel is started for bodies from this size on: before, it takes longer than it saves. */
const KERNEL_FROM = 1 << 16;

/** Reads a body; undefined where the general path must. */
export function readFastCsv(enforcer: ValueEnforcer, body: Uint8Array): Table | undefined {
  try {
    return read(enforcer, body);
  } catch (error) {
    if (ModelError.isInstance(error)) return undefined;
    throw error;
  }
}

function read(enforcer: ValueEnforcer, body: Uint8Array): Table | undefined {
  if (body.length < SHORT) return undefined;
  const cursor = new CsvCursor();
  cursor.bytes = new Uint8Array(body.length + PAD);
  cursor.bytes.set(body);
  cursor.bytes[body.length] = LF;
  cursor.end = body.length;
  cursor.last = true;
  const head = readHead(cursor), targets = head && enforcer.csvTargets?.(head.names);
  if (!head || head.empty || !targets || targets.some(hasOpenDType)) return undefined;
  // Full rows have a byte for each cell at least; a body of shorter ones is not for this path.
  const most = Math.min(Math.floor(body.length / head.width) + 1, linesOf(body));
  const chunks = new CsvChunks(signaturePlan(head, targets), most, body.length >= KERNEL_FROM ? body.length : 0);
  if (chunks.scan) {
    chunks.scan.window.set(cursor.bytes);
    cursor.bytes = chunks.scan.window;
  }
  chunks.read(cursor);
  const { fault, table } = chunks.take();
  return fault || cursor.nextLine() ? undefined : table;
}

/** At least as many as there are. */
function linesOf(body: Uint8Array): number {
  let lines = 1;
  for (const end of [LF, CR]) for (let at = body.indexOf(end); at >= 0; at = body.indexOf(end, at + 1)) lines++;
  return lines;
}
