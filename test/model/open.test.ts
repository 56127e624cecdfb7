import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { memoryFiles } from '../../src/mlmodel/memory-files.ts';
import { openModelFiles } from '../../src/model/open.ts';
import { type LoadProgress, watchReads } from '../../src/model/progress.ts';

const folder = mkdtempSync(join(tmpdir(), 'open model-'));
writeFileSync(join(folder, 'MLmodel'), 'flavors: {}\n');
afterAll(() => rmSync(folder, { recursive: true }));

describe('openModelFiles', () => {
  it.each([folder, pathToFileURL(folder), String(pathToFileURL(folder)), String(pathToFileURL(folder)).replace('file://', 'file://localhost')])('opens %s', async (source) => {
    expect(await (await openModelFiles(source)).list()).toEqual(['MLmodel']);
  });

  it('takes files as they are', async () => {
    const files = memoryFiles(new Map());
    expect(await openModelFiles(files)).toBe(files);
  });

  it.each(['s3://bucket/x', 'https://example.org/x', 'runs:/1/model', 'models:/a/1', 'file://host/x', 'file:///a%2fb', 'file:///a%00'])('refuses %s', async (source) => {
    await expect(openModelFiles(source)).rejects.toMatchObject({ code: 'MODEL_URI_UNSUPPORTED' });
  });

  it('names a folder that is not there', async () => {
    await expect(openModelFiles(join(folder, 'no'))).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });
});

describe('watchReads', () => {
  it('tells of each read', async () => {
    const seen: LoadProgress[] = [], files = memoryFiles(new Map([['a', 'text']]));
    expect(watchReads(files, undefined)).toBe(files);
    await watchReads(files, (progress) => seen.push(progress)).read('a');
    expect(seen).toEqual([{ stage: 'read', path: 'a', bytes: 4 }]);
  });
});
