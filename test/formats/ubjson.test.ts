import { describe, expect, it } from 'vitest';
import { parseUbjson } from '../../src/formats/ubjson.ts';
import { caught } from '../support/caught.ts';

/** Bytes from text (one byte a character) and numbers. */
function bytes(...parts: (string | number)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : Array.from(part, (c) => c.charCodeAt(0)))));
}
const read = (...parts: (string | number)[]): unknown => parseUbjson(bytes(...parts), 'a.ubj');

describe('UBJSON', () => {
  it.each<[unknown, (string | number)[]]>([
    [null, ['Z']],
    [true, ['T']],
    [false, ['NF']],
    [-2, ['i', 254]],
    [254, ['U', 254]],
    [-256, ['I', 255, 0]],
    [258, ['l', 0, 0, 1, 2]],
    [2 ** 40, ['L', 0, 0, 1, 0, 0, 0, 0, 0]],
    [2n ** 62n, ['L', 64, 0, 0, 0, 0, 0, 0, 0]],
    [1.5, ['d', 0x3f, 0xc0, 0, 0]],
    [-2, ['D', 0xc0, 0, 0, 0, 0, 0, 0, 0]],
    ['x', ['Cx']],
    ['é', ['Si', 2, 0xc3, 0xa9]],
    [[1, [], 'a'], ['[U', 1, '[]Si', 1, 'a]']],
    [[1, 2], ['[#i', 2, 'U', 1, 'U', 2]],
    [Float32Array.of(1.5), ['[$d#i', 1, 0x3f, 0xc0, 0, 0]],
    [Int32Array.of(-1), ['[$l#i', 1, 255, 255, 255, 255]],
    [Float64Array.of(3), ['[$L#i', 1, 0, 0, 0, 0, 0, 0, 0, 3]],
    [Uint8Array.of(), ['[$U#i', 0]],
  ])('reads %o', (value, parts) => {
    expect(read(...parts)).toEqual(value);
  });

  it('reads objects, with keys of any name', () => {
    const value = read('{i', 1, 'aU', 1, 'i', 9, '__proto__T}') as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['a', '__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(null);
    expect(read('{#i', 1, 'i', 1, 'aZ')).toEqual(Object.assign(Object.create(null), { a: null }));
  });

  it('passes over what is not wanted, without losing its place', () => {
    const file = bytes('{i', 1, 'a[$d#i', 1, 0, 0, 0, 0, 'i', 1, 'bU', 7, '}');
    expect(parseUbjson(file, 'a.ubj', { skip: new Set(['a']) })).toMatchObject({ a: null, b: 7 });
  });

  it.each<[string, string, (string | number)[]]>([
    ['nothing', 'FILE_TRUNCATED', []],
    ['half a number', 'FILE_TRUNCATED', ['l', 0]],
    ['an unknown marker', 'FILE_MALFORMED', ['q']],
    ['bytes after the end', 'FILE_MALFORMED', ['ZZ']],
    ['a negative length', 'FILE_MALFORMED', ['Si', 255]],
    ['a length of doubles', 'FILE_MALFORMED', ['Sd', 0, 0, 0, 0]],
    ['an absurd length', 'FILE_TRUNCATED', ['SL', 0, 0, 255, 0, 0, 0, 0, 0]],
    ['an absurd count', 'FILE_TRUNCATED', ['[$l#L', 0, 0, 255, 0, 0, 0, 0, 0]],
    ['a typed array of nothing', 'FILE_MALFORMED', ['[$Z#L', 0, 0, 255, 0, 0, 0, 0, 0]],
    ['a typed array without a count', 'FILE_MALFORMED', ['[$d', 0, 0]],
    ['text that is not UTF-8', 'FILE_MALFORMED', ['Si', 1, 255]],
    ['an array without end', 'FILE_TRUNCATED', ['[Z']],
    ['deep nesting', 'FILE_LIMIT_EXCEEDED', ['['.repeat(1000)]],
  ])('refuses %s', (_, code, parts) => {
    expect(caught(() => read(...parts)).code).toBe(code);
  });
});
