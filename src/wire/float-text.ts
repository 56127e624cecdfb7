/**
 * Many doubles as JSON text, by the kernel assembly/float-text.ts.
 * @module
 */
import { jsonNumber } from '../data/numbers.ts';
import { type Kernel, startKernel } from '../data/wasm.ts';
import { floatTextWasm } from './float-text-wasm.ts';

interface Writer {
  /** Writes rows of numbers, each after the text of its place; gives the end. */
  write(rows: number, width: number, out: number): number;
}

// Places, as the kernel has them.
const POWERS = 64, PLACES = 10_240, VALUES = 65_536, OUT = 131_072, MEMORY = 1 << 20;
const LOWEST = -292, HIGHEST = 324;
/** Numbers in memory at once: their text is no large object yet. The longest: -2.2250738585072014e-308. */
const MOST_VALUES = 4096, LONGEST = 24;
/** What is written beyond the end before it is written over. */
const SLACK = 32;
/** Fewer numbers are written sooner without. */
const FEWEST = 24;

let writer: Kernel<Writer> | null | undefined;
const ascii = new TextDecoder();

/**
 * Numbers as Python's json writes them, `before.length` a row, each after the text of its place in the row. The texts are ASCII.
 * @example
 * ```ts
 * floatTexts([1, 0.5, 2, 1e16], ['], [', ', ']); // '], [1.0, 0.5], [2.0, 1e+16'
 * ```
 */
export function floatTexts(values: ArrayLike<number>, before: readonly string[]): string {
  const width = before.length, length = before.reduce((sum, text) => sum + text.length, 0);
  const rowsAtOnce = Math.min(Math.floor(MOST_VALUES / width), Math.floor((MEMORY - OUT - SLACK) / (LONGEST * width + length)));
  if (values.length < FEWEST || rowsAtOnce === 0 || PLACES + 8 * width + length + 8 * width > VALUES) return oneByOne(values, before);
  if (writer === undefined) writer = start();
  if (writer === null) return oneByOne(values, before);
  placeTexts(new Uint8Array(writer.memory), before);
  const numbers = new Float64Array(writer.memory, VALUES, MOST_VALUES), atOnce = rowsAtOnce * width;
  let text = '';
  for (let from = 0; from < values.length; from += atOnce) {
    const size = Math.min(atOnce, values.length - from);
    for (let i = 0; i < size; i++) numbers[i] = values[from + i] as number;
    const end = writer.run.write(size / width, width, OUT);
    text += ascii.decode(new Uint8Array(writer.memory, OUT, end - OUT));
  }
  return text;
}

function oneByOne(values: ArrayLike<number>, before: readonly string[]): string {
  const width = before.length;
  let text = '';
  for (let i = 0, place = 0; i < values.length; i++) {
    text += before[place] + jsonNumber(values[i] as number);
    if (++place === width) place = 0;
  }
  return text;
}

function placeTexts(memory: Uint8Array, before: readonly string[]): void {
  const table = new Uint32Array(memory.buffer, PLACES, 2 * before.length);
  let at = PLACES + 8 * before.length;
  for (const [place, text] of before.entries()) {
    table[2 * place] = at;
    table[2 * place + 1] = text.length;
    for (let i = 0; i < text.length; i++) memory[at + i] = text.charCodeAt(i);
    at += text.length;
  }
}

function start(): Kernel<Writer> | null {
  const kernel = startKernel<Writer>(floatTextWasm, MEMORY);
  if (kernel !== null) new BigUint64Array(kernel.memory, POWERS, 2 * (HIGHEST - LOWEST + 1)).set(powers());
  return kernel;
}

/** The first 128 bits of each power of ten, rounded up. */
function powers(): BigUint64Array {
  const table = new BigUint64Array(2 * (HIGHEST - LOWEST + 1));
  const put = (k: number, x: bigint): void => table.set([BigInt.asUintN(64, x), x >> 64n], 2 * (k - LOWEST));
  for (let k = 0, power = 1n; k <= HIGHEST; k++, power *= 10n) {
    const bits = BigInt(power.toString(2).length);
    put(k, bits > 128n ? -(-power >> (bits - 128n)) : power << (128n - bits));
    if (k > 0 && -k >= LOWEST) put(-k, (1n << (bits + 127n)) / power + 1n);
  }
  return table;
}
