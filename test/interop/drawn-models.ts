/**
 * Models that a script beside this file draws with the real library, and how far our answers lie from its own.
 *
 * MLMODEL_SEED is the seed (`random`: another one each time), MLMODEL_DRAWS how many models are drawn; a failure names both
 * the seed and the number of the model, and MLMODEL_DRAW_ONLY=NUMBER draws that one alone.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { column, type Column, type Storage } from '../../src/data/column.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import { readNpy } from '../../src/formats/npy.ts';
import { loadModel } from '../../src/model/load.ts';
import { runPython } from './python.ts';

/** A drawn model: its folder, what it was asked, and what the library answered. */
export interface DrawnModel {
  readonly number: number;
  readonly folder: string;
  /** What was drawn. */
  readonly words: readonly string[];
  readonly objective: string;
  readonly input: { readonly tensor: string } | { readonly columns: readonly DrawnColumn[]; readonly rows: number };
  readonly outputs: Readonly<Record<string, { readonly array: string } | { readonly texts: readonly string[]; readonly shape: readonly number[] }>>;
  /** Outputs that we refuse by name, and why. */
  readonly refuses?: Readonly<Record<string, string>>;
}

type DrawnColumn = { readonly name: string } & ({ readonly values: string } | { readonly codes: string; readonly categories: readonly (string | number)[] } | { readonly cells: readonly (string | null)[] });

/** What a script drew. */
export interface Drawn {
  readonly seed: number;
  readonly version: string;
  readonly cases: readonly DrawnModel[];
  /** Combinations the library itself does not train. */
  readonly refused: readonly { readonly number: number; readonly words: readonly string[]; readonly reason: string }[];
  remove(): void;
}

const SEED = 20_261_121;

/** Draws models; `count` of them unless MLMODEL_DRAWS says otherwise. */
export async function drawModels(script: string, count: number): Promise<Drawn> {
  const { MLMODEL_DRAW_ONLY: only, MLMODEL_DRAWS: draws = String(count), MLMODEL_SEED: wanted = String(SEED) } = process.env;
  const seed = wanted === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(wanted);
  const folder = mkdtempSync(join(tmpdir(), 'mlmodel-drawn-'));
  await runPython([join(import.meta.dirname, script), folder, String(seed), draws, ...(only === undefined ? [] : [only])], { OMP_NUM_THREADS: '2' });
  const drawn = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as Pick<Drawn, 'cases' | 'refused' | 'version'>;
  return { ...drawn, seed, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What stands in a case's .npy file. */
function arrayOf(model: DrawnModel, name: string): Tensor {
  const array = readNpy(readFileSync(join(model.folder, `${name}.npy`)), { file: name });
  if (!(array instanceof Tensor)) throw new Error(`${name} is no array`);
  return array;
}

/** The rows, as the library was asked. */
export function inputOf(model: DrawnModel): Table | Tensor {
  if ('tensor' in model.input) return arrayOf(model, model.input.tensor);
  const { columns, rows } = model.input;
  return new Table(columns.map(({ name }) => name), columns.map((drawn) => columnOf(model, drawn)), rows);
}

function columnOf(model: DrawnModel, drawn: DrawnColumn): Column {
  if ('cells' in drawn) return column('str', [...drawn.cells]);
  if ('values' in drawn) {
    const { dtype, values } = arrayOf(model, drawn.values);
    return column(dtype, values);
  }
  const numbers = drawn.categories.every((value) => typeof value === 'number');
  const categories = numbers ? column('int64', Float64Array.from(drawn.categories, Number)) : column('str', drawn.categories.map(String));
  return column('category', arrayOf(model, drawn.codes).values, { categories });
}

/** How one output compares. */
export interface Verdict {
  readonly output: string;
  readonly values: number;
  /** Values that are not the same to the bit. */
  readonly differing: number;
  /** The largest distance, in steps between neighbouring numbers of the library's dtype. */
  readonly ulps: number;
  /** The largest |ours − theirs| over the largest |theirs| of its row (1 where that is smaller). */
  readonly relative: number;
  /** Ours has another shape or dtype, or there is a missing, infinite or textual value at one side only. */
  readonly problem?: string;
}

/** Asks our predictor for every output that the library gave. */
export async function judge(model: DrawnModel): Promise<Verdict[]> {
  const loaded = await loadModel(join(model.folder, 'model'), { enforcement: 'safe' }), out: Verdict[] = [];
  const input = inputOf(model);
  for (const [output, want] of Object.entries(model.outputs)) {
    let given: unknown;
    try {
      given = await loaded.predict(input, { output });
    } catch (error) {
      if (!ModelError.isInstance(error)) throw error;
      out.push({ ...FAILED, output, problem: `${error.code}: ${error.message}` });
      continue;
    }
    if (!(given instanceof Tensor)) out.push({ ...FAILED, output, problem: 'the answer is no array' });
    else out.push('texts' in want ? compareTexts(output, want, given) : compareNumbers(output, arrayOf(model, want.array), given));
  }
  await loaded.close();
  return out;
}

const FAILED = { values: 0, differing: 0, ulps: 0, relative: 0 };

function compareTexts(output: string, want: { readonly texts: readonly string[]; readonly shape: readonly number[] }, given: Tensor): Verdict {
  const texts = Array.from(given.values as ArrayLike<unknown>, String), values = texts.length;
  const differing = want.texts.filter((text, i) => text !== texts[i]).length;
  const problem = want.shape.join() !== given.shape.join() ? `shape [${given.shape.join()}] instead of [${want.shape.join()}]` : differing > 0 ? 'other texts' : undefined;
  return { ...FAILED, output, values, differing, ...(problem === undefined ? {} : { problem }) };
}

function compareNumbers(output: string, want: Tensor, given: Tensor): Verdict {
  if (want.shape.join() !== given.shape.join()) return { ...FAILED, output, problem: `shape [${given.shape.join()}] instead of [${want.shape.join()}]` };
  if (want.dtype !== given.dtype) return { ...FAILED, output, problem: `dtype ${given.dtype} instead of ${want.dtype}` };
  const single = want.dtype === 'float32', width = Math.max(want.size / Math.max(want.shape[0] ?? 1, 1), 1);
  const a = numbers(want.values), b = numbers(given.values);
  let differing = 0, ulps = 0, relative = 0, problem: string | undefined;
  for (let row = 0; row < a.length; row += width) {
    let largest = 1;
    for (let i = row; i < row + width; i++) if (Number.isFinite(a[i])) largest = Math.max(largest, Math.abs(a[i] as number));
    for (let i = row; i < row + width; i++) {
      const x = a[i] as number, y = b[i] as number;
      if (Object.is(x, y)) continue;
      differing++;
      if (!Number.isFinite(x) || !Number.isFinite(y)) {
        problem ??= `value ${i} is ${y} instead of ${x}`;
        continue;
      }
      ulps = Math.max(ulps, Math.abs(place(x, single) - place(y, single)));
      relative = Math.max(relative, Math.abs(x - y) / largest);
    }
  }
  return { output, values: a.length, differing, ulps, relative, ...(problem === undefined ? {} : { problem }) };
}

function numbers(values: Storage): Float64Array {
  return Float64Array.from(values as ArrayLike<number | bigint>, Number);
}

const bits = new DataView(new ArrayBuffer(8));

/** A number's place among the numbers of its width; −0 stands one step below 0. */
function place(x: number, single: boolean): number {
  if (single) {
    bits.setFloat32(0, x);
    const word = bits.getInt32(0);
    return word < 0 ? -1 - (word & 0x7fffffff) : word;
  }
  bits.setFloat64(0, x);
  const word = bits.getBigInt64(0);
  return Number(word < 0n ? -1n - (word & 0x7fffffffffffffffn) : word);
}

/** What a suite compared, by output, and by objective where something differs. */
export class Tally {
  readonly #rows: Map<string, { models: number; values: number; differing: number; ulps: number; relative: number }> = new Map();

  add({ output, values, differing, ulps, relative }: Verdict, objective: string): void {
    const key = differing > 0 ? `${output} (${objective})` : output;
    const row = this.#rows.get(key) ?? { models: 0, values: 0, differing: 0, ulps: 0, relative: 0 };
    this.#rows.set(key, { models: row.models + 1, values: row.values + values, differing: row.differing + differing, ulps: Math.max(row.ulps, ulps), relative: Math.max(row.relative, relative) });
  }

  text(title: string): string {
    const rows = [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1));
    return [title, ...rows.map(([name, r]) => `  ${name}: ${r.models} models, ${r.values} values, ${r.differing} not equal to the bit${r.differing > 0 ? `, at most ${r.ulps} steps, ${r.relative.toExponential(1)} relative` : ''}`)].join('\n');
  }
}
