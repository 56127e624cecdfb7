import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/errors/model-error.ts';
import { ByteReader } from '../../src/formats/byte-reader.ts';
import { caught } from '../support/caught.ts';

const over = (bytes: number[], bigEndian = false): ByteReader => new ByteReader(Uint8Array.from(bytes), { file: 'f.bin', format: 'test', bigEndian });

describe('ByteReader', () => {
  it('reads numbers in both byte orders', () => {
    expect(over([1, 2]).u16()).toBe(0x0201);
    expect(over([1, 2], true).u16()).toBe(0x0102);
    expect(over([255, 255, 255, 255]).i32()).toBe(-1);
    expect(over([255, 255, 255, 255]).u32()).toBe(4294967295);
    expect(over([255, 255, 255, 255, 255, 255, 255, 255]).u64()).toBe(2n ** 64n - 1n);
    expect(over([0, 0, 0, 0, 0, 0, 0, 128]).i64()).toBe(-(2n ** 63n));
    expect(over([0x3f, 0x80, 0, 0], true).f32()).toBe(1);
    expect(over([0, 0, 0, 0, 0, 0, 0xf0, 0x3f]).f64()).toBe(1);
    expect(over([254]).i8()).toBe(-2);
    expect(over([254, 255]).i16()).toBe(-2);
  });

  it('reads bytes, text, lines and parts', () => {
    const reader = over([...new TextEncoder().encode('aé\nrest')]);
    expect(reader.peek()).toBe(97);
    expect(reader.line()).toBe('aé');
    const part = reader.sub(2);
    expect(part.text(2)).toBe('re');
    part.end();
    expect([...reader.bytes(2)]).toEqual([115, 116]);
    expect(reader.remaining).toBe(0);
    reader.seek(0);
    expect(reader.u8()).toBe(97);
  });

  it('names file, offset, needed and available where the file ends early', () => {
    const reader = over([1, 2, 3]);
    reader.skip(2);
    const error = caught(() => reader.u32());
    expect(error.code).toBe('FILE_TRUNCATED');
    expect(error.data).toMatchObject({ file: 'f.bin', offset: 2, needed: 4, available: 1 });
    expect(caught(() => over([1, 2, 3]).line()).code).toBe('FILE_TRUNCATED');
    expect(caught(() => over([1, 2, 3]).seek(4)).code).toBe('FILE_TRUNCATED');
    const outer = over([0, 0, 0, 0, 9]);
    outer.skip(3);
    expect(caught(() => outer.sub(2).u32()).data).toMatchObject({ offset: 3 });
  });

  it('refuses lengths, counts and text that cannot be', () => {
    expect(caught(() => over([1, 2]).bytes(-1)).code).toBe('FILE_MALFORMED');
    expect(caught(() => over([1, 2]).bytes(1.5)).code).toBe('FILE_MALFORMED');
    expect(caught(() => over([255, 255, 255, 127]).length32()).code).toBe('FILE_TRUNCATED');
    expect(caught(() => over([255, 255, 255, 255, 255, 255, 255, 255]).length64(8)).code).toBe('FILE_TRUNCATED');
    expect(caught(() => over([1]).checkCount(-1n)).code).toBe('FILE_MALFORMED');
    expect(caught(() => over([255]).text(1)).code).toBe('FILE_MALFORMED');
    expect(caught(() => over([1]).end()).code).toBe('FILE_MALFORMED');
    expect(over([2, 0, 0, 0, 7, 7]).length32()).toBe(2);
  });

  it('never reads past the end, whatever is asked', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), fc.array(fc.integer({ min: -3, max: 70 }), { maxLength: 12 }), (bytes, steps) => {
      const reader = new ByteReader(bytes, { file: 'f', format: 'test' });
      for (const step of steps) {
        const before = reader.offset;
        try {
          expect(reader.bytes(step).length).toBe(step);
        } catch (error) {
          expect(ModelError.isInstance(error)).toBe(true);
          expect(reader.offset).toBe(before);
        }
        expect(reader.offset + reader.remaining).toBe(bytes.length);
      }
    }));
  });
});
