import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type BatchInput, openInput, readRest } from '../../src/batch/input.ts';

const place = mkdtempSync(join(tmpdir(), 'input-'));
afterAll(() => rmSync(place, { recursive: true }));
const path = join(place, 'rows.csv');
writeFileSync(path, 'a,b\n1,2\n');

const text = async (input: BatchInput): Promise<string> => new TextDecoder().decode(await readRest(input));
const stream = (): Readable => Readable.from(['a,b', '', '\n1,', '2\n'].map((part) => new TextEncoder().encode(part)));

describe('an input', () => {
  it('is a file, read again from its start', async () => {
    const input = await openInput(path), buffer = new Uint8Array(4);
    expect([input.size, await input.read(buffer, 1, 2), String.fromCharCode(...buffer)]).toEqual([8, 2, '\0a,\0']);
    input.keep();
    await input.rewind();
    expect(await text(input)).toBe('a,b\n1,2\n');
    expect(await input.read(buffer, 0, 4)).toBe(0);
    await input.close();
  });

  it('is a stream, kept where it is to be read again', async () => {
    const once = await openInput(stream());
    expect([once.size, await text(once)]).toEqual([undefined, 'a,b\n1,2\n']);
    await expect(once.rewind()).rejects.toThrow(/not kept/);
    await once.close();
    const twice = await openInput(stream());
    twice.keep();
    await twice.read(new Uint8Array(5), 0, 5);
    await twice.rewind();
    expect(await text(twice)).toBe('a,b\n1,2\n');
    await twice.rewind();
    expect(await text(twice)).toBe('a,b\n1,2\n');
    await twice.close();
  });

  it.each([['gz', gzipSync], ['zst', zstdCompressSync]] as const)('may be compressed: %s', async (ending, compress) => {
    const packed = join(place, `rows.csv.${ending}`), rows = 'a,b\n1,2\n'.repeat(50_000);
    writeFileSync(packed, compress(rows));
    const input = await openInput(packed, { inflate: true });
    input.keep();
    expect(await text(input)).toBe(rows);
    await input.rewind();
    expect(await text(input)).toBe(rows);
    await input.close();
    const left = await openInput(packed, { inflate: true });
    await left.read(new Uint8Array(5), 0, 5);
    await left.close();
    writeFileSync(packed, compress(rows).subarray(0, 60));
    const cut = await openInput(packed, { inflate: true });
    await expect(readRest(cut)).rejects.toMatchObject({ code: 'INPUT_FILE_UNREADABLE', data: { path: packed } });
    await cut.close();
    const asIs = await openInput(packed);
    expect(asIs.size).toBe(60);
    await asIs.close();
  });

  it('is text of any length up to the longest', async () => {
    const input = await openInput(Readable.from(Array.from({ length: 40 }, () => new Uint8Array(10_000).fill(97))));
    expect((await readRest(input)).length).toBe(400_000);
    await input.close();
    await expect(readRest({ ...(await openInput(stream())), size: 2 ** 29 })).rejects.toMatchObject({ code: 'INPUT_TOO_LARGE' });
  });

  it.each(['no-such-file.csv', '.'])('cannot be %s', async (name) => {
    await expect(openInput(join(place, name))).rejects.toMatchObject({ code: 'INPUT_FILE_UNREADABLE' });
  });
});
