/**
 * Text columns to moments as pandas.to_datetime reads them: one format, guessed from the first text.
 * @module
 */
import { type Column, column } from '../data/column.ts';
import { fitNs, parseIso } from '../data/datetime.ts';
import { NAT } from '../data/dtype.ts';
import { zoneName } from '../data/infer-column.ts';
import { valuesOf } from '../data/value-at.ts';
import { castStorage } from '../data/numpy-cast.ts';
import { pythonStr } from '../data/python-text.ts';
import { Missing, type Value } from '../data/values.ts';

const MISSING_TEXT: ReadonlySet<string> = new Set(['', 'NaT', 'nat', 'NAT', 'nan', 'NaN', 'NAN']);
const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
const TIME = String.raw`(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?)?(?: ([AaPp][Mm]))?`;
const MONTH_FIRST = new RegExp(String.raw`^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?: ${TIME})?$`);
const YEAR_MONTH = /^(\d{4})(?:([/-])(\d{1,2}))?$/;
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})([/.-])(\d{1,2})\2(\d{1,2})(?:([T ])${TIME})?$`);
const DAY_NAMED = new RegExp(String.raw`^(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4})(?: ${TIME})?$`);
const NAMED_DAY = new RegExp(String.raw`^([A-Za-z]{3,9}) (\d{1,2}),? (\d{4})(?: ${TIME})?$`);

/** Wall-clock nanoseconds and offset of one text. */
export interface Moment {
  readonly ns: bigint;
  readonly offset: number | null;
}

/** Parses one text; undefined when it does not have the form. */
type Format = (text: string) => Moment | undefined;

/**
 * A column as datetime64[ns]: text by one format, whole and floating numbers as nanoseconds, missing as NaT; offsets give
 * a time zone.
 * @returns a reason instead where pandas fails, or where the form of the dates is not one that is read here
 */
export function toDatetime(col: Column): Column | string {
  if (col.dtype === 'bool') return 'booleans are not dates';
  if (col.dtype === 'uint64') return 'the numbers are out of range';
  if (col.dtype === 'float64' || col.dtype.startsWith('int')) return column('datetime64[ns]', castStorage(col.dtype, col.values, 'datetime64[ns]'));
  if (col.dtype.startsWith('datetime64')) return col;
  return fromValues(valuesOf(col));
}

function fromValues(values: readonly Value[]): Column | string {
  // Only text in the first place that is not missing gives a format; then it is the format of all, numbers too.
  const first = values.find((v) => !isMissingValue(v) && !MISSING_TEXT.has(v as string)), hasFormat = typeof first === 'string';
  const format: Format | undefined = hasFormat ? guess(first) : readMoment;
  if (format === undefined) return 'the text is not a date of a known form';
  const out = new BigInt64Array(values.length).fill(NAT), offsets = new Set<number | null>();
  for (const [i, value] of values.entries()) {
    const moment = momentOf(hasFormat ? pythonText(value) : value, format);
    if (typeof moment === 'string') return moment;
    if (moment === undefined) continue;
    const ns = fitNs(moment.ns - BigInt(moment.offset ?? 0) * 1_000_000_000n);
    if (ns === undefined) return 'a date is out of the range of nanoseconds (1677 to 2262)';
    out[i] = ns;
    offsets.add(moment.offset);
  }
  if (offsets.size > 1) return 'the dates have different time zones';
  const [offset = null] = offsets;
  return column('datetime64[ns]', out, offset === null ? {} : { tz: zoneName(offset) });
}

function isMissingValue(value: Value): boolean {
  return value === null || value instanceof Missing || value !== value;
}

/** What a format is held against: Python's str() of numbers and booleans. */
function pythonText(value: Value): Value {
  return !isMissingValue(value) && (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean') ? pythonStr(value) : value;
}

function momentOf(value: Value, format: Format): Moment | undefined | string {
  if (isMissingValue(value)) return undefined;
  if (typeof value === 'bigint') return { ns: value, offset: null };
  if (typeof value === 'number') return Number.isFinite(value) ? { ns: BigInt(Math.trunc(value)), offset: null } : 'a number is out of range';
  if (typeof value !== 'string') return 'a value is neither text nor a number';
  if (MISSING_TEXT.has(value)) return undefined;
  return format(value) ?? 'the text is not a date of a known form, or not of the form of the first one';
}

/** One text by any of the forms that are known here; undefined when it has none of them. */
export function readMoment(text: string): Moment | undefined {
  return guess(text)?.(text);
}

function guess(text: string): Format | undefined {
  return [isoFormat(text), yearMonth(text), yearFirst(text), monthFirst(text), dayNamed(text), namedDay(text)].find((format) => format?.(text) !== undefined);
}

/** ISO text with exactly the parts of the sample: separator, seconds, fraction, zone. */
function isoFormat(sample: string): Format | undefined {
  const trimmed = sample.trim();
  if (parseIso(trimmed) === undefined) return undefined;
  const form = formOf(trimmed);
  return (text) => {
    const plain = text === sample ? trimmed : text;
    return formOf(plain) === form ? parseIso(plain) : undefined;
  };
}

/** The pattern of an ISO text: its digits' places, with fraction and zone of any length. */
function formOf(text: string): string {
  return text.replace(/\.\d+/, '.f').replace(/(?<=[T ][\d:.f]*)(?:Z|[+-]\d\d(?::?\d\d)?)$/, 'z').replace(/\d/g, '0');
}

/** A year, or a year and a month: the first day. */
function yearMonth(sample: string): Format | undefined {
  const form = YEAR_MONTH.exec(sample.trim());
  return form === null ? undefined : (text) => {
    const m = YEAR_MONTH.exec(text === sample ? text.trim() : text);
    return m && m[2] === form[2] ? build(Number(m[1]), Number(m[3] ?? 1), 1, []) : undefined;
  };
}

function yearFirst(sample: string): Format | undefined {
  const form = YEAR_FIRST.exec(sample);
  return form === null ? undefined : (text) => {
    const m = YEAR_FIRST.exec(text);
    return m && m[2] === form[2] && m[5] === form[5] && sameTime(m, form, 6) ? build(Number(m[1]), Number(m[3]), Number(m[4]), m.slice(6)) : undefined;
  };
}

function monthFirst(sample: string): Format | undefined {
  const form = MONTH_FIRST.exec(sample);
  if (!form) return undefined;
  const dayFirst = Number(form[1]) > 12;
  return (text) => {
    const m = MONTH_FIRST.exec(text);
    if (!m || m[2] !== form[2] || m[4]?.length !== form[4]?.length || !sameTime(m, form, 5)) return undefined;
    const [a, b] = [Number(m[1]), Number(m[3])], year = Number(m[4]);
    return build(m[4]?.length === 2 ? year + (year < 69 ? 2000 : 1900) : year, dayFirst ? b : a, dayFirst ? a : b, m.slice(5));
  };
}

function dayNamed(sample: string): Format | undefined {
  const form = DAY_NAMED.exec(sample);
  return form === null ? undefined : (text) => {
    const m = DAY_NAMED.exec(text);
    return m && sameTime(m, form, 4) ? build(Number(m[3]), monthOf(m[2] ?? '', form[2] ?? ''), Number(m[1]), m.slice(4)) : undefined;
  };
}

function namedDay(sample: string): Format | undefined {
  const form = NAMED_DAY.exec(sample);
  return form === null ? undefined : (text) => {
    const m = NAMED_DAY.exec(text);
    return m && m[0].includes(',') === sample.includes(',') && sameTime(m, form, 4) ? build(Number(m[3]), monthOf(m[1] ?? '', form[1] ?? ''), Number(m[2]), m.slice(4)) : undefined;
  };
}

function sameTime(a: RegExpExecArray, b: RegExpExecArray, from: number): boolean {
  for (let i = from; i < from + 5; i++) if ((a[i] === undefined) !== (b[i] === undefined)) return false;
  return true;
}

/** A month's number from its name or its first three letters, of the same kind as the sample's; 0 when it is none. */
function monthOf(word: string, sample: string): number {
  const name = word.toLowerCase();
  if (sample.length === 3) return MONTHS.findIndex((month) => month.slice(0, 3) === name) + 1;
  return MONTHS.indexOf(name) + 1;
}

function build(year: number, month: number, day: number, time: readonly (string | undefined)[]): Moment | undefined {
  const [h, m, s, fraction, half] = time;
  let hour = Number(h ?? 0);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  }
  const two = (n: number | string | undefined): string => String(n ?? 0).padStart(2, '0');
  return parseIso(`${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(m)}:${two(s)}${fraction === undefined ? '' : `.${fraction}`}`);
}
