import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { getModelDependencies } from '../../src/index.ts';

const folder = join(import.meta.dirname, '../../examples/wine-quality');

describe('getModelDependencies', () => {
  it.each([folder, pathToFileURL(folder), String(pathToFileURL(folder))])('takes %s, in both forms', async (uri) => {
    expect(await getModelDependencies(uri)).toMatchObject({ file: 'requirements.txt', text: expect.stringContaining('xgboost==') });
    expect(await getModelDependencies(uri, 'conda')).toMatchObject({ file: 'conda.yaml', text: expect.stringContaining('conda-forge') });
  });

  it('names a folder that is not there', async () => {
    await expect(getModelDependencies('no-such-folder')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });
});
