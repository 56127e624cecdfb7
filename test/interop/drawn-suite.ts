/** The suite of one library's drawn models. */
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import { loadModel } from '../../src/model/load.ts';
import type { LoadedModel } from '../../src/model/loaded-model.ts';
import { compareNumbers, compareTexts, FAILED, type Verdict } from './comparison.ts';
import { arrayOf, type Drawn, type DrawnModel, gather, inputOf, takeRows } from './drawn-models.ts';

/** How far an answer may lie from the library's where it is not equal to the last bit, and why. */
interface Allowance {
  /** Steps between neighbouring numbers of the dtype. */
  readonly ulps?: number;
  /** Of the largest value of the row, or of 1. */
  readonly relative?: number;
  readonly why: string;
}

/**
 * One test a model: every output equal to the last bit, but for those that `allowed` names, as `output` or `output objective`.
 * What was compared is printed at the end.
 */
export function testDrawn(library: string, drawn: Drawn, allowed: Readonly<Record<string, Allowance>>): void {
  const name = `${library} ${drawn.version}, seed ${drawn.seed}`, tally = new Tally();
  afterAll(() => {
    console.log(tally.text(`${name}: ${drawn.cases.length} models, ${drawn.refused.length} combinations that the library itself refused`));
    drawn.remove();
  });

  describe(name, () => {
    it('trains most of what is drawn', () => {
      expect(drawn.refused.length, JSON.stringify(drawn.refused.slice(0, 5))).toBeLessThanOrEqual(0.1 * (drawn.cases.length + drawn.refused.length));
    });

    it.each(drawn.cases.map((model) => [model.number, model.words.join(', '), model] as const))('%i: %s', async (_, __, model) => {
      for (const verdict of await judge(model)) {
        const { output, problem, relative, ulps } = verdict, where = `${output} of model ${model.number}, seed ${drawn.seed}`;
        const allowance = allowed[`${output} ${model.objective}`] ?? allowed[output];
        tally.add(verdict, allowance?.relative === undefined ? model.objective : undefined);
        expect(problem, where).toBeUndefined();
        if (allowance?.relative === undefined) expect(ulps, where).toBeLessThanOrEqual(allowance?.ulps ?? 0);
        else expect(relative, where).toBeLessThanOrEqual(allowance.relative);
      }
    });
  });
}

/** What a suite compared, by output, and by objective where its answers differ in steps. */
class Tally {
  readonly #rows: Map<string, { models: number; values: number; differing: number; ulps: number; relative: number }> = new Map();

  add({ output, values, differing, ulps, relative }: Verdict, objective: string | undefined): void {
    const key = differing > 0 && objective !== undefined ? `${output} (${objective})` : output;
    const row = this.#rows.get(key) ?? { models: 0, values: 0, differing: 0, ulps: 0, relative: 0 };
    this.#rows.set(key, { models: row.models + 1, values: row.values + values, differing: row.differing + differing, ulps: Math.max(row.ulps, ulps), relative: Math.max(row.relative, relative) });
  }

  text(title: string): string {
    const rows = [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1));
    return [title, ...rows.map(([name, r]) => `  ${name}: ${r.models} models, ${r.values} values, ${r.differing} not equal to the bit${r.differing > 0 ? `, at most ${r.relative.toExponential(1)}${name.includes('(') ? `, ${r.ulps} steps` : ''}` : ''}`)].join('\n');
  }
}

/** Asks our predictor for every output that the library gave, and again for single rows and for batches that go through the kernel in blocks and over threads. */
async function judge(model: DrawnModel): Promise<Verdict[]> {
  const threads = model.number % 5 === 0 ? 2 : 1;
  const loaded = await loadModel(join(model.folder, 'model'), { enforcement: 'safe', threads }), input = inputOf(model), out: Verdict[] = [];
  try {
    for (const [output, want] of Object.entries(model.outputs)) {
      const given = await ask(loaded, input, output);
      if (!(given instanceof Tensor)) {
        out.push({ ...FAILED, output, problem: given });
        continue;
      }
      const verdict = 'texts' in want ? compareTexts(output, want, given) : compareNumbers(output, arrayOf(model, want.array), given);
      const problem = verdict.problem ?? (output === 'margin' || output === 'leaf' ? await otherSizes(loaded, input, output, given, threads) : undefined);
      out.push(problem === undefined ? verdict : { ...verdict, problem });
    }
  } finally {
    await loaded.close();
  }
  return out;
}

async function ask(loaded: LoadedModel, input: Table | Tensor, output: string): Promise<Tensor | string> {
  try {
    const given = await loaded.predict(input, { output });
    return given instanceof Tensor ? given : 'the answer is no array';
  } catch (error) {
    if (ModelError.isInstance(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** Rows × trees from which a batch goes over threads is 2¹⁷. */
const MANY = 2 ** 17;

/** What is wrong where the same rows come alone or in a large batch. */
async function otherSizes(loaded: LoadedModel, input: Table | Tensor, output: string, whole: Tensor, threads: number): Promise<string | undefined> {
  const rows = whole.shape[0] as number, width = whole.size / rows, trees = output === 'leaf' ? width : 1;
  const large = threads > 1 ? Math.ceil(MANY / Math.max(trees, 8)) + 3 : 33 * rows + 5;
  for (const taken of [[0], [rows - 1], Array.from({ length: large }, (_, i) => (i * 7) % rows)]) {
    const given = await ask(loaded, takeRows(input, taken), output), wanted = gather(whole.values, taken, width);
    if (!(given instanceof Tensor)) return `${taken.length} rows: ${given}`;
    const at = Array.from(wanted as ArrayLike<unknown>).findIndex((value, i) => !Object.is(value, given.values[i]));
    if (at >= 0 || given.values.length !== wanted.length) return `${taken.length} rows: item ${at} is ${String(given.values[at])}, in a smaller batch ${String(wanted[at])}`;
  }
  return undefined;
}
