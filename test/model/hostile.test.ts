import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadModel, memoryFiles, ModelError } from '../../src/index.ts';

const FOLDER = 'examples/wine-quality';
const mlmodel = new Uint8Array(readFileSync(`${FOLDER}/MLmodel`)), weights = new Uint8Array(readFileSync(`${FOLDER}/model.ubj`));
const columns = (JSON.parse(readFileSync(`${FOLDER}/input_example.json`, 'utf8')) as { columns: string[] }).columns;
const row = Object.fromEntries(columns.map((name, i) => [name, i + 0.5]));

/** Loads and scores; every failure must be a coded one. */
async function attempt(files: Record<string, Uint8Array | string>): Promise<void> {
  try {
    await using model = await loadModel(memoryFiles(files));
    await model.predict([row]);
  } catch (error) {
    if (!ModelError.isInstance(error) || error.code === 'INTERNAL') throw error;
    expect(error.status).toBeGreaterThanOrEqual(400);
  }
}

const mutation = (length: number): fc.Arbitrary<(bytes: Uint8Array) => Uint8Array> => fc.oneof(
  fc.tuple(fc.nat(length - 1), fc.nat(255)).map(([at, value]) => (bytes: Uint8Array) => bytes.map((b, i) => (i === at ? value : b))),
  fc.nat(length - 1).map((end) => (bytes: Uint8Array) => bytes.slice(0, end)),
  fc.tuple(fc.nat(length - 1), fc.nat(64)).map(([at, size]) => (bytes: Uint8Array) => new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + size)])),
);

describe('a broken model', () => {
  it('has an MLmodel that is damaged anywhere', async () => {
    await fc.assert(fc.asyncProperty(mutation(mlmodel.length), async (mutate) => attempt({ MLmodel: mutate(mlmodel), 'model.ubj': weights })), { numRuns: 150 });
  });

  it('has a model file that is damaged anywhere', async () => {
    await fc.assert(fc.asyncProperty(mutation(weights.length), async (mutate) => attempt({ MLmodel: mlmodel, 'model.ubj': mutate(weights) })), { numRuns: 150 });
  });

  it.each([
    ['no model file', { MLmodel: mlmodel }], ['no MLmodel', { 'model.ubj': weights }], ['nothing', {}], ['an empty MLmodel', { MLmodel: '' }],
    ['a path out of the folder', { MLmodel: new TextDecoder().decode(mlmodel).replaceAll('data: model.ubj', 'data: ../../etc/passwd'), 'model.ubj': weights }],
    ['a number for a path', { MLmodel: new TextDecoder().decode(mlmodel).replaceAll('data: model.ubj', 'data: 1'), 'model.ubj': weights }],
    ['an alias bomb', { MLmodel: `a: &a [x, x]\n${Array.from({ length: 40 }, (_, i) => `${String.fromCharCode(98 + (i % 24))}${i}: &b${i} [*${i === 0 ? 'a' : `b${i - 1}`}, *${i === 0 ? 'a' : `b${i - 1}`}]`).join('\n')}\nflavors: {}\n` }],
    ['endless nesting', { MLmodel: `flavors: ${'['.repeat(20_000)}` }],
  ])('has %s', async (_, files) => {
    const start = performance.now();
    await expect(loadModel(memoryFiles(files as Record<string, Uint8Array | string>))).rejects.toSatisfy((error: unknown) => ModelError.isInstance(error) && error.code !== 'INTERNAL');
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
