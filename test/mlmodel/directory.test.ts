import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDirectory } from '../../src/mlmodel/directory.ts';
import type { ModelFiles } from '../../src/mlmodel/files.ts';
import { memoryFiles } from '../../src/mlmodel/memory-files.ts';
import { innerPath } from '../../src/mlmodel/paths.ts';

const OUTSIDE = ['..', '../secret', 'data/../../secret', '/etc/passwd', '\\secret', 'data\\..\\..\\secret', 'C:/secret', 'a\0b', '%2e%2e/secret', '%2E%2E%2Fsecret', '%252e%252e/secret',
  '%25252e%25252e%25252fsecret', '%2fetc%2fpasswd', 'data/%5c..', 'a%00b', '', '.', './', '//etc/passwd', 'x/..', 'a\nb', `%${'25'.repeat(20)}2e`];

let root = '', folder = '';
let files: ModelFiles;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mlmodel-dir-'));
  folder = join(root, 'model');
  await mkdir(join(folder, 'data', 'deep'), { recursive: true });
  await writeFile(join(root, 'secret'), 'secret');
  await mkdir(join(root, 'model-2'));
  await writeFile(join(root, 'model-2', 'x'), 'x');
  await writeFile(join(folder, 'MLmodel'), 'flavors: {}\n');
  await writeFile(join(folder, 'data', 'deep', 'file 100%.txt'), 'hello');
  await symlink('data/deep/file 100%.txt', join(folder, 'inside'));
  await symlink('../secret', join(folder, 'outside'));
  await symlink('../model-2/x', join(folder, 'sibling'));
  await symlink('..', join(folder, 'up'));
  await symlink('gone', join(folder, 'dangling'));
  await symlink('loop', join(folder, 'loop'));
  await symlink('/dev/zero', join(folder, 'zero'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  await symlink(folder, join(root, 'link'));
  files = await openDirectory(folder);
});
afterAll(() => rm(root, { recursive: true }));

describe('openDirectory', () => {
  it('reads and lists what is inside, through links too', async () => {
    const text = (path: string): Promise<string> => files.read(path).then((bytes) => new TextDecoder().decode(bytes));
    expect(await text('./data//deep/./file 100%.txt')).toBe('hello');
    expect(await text('inside')).toBe('hello');
    expect(await files.list()).toEqual(['MLmodel', 'data/deep/file 100%.txt', 'inside']);
    expect(await files.stat('inside')).toEqual({ size: 5 });
    expect((await (await openDirectory(join(root, 'link'))).read('MLmodel')).length).toBe(12);
    expect((await files.read('MLmodel')).constructor).toBe(Uint8Array);
  });

  it.each([...OUTSIDE, 'outside', 'sibling', 'up/secret', 'up/model-2/x', 'zero'])('refuses %j', async (path) => {
    await expect(files.read(path)).rejects.toThrow(expect.objectContaining({ code: 'PATH_OUTSIDE_MODEL' }));
    await expect(files.stat(path)).rejects.toThrow(expect.objectContaining({ code: 'PATH_OUTSIDE_MODEL' }));
  });

  it.each([['gone', 'FILE_NOT_FOUND'], ['dangling', 'FILE_NOT_FOUND'], ['MLmodel/x', 'FILE_NOT_FOUND'], ['loop', 'FILE_UNREADABLE'], ['data', 'FILE_UNREADABLE'], ['pipe', 'FILE_UNREADABLE']])('%s is %s', async (path, code) => {
    await expect(files.read(path)).rejects.toThrow(expect.objectContaining({ code }));
  });

  it('has no size for folders and what is not there', async () => {
    expect([await files.stat('data'), await files.stat('gone'), await files.stat('pipe')]).toEqual([undefined, undefined, undefined]);
  });

  it('refuses sockets', async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(join(folder, 'socket'), done));
    try {
      await expect(files.read('socket')).rejects.toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
    } finally {
      await new Promise((done) => server.close(done));
    }
  });

  it('keeps its limits', async () => {
    await expect((await openDirectory(folder, { maxFileBytes: 4 })).read('MLmodel')).rejects.toThrow(expect.objectContaining({ code: 'FILE_LIMIT_EXCEEDED' }));
    await expect((await openDirectory(folder, { maxFiles: 2 })).list()).rejects.toThrow(expect.objectContaining({ code: 'FILE_LIMIT_EXCEEDED' }));
    for (const path of [join(root, 'gone'), join(root, 'secret')]) await expect(openDirectory(path)).rejects.toThrow(expect.objectContaining({ code: 'MODEL_NOT_FOUND' }));
  });
});

describe('memoryFiles', () => {
  it('takes and refuses the same paths', async () => {
    const memory = memoryFiles(new Map<string, Uint8Array | string>([['./a/b', 'text'], ['c', new Uint8Array(3)]]));
    expect(await memory.list()).toEqual(['a/b', 'c']);
    expect(await memory.stat('a//b')).toEqual({ size: 4 });
    await expect(memory.read('b')).rejects.toThrow(expect.objectContaining({ code: 'FILE_NOT_FOUND' }));
    for (const path of OUTSIDE) await expect(memory.read(path)).rejects.toThrow(expect.objectContaining({ code: 'PATH_OUTSIDE_MODEL' }));
    expect(() => memoryFiles({ '../x': '' })).toThrow('leads out of the model folder');
  });
});

describe('innerPath', () => {
  it('never leaves the folder, whatever the encoding', () => {
    const piece = fc.constantFrom('..', '.', '/', '\\', '%', '25', '2e', '2F', '5c', '%2e', '%2f', '00', 'a', 'C:', '\0', ' ');
    fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      let path: string;
      try {
        path = innerPath(pieces.join(''));
      } catch {
        return;
      }
      for (let i = 0; i < 10; i++) {
        expect(path.split(/[\\/]/)).not.toContain('..');
        expect(path).not.toMatch(/^[\\/]|\0|^[A-Za-z]:/);
        path = path.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
      }
    }), { numRuns: 5000 });
  });
});
