import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datetimeNs, isoDate, isoDateTime, isoformat, isoOffset, isoTime, yearOf, zoneOffsets } from '../../src/data/iso-text.ts';
import type { DatetimeDType } from '../../src/data/dtype.ts';
import { DateTime } from '../../src/data/values.ts';

describe('isoDateTime', () => {
  it('agrees with the date of the platform wherever that has one', () => {
    fc.assert(fc.property(fc.integer({ min: -62135596800000, max: 253402300799999 }), (ms) => {
      const [date, time] = new Date(ms).toISOString().slice(0, -1).split('T');
      const ours = isoDateTime(BigInt(ms) * 1_000_000n, null);
      expect(ours).toBe(ms % 1000 === 0 ? `${date}T${time?.slice(0, 8)}` : `${date}T${time}000`);
      expect(yearOf(BigInt(ms) * 1_000_000n)).toBe(new Date(ms).getUTCFullYear());
    }), { numRuns: 2000 });
  });

  it('writes six digits for microseconds and nine for nanoseconds', () => {
    expect([0n, 1000n, 1n, 120_000_000n, -1n].map(isoTime)).toEqual(['00:00:00', '00:00:00.000001', '00:00:00.000000001', '00:00:00.120000', '23:59:59.999999999']);
  });

  it('knows the kinds of values', () => {
    expect(isoformat(new DateTime('date', -62135596800_000_000_000n))).toBe('0001-01-01');
    expect(isoformat(new DateTime('time', 3723_000_000_000n, -12600))).toBe('01:02:03-03:30');
    expect(isoformat(new DateTime('datetime', 0n, 0))).toBe('1970-01-01T00:00:00+00:00');
    expect([3208, -3208, 0].map(isoOffset)).toEqual(['+00:53:28', '-00:53:28', '+00:00']);
  });
});

describe('datetimeNs', () => {
  it('reads every unit', () => {
    const dates: readonly [DatetimeDType, bigint, string][] = [['datetime64[Y]', -1n, '1969-01-01'], ['datetime64[M]', -1n, '1969-12-01'], ['datetime64[M]', 601n, '2020-02-01'], ['datetime64[W]', 1n, '1970-01-08'], ['datetime64[D]', 18321n, '2020-02-29'], ['datetime64[ps]', -1n, '1969-12-31']];
    for (const [dtype, value, text] of dates) expect(isoDate(datetimeNs(value, dtype))).toBe(text);
  });
});

describe('zoneOffsets', () => {
  it('gives the offset of the moment', () => {
    const berlin = zoneOffsets('Europe/Berlin'), ns = (text: string): bigint => BigInt(Date.parse(text)) * 1_000_000n;
    expect([berlin(ns('2020-07-01')), berlin(ns('2020-01-01')), zoneOffsets('UTC')(0n), zoneOffsets('UTC-03:30')(0n), zoneOffsets('Nowhere/Land')(0n)]).toEqual([7200, 3600, 0, -12600, 0]);
  });
});
