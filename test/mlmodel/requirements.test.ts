import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/errors/model-error.ts';
import { memoryFiles } from '../../src/mlmodel/memory-files.ts';
import { normalizeName, parseRequirement, readRequirements } from '../../src/mlmodel/requirements.ts';

type Parsed = { name: string; extras: string[]; specifiers: string[]; url: string | null; marker: boolean } | null;
const recorded = JSON.parse(readFileSync(new URL('../golden/data/pep508.json', import.meta.url), 'utf8')) as [string, Parsed][];

describe('parseRequirement', () => {
  it(`takes ${recorded.length} texts as Python's packaging does`, () => {
    const different = recorded.map(([text, theirs]) => {
      const r = parseRequirement(text);
      const ours: Parsed = r ? { name: r.name, extras: [...r.extras].sort(), specifiers: [...new Set(r.specifiers.map((s) => s.operator + s.version))].sort(), url: r.url ?? null, marker: r.marker !== undefined } : null;
      return { text, ours, theirs };
    }).filter(({ ours, theirs }) => JSON.stringify(ours) !== JSON.stringify(theirs && { ...theirs, specifiers: [...new Set(theirs.specifiers)] }));
    expect(different).toEqual([]);
  });
});

describe('readRequirements', () => {
  const texts = async (files: Record<string, string>): Promise<string[]> => (await readRequirements(memoryFiles(files))).map((line) => `${line.constraint ? '-c ' : ''}${line.text}${line.requirement ? '' : ' (no name)'}`);

  it('drops comments, joins lines, follows -r and -c', async () => {
    expect(await texts({
      'requirements.txt': '# all\nmlflow==3.17.2  # the server\n\nxgboost\\\n  >=2,\\\n  <3\r\n-r more/base.txt\n-c constraints.txt\n--index-url https://example.org/simple\n./local\nnumpy#not-a-comment\nlast\\',
      'more/base.txt': 'pandas\n-c ../limits.txt\n'.replace('../limits.txt', 'limits.txt'),
      'more/limits.txt': 'pandas<4\n',
      'constraints.txt': 'numpy<3\n--requirement=extra.txt\n',
      'extra.txt': 'scipy\n',
    })).toEqual([
      'mlflow==3.17.2', 'xgboost>=2,<3', 'pandas', '-c pandas<4', '-c numpy<3', 'scipy', '--index-url https://example.org/simple (no name)', './local (no name)', 'numpy#not-a-comment (no name)', 'last',
    ]);
  });

  it('stays in the model folder and ends', async () => {
    await expect(texts({ 'requirements.txt': '-r ../../etc/passwd' })).rejects.toThrow(expect.objectContaining({ code: 'PATH_OUTSIDE_MODEL' }));
    await expect(texts({ 'requirements.txt': '-r gone.txt' })).rejects.toThrow(expect.objectContaining({ code: 'FILE_NOT_FOUND' }));
    await expect(texts({ 'requirements.txt': '-r requirements.txt\n-r requirements.txt' })).rejects.toThrow(expect.objectContaining({ code: 'ENVIRONMENT_INVALID' }));
  });

  it('ends in lines or a coded error for any change of the text', async () => {
    const text = 'mlflow==3.17.2  # the server\nxgboost[scikit-learn]\\\n  >=2,<3; python_version >= "3.9"\n-r base.txt\n-c base.txt\npkg @ https://example.org/p.whl ; extra == "x"\n';
    const put = fc.oneof(fc.constantFrom('-r ', '-c requirements.txt', '\\\n', '\n', '#', ';', '@', '[', ']', '==', '../', '\0', ' '), fc.string({ maxLength: 3 }));
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(text.length), fc.nat(9), put), { minLength: 1, maxLength: 4 }), async (edits) => {
      let changed = text;
      for (const [at, cut, with_] of edits) changed = changed.slice(0, at) + with_ + changed.slice(at + cut);
      await readRequirements(memoryFiles({ 'requirements.txt': changed, 'base.txt': 'pandas<4\n' })).then(
        (lines) => expect(lines.every((line) => typeof line.text === 'string')).toBe(true),
        (error: unknown) => expect(ModelError.isInstance(error), String(error)).toBe(true),
      );
    }), { numRuns: 3000 });
  });

  it('compares names as PEP 503 does', () => expect(['Scikit_Learn', 'a.-_b'].map(normalizeName)).toEqual(['scikit-learn', 'a-b']));
});
