import fc from 'fast-check';
import { zipSync, zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { inflate } from '../../src/formats/inflate.ts';
import { openZip } from '../../src/formats/zip.ts';
import { caught, givesDataOrModelError } from '../support/caught.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const archive = (files: Record<string, Uint8Array>, level: 0 | 6 = 6): Uint8Array => zipSync(files, { level });

/** Replaces every occurrence of `from` by `to`, of the same length. */
function swap(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const out = bytes.slice(), a = text(from), b = text(to);
  for (let i = 0; i + a.length <= out.length; i++) if (a.every((byte, k) => out[i + k] === byte)) out.set(b, i);
  return out;
}

describe('openZip', () => {
  it.each([0, 6] as const)('reads entries at level %i', (level) => {
    const zip = openZip(archive({ 'a.txt': text('abc'), 'd/b.bin': new Uint8Array(1000), empty: new Uint8Array(0) }, level), 'x.zip');
    expect(zip.entries.map((e) => [e.name, e.size])).toEqual([['a.txt', 3], ['d/b.bin', 1000], ['empty', 0]]);
    expect(zip.read('a.txt')).toEqual(text('abc'));
    expect(zip.read('d/b.bin')).toEqual(new Uint8Array(1000));
    expect(zip.read('empty').length).toBe(0);
    expect(zip.has('a.txt')).toBe(true);
    expect(caught(() => zip.read('none')).code).toBe('FILE_NOT_FOUND');
  });

  it('finds the directory before a comment', () => {
    const bytes = archive({ a: text('abc') }, 0), commented = new Uint8Array(bytes.length + 5);
    commented.set(bytes);
    commented[bytes.length - 2] = 5;
    expect(openZip(commented, 'x').read('a')).toEqual(text('abc'));
  });

  it.each(['../a', '/abc', 'a/..', '..\\a', 'c:ab', './ab', 'ab\0c'].map((name) => [name]))('refuses the name %j', (name) => {
    expect(caught(() => openZip(swap(archive({ ['n'.repeat(name.length)]: text('x') }, 0), 'n'.repeat(name.length), name), 'x')).code).toBe('FILE_MALFORMED');
  });

  it('refuses two entries of one name', () => {
    expect(caught(() => openZip(swap(archive({ aaaa: text('x'), bbbb: text('y') }, 0), 'bbbb', 'aaaa'), 'x')).data['reason']).toContain('same name');
  });

  it('refuses damage, encryption and methods it does not know', () => {
    const plain = archive({ a: text('hello') }, 0);
    expect(caught(() => openZip(swap(plain, 'hello', 'hullo'), 'x').read('a')).data['reason']).toContain('checksum');
    const central = plain.lastIndexOf(0x50, plain.length - 23);
    const at = (offset: number, value: number): Uint8Array => {
      const out = plain.slice();
      out[central + offset] = value;
      return out;
    };
    expect(caught(() => openZip(at(8, 1), 'x')).data['reason']).toContain('encrypted');
    expect(caught(() => openZip(at(10, 12), 'x')).data['reason']).toContain('method 12');
    expect(caught(() => openZip(at(24, 4), 'x')).data['reason']).toContain('sizes');
    expect(caught(() => openZip(text('no archive at all, just some text'), 'x')).code).toBe('FILE_MALFORMED');
    expect(caught(() => openZip(plain.slice(0, -10), 'x')).code).toBe('FILE_MALFORMED');
  });

  it('refuses bombs before it unpacks them', () => {
    const bytes = archive({ a: new Uint8Array(3_000_000) });
    const lie = (size: number): Uint8Array => {
      const out = bytes.slice(), view = new DataView(out.buffer);
      for (let i = 0; i + 4 <= out.length; i++) if (view.getUint32(i, true) === 3_000_000) view.setUint32(i, size, true);
      return out;
    };
    expect(caught(() => openZip(lie(4_000_000_000), 'x')).code).toBe('FILE_LIMIT_EXCEEDED');
    expect(caught(() => openZip(lie(1000), 'x').read('a')).code).toBe('FILE_LIMIT_EXCEEDED');
  });

  it('gives data or a ModelError for damaged archives', () => {
    const files = [archive({ 'a.txt': text('abc'.repeat(50)), b: new Uint8Array(300) }), archive({ 'a.txt': text('abc'), b: new Uint8Array(3) }, 0)];
    fc.assert(fc.property(fc.constantFrom(...files), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), (file, edits) => {
      const bytes = file.slice();
      for (const [at, value] of edits) bytes[at % bytes.length] = value;
      return givesDataOrModelError(() => {
        const zip = openZip(bytes, 'x');
        for (const entry of zip.entries) zip.read(entry.name);
      });
    }), { numRuns: 3000 });
  });
});

describe('inflate', () => {
  it('stops at the limit and at early ends', () => {
    const packed = zlibSync(new Uint8Array(100_000));
    expect(inflate('zlib', packed, 100_000, 'x').length).toBe(100_000);
    expect(caught(() => inflate('zlib', packed, 99_999, 'x')).code).toBe('FILE_LIMIT_EXCEEDED');
    expect(caught(() => inflate('zlib', packed.slice(0, -8), 100_000, 'x')).code).toBe('FILE_MALFORMED');
    expect(caught(() => inflate('gzip', packed, 100_000, 'x')).code).toBe('FILE_MALFORMED');
    expect(caught(() => inflate('deflate', new Uint8Array(0), 10, 'x')).code).toBe('FILE_MALFORMED');
  });
});
