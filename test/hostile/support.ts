/** Attempts at model folders that nobody can trust. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { getModelDependencies, loadModel, memoryFiles, ModelError } from '../../src/index.ts';
import type { ModelFiles } from '../../src/mlmodel/files.ts';
import { readInputExample, readServingExample } from '../../src/mlmodel/input-example.ts';
import { modelCard } from '../../src/model/card.ts';
import { declarations } from '../../src/model/declarations.ts';
import { App } from '../../src/serve/app.ts';
import { ModelHost } from '../../src/serve/model-host.ts';
import type { Enforcement } from '../../src/schema/signature.ts';

/** Longest time for one folder or body, in milliseconds. */
export const TIME_LIMIT = 5000;

/** The files of a recorded model. */
export type Folder = Record<string, Uint8Array | string>;

const GOLDEN = 'test/golden/models';

/** The files of a recorded model's folder. */
export function folderOf(name: string): Folder {
  const path = `${GOLDEN}/${name}/model`;
  return Object.fromEntries(readdirSync(path).map((file) => [file, new Uint8Array(readFileSync(`${path}/${file}`))]));
}

/** The JSON body that a recorded case was asked first. */
export function bodyOf(name: string): string {
  const lines = readFileSync(`${GOLDEN}/${name}/requests.jsonl`, 'utf8').split('\n').filter((line) => line !== '');
  const found = lines.map((line) => JSON.parse(line) as { body: string; status: number; content_type: string }).find((r) => r.status === 200 && r.content_type === 'application/json');
  return found?.body ?? '{}';
}

/** The code of the error that `run` ends with, or undefined; anything that is no coded error of a bad input fails the test. */
export async function codeOf(run: () => unknown): Promise<string | undefined> {
  const begun = performance.now();
  let code: string | undefined;
  try {
    await run();
  } catch (error) {
    if (!ModelError.isInstance(error) || error.code === 'INTERNAL') throw error;
    code = error.code;
  }
  expect(performance.now() - begun).toBeLessThan(TIME_LIMIT);
  return code;
}

/**
 * Loads a folder; where that works, asks it `body` as a server does. Looks at it in every way that does not load it too.
 * @returns the code of the refusal at load; else the status of the answer
 */
export async function attempt(source: Folder | ModelFiles | string, body: string, enforcement: Enforcement = 'safe'): Promise<string | number> {
  const files = typeof source === 'string' || 'read' in source && typeof source.read === 'function' ? (source as ModelFiles | string) : memoryFiles(source as Folder);
  let status = 0;
  const code = await codeOf(async () => {
    await using model = await loadModel(files, { enforcement });
    status = await answer(model, body);
    declarations(model.signature, 'Model');
  });
  return code ?? status;
}

/** Looks at a folder without loading it: card, examples, requirements. */
export async function lookAt(source: Folder): Promise<void> {
  const files = memoryFiles(source);
  await codeOf(() => modelCard(files));
  await codeOf(() => getModelDependencies(files, 'pip'));
  await codeOf(() => getModelDependencies(files, 'conda'));
  await codeOf(async () => {
    const { metadata } = await loadModel(files);
    await codeOf(() => readInputExample(files, metadata));
    await codeOf(() => readServingExample(files, metadata));
    metadata.toYaml();
  });
}

async function answer(model: Awaited<ReturnType<typeof loadModel>>, body: string): Promise<number> {
  const host = new ModelHost({ scoringProtocol: '2' }), reports: unknown[] = [];
  host.add('model', model);
  const app = new App(host, { timeout: 60, scoringProtocol: '2', report: (error) => reports.push(error) });
  const begun = performance.now();
  const { status } = await app.handle({ method: 'POST', url: '/invocations', contentType: 'application/json', body: new TextEncoder().encode(body) });
  expect(performance.now() - begun).toBeLessThan(TIME_LIMIT);
  expect(reports.map((error) => (error instanceof Error ? error.stack : error))).toEqual([]);
  return status;
}
