/**
 * What a replay handler is: it judges each line of one file of the protocol recordings.
 * @module
 */
import { ModelError } from '../../src/errors/model-error.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import { Series, Tuple, type Value } from '../../src/data/values.ts';

/** One recorded line: fields of the JSON object, read by parseLine. */
export type Line = ReadonlyMap<string, Value>;

/** Agreement, or what differs. */
export type Verdict = { readonly ok: true } | { readonly ok: false; readonly detail: string };

/** Judges the lines of one file. */
export interface Handler {
  /** Name of the file, without `.jsonl`. */
  readonly file: string;
  run(line: Line): Promise<Verdict>;
  /** Ends servers and the like. */
  close?(): Promise<void>;
}

export const pass: Verdict = { ok: true };

export function fail(detail: string): Verdict {
  return { ok: false, detail };
}

/** A field of a nested object of a line. */
export function field(line: Line | Value | undefined, ...path: readonly string[]): Value | undefined {
  let at: unknown = line;
  for (const key of path) at = at instanceof Map ? at.get(key) : undefined;
  return at as Value | undefined;
}

/**
 * Judges a refusal: a coded error with MLflow's error code and status 400, whose text holds none of the texts of the
 * payload (`secret`), except those that are names the schema knows (`open`).
 */
export function judgeRefusal(error: unknown, code: string | undefined, secret: readonly Value[] = [], open = '', status: number = 400): Verdict {
  if (!ModelError.isInstance(error)) return fail(`not a coded error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  if (code !== undefined && error.mlflowCode !== code) return fail(`error code ${error.mlflowCode}, expected ${code}: ${error.message}`);
  if (error.status !== status) return fail(`status ${error.status}, expected ${status}: ${error.message}`);
  const text = JSON.stringify(error.toJSON(), (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v));
  const leaked = textsOf(secret).find((t) => t.length >= 5 && !open.includes(t) && text.includes(t));
  return leaked === undefined ? pass : fail(`the error repeats the payload: ${JSON.stringify(leaked)}`);
}

/** Every text inside values that is data, not a key or a column name. */
function textsOf(values: readonly Value[]): string[] {
  const out: string[] = [];
  const names = new Set<Value>();
  const walk = (value: Value): void => {
    if (typeof value === 'string') out.push(value);
    else if (Array.isArray(value)) value.forEach(walk);
    else if (value instanceof Map) for (const [k, v] of value) { names.add(k); walk(v); }
    else if (value instanceof Tuple) value.items.forEach(walk);
    else if (value instanceof Series) { names.add(value.name); walk(value.table); }
    else if (value instanceof Tensor) for (const v of value.values) walk(v as Value);
    else if (value instanceof Table) {
      value.names.forEach((name) => names.add(name));
      for (const col of value.columns) for (const v of col.values) walk(v as Value);
    }
  };
  values.forEach(walk);
  return out.filter((text) => !names.has(text));
}
