/** The rivals' Python environments, the models and the picture maker, built once into bench/.cache. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
export const root: string = join(here, '..');
export const cache: string = join(here, '.cache');

/** Rivals that need each other's packages in other versions live apart. */
export type Environment = 'python' | 'mlserver' | 'bentoml';
/** The folder of an environment's programs. */
export const binOf = (name: Environment): string => join(cache, name, 'bin');
/** The interpreter of the environment with MLflow and the libraries. */
export const python: string = join(binOf('python'), 'python');

const run = (command: string, args: readonly string[], cwd: string = here): void => {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], cwd });
};
const has = (command: string): boolean => {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Builds an environment from its requirements where that is missing or out of date. */
export function prepareEnvironment(name: Environment, log: (text: string) => void): void {
  const requirements = name === 'python' ? 'requirements.txt' : `requirements-${name}.txt`;
  once(name, [requirements], '', () => {
    log(`building the environment ${name} (uv) …`);
    let uv = 'uv';
    if (!has(uv)) {
      run('python3', ['-m', 'venv', join(cache, 'uv')]);
      run(join(cache, 'uv/bin/pip'), ['install', '-q', 'uv']);
      uv = join(cache, 'uv/bin/uv');
    }
    run(uv, ['venv', '-q', '--clear', '-p', '3.11', join(cache, name)]);
    run(uv, ['pip', 'install', '-q', '-p', join(binOf(name), 'python'), '-r', requirements]);
  });
}

/** Runs a script of models/ that fills a folder, where its inputs have changed. */
export function prepareModels(folder: string, script: string, args: readonly (string | number)[], log: (text: string) => void): void {
  once(`${folder.slice(cache.length + 1)}-${script}`, ['requirements.txt', `models/${script}`], args.join(), () => {
    log(`building ${folder.slice(cache.length + 1)} with the real libraries …`);
    mkdirSync(folder, { recursive: true });
    run(python, [join(here, 'models', script), folder, ...args.map(String)]);
  });
}

/** Installs what draws the pictures from the benchmark's own lock file. */
export function preparePictures(log: (text: string) => void): void {
  if (existsSync(join(here, 'node_modules/vega-lite/package.json'))) return;
  log('installing what draws the pictures …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--silent']);
}

/** Builds dist/, which is what users run. */
export function buildPackage(): void {
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
}

function once(name: string, inputs: readonly string[], options: string, make: () => void): void {
  mkdirSync(cache, { recursive: true });
  const hash = createHash('sha256').update(options);
  for (const input of inputs) hash.update(readFileSync(join(here, input)));
  const stamp = join(cache, `${name}.stamp`), want = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return;
  make();
  writeFileSync(stamp, want);
}
