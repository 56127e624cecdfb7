/**
 * Dates and times as text, as Python's isoformat writes them.
 * @module
 */
import { type DatetimeDType, timeUnit, type TimeUnit } from './dtype.ts';
import type { DateTime } from './values.ts';

const DAY_NS = 86_400_000_000_000n;
const NS_PER_UNIT: Readonly<Partial<Record<TimeUnit, bigint>>> = {
  W: 7n * DAY_NS, D: DAY_NS, h: 3_600_000_000_000n, m: 60_000_000_000n, s: 1_000_000_000n, ms: 1_000_000n, us: 1000n, ns: 1n,
};

/**
 * Nanoseconds since 1970-01-01 of a datetime64 value in its dtype's unit.
 * Picoseconds and finer are cut to whole nanoseconds.
 */
export function datetimeNs(value: bigint, dtype: DatetimeDType): bigint {
  const unit = timeUnit(dtype);
  const factor = NS_PER_UNIT[unit];
  if (factor !== undefined) return value * factor;
  if (unit === 'Y' || unit === 'M') {
    const months = unit === 'Y' ? value * 12n : value;
    const year = 1970n + floorDiv(months, 12n), month = months - floorDiv(months, 12n) * 12n;
    return daysFromCivil(year, month + 1n) * DAY_NS;
  }
  const below = unit === 'ps' ? 1000n : unit === 'fs' ? 1_000_000n : 1_000_000_000n;
  return floorDiv(value, below);
}

/** `2021-03-04`; years of fewer than four digits are filled with zeros. */
export function isoDate(ns: bigint): string {
  const [year, month, day] = civil(floorDiv(ns, DAY_NS));
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** `01:02:03`, with six digits of a second when there are microseconds, nine when there are nanoseconds. */
export function isoTime(ns: bigint): string {
  const rest = Number(ns - floorDiv(ns, DAY_NS) * DAY_NS);
  const seconds = Math.floor(rest / 1e9), nanos = rest % 1e9;
  const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  if (nanos === 0) return text;
  const digits = String(nanos).padStart(9, '0');
  return `${text}.${nanos % 1000 === 0 ? digits.slice(0, 6) : digits}`;
}

/** `+02:00`, with seconds where the offset has them. */
export function isoOffset(seconds: number): string {
  const size = Math.abs(seconds);
  const text = `${seconds < 0 ? '-' : '+'}${two(Math.floor(size / 3600))}:${two(Math.floor(size / 60) % 60)}`;
  return size % 60 === 0 ? text : `${text}:${two(size % 60)}`;
}

/** A wall-clock moment with its offset: `2021-03-04T05:06:07.000001+02:00`. */
export function isoDateTime(ns: bigint, offset: number | null): string {
  return `${isoDate(ns)}T${isoTime(ns)}${offset === null ? '' : isoOffset(offset)}`;
}

/** Python's isoformat() of a date, datetime, time or Timestamp. */
export function isoformat(value: DateTime): string {
  if (value.kind === 'date') return isoDate(value.ns);
  if (value.kind === 'time') return isoTime(value.ns) + (value.offset === null ? '' : isoOffset(value.offset));
  return isoDateTime(value.ns, value.offset);
}

/** The year of a moment, to tell what Python's datetime can hold (1…9999). */
export function yearOf(ns: bigint): number {
  return Number(civil(floorDiv(ns, DAY_NS))[0]);
}

/**
 * A function from UTC nanoseconds to the offset of a zone in seconds: `UTC`, `UTC+02:00`, `pytz.FixedOffset(120)`, or an IANA name.
 * An unknown zone counts as UTC.
 */
export function zoneOffsets(zone: string): (utcNs: bigint) => number {
  const fixed = /^(?:UTC)?([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(zone);
  if (fixed) {
    const size = Number(fixed[2]) * 3600 + Number(fixed[3]) * 60 + Number(fixed[4] ?? 0);
    return () => (fixed[1] === '-' ? -size : size);
  }
  const minutes = /^pytz\.FixedOffset\((-?\d+)\)$/.exec(zone)?.[1];
  if (minutes !== undefined) return () => 60 * Number(minutes);
  if (zone === 'UTC') return () => 0;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  } catch {
    return () => 0;
  }
  return (utcNs) => {
    const name = format.formatToParts(new Date(Number(floorDiv(utcNs, 1_000_000n)))).find((part) => part.type === 'timeZoneName')?.value ?? '';
    const match = /([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name);
    if (!match) return 0;
    const size = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
    return match[1] === '-' ? -size : size;
  };
}

function two(n: number | bigint): string {
  return n < 10 ? `0${n}` : `${n}`;
}

function floorDiv(a: bigint, b: bigint): bigint {
  const q = a / b;
  return a % b < 0n ? q - 1n : q;
}

/** Year, month and day of a day number since 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, chrono algorithms). */
function civil(days: bigint): readonly [bigint, bigint, bigint] {
  const z = days + 719468n;
  const era = floorDiv(z, 146097n);
  const dayOfEra = z - era * 146097n;
  const yearOfEra = (dayOfEra - dayOfEra / 1460n + dayOfEra / 36524n - dayOfEra / 146096n) / 365n;
  const dayOfYear = dayOfEra - (365n * yearOfEra + yearOfEra / 4n - yearOfEra / 100n);
  const shifted = (5n * dayOfYear + 2n) / 153n;
  const month = shifted < 10n ? shifted + 3n : shifted - 9n;
  return [yearOfEra + era * 400n + (month <= 2n ? 1n : 0n), month, dayOfYear - (153n * shifted + 2n) / 5n + 1n];
}

/** The day number of the first of a month. */
function daysFromCivil(year: bigint, month: bigint): bigint {
  const y = month <= 2n ? year - 1n : year;
  const era = floorDiv(y, 400n);
  const yearOfEra = y - era * 400n;
  const dayOfYear = (153n * (month > 2n ? month - 3n : month + 9n) + 2n) / 5n;
  return era * 146097n + yearOfEra * 365n + yearOfEra / 4n - yearOfEra / 100n + dayOfYear - 719468n;
}
