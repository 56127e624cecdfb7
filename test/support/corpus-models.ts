/**
 * Scores a recorded model folder in process and compares every recorded output.
 *
 * A case folder holds `model/` and `case.json`, whose `extra` has the input (a split frame), its dtypes, and what the real
 * library gave for it, with "NaN", "Infinity" and "-Infinity" as text.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allocate, column, validityOf, type Column, type Storage } from '../../src/data/column.ts';
import { type DType, isFloat, isInteger } from '../../src/data/dtype.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import type { Value } from '../../src/data/values.ts';
import type { Flavor, FlavorContext } from '../../src/flavors/_contract.ts';
import { openDirectory } from '../../src/mlmodel/directory.ts';
import { readModel } from '../../src/mlmodel/read.ts';

/** A recorded case. */
export interface CorpusCase {
  readonly folder: string;
  readonly flavor: string;
  readonly tolerance: Tolerance;
  readonly input: { readonly columns: readonly string[]; readonly data: readonly (readonly unknown[])[] };
  readonly inputDtypes: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly dtypes: Readonly<Record<string, string>>;
}

export interface Tolerance {
  readonly abs: number;
  readonly rel: number;
}

/** Reads `case.json` of a case folder. */
export function readCase(folder: string): CorpusCase {
  const { flavor, tolerance, extra } = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8'));
  return { folder, flavor, tolerance, input: extra.input, inputDtypes: extra.input_dtypes, outputs: extra.outputs, dtypes: extra.dtypes };
}

/** What a flavor is given for a case's model. */
export async function contextOf(folder: string, flavor: string): Promise<FlavorContext> {
  const files = await openDirectory(join(folder, 'model')), model = await readModel(files);
  return { files, model, config: model.flavors[flavor] ?? {} };
}

/** The recorded input as a table. */
export function tableOf({ input, inputDtypes }: Pick<CorpusCase, 'input' | 'inputDtypes'>): Table {
  return new Table(input.columns, input.columns.map((name, j) => columnOf(inputDtypes[name] ?? 'float64', input.data.map((row) => row[j]))), input.data.length);
}

/** The recorded input as an array of doubles. */
export function tensorOf({ input }: Pick<CorpusCase, 'input'>): Tensor {
  return new Tensor('float64', [input.data.length, input.columns.length], Float64Array.from(input.data.flat(), numberOf));
}

function columnOf(dtype: string, cells: readonly unknown[]): Column {
  if (dtype === 'category') {
    const present = cells.filter((cell) => cell !== null), integers = present.every((cell) => typeof cell === 'number');
    const unique = [...new Set(present as (string | number)[])].sort((a, b) => (a < b ? -1 : 1));
    return column('category', Int32Array.from(cells, (cell) => unique.indexOf(cell as string)), {
      categories: integers ? column('int64', Float64Array.from(unique, Number)) : column('str', unique.map(String)),
    });
  }
  if (isFloat(dtype as DType)) return column(dtype as DType, fill(dtype as DType, cells, numberOf));
  if (isInteger(dtype as DType) || dtype === 'bool') return column(dtype as DType, fill(dtype as DType, cells, Number), { validity: validityOf(cells.length, (i) => cells[i] !== null) });
  if (dtype === 'str') return column('str', cells as (string | null)[]);
  return column('object', cells.map((cell) => (typeof cell === 'number' && Number.isInteger(cell) ? BigInt(cell) : (cell as Value))));
}

function fill(dtype: DType, cells: readonly unknown[], convert: (cell: unknown) => number): Storage {
  const values = allocate(dtype, cells.length) as Float64Array;
  for (const [i, cell] of cells.entries()) values[i] = convert(cell);
  return values;
}

function numberOf(cell: unknown): number {
  return cell === null ? NaN : Number(cell);
}

/** How an output differs from what was recorded: shape, dtype, and cells past the tolerance; empty when it does not. */
export function differences(recorded: unknown, dtype: string | undefined, given: Value, tolerance: Tolerance): string[] {
  if (!(given instanceof Tensor)) return [`${given?.constructor.name ?? typeof given} instead of an array`];
  const out: string[] = [], shape = shapeOf(recorded);
  if (shape.join() !== given.shape.join()) out.push(`shape [${given.shape.join(', ')}] instead of [${shape.join(', ')}]`);
  if (dtype !== undefined && dtype !== given.dtype && dtype !== 'object') out.push(`dtype ${given.dtype} instead of ${dtype}`);
  const expected = flatten(recorded);
  for (const [i, want] of expected.entries()) {
    const have = given.values[i];
    if (same(want, have, isFloat(given.dtype) ? tolerance : { abs: 0, rel: 0 })) continue;
    out.push(`item ${i}: ${String(have)} instead of ${String(want)}`);
    if (out.length > 5) break;
  }
  return out;
}

function same(want: unknown, have: unknown, { abs, rel }: Tolerance): boolean {
  if (typeof want === 'string' && typeof have === 'string') return want === have;
  if (typeof want === 'boolean') return Number(want) === Number(have);
  const a = Number(want), b = Number(have);
  return Object.is(a, b) || a === b || Math.abs(a - b) <= abs + rel * Math.abs(a);
}

function shapeOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...(value.length > 0 ? shapeOf(value[0]) : [])] : [];
}

function flatten(value: unknown): unknown[] {
  return Array.isArray(value) ? value.flat(10) : [value];
}

/**
 * Loads a case with a flavor and asks for every recorded output.
 * @returns the names that were compared, and what differs, as text
 */
export async function checkOutputs(folder: string, flavor: Flavor): Promise<{ readonly checked: readonly string[]; readonly differences: readonly string[] }> {
  const recorded = readCase(folder), context = await contextOf(folder, flavor.name);
  const predictor = await flavor.load(context);
  const takesTensor = context.model.signature?.inputs?.tensors !== undefined;
  const input = takesTensor ? tensorOf(recorded) : tableOf(recorded);
  const out: string[] = [];
  for (const [output, want] of Object.entries(recorded.outputs)) {
    const given = await predictor.predict(input, { output });
    out.push(...differences(want, recorded.dtypes[output], given, recorded.tolerance).map((text) => `${output}: ${text}`));
  }
  return { checked: Object.keys(recorded.outputs), differences: out };
}
