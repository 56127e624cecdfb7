import { describe, expect, it } from 'vitest';
import { flatRoot } from '../../src/formats/flatbuffer.ts';
import { MemoryBudget } from '../../src/formats/memory-budget.ts';

/** Bytes from u32 words, and a root table over them. */
function root(...words: number[]): ReturnType<typeof flatRoot> {
  const bytes = new Uint8Array(Uint32Array.from(words).buffer);
  return flatRoot(bytes, new MemoryBudget('model', bytes.length), { file: 'model', format: 'test', origin: 100 });
}

// Word 1 and 2: a vtable of 8 bytes for tables of 12 with fields at 4 and 8. Word 3: the table, its vtable 8 bytes before.
const TABLE = [12, 0x000c0008, 0x00080004, 8];

describe('flatRoot', () => {
  it('reads fields and their defaults', () => {
    const table = root(...TABLE, 7, 0x3f800000);
    expect([table.i32(0, 1), table.f32(1, 0), table.i32(2, 9), table.u8(0, 0), table.has(1), table.has(2)]).toEqual([7, 1, 9, 7, true, false]);
    expect([table.text(5), table.tables(5), [...table.i32s(5)]]).toEqual(['', [], []]);
  });

  it('reads vectors, text and tables', () => {
    // Field 0 points 8 bytes on to a vector of two numbers, field 1 12 bytes on.
    const table = root(...TABLE, 8, 16, 2, 5, 6, 0x00000002, 0x00006261);
    expect([...table.i32s(0)]).toEqual([5, 6]);
    expect(table.text(1)).toBe('ab');
  });

  it.each<[string, number[]]>([
    ['a root past the end', [400, 0, 0]],
    ['no root', []],
    ['a vtable before the start', [4, 400, 0, 0]],
    ['a vtable of odd size', [12, 0x000c0007, 0x00080004, 8, 0, 0]],
    ['a table past the end', [12, 0x00ff0008, 0x00080004, 8, 0, 0]],
  ])('refuses %s', (_, words) => {
    expect(() => root(...words)).toThrow('not a valid test file at byte');
  });

  it.each<[string, number[], (table: ReturnType<typeof flatRoot>) => unknown]>([
    ['a field past its table', [12, 0x000c0008, 0x00400004, 8, 0, 0], (table) => table.i32(1, 0)],
    ['a wide field at the end', [...TABLE, 0, 0], (table) => table.f64(1, 0)],
    ['a vector of more than there is', [...TABLE, 8, 0, 0x7fffffff], (table) => table.f64s(0)],
    ['an offset past the end', [...TABLE, 0xffffffff, 0], (table) => table.i32s(0)],
    ['text that is not UTF-8', [...TABLE, 8, 0, 2, 0x0000ffff], (table) => table.text(0)],
  ])('refuses %s', (_, words, read) => {
    expect(() => read(root(...words))).toThrow('not a valid test file');
  });

  it('bounds what many offsets to one vector take', () => {
    // Each entry of field 0 leads back to the root table; field 1 is a vector of the rest of the file.
    const size = 4096, words = new Array<number>(size).fill(0);
    words.splice(0, 8, 12, 0x000c0008, 0x00080004, 8, 8, 4, size - 8, 0);
    words[5] = 4;
    for (let i = 0; i < size - 8; i++) words[7 + i] = 2 ** 32 + 12 - 4 * (7 + i);
    const table = root(...words);
    expect(() => table.tables(0)).toThrow('not a valid test file');
    const charge = new MemoryBudget('model', 0);
    expect(() => { for (let i = 0; i < 100; i++) charge.charge(2 ** 20); }).toThrow('the memory its content asks for');
  });
});
