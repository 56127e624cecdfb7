/**
 * Dates as pandas 1.5 reads them out of JSON: `to_datetime` with and without a unit, element by element, and the guess
 * that read_json makes on columns and labels.
 * Source: pandas 1.5 io/json/_json.py (_try_convert_to_date), _libs/tslib (array_with_unit_to_datetime, array_to_datetime).
 * @module
 */
import { type Column, column } from '../data/column.ts';
import { fitNs, type IsoMoment, parseIso } from '../data/datetime.ts';
import { isFloat, isInteger, NAT } from '../data/dtype.ts';
import { castStorage } from '../data/numpy-cast.ts';
import { storeItems } from '../data/numpy-item.ts';
import { pythonFloat } from '../data/python-number.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { readMoment } from './to-datetime.ts';
import { cellsOf, isNull } from './v1-cells.ts';

/** Seconds below which pandas does not take a number for a date: the year 1971. */
const MIN_STAMP = 31_536_000;
/** Nanoseconds of a unit and its decimal digits down to one: seconds, milliseconds, microseconds. */
const UNITS = [[1_000_000_000n, 9], [1_000_000n, 6], [1000n, 3]] as const;
const LIMIT = 2 ** 63;
const MISSING_TEXT: ReadonlySet<string> = new Set(['', 'NaT', 'nat', 'NAT', 'nan', 'NaN', 'NAN']);

/** The column as dates when all of it reads as dates: numbers in the largest unit that fits, or text. */
export function guessDates(col: Column): Column | undefined {
  if (col.length === 0) return undefined;
  const numbers = col.dtype === 'object' ? (wholeNumbers(col) ?? col) : col;
  if (isInteger(numbers.dtype) || isFloat(numbers.dtype)) return numberDates(numbers);
  return col.dtype === 'object' ? unitTexts(cellsOf(col)) ?? datetimes(col, true) : undefined;
}

function wholeNumbers(col: Column): Column | undefined {
  try {
    return column('int64', storeItems(cellsOf(col), 'int64'));
  } catch (error) {
    if (ModelError.isInstance(error)) return undefined;
    throw error;
  }
}

/** Numbers beyond 1971 as seconds, or the largest smaller unit that fits; NaN and what is beyond int64 is NaT. */
function numberDates(col: Column): Column | undefined {
  const whole = isFloat(col.dtype), given = Array.from(castStorage(col.dtype, col.values, whole ? 'float64' : 'int64') as ArrayLike<number | bigint>);
  const inRange = cellsOf(col).every((cell) => cell !== cell || (cell as number | bigint) > MIN_STAMP || cell === NAT);
  if (!inRange) return undefined;
  const counts = given.map((v) => (typeof v === 'bigint' ? v : cut(v)));
  for (const [scale, digits] of UNITS) {
    const out = new BigInt64Array(col.length).fill(NAT);
    const fits = counts.every((count, i) => {
      if (count === NAT) return true;
      if (Math.abs(Number(count) * Number(scale)) > LIMIT) return false;
      out[i] = whole ? cut(rounded(Number(given[i]) * Number(scale), digits)) : BigInt.asIntN(64, count * scale);
      return true;
    });
    if (fits) return column('datetime64[ns]', out);
  }
  const lost = counts.some((count, i) => count === NAT && typeof given[i] === 'number' && given[i] === given[i]);
  return lost || col.dtype === 'uint64' ? undefined : column('datetime64[ns]', BigInt64Array.from(counts));
}

/** C's cast to int64: cut towards zero, and the smallest integer (NaT) for what does not fit. */
function cut(value: number): bigint {
  return value > -LIMIT && value < LIMIT ? BigInt(Math.trunc(value)) : NAT;
}

/** `numpy.round(value, digits)`. */
function rounded(value: number, digits: number): number {
  const scaled = value * 10 ** digits;
  return Math.abs(scaled) > Number.MAX_SAFE_INTEGER ? scaled / 10 ** digits : Math.round(scaled) / 10 ** digits;
}

/** Numbers and texts of numbers as seconds, or the largest smaller unit that fits; undefined when a cell is neither. */
function unitTexts(cells: readonly Value[]): Column | undefined {
  for (const [scale, digits] of UNITS) {
    const counts = cells.map((cell) => unitCount(cell, scale, digits));
    if (!counts.includes(undefined)) return column('datetime64[ns]', BigInt64Array.from(counts as bigint[]));
  }
  return undefined;
}

function unitCount(cell: Value, scale: bigint, digits: number): bigint | undefined {
  if (isNull(cell) || (typeof cell === 'string' && MISSING_TEXT.has(cell))) return NAT;
  if (typeof cell === 'bigint') return fitNs(cell * scale);
  const value = typeof cell === 'string' ? pythonFloat(cell) : cell;
  if (typeof value !== 'number' || Math.abs(value) >= LIMIT) return undefined;
  const base = Math.trunc(value), part = Number((value - base).toFixed(digits));
  return fitNs(BigInt(base) * scale + BigInt(Math.trunc(part * Number(scale))));
}

/**
 * Object cells to datetime64[ns] one by one: text as dates, numbers as nanoseconds, missing as NaT; undefined where pandas
 * raises. Offsets give UTC, or with `zoned` a time zone.
 */
export function datetimes(col: Column, zoned: boolean = false): Column | undefined {
  const out = new BigInt64Array(col.length).fill(NAT), offsets = new Set<number | null>();
  for (const [i, cell] of cellsOf(col).entries()) {
    if (isNull(cell) || (typeof cell === 'string' && MISSING_TEXT.has(cell))) continue;
    if (typeof cell === 'number' && Math.abs(cell) < LIMIT) out[i] = cut(cell);
    else {
      const moment = typeof cell === 'bigint' ? { ns: cell, offset: undefined } : typeof cell === 'string' ? dateOf(cell) : undefined;
      const ns = moment && fitNs(moment.ns - BigInt(moment.offset ?? 0) * 1_000_000_000n);
      if (moment === undefined || ns === undefined) return undefined;
      out[i] = ns;
      if (moment.offset !== undefined) offsets.add(moment.offset);
    }
  }
  const [offset = null] = offsets;
  if (offsets.size > 1) return undefined;
  return column('datetime64[ns]', out, zoned && offset !== null ? { tz: offset === 0 ? 'UTC' : `pytz.FixedOffset(${offset / 60})` } : {});
}

/** ISO text, which may end at the year or the month or have spaces around; else the other forms that dates are written in. */
function dateOf(text: string): Pick<IsoMoment, 'ns' | 'offset'> | undefined {
  const plain = text.trim().replace(/(?<=\d) (?=(?:Z|[+-]\d\d:?\d\d)$)/, '');
  return parseIso(/^\d{4}$/.test(plain) ? `${plain}-01-01` : /^\d{4}-\d\d$/.test(plain) ? `${plain}-01` : plain) ?? readMoment(plain);
}
