/**
 * Dates and times: ISO 8601 text to moments, and changes of unit that never wrap.
 * Writing is in iso-text.ts, numpy's own lenient reading in numpy-datetime.ts.
 * @module
 */
import { type DatetimeDType, NAT, timeUnit, type TimeUnit } from './dtype.ts';
import { datetimeNs } from './iso-text.ts';
import { changeUnit, parseDatetime64 } from './numpy-datetime.ts';
import { DateTime } from './values.ts';

/** A moment as its text says it. */
export interface IsoMoment {
  /** Wall-clock nanoseconds since 1970-01-01; digits beyond nanoseconds are cut. */
  readonly ns: bigint;
  /** Offset from UTC in seconds, null without one. */
  readonly offset: number | null;
  /** True when the text has a time of day. */
  readonly timed: boolean;
  /** Digits after the second's point, as written. */
  readonly fraction: string;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?(Z|z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?)?$/;
const BASIC = /^(\d{4})(\d\d)(\d\d)(?:[T ](\d\d)(?:(\d\d)(?:(\d\d)(?:[.,](\d+))?)?)?(Z|z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?)?$/;
const SECOND = 1_000_000_000n;

/**
 * Reads ISO 8601 text: a date, or a date and a time with `T` or a space, seconds and their fraction optional, `Z` or an
 * offset optional; the basic form without separators too. Years 0001 to 9999; nothing around it.
 *
 * @returns undefined when the text is no such date
 * @example
 * ```ts
 * parseIso('2021-03-04 05:06:07.5+02:00'); // { ns: …500000000n, offset: 7200, timed: true, fraction: '5' }
 * ```
 */
export function parseIso(text: string): IsoMoment | undefined {
  const match = ISO.exec(text) ?? BASIC.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((i) => Number(match[i] ?? 0)) as [number, number, number, number, number, number];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59) return undefined;
  const offset = offsetSeconds(match[8]);
  if (offset === undefined) return undefined;
  const fraction = match[7] ?? '';
  const days = datetimeNs(BigInt((year - 1970) * 12 + month - 1), 'datetime64[M]');
  const seconds = BigInt((day - 1) * 86400 + hour * 3600 + minute * 60 + second);
  return { ns: days + seconds * SECOND + BigInt(fraction.slice(0, 9).padEnd(9, '0')), offset, timed: match[4] !== undefined, fraction };
}

function offsetSeconds(zone: string | undefined): number | null | undefined {
  if (zone === undefined) return null;
  if (zone === 'Z' || zone === 'z') return 0;
  const digits = zone.slice(1).replaceAll(':', '').padEnd(6, '0');
  const [hours, minutes, seconds] = [0, 2, 4].map((i) => Number(digits.slice(i, i + 2))) as [number, number, number];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
}

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (LENGTHS[month - 1] ?? 31);
}

const INT64_MAX = 2n ** 63n - 1n;

/** Wall-clock nanoseconds as int64 storage of `datetime64[ns]`; undefined where they do not fit (before 1677, after 2262). */
export function fitNs(ns: bigint): bigint | undefined {
  return ns > NAT && ns <= INT64_MAX ? ns : undefined;
}

/**
 * A datetime64 value in another unit: cut towards the past, NaT kept.
 * @returns undefined where the result does not fit in 64 bits
 */
export function convertUnit(value: bigint, from: DatetimeDType, to: TimeUnit): bigint | undefined {
  if (value === NAT || timeUnit(from) === to) return value;
  const changed = changeUnit(value, from, to);
  // changeUnit wraps as numpy does; a value that wrapped does not come back.
  const back = changeUnit(changed, `datetime64[${to}]`, timeUnit(from));
  const coarser = datetimeNs(changed, `datetime64[${to}]`) <= datetimeNs(value, from);
  return changed !== NAT && coarser && (back === value || isCoarser(to, timeUnit(from))) ? changed : undefined;
}

const ORDER: readonly TimeUnit[] = ['Y', 'M', 'W', 'D', 'h', 'm', 's', 'ms', 'us', 'ns', 'ps', 'fs', 'as'];

function isCoarser(a: TimeUnit, b: TimeUnit): boolean {
  return ORDER.indexOf(a) < ORDER.indexOf(b);
}

const NUMPY_ISO = /^\s*([+-]?\d+)(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d*))?)?)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?)?$/;

/**
 * `numpy.datetime64(text).item()`: a date where the text has no time, else a datetime, in UTC when there was an offset;
 * null for an empty text and NaT.
 *
 * @returns undefined for what is no date, has more than six digits of a second, or a year outside 1 to 9999
 */
export function numpyDatetime(text: string): DateTime | null | undefined {
  if (text === '' || /^nat$/i.test(text)) return null;
  const words = /^(now|today)$/i.exec(text);
  const match = NUMPY_ISO.exec(text);
  if ((!match && !words) || (match?.[7]?.length ?? 0) > 6) return undefined;
  const count = parseDatetime64(text, 'us'), year = Number(match?.[1] ?? 2000);
  if (count === undefined || year < 1 || year > 9999) return undefined;
  const dated = words ? words[1]?.toLowerCase() === 'today' : match?.[4] === undefined;
  if (!dated) return new DateTime('datetime', count * 1000n);
  return new DateTime('date', datetimeNs(changeUnit(count, 'datetime64[us]', 'D'), 'datetime64[D]'));
}
