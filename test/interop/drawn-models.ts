/**
 * Models that a script beside this file draws with the real library.
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
import { readNpy } from '../../src/formats/npy.ts';
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
export function arrayOf(model: DrawnModel, name: string): Tensor {
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

/** Some of the rows, any number of times. */
export function takeRows(input: Table | Tensor, rows: readonly number[]): Table | Tensor {
  if (input instanceof Table) return new Table(input.names, input.columns.map((col) => ({ ...col, values: gather(col.values, rows, 1), length: rows.length })), rows.length);
  return new Tensor(input.dtype, [rows.length, ...input.shape.slice(1)], gather(input.values, rows, input.size / (input.shape[0] as number)));
}

/** The rows' items, `width` each. */
export function gather(values: Storage, rows: readonly number[], width: number): Storage {
  if (Array.isArray(values)) return rows.flatMap((row) => values.slice(row * width, (row + 1) * width)) as Storage;
  const out = new (values.constructor as new (length: number) => Float64Array)(rows.length * width);
  for (const [i, row] of rows.entries()) out.set((values as Float64Array).subarray(row * width, (row + 1) * width), i * width);
  return out;
}
