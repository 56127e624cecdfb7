import { describe, expect, it } from 'vitest';
import { halfToNumber, numberToHalf } from '../../src/data/half.ts';

describe('float16 bits', () => {
  it('goes through every value and back', () => {
    const changed: number[] = [];
    for (let bits = 0; bits < 65536; bits++) {
      const value = halfToNumber(bits), back = numberToHalf(value);
      if (value !== value ? back !== 0x7e00 : back !== bits) changed.push(bits);
    }
    expect(changed).toEqual([]);
  });

  it('rounds to the nearest, ties to even', () => {
    expect(numberToHalf(2049)).toBe(numberToHalf(2048));
    expect(numberToHalf(2051)).toBe(numberToHalf(2052));
    expect(numberToHalf(65520)).toBe(0x7c00);
    expect(numberToHalf(65519)).toBe(0x7bff);
    expect(numberToHalf(2 ** -25)).toBe(0);
    expect(numberToHalf(-(2 ** -25) * 1.5)).toBe(0x8001);
    expect(numberToHalf(2 ** -14 - 2 ** -30)).toBe(0x0400);
  });
});
