/** The servers that are compared: how each is started, asked and read. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from './context.ts';
import { binOf, cache, python, root } from './environment.ts';
import type { Launch } from './server.ts';

export interface ServerContender extends Launch {
  readonly name: string;
  body(rows: number): string;
  /** The labels of an answer; the bare floor has none. */
  labels: ((answer: unknown) => readonly number[]) | null;
  /** Left out of a short run: takes long to install or to start. */
  readonly heavy: boolean;
}

/** Ours first; all serve the same model file, XGBoost with so many threads. */
export function serverContenders({ models, scratch, short }: Context, threads: 1 | 2): readonly ServerContender[] {
  const servers = join(import.meta.dirname, 'servers'), file = join(models, 'xgboost.json');
  const body = (suffix: string) => (rows: number) => readFileSync(join(models, `body-${rows}${suffix}.json`), 'utf8');
  const split = body(''), predictions = (answer: unknown): number[] => (answer as { predictions: number[] }).predictions;
  // What XGBoost asks when nobody told it how many.
  const omp = { OMP_NUM_THREADS: String(threads) };
  const ours = (name: string, flags: readonly string[]): ServerContender => ({
    name, heavy: false, path: '/invocations', body: split, labels: predictions,
    command: (port) => [process.execPath, join(root, 'bin/mlmodel.cjs'), 'models', 'serve', '-m', join(models, 'xgboost'), '-p', String(port), ...flags],
  });
  const all: ServerContender[] = [
    ours('mlmodel', ['--threads', '1']),
    ...(threads === 2 ? [ours('mlmodel, two threads', ['--threads', '2'])] : []),
    {
      name: 'mlflow models serve', heavy: true, path: '/invocations', body: split, labels: predictions,
      command: (port) => [python, '-m', 'mlflow', 'models', 'serve', '-m', join(models, 'xgboost'), '-p', String(port), '--env-manager', 'local'],
      env: { ...omp, MLFLOW_TRACKING_URI: `sqlite:///${join(cache, 'mlflow.db')}`, PATH: `${binOf('python')}:${process.env.PATH ?? ''}` },
    },
    {
      name: 'MLServer', heavy: true, path: '/v2/models/xgb/infer', body: body('-v2'),
      // Its XGBoost runtime answers labels or probabilities, as the file's objective has it load.
      labels: (answer) => (answer as { outputs: { data: number[] }[] }).outputs[0]?.data.map((x) => Number(x > 0.5)) ?? [],
      command: (port) => [join(binOf('mlserver'), 'mlserver'), 'start', mlserverFolder(scratch, file, port)], env: omp,
    },
    {
      name: 'BentoML', heavy: true, path: '/predict', body: body('-bentoml'), labels: (answer) => answer as number[],
      command: (port) => [join(binOf('bentoml'), 'bentoml'), 'serve', 'bentoml_service:Classifier', '--working-dir', servers, '-p', String(port), '--host', '127.0.0.1'],
      env: { ...omp, MODEL: file, BENTOML_HOME: join(cache, 'bentoml-home'), BENTOML_DO_NOT_TRACK: 'True', PATH: `${binOf('bentoml')}:${process.env.PATH ?? ''}` },
    },
    {
      name: 'FastAPI + xgboost', heavy: false, path: '/invocations', body: split, labels: predictions,
      command: (port) => [python, join(servers, 'fastapi_xgboost.py'), file, String(port), String(threads)],
    },
    { name: 'bare node:http', heavy: false, path: '/invocations', body: split, labels: null, command: (port) => [process.execPath, join(servers, 'bare-node.ts'), String(port)] },
  ];
  return all.filter(({ heavy }) => !short || !heavy);
}

/** MLServer's settings: parallel_workers 0 scores in the server's own process, which is its fastest form for one small model. */
function mlserverFolder(scratch: string, model: string, port: number): string {
  const folder = join(scratch, `mlserver-${port}`);
  mkdirSync(folder, { recursive: true });
  const write = (name: string, value: object): void => writeFileSync(join(folder, name), JSON.stringify(value));
  write('settings.json', { host: '127.0.0.1', http_port: port, grpc_port: port + 1, metrics_port: port + 2, parallel_workers: 0, debug: false });
  write('model-settings.json', { name: 'xgb', implementation: 'mlserver_xgboost.XGBoostModel', parameters: { uri: model } });
  return folder;
}
