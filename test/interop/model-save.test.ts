/** What we write, the real MLflow loads and scores. MLMODEL_PYTHON names a Python that has mlflow (see requirements.txt here). */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDirectory } from '../../src/mlmodel/directory.ts';
import { Model } from '../../src/mlmodel/model.ts';
import { runPython } from './python.ts';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));

/** Runs a script; the last line of its output is JSON. */
async function run(script: string, ...args: string[]): Promise<unknown> {
  return JSON.parse((await runPython(['-c', script, ...args])).trim().split('\n').at(-1) ?? '');
}

const SCORE = `
import json, sys
import mlflow, pandas as pd
from mlflow.models import Model
folder, requests = sys.argv[1:3]
saved, model, answers = Model.load(folder), mlflow.pyfunc.load_model(folder), {}
for line in open(requests):
    exchange = json.loads(line)
    body = json.loads(exchange["body"]) if "json" in exchange["content_type"] else {}
    split = body.get("dataframe_split", body if "columns" in body else None) if isinstance(body, dict) else None
    if exchange["status"] == 200 and split:
        answers[exchange["name"]] = model.predict(pd.DataFrame(split["data"], columns=split["columns"])).tolist()
print(json.dumps({"metadata": saved.metadata, "flavors": sorted(saved.flavors), "inputs": saved.signature.inputs.input_names(), "uuid": saved.model_uuid, "answers": answers}))
`;

const SAME_YAML = `
import glob, json, sys, yaml
pairs = json.load(open(sys.argv[1]))
print(json.dumps([name for name, (read, written) in pairs.items() if repr(yaml.safe_load(read)) != repr(yaml.safe_load(written)) and yaml.safe_load(read) != yaml.safe_load(written)]))
`;

let root = '';
beforeAll(async () => { root = await mkdtemp(join(tmpdir(), 'mlmodel-interop-')); });
afterAll(() => rm(root, { recursive: true, force: true }));

describe('a folder written by Model.save', () => {
  it('is loaded and scored by the real MLflow', async () => {
    const major = (await run('import mlflow, json; print(json.dumps(mlflow.__version__))') as string).split('.')[0];
    const name = major === '1' ? 'xgb130-clf-parallel-tree' : 'xgb-clf-parallel-tree';
    const source = join(golden, 'models', name), files = await openDirectory(join(source, 'model'));
    const model = await Model.load(files), out = join(root, 'saved');
    model.metadata = { owner: 'cellar', threshold: 0.5, ids: [1, '12345e12', 'yes', null], 'Größe "x"': { nested: true } };
    await model.save(out, { files });

    const seen = await run(SCORE, out, join(source, 'requests.jsonl')) as { metadata: unknown; flavors: string[]; inputs: string; uuid: string; answers: Record<string, unknown> };
    expect(seen).toMatchObject({
      metadata: { owner: 'cellar', threshold: 0.5, ids: [1, '12345e12', 'yes', null], 'Größe "x"': { nested: true } },
      flavors: ['python_function', 'xgboost'], uuid: model.modelUuid, inputs: model.signature?.inputs?.inputNames(),
    });
    const recorded = (await readFile(join(source, 'requests.jsonl'), 'utf8')).split('\n').filter(Boolean).map((line) => JSON.parse(line) as { name: string; response: string });
    expect(Object.keys(seen.answers).length).toBeGreaterThan(1);
    for (const [request, answer] of Object.entries(seen.answers)) {
      const response = JSON.parse(recorded.find((exchange) => exchange.name === request)?.response ?? 'null') as { predictions?: unknown };
      expect({ request, answer }).toEqual({ request, answer: response.predictions ?? response });
    }
  });

  it('holds the same meaning for PyYAML, whoever wrote the file before', async () => {
    const folder = join(golden, 'mlmodel'), pairs: Record<string, [string, string]> = {};
    for (const file of await readdir(folder)) {
      const text = await readFile(join(folder, file), 'utf8');
      pairs[file] = [text, Model.parse(text).toYaml()];
    }
    await writeFile(join(root, 'pairs.json'), JSON.stringify(pairs));
    expect(await run(SAME_YAML, join(root, 'pairs.json'))).toEqual([]);
  });

  it('is loaded whatever keys it has', async () => {
    const text = await readFile(join(golden, 'mlmodel', 'hand-every-key.yaml'), 'utf8'), out = join(root, 'hand');
    const model = Model.parse(text);
    await model.save(out);
    await cp(out, join(root, 'hand-copy'), { recursive: true });
    const seen = await run('import json, sys\nfrom mlflow.models import Model\nm = Model.load(sys.argv[1])\nprint(json.dumps([m.signature.inputs.input_names(), m.run_id, m.flavors["other"]["ratio"], m.utc_time_created]))', join(root, 'hand-copy'));
    expect(seen).toEqual([['x'], 'dreamy_key_t3b7fvy1ct', 1, '2024-04-10 02:20:44.242248']);
  });
});
