/**
 * The dtype of a CSV column as pandas' C parser finds it, or as a schema asks for it.
 * @module
 */
import { type Column, column, integerStorage } from '../data/column.ts';
import { integerRange, type IntegerDType } from '../data/dtype.ts';
import { inferColumn } from '../data/infer-column.ts';
import { castStorage } from '../data/numpy-cast.ts';
import type { Value } from '../data/values.ts';
import { castFailure } from './column-cast.ts';

/** pandas' STR_NA_VALUES; a cell must equal one exactly. */
export const NA_WORDS: ReadonlySet<string> = new Set([
  '', '#N/A', '#N/A N/A', '#NA', '-1.#IND', '-1.#QNAN', '-NaN', '-nan', '1.#IND', '1.#QNAN', '<NA>', 'N/A', 'NA', 'NULL', 'NaN', 'None', 'n/a', 'nan', 'null',
]);
const INTEGER = /^[ \t-\r]*([+-]?[0-9]+)[ \t-\r]*$/;
const LEADING = /^[ \t-\r]*([+-]?[0-9]+)/;
const FLOAT = /^[ \t-\r]*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[ \t-\r]*$/;
const INFINITE = /^[ \t-\r]*([+-]?)inf(?:inity)?[ \t-\r]*$/i;
const [INT64_MIN, INT64_MAX] = integerRange('int64');
const [, UINT64_MAX] = integerRange('uint64');
/** Longest integer text that Python converts. */
const MAX_DIGITS = 4300;

/** What differs between versions of pandas. */
export interface CsvRules {
  /** Words that count as missing. */
  readonly missing: ReadonlySet<string>;
  /** A decimal number's text to a double, NaN where it is none. */
  readFloat(text: string): number;
  /** Whole numbers beyond 64 bits are Python integers; else text, even where a fraction or an exponent follows. */
  readonly hugeIntegers: boolean;
  /** 64-bit integers wrap into a narrower dtype that is asked for, else they are refused. */
  readonly wrapIntegers: boolean;
}

/** pandas 3, which rounds correctly, as Number does. */
export const CSV_RULES: CsvRules = { missing: NA_WORDS, readFloat: Number, hugeIntegers: true, wrapIntegers: false };

/** The text of cells, null for those that count as missing. */
export function withoutNa(cells: readonly string[], rules: CsvRules = CSV_RULES): (string | null)[] {
  return cells.map((cell) => (rules.missing.has(cell) ? null : cell));
}

/** Integers, then floats, then booleans, then text: the first that every cell fits. */
export function inferCsvColumn(raw: readonly string[], rules: CsvRules = CSV_RULES): Column {
  if (raw.length === 0) return column('object', []);
  const cells = withoutNa(raw, rules);
  if (cells.every((cell) => cell === null)) return column('float64', new Float64Array(raw.length).fill(NaN));
  const missing = cells.includes(null);
  const integers = readIntegers(cells, rules);
  if (integers === 'text') return column('str', [...raw]);
  if (integers === 'huge') return rules.hugeIntegers ? (readHuge(cells) ?? column('str', [...raw])) : column('str', cells);
  if (integers) return missing ? withGaps(cells, integers.values) : column(integers.dtype, integerStorage(integers.dtype, integers.values));
  return readFloats(cells, rules) ?? readBooleans(cells) ?? column('str', cells);
}

/** Integers with missing ones between them are floats; an integer has no minus zero. */
function withGaps(cells: readonly (string | null)[], values: readonly bigint[]): Column {
  let at = 0;
  return column('float64', Float64Array.from(cells, (cell) => (cell === null ? NaN : Number(values[at++]))));
}

/**
 * Whole numbers of 64 bits; undefined when a cell is none, `huge` beyond 64 bits, `text` where signs or gaps rule uint64
 * out. As in pandas the first cell that decides ends the scan.
 */
function readIntegers(cells: readonly (string | null)[], rules: CsvRules = CSV_RULES): { dtype: 'int64' | 'uint64'; values: bigint[] } | 'huge' | 'text' | undefined {
  const values: bigint[] = [];
  for (const cell of cells) {
    if (cell === null) continue;
    const value = wholeOf(cell, rules);
    if (value === undefined) return undefined;
    if (value > INT64_MAX || value < INT64_MIN) return readUnsigned(cells, rules);
    values.push(value);
  }
  return { dtype: 'int64', values };
}

/** The second attempt, after a cell beyond int64: whatever begins with a minus counts as negative here. */
function readUnsigned(cells: readonly (string | null)[], rules: CsvRules): { dtype: 'uint64'; values: bigint[] } | 'huge' | 'text' | undefined {
  const values: bigint[] = [];
  let unsigned = false, signed = false;
  for (const cell of cells) {
    if (cell === null) continue;
    if (/^[ \t-\r]*-/.test(cell)) {
      signed = true;
      continue;
    }
    const value = wholeOf(cell, rules);
    if (value === undefined || (value <= UINT64_MAX && !INTEGER.test(cell))) return undefined;
    if (value > UINT64_MAX) return 'huge';
    if (value > INT64_MAX) unsigned = true;
    values.push(value);
  }
  if (unsigned && (signed || cells.includes(null))) return 'text';
  return signed ? 'huge' : { dtype: 'uint64', values };
}

/**
 * The integer a cell writes, or that it begins with where that is out of range and the rules end there. More digits than 64
 * bits hold are cut to a number that is out of range anyway.
 */
function wholeOf(cell: string, rules: CsvRules): bigint | undefined {
  const whole = INTEGER.exec(cell)?.[1], digits = whole ?? (rules.hugeIntegers ? undefined : LEADING.exec(cell)?.[1]);
  if (digits === undefined) return undefined;
  const value = BigInt((digits.length > 4300 ? digits.slice(0, 4300) : digits).replace('+', ''));
  return whole === undefined && value <= INT64_MAX && value >= INT64_MIN ? undefined : value;
}

function readHuge(cells: readonly (string | null)[]): Column | undefined {
  const out: Value[] = [];
  for (const cell of cells) {
    const digits = cell === null ? '' : INTEGER.exec(cell)?.[1];
    if (digits === undefined || digits.length > MAX_DIGITS) return undefined;
    out.push(digits === '' ? NaN : BigInt(digits.startsWith('+') ? digits.slice(1) : digits));
  }
  return column('object', out);
}

function readFloats(cells: readonly (string | null)[], rules: CsvRules): Column | undefined {
  const out = new Float64Array(cells.length);
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as string | null, value = cell === null ? NaN : floatOf(cell, rules);
    if (value === undefined) return undefined;
    out[i] = value;
  }
  return column('float64', out);
}

function floatOf(cell: string, rules: CsvRules): number | undefined {
  const match = FLOAT.exec(cell), infinite = match ? null : INFINITE.exec(cell);
  if (!match && !infinite) return undefined;
  const value = match ? rules.readFloat(match[1] as string) : infinite?.[1] === '-' ? -Infinity : Infinity;
  return value === value ? value : undefined;
}

/** A cell of a column that {@link inferCsvColumn} found to be floats; undefined where it is none. */
export function csvFloat(cell: string): number | undefined {
  return NA_WORDS.has(cell) ? NaN : floatOf(cell, CSV_RULES);
}

/** true and false in any case; with gaps they are objects. */
function readBooleans(cells: readonly (string | null)[]): Column | undefined {
  const out = new Array<boolean | null>(cells.length);
  for (let i = 0; i < cells.length; i++) {
    const word = cells[i]?.toLowerCase();
    if (word !== undefined && word !== 'true' && word !== 'false') return undefined;
    out[i] = word === undefined ? null : word === 'true';
  }
  if (out.includes(null)) return column('object', out.map((v) => v ?? NaN));
  return column('bool', Uint8Array.from(out, (v) => (v ? 1 : 0)));
}

/** Types a CSV column can be asked for. */
export type CsvDType = 'bool' | 'int32' | 'int64' | 'float32' | 'float64' | 'object' | 'datetime64[ns]';

/**
 * Reads a column under a schema's dtype; what does not fit exactly is refused. `positional` is how unnamed schemas ask:
 * text is then inferred.
 * @throws ModelError REQUEST_INVALID
 */
export function typedCsvColumn(raw: readonly string[], dtype: CsvDType, inferText: boolean, rules: CsvRules = CSV_RULES): Column {
  if (raw.length === 0) return column(dtype, castStorage('object', [], dtype));
  if (dtype === 'datetime64[ns]') return castFailure('CSV has no dates; send JSON');
  const cells = withoutNa(raw, rules);
  if (dtype === 'object') {
    const values = cells.map((cell) => cell ?? NaN);
    return inferText ? inferColumn(values, { numeric: false }) : column('object', values);
  }
  if (dtype === 'bool') return typedBooleans(raw, cells, rules);
  return dtype === 'float32' || dtype === 'float64' ? typedFloats(cells, dtype, rules) : typedIntegers(raw, cells, dtype, rules);
}

function typedBooleans(raw: readonly string[], cells: readonly (string | null)[], rules: CsvRules): Column {
  const words = readBooleans(cells);
  if (words?.dtype === 'bool') return words;
  if (words) return castFailure('a boolean cell is missing');
  return exactly(inferCsvColumn(raw, rules), 'bool');
}

function typedFloats(cells: readonly (string | null)[], dtype: 'float32' | 'float64', rules: CsvRules): Column {
  const floats = readFloats(cells, rules);
  if (floats) return column(dtype, castStorage('float64', floats.values, dtype));
  const words = readBooleans(cells) ?? castFailure('a cell is not a number');
  const numbers = Float64Array.from(words.values as ArrayLike<unknown>, (v) => (v !== v ? NaN : Number(v)));
  return column(dtype, castStorage('float64', numbers, dtype));
}

function typedIntegers(raw: readonly string[], cells: readonly (string | null)[], dtype: 'int32' | 'int64', rules: CsvRules): Column {
  const integers = readIntegers(cells);
  if (typeof integers === 'string') return castFailure('a whole number is out of range');
  if (integers && integers.values.length < cells.length) return castFailure('a cell of an integer column is missing');
  if (integers && rules.wrapIntegers) return column(dtype, castStorage(integers.dtype, integerStorage(integers.dtype, integers.values), dtype));
  return integers ? exactly(column(integers.dtype, integerStorage(integers.dtype, integers.values)), dtype) : exactly(inferCsvColumn(raw, rules), dtype);
}

/** A cast that must not change a value. */
function exactly(col: Column, dtype: 'bool' | 'int32' | 'int64'): Column {
  if (col.dtype === 'str' || col.dtype === 'object') return castFailure('a cell is of another type');
  const values = castStorage(col.dtype, col.values, dtype);
  for (let i = 0; i < values.length; i++) {
    if (Number(values[i]) !== Number(col.values[i]) || (dtype !== 'bool' && !inRange(col.values[i] as number | bigint, dtype))) castFailure('a cell does not fit the type exactly');
  }
  return column(dtype, values);
}

function inRange(value: number | bigint, dtype: IntegerDType): boolean {
  const [low, high] = integerRange(dtype);
  return value >= low && value <= high;
}
