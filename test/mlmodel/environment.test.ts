import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/errors/model-error.ts';
import { formatCondaEnv, formatPythonEnv, getModelDependencies, parseCondaEnv, parsePythonEnv } from '../../src/mlmodel/environment.ts';
import { memoryFiles } from '../../src/mlmodel/memory-files.ts';

const CONDA = 'channels:\n- conda-forge\ndependencies:\n- python=3.11.7\n- pip<=26.3\n- pip:\n  - mlflow==3.17.2\n  - onnx==1.23.2\nname: mlflow-env\n';
const PYTHON = 'python: 3.11.7\nbuild_dependencies:\n- pip==26.3\n- setuptools\n- wheel\ndependencies:\n- -r requirements.txt\n';
const mlmodel = (env: string): string => `flavors:\n  python_function:\n    env: ${env}\n    loader_module: mlflow.onnx\n`;

describe('conda.yaml and python_env.yaml', () => {
  it('are read and written as MLflow writes them', () => {
    expect(parseCondaEnv(CONDA)).toEqual({ name: 'mlflow-env', channels: ['conda-forge'], dependencies: ['python=3.11.7', 'pip<=26.3'], pip: ['mlflow==3.17.2', 'onnx==1.23.2'] });
    expect(formatCondaEnv(parseCondaEnv(CONDA))).toBe(CONDA);
    expect(parsePythonEnv(PYTHON)).toEqual({ python: '3.11.7', buildDependencies: ['pip==26.3', 'setuptools', 'wheel'], dependencies: ['-r requirements.txt'] });
    expect(formatPythonEnv(parsePythonEnv(PYTHON))).toBe(PYTHON);
    expect(formatPythonEnv({ buildDependencies: [], dependencies: ['a'] })).toBe('dependencies:\n- a\n');
  });

  it.each([
    [() => parsePythonEnv('python: 3.10\n'), 'write the version in quotes'],
    [() => parsePythonEnv('dependencies: a\n'), 'dependencies is not a list'],
    [() => parseCondaEnv('dependencies: [1]\n'), 'neither text nor a mapping'],
    [() => parseCondaEnv('dependencies: [{pip: [1]}]\n'), 'pip holds something else than text'],
    [() => parseCondaEnv('- a\n'), 'not a mapping of keys'],
  ])('are refused when they are not what they should be (%#)', (parse, reason) => {
    expect(parse).toThrow(expect.objectContaining({ code: 'ENVIRONMENT_INVALID', message: expect.stringContaining(reason) }));
  });
});

it('conda.yaml and python_env.yaml end in an environment or a coded error for any change of the text', () => {
  const put = fc.oneof(fc.constantFrom('- ', ': ', '[', ']', '{', '}', '&a ', '*a', '\n', '  ', '"', "'", '#', '|', '!!x ', 'null', '1'), fc.string({ maxLength: 3 }));
  fc.assert(fc.property(fc.constantFrom([CONDA, parseCondaEnv, formatCondaEnv] as const, [PYTHON, parsePythonEnv, formatPythonEnv] as const), fc.array(fc.tuple(fc.nat(CONDA.length), fc.nat(9), put), { minLength: 1, maxLength: 4 }), ([text, parse, format], edits) => {
    let changed = text;
    for (const [at, cut, with_] of edits) changed = changed.slice(0, at) + with_ + changed.slice(at + cut);
    try {
      const parsed = parse(changed);
      expect(parse((format as (value: typeof parsed) => string)(parsed))).toEqual(parsed);
    } catch (error) {
      if (!ModelError.isInstance(error)) throw error;
    }
  }), { numRuns: 3000 });
});

describe('getModelDependencies', () => {
  it('gives requirements.txt where there is one', async () => {
    const files = memoryFiles({ MLmodel: mlmodel('conda.yaml'), 'requirements.txt': 'onnx\n', 'conda.yaml': CONDA });
    expect(await getModelDependencies(files)).toEqual({ file: 'requirements.txt', text: 'onnx\n', logs: [{ level: 'INFO', message: "To install the dependencies that were used to train the model, run the following command: 'pip install -r requirements.txt'." }] });
    expect(await getModelDependencies(files, 'conda')).toEqual({ file: 'conda.yaml', text: CONDA, logs: [] });
  });

  it.each(['conda.yaml', '{conda: conda.yaml, virtualenv: python_env.yaml}'])('else the pip list of the conda file under env: %s', async (env) => {
    const { text, logs } = await getModelDependencies(memoryFiles({ MLmodel: mlmodel(env), 'conda.yaml': CONDA }), 'pip');
    expect(text).toBe('mlflow==3.17.2\nonnx==1.23.2\n');
    expect(logs.map((log) => log.level)).toEqual(['INFO', 'WARNING', 'INFO']);
    expect(logs[1]?.message).toBe('The following conda dependencies have been excluded from the environment file: python=3.11.7, pip<=26.3.');
  });

  it('fails as MLflow does', async () => {
    await expect(getModelDependencies(memoryFiles({ MLmodel: mlmodel('c.yaml'), 'c.yaml': 'dependencies: [python=3.8]' }))).rejects.toThrow(expect.objectContaining({ mlflowCode: 'RESOURCE_DOES_NOT_EXIST', message: expect.stringContaining('No pip section found') }));
    await expect(getModelDependencies(memoryFiles({ MLmodel: mlmodel('c.yaml') }), 'poetry' as 'pip')).rejects.toThrow(expect.objectContaining({ mlflowCode: 'INVALID_PARAMETER_VALUE', message: expect.stringContaining('Illegal format argument poetry') }));
    await expect(getModelDependencies(memoryFiles({ MLmodel: 'flavors: {}' }), 'conda')).rejects.toThrow(expect.objectContaining({ code: 'FILE_NOT_FOUND' }));
    await expect(getModelDependencies(memoryFiles({ MLmodel: mlmodel('../conda.yaml') }), 'conda')).rejects.toThrow(expect.objectContaining({ code: 'PATH_OUTSIDE_MODEL' }));
  });
});
