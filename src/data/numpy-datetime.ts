/**
 * numpy's datetime64: parsing its ISO text and changing units.
 * @module
 */
import { type DatetimeDType, NAT, timeUnit, type TimeUnit } from './dtype.ts';
import { datetimeNs, isoDate, isoDateTime, yearOf } from './iso-text.ts';

// numpy's parse_iso_8601_datetime: a year of any length, two digits for the rest, a zone only after a time.
const ISO = /^\s*([+-]?\d+)(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d*))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?\s*)?)?)?$/;
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const ATTO = 10n ** 18n;
const PER_UNIT: Readonly<Partial<Record<TimeUnit, bigint>>> = {
  W: 604_800n * ATTO, D: 86_400n * ATTO, h: 3600n * ATTO, m: 60n * ATTO, s: ATTO, ms: 10n ** 15n, us: 10n ** 12n, ns: 10n ** 9n, ps: 10n ** 6n, fs: 1000n, as: 1n,
};

/**
 * A date or time as text, as `numpy.array([text], 'datetime64[unit]')` reads it: ISO 8601 with a space or T, offsets
 * turned into UTC, empty or NaT missing, finer digits cut, years out of the unit's range wrapped.
 *
 * @returns the count of units since 1970, or undefined when the text is no date
 * @example
 * ```ts
 * parseDatetime64('1970-01-01 00:00:01', 'ms'); // 1000n
 * ```
 */
export function parseDatetime64(text: string, unit: TimeUnit): bigint | undefined {
  if (text === '' || /^nat$/i.test(text)) return NAT;
  const moment = /^(?:now|today)$/i.test(text) ? BigInt(Date.now()) * 10n ** 15n : parseAtto(text);
  return moment === undefined ? undefined : toUnit(moment, unit);
}

function parseAtto(text: string): bigint | undefined {
  const match = ISO.exec(text);
  if (!match || (match[1]?.length ?? 0) > 18) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part, i) => Number(part ?? (i === 1 || i === 2 ? 1 : 0))) as [number, number, number, number, number, number];
  if (month < 1 || month > 12 || day < 1 || day > monthLength(year, month) || hour > 23 || minute > 59 || second > 59) return undefined;
  const offset = offsetMinutes(match[8]);
  if (offset === undefined) return undefined;
  const first = datetimeNs((BigInt(match[1] ?? 0) - 1970n) * 12n + BigInt(month - 1), 'datetime64[M]') * 10n ** 9n;
  const seconds = BigInt((day - 1) * 86400 + hour * 3600 + (minute - offset) * 60 + second);
  return first + seconds * ATTO + BigInt((match[7] ?? '').slice(0, 18).padEnd(18, '0'));
}

function monthLength(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && !leap ? 28 : (MONTH_DAYS[month - 1] ?? 31);
}

function offsetMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3)), minutes = Number(zone.slice(3).replace(':', '') || 0);
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

function toUnit(atto: bigint, unit: TimeUnit): bigint {
  const per = PER_UNIT[unit];
  if (per !== undefined) return BigInt.asIntN(64, floorDiv(atto, per));
  const ns = floorDiv(atto, 10n ** 9n), year = BigInt(yearOf(ns)) - 1970n;
  return unit === 'Y' ? year : year * 12n + BigInt(isoDate(ns).slice(-5, -3)) - 1n;
}

/** The count of another unit: truncated towards the past, wrapped where it does not fit, NaT kept. */
export function changeUnit(value: bigint, from: DatetimeDType, to: TimeUnit): bigint {
  if (value === NAT || timeUnit(from) === to) return value;
  const per = PER_UNIT[timeUnit(from)];
  return toUnit(per === undefined ? datetimeNs(value, from) * 10n ** 9n : value * per, to);
}

/** The count of another unit of a timedelta64 whose units have a fixed length; undefined for months and years. */
export function changeSpan(value: bigint, from: TimeUnit, to: TimeUnit): bigint | undefined {
  if (value === NAT || from === to) return value;
  const a = PER_UNIT[from], b = PER_UNIT[to];
  return a === undefined || b === undefined ? undefined : BigInt.asIntN(64, floorDiv(value * a, b));
}

/** A datetime64 as numpy prints it: with the digits of its unit. */
export function datetime64Text(value: bigint, dtype: DatetimeDType): string {
  if (value === NAT) return 'NaT';
  const unit = timeUnit(dtype), ns = datetimeNs(value, dtype), date = isoDate(ns);
  if (unit === 'Y') return date.slice(0, -6);
  if (unit === 'M') return date.slice(0, -3);
  if (unit === 'D' || unit === 'W') return date;
  const whole = isoDateTime(floorDiv(ns, 10n ** 9n) * 10n ** 9n, null);
  if (unit === 'h') return whole.slice(0, -6);
  if (unit === 'm') return whole.slice(0, -3);
  const digits = { s: 0, ms: 3, us: 6, ns: 9, ps: 12, fs: 15, as: 18 }[unit];
  if (digits === 0) return whole;
  const per = PER_UNIT[unit] ?? 1n, fraction = (value * per - floorDiv(value * per, ATTO) * ATTO) / per;
  return `${whole}.${String(fraction).padStart(digits, '0')}`;
}

function floorDiv(a: bigint, b: bigint): bigint {
  const q = a / b;
  return a % b < 0n ? q - 1n : q;
}
