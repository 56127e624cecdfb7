/** What ran: Node and the rivals' packages. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { binOf, type Environment } from '../environment.ts';

const PACKAGES: Readonly<Record<Environment, readonly string[]>> = {
  python: ['mlflow', 'xgboost', 'lightgbm', 'catboost', 'onnxruntime', 'fastapi', 'pandas'],
  mlserver: ['mlserver'],
  bentoml: ['bentoml'],
};
const CODE = 'import importlib.metadata as m, platform, sys; print(platform.python_version(), *[f"{p} {m.version(p)}" for p in sys.argv[1:]], sep=", ")';

let cached: string | undefined;

/** One line. */
export function versions(): string {
  cached ??= [`Node ${process.version}`, ...Object.entries(PACKAGES).flatMap(([name, packages]) => {
    const interpreter = join(binOf(name as Environment), 'python');
    if (!existsSync(interpreter)) return [];
    const line = execFileSync(interpreter, ['-c', CODE, ...packages], { encoding: 'utf8' }).trim();
    return [name === 'python' ? `Python ${line}` : line.slice(line.indexOf(', ') + 2)];
  })].join(', ');
  return cached;
}
