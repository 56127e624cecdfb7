/** Runs the suite's Python, which MLMODEL_PYTHON names (see requirements.txt here). */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export const python: string = process.env['MLMODEL_PYTHON'] ?? '';

/** Standard output of a script file or, after `-c`, of a script. */
export async function runPython(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  if (python === '') throw new Error('MLMODEL_PYTHON is not set: give the path of a Python that has mlflow, e.g. MLMODEL_PYTHON=.venv/bin/python npm run test:interop');
  const { stdout } = await promisify(execFile)(python, ['-W', 'ignore', ...args], { encoding: 'utf8', maxBuffer: 2 ** 26, env: { ...process.env, ...env } });
  return stdout;
}
