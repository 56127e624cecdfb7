import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertUnit, fitNs, numpyDatetime, parseIso } from '../../src/data/datetime.ts';
import { NAT, type TimeUnit } from '../../src/data/dtype.ts';
import { isoDateTime, isoformat } from '../../src/data/iso-text.ts';

describe('dates and times', () => {
  it('reads ISO 8601 text', () => {
    expect(parseIso('2021-03-04')).toEqual({ ns: 1614816000000000000n, offset: null, timed: false, fraction: '' });
    expect(parseIso('2021-03-04 05:06:07.5+02:00')).toEqual({ ns: 1614834367500000000n, offset: 7200, timed: true, fraction: '5' });
    expect(parseIso('20210304T050607Z')?.offset).toBe(0);
    expect(parseIso('2021-03-04T05')?.ns).toBe(1614834000000000000n);
  });

  it.each(['', '2021', '2021-3-4', '2021-02-29', '2021-13-01', '2021-03-04T24:00', '2021-03-04T05:60', ' 2021-03-04', '2021-03-04x', '0000-01-01', '2021-03-04T05:06:07+25:00', '2021-03-04Z'])('refuses %j', (text) => {
    expect(parseIso(text)).toBeUndefined();
  });

  it('reads what isoformat writes', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), fc.option(fc.integer({ min: -1439, max: 1439 })), (ns, minutes) => {
      const offset = minutes === null ? null : minutes * 60;
      expect(parseIso(isoDateTime(ns, offset))).toMatchObject({ ns, offset });
    }));
  });

  it('changes units without wrapping', () => {
    expect(convertUnit(1n, 'datetime64[s]', 'ns')).toBe(1_000_000_000n);
    expect(convertUnit(-1n, 'datetime64[ns]', 's')).toBe(-1n);
    expect(convertUnit(NAT, 'datetime64[s]', 'ns')).toBe(NAT);
    expect(convertUnit(253402214400n, 'datetime64[s]', 'ns')).toBeUndefined();
    expect(fitNs(2n ** 63n)).toBeUndefined();
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), fc.constantFrom<TimeUnit>('s', 'ms', 'us'), (value, unit) => {
      const factor = { s: 1_000_000_000n, ms: 1_000_000n, us: 1000n }[unit as 's'], exact = value * factor;
      const fits = exact < 2n ** 63n && exact > -(2n ** 63n);
      expect(convertUnit(value, `datetime64[${unit}]`, 'ns')).toBe(fits ? exact : undefined);
    }));
  });

  it('reads text as numpy.datetime64(text).item() does', () => {
    const shown = (text: string): string | null | undefined => {
      const value = numpyDatetime(text);
      return value ? `${value.kind} ${isoformat(value)}` : value;
    };
    expect(['2021', '42', '2021-03', ' 2021-03-04', '0001-01-01', '9999-12-31'].map(shown)).toEqual(['date 2021-01-01', 'date 0042-01-01', 'date 2021-03-01', 'date 2021-03-04', 'date 0001-01-01', 'date 9999-12-31']);
    expect(['2021-03-04T05', '2021-03-04T05:06:07Z', '2021-03-04T05:06:07+02:00', '2021-03-04 05:06:07.1234'].map(shown)).toEqual([
      'datetime 2021-03-04T05:00:00', 'datetime 2021-03-04T05:06:07', 'datetime 2021-03-04T03:06:07', 'datetime 2021-03-04T05:06:07.123400',
    ]);
    expect(['', 'NaT'].map(shown)).toEqual([null, null]);
    expect(['20210304', '0000-01-01', '10000-01-01', '2021-03-04 ', '2021-W01', '2021-03-04T05:06:07.1234567', 'red'].map(shown)).toEqual(Array(7).fill(undefined));
  });
});
