import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { openAnswer } from '../../src/batch/answer.ts';

const place = mkdtempSync(join(tmpdir(), 'answer-'));
afterAll(() => rmSync(place, { recursive: true }));
let count = 0;
const folder = (): string => {
  const path = join(place, `${count++}`);
  mkdirSync(path);
  return path;
};

describe('an answer', () => {
  it('is in its place whole or not at all', async () => {
    const dir = folder(), path = join(dir, 'out.json'), answer = await openAnswer(path);
    await answer.write('{"a": ');
    await answer.write('"é😀"}');
    expect(existsSync(path)).toBe(false);
    await answer.commit();
    await answer.discard();
    expect(readFileSync(path, 'utf8')).toBe('{"a": "é😀"}');
    expect(readdirSync(dir)).toEqual(['out.json']);
  });

  it('leaves nothing, and what was there, when it is taken back', async () => {
    const dir = folder(), path = join(dir, 'out.json');
    writeFileSync(path, 'old');
    const answer = await openAnswer(path);
    await answer.write('new');
    await answer.discard();
    await answer.discard();
    expect([readdirSync(dir), readFileSync(path, 'utf8')]).toEqual([['out.json'], 'old']);
  });

  it('begins anew', async () => {
    const path = join(folder(), 'out.json'), answer = await openAnswer(path);
    await answer.write('a long first attempt');
    await answer.reset();
    await answer.write('short');
    await answer.commit();
    expect(readFileSync(path, 'utf8')).toBe('short');
  });

  it('keeps a file\'s permissions and goes through a link', async () => {
    const dir = folder(), path = join(dir, 'real.json'), link = join(dir, 'link.json');
    writeFileSync(path, 'old');
    chmodSync(path, 0o640);
    symlinkSync(path, link);
    const answer = await openAnswer(link);
    await answer.write('new');
    await answer.commit();
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777, lstatSync(link).isSymbolicLink()]).toEqual(['new', 0o640, true]);
  });

  it('replaces no device', async () => {
    const answer = await openAnswer('/dev/null');
    await answer.write('gone');
    await answer.commit();
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('comes to a stream only when it is whole, and leaves it open', async () => {
    const chunks: string[] = [], stream = new Writable({
      write(chunk, _, done) {
        chunks.push(String(chunk));
        done();
      },
    });
    const answer = await openAnswer(stream);
    await answer.write('one ');
    await answer.write('two');
    expect(chunks).toEqual([]);
    await answer.commit();
    expect([chunks.join(''), stream.writableEnded]).toEqual(['one two', false]);
    await (await openAnswer(stream)).discard();
    expect(chunks.join('')).toBe('one two');
  });

  it.each(['no-such-folder/out.json', '.'])('cannot be written to %s', async (path) => {
    await expect(openAnswer(join(place, path))).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
  });
});
