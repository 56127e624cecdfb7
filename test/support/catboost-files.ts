/** Models and answers drawn with CatBoost 1.2.10, under test/golden/catboost: a folder each, `model.cb` and `case.json`. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { column, type Column } from '../../src/data/column.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import type { Value } from '../../src/data/values.ts';
import type { Predictor } from '../../src/flavors/_contract.ts';
import catboost from '../../src/flavors/catboost.ts';
import { golden } from './golden-files.ts';
import { memoryContext } from './xgboost-files.ts';

interface DrawnColumn {
  readonly name: string;
  readonly dtype: 'float64' | 'int64' | 'bool' | 'str';
  /** Doubles, little-endian. */
  readonly hex?: string;
  readonly data?: readonly (number | string)[];
}
export interface DrawnAnswer {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly hex: string | null;
  readonly data: unknown;
}
export interface DrawnCase {
  readonly class: string;
  readonly format: 'cbm' | 'json';
  /** Whether the rows were given as an array. */
  readonly array: boolean;
  readonly params: Readonly<Record<string, unknown>>;
  readonly columns: readonly DrawnColumn[];
  readonly out: Readonly<Record<string, DrawnAnswer>>;
}

/** Folders of drawn models. */
export const DRAWN: readonly string[] = readdirSync(fileURLToPath(new URL('../golden/catboost', import.meta.url)), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

export function drawnCase(name: string): DrawnCase {
  return JSON.parse(new TextDecoder().decode(golden(`catboost/${name}/case.json`))) as DrawnCase;
}

/** A predictor for a model file. */
export function loadCatboost(bytes: Uint8Array, type: string = 'CatBoost', format: string = 'cbm'): Promise<Predictor> {
  return catboost.load(memoryContext(bytes, { model_type: type, save_format: format }));
}

export function doubles(hex: string): Float64Array {
  return new Float64Array(Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)).buffer);
}

/** The rows that a case scores. */
export function drawnInput(drawn: DrawnCase): Table | Tensor {
  const columns = drawn.columns.map(columnOf), names = drawn.columns.map((one) => one.name), rows = columns[0]?.length ?? 0;
  if (!drawn.array) return new Table(names, columns);
  const dtypes = new Set(columns.map((col) => col.dtype)), objects = dtypes.size > 1 || drawn.columns.some((one) => one.name.startsWith('c'));
  const cells = Array.from({ length: rows }, (_, i) => columns.map((col) => cellOf(col, i, objects))).flat();
  if (objects) return new Tensor('object', [rows, columns.length], cells);
  const [dtype = 'float64'] = dtypes;
  return new Tensor(dtype, [rows, columns.length], dtype === 'bool' ? Uint8Array.from(cells, Number) : Float64Array.from(cells, Number));
}

function columnOf({ dtype, hex, data = [] }: DrawnColumn): Column {
  if (dtype === 'float64') return column(dtype, doubles(hex ?? ''));
  if (dtype === 'str') return column(dtype, data.map(String));
  return column(dtype, dtype === 'bool' ? Uint8Array.from(data, Number) : Float64Array.from(data, Number));
}

/** A cell as Python holds it among objects. */
function cellOf({ dtype, values }: Column, i: number, object: boolean): Value {
  const value = values[i] as number | string;
  if (!object) return value;
  return dtype === 'bool' ? value === 1 : dtype === 'int64' ? BigInt(value) : value;
}
