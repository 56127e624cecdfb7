/**
 * The memory of the kernel assembly/json-scan.ts: its tables, the plan of a signature, the body and what was read.
 *
 * Decoding is synchronous, so one kernel serves all models of a process; each brings its plan.
 * @module
 */
import { parseJson } from '../data/json-parse.ts';
import { float64Array } from '../data/small-arrays.ts';
import { type Kernel, startKernel } from '../data/wasm.ts';
import { Cursor } from './fast-cursor.ts';
import { jsonScanWasm } from './json-scan-wasm.ts';
import { writeNumberTables } from './number-tables.ts';

/** How a column's cells are read; integers of the kinds from INTEGER on must lie between its bounds. */
export const DOUBLE = 0, FLOAT = 1, TEXT = 3, INTEGER = 4;
const BOOLEAN = 2, MAX_SAFE = Number.MAX_SAFE_INTEGER;
/** Bounds of the integer kinds. 64-bit ones reach as far as a double is exact. */
const BOUNDS: readonly (readonly [string, number, number])[] = [
  ['int64', -MAX_SAFE, MAX_SAFE], ['int32', -(2 ** 31), 2 ** 31 - 1], ['int16', -(2 ** 15), 2 ** 15 - 1], ['int8', -128, 127],
  ['uint64', 0, MAX_SAFE], ['uint32', 0, 2 ** 32 - 1], ['uint16', 0, 2 ** 16 - 1], ['uint8', 0, 255],
];
/** Kind of each dtype that is read here. */
export const KINDS: Readonly<Record<string, number>> = {
  float64: DOUBLE, float32: FLOAT, bool: BOOLEAN, str: TEXT, ...Object.fromEntries(BOUNDS.map(([dtype], i) => [dtype, INTEGER + i])),
};
// From here on a double rounds to an infinite float32.
const FLOAT_LIMIT = 3.4028235677973366e38;

// Places, as the kernel has them.
const COUNT = 0, ROWS = 1, SLOW = 2, SLOW_END = 3, LOOKUPS = 4, NULL_TEXT = 5, STAMP = 6, ORDER = 10, SHAPE = 16;
const BOUND_TABLE = 2432, PLAN = 4096;

/** The kernel's readers: each takes the address where it begins and gives the one behind what it read, or 0. */
interface Scan {
  names(at: number): number;
  positions(): void;
  rows(at: number, slots: number): number;
  records(at: number, slots: number): number;
  columns(at: number, slots: number): number;
  list(at: number, place: number, slots: number): number;
  index(at: number): number;
  tensor(at: number, kind: number, rank: number, slots: number): number;
}

/** A signature as the kernel reads it: keys, kinds and room for the order of the columns. */
export class ScanPlan {
  readonly width: number;
  /** Bytes of the plan in memory. */
  readonly size: number;
  readonly #keys: readonly Uint8Array[];
  readonly kinds: Uint8Array;

  /** @param keys names in UTF-8 without quotes, or none */
  constructor(kinds: Uint8Array, keys: readonly Uint8Array[] = []) {
    this.width = kinds.length;
    this.kinds = kinds;
    this.#keys = keys;
    this.size = keys.reduce((sum, key) => sum + aligned(key.length + 2), 0) + 8 * keys.length + aligned(kinds.length) + aligned(8 * kinds.length);
  }

  /** Writes it to the memory, whose stamps are none after that. */
  write(bytes: Uint8Array, words: Uint32Array): void {
    const { width } = this, table = PLAN + this.#keys.reduce((sum, key) => sum + aligned(key.length + 2), 0);
    let at = PLAN;
    for (const [i, key] of this.#keys.entries()) {
      const length = key.length + 2;
      bytes.fill(0, at, at + aligned(length));
      bytes[at] = bytes[at + length - 1] = 34;
      bytes.set(key, at + 1);
      words[(table >> 2) + 2 * i] = at;
      words[(table >> 2) + 2 * i + 1] = length;
      at += aligned(length);
    }
    const kinds = table + 8 * this.#keys.length, order = kinds + aligned(width), stamps = order + 4 * width;
    bytes.set(this.kinds, kinds);
    bytes.fill(0, order, stamps + 4 * width);
    words.set([0, width, table, kinds, order, stamps], STAMP);
  }
}

function aligned(size: number): number {
  return (size + 7) & ~7;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Zeros behind the body. */
const PAD = 16;
const LEAST_MEMORY = 1 << 20;
/** A memory is kept for the next request up to this size; only what was written to counts as used by the process. */
const KEPT = 1 << 26;
/** Longest body; longer ones go the general way. */
const LONGEST = 1 << 28;
const MAX_STAMP = 2 ** 31;
/** So many numbers are copied sooner in a loop than by a call. */
const MOST_ONE_BY_ONE = 64;

/** A body in the kernel's memory: what was read of it stands in slots, numbered from 0. */
export class Scanner extends Cursor {
  readonly #run: Scan;
  readonly #memory: Uint8Array;
  readonly #words: Uint32Array;
  readonly #doubles: Float64Array;
  #plan: ScanPlan | undefined;
  /** Addresses of the body and of the slots. */
  #body = 0;
  #slots = 0;

  constructor({ memory, run }: Kernel<Scan>) {
    super();
    this.#run = run;
    this.#memory = new Uint8Array(memory);
    this.#words = new Uint32Array(memory);
    this.#doubles = new Float64Array(memory);
    writeNumberTables(memory);
    this.#doubles.set(BOUNDS.flatMap(([, low, high]) => [low, high]), BOUND_TABLE >> 3);
  }

  /** Bytes of memory. */
  get size(): number {
    return this.#memory.length;
  }

  /** Takes a body in, to be read by a plan. */
  open(plan: ScanPlan, body: Uint8Array): void {
    const words = this.#words, memory = this.#memory;
    if (plan !== this.#plan || (words[STAMP] as number) > MAX_STAMP) plan.write(memory, words);
    this.#plan = plan;
    this.#body = aligned(PLAN + plan.size);
    this.#slots = aligned(this.#body + body.length + PAD);
    memory.set(body, this.#body);
    memory.fill(0, this.#body + body.length, this.#slots);
    words[SLOW] = 0;
    words[SLOW_END] = memory.length;
    // Names out of order are searched for among all, but not without end.
    words[LOOKUPS] = 1000 * plan.width + body.length;
    this.bytes = body;
    this.at = 0;
  }

  /** Whether texts may be null. */
  set nullText(allowed: boolean) {
    this.#words[NULL_TEXT] = Number(allowed);
  }

  /** A list of column names: `count` and `column`. */
  names(): boolean {
    return this.#moved(this.#run.names(this.#body + this.at));
  }

  /** Columns without names: by position. */
  positions(): void {
    this.#run.positions();
  }

  /** A list of rows, each of `count` cells: `rows`. */
  list(): boolean {
    return this.#moved(this.#run.rows(this.#body + this.at, this.#slots));
  }

  /** A list of records, all with the keys of the first: `count`, `column` and `rows`. */
  records(): boolean {
    return this.#moved(this.#run.records(this.#body + this.at, this.#slots));
  }

  /** An object of lists of one length: `count`, `column` and `rows`; column after column. */
  columns(): boolean {
    return this.#moved(this.#run.columns(this.#body + this.at, this.#slots));
  }

  /** The numbers 0, 1, 2, …: `rows`. */
  index(): boolean {
    return this.#moved(this.#run.index(this.#body + this.at));
  }

  /** A list of cells of the first column: `rows`. */
  cells(): boolean {
    return this.#moved(this.#run.list(this.#body + this.at, 0, this.#slots));
  }

  /** Nested lists of numbers: `length` of each axis, and `rows` numbers in all. */
  tensor(kind: number, rank: number): boolean {
    return this.#moved(this.#run.tensor(this.#body + this.at, kind, rank, this.#slots));
  }

  #moved(address: number): boolean {
    if (address === 0) return false;
    this.at = address - this.#body;
    return true;
  }

  /** Columns found. */
  get count(): number {
    return this.#words[COUNT] as number;
  }

  get rows(): number {
    return this.#words[ROWS] as number;
  }

  /** The column of the signature at a place in the request. */
  column(place: number): number {
    return (this.#words[((this.#words[ORDER] as number) >> 2) + place] as number) & 0xffffff;
  }

  length(axis: number): number {
    return this.#words[SHAPE + axis] as number;
  }

  /** A view of the first slots; it is good until the next body. */
  view(size: number): Float64Array {
    return this.#doubles.subarray(this.#slots >> 3, (this.#slots >> 3) + size);
  }

  /** A copy of the first slots. */
  copy(size: number): Float64Array {
    const values = float64Array(size), from = this.#doubles, first = this.#slots >> 3;
    if (size > MOST_ONE_BY_ONE) values.set(from.subarray(first, first + size));
    else for (let i = 0; i < size; i++) values[i] = from[first + i] as number;
    return values;
  }

  /** Converts the numbers that were left; false where one is too large. `kind` tells that of a slot by its number. */
  finish(kind: (slot: number) => number): boolean {
    const words = this.#words, count = words[SLOW] as number, end = this.#memory.length >> 2;
    for (let i = 1; i <= count; i++) {
      const slot = words[end - 2 * i] as number, from = words[end - 2 * i + 1] as number;
      const x = Number(this.#ascii(from, this.#numberEnd(from)));
      if (!Number.isFinite(x)) return false;
      const narrow = kind((slot - this.#slots) >> 3) === FLOAT;
      if (narrow && !(Math.abs(x) < FLOAT_LIMIT)) return false;
      this.#doubles[slot >> 3] = narrow ? Math.fround(x) : x;
    }
    return true;
  }

  /** The text of a slot, null for null; undefined where it is not valid or the general path must look at it. */
  text(slot: number): string | null | undefined {
    const at = (this.#slots >> 2) + 2 * slot, from = this.#words[at] as number, size = this.#words[at + 1] as number;
    if (from === 0) return null;
    const end = from + (size >>> 2);
    if ((size & 2) !== 0) return parsedText(this.#memory.subarray(from - 1, end + 1));
    return (size & 1) === 0 && end - from <= 24 ? this.#ascii(from, end) : decodedText(this.#memory.subarray(from, end));
  }

  #numberEnd(from: number): number {
    let end = from;
    // Up to the comma, bracket or space: + - . 0…9 E e
    for (let c = this.#memory[end] as number; (c >= 48 && c <= 57) || c === 43 || c === 45 || c === 46 || c === 69 || c === 101; c = this.#memory[end] as number) end++;
    return end;
  }

  #ascii(from: number, end: number): string {
    let text = '';
    for (let i = from; i < end; i++) text += String.fromCharCode(this.#memory[i] as number);
    return text;
  }
}

const EMPTY = new Uint8Array(0);
let kept: Scanner | undefined;

/** A scanner with that body in it, or undefined where there is no WebAssembly or not the memory. {@link release} it. */
export function openScanner(plan: ScanPlan, body: Uint8Array): Scanner | undefined {
  if (body.length > LONGEST) return undefined;
  // Four times the body's length is room for all slots and notes.
  const needed = aligned(PLAN + plan.size) + 5 * (body.length + PAD) + 64;
  let scanner = kept;
  if (scanner === undefined || scanner.size < needed) {
    const kernel = startKernel<Scan>(jsonScanWasm, Math.max(needed, LEAST_MEMORY, Math.min(2 * (scanner?.size ?? 0), KEPT)));
    if (kernel === null) return undefined;
    kept = scanner = new Scanner(kernel);
  }
  scanner.open(plan, body);
  return scanner;
}

/** Lets go of what one large request needed. */
export function releaseScanner(): void {
  if (kept === undefined) return;
  kept.bytes = EMPTY;
  if (kept.size > KEPT) kept = undefined;
}

function decodedText(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function parsedText(bytes: Uint8Array): string | undefined {
  try {
    const text = parseJson(utf8.decode(bytes)) as string;
    // numpy drops trailing NULs of text: the general path knows where.
    return text.endsWith('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
