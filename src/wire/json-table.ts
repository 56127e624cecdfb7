/**
 * Tables as JSON text: what DataFrame.to_dict gives with orient records and split.
 * @module
 */
import { type Column, isValid } from '../data/column.ts';
import { type DatetimeDType, isComplex, isDatetime, isFloat, isTimedelta, NAT } from '../data/dtype.ts';
import { datetimeNs, isoDateTime, zoneOffsets } from '../data/iso-text.ts';
import { jsonStrings } from '../data/json-write.ts';
import { labelKey } from '../data/labels.ts';
import { jsonNumber } from '../data/numbers.ts';
import type { Table } from '../data/table.ts';
import { Missing, Scalar, type Value } from '../data/values.ts';
import { floatTexts } from './float-text.ts';
import { type JsonRules, refuse } from './json-rules.ts';
import { keyText, valueText } from './json-value.ts';

/** A list of one object a row. The last of columns with one name wins, at the place of the first. */
export function recordsText(table: Table, rules: JsonRules): string {
  const { length } = table, byName = new Map<Value, { name: Value; col: Column }>();
  if (table.columns.length === 0) return rules.pandas3 ? `[${Array<string>(length).fill('{}').join(', ')}]` : '[]';
  if (length === 0) return '[]';
  for (const [j, label] of table.names.entries()) {
    const key = labelKey(label);
    byName.set(key, { name: byName.get(key)?.name ?? label, col: table.columns[j] as Column });
  }
  const fields = [...byName.values()];
  if (fields.every(({ col }) => isFloat(col.dtype) && col.validity === null)) return floatRecords(fields.map(({ name }) => keyText(name)), fields.map(({ col }) => col.values as Float64Array));
  const prefixes: string[] = [], cells: string[][] = [];
  for (const { name, col } of fields) {
    prefixes.push(`${prefixes.length === 0 ? '{' : ', '}${keyText(name)}: `);
    cells.push(cellTexts(col, rules));
  }
  let text = '[';
  for (let i = 0; i < length; i++) {
    if (i > 0) text += ', ';
    for (let j = 0; j < cells.length; j++) text += (prefixes[j] as string) + (cells[j] as string[])[i];
    text += '}';
  }
  return `${text}]`;
}

/** `{"index": […], "columns": […], "data": [[…], …]}`, each part on request. */
export function splitText(table: Table, rules: JsonRules, parts: { index: boolean; columns: boolean }): string {
  const fields: string[] = [];
  if (parts.index) fields.push(`"index": ${valueText([...(table.index ?? Array.from({ length: table.length }, (_, i) => BigInt(i)))], rules)}`);
  if (parts.columns) fields.push(`"columns": ${valueText([...table.names], rules)}`);
  const cells = table.columns.map((col) => cellTexts(col, rules));
  let data = '[';
  for (let i = 0; i < table.length && cells.length > 0; i++) {
    data += i > 0 ? ', [' : '[';
    for (let j = 0; j < cells.length; j++) data += (j > 0 ? ', ' : '') + (cells[j] as string[])[i];
    data += ']';
  }
  fields.push(`"data": ${data}]`);
  return `{${fields.join(', ')}}`;
}

/** The commonest answer: floats are written without a list of texts in between. */
function floatRecords(keys: readonly string[], columns: readonly (Float64Array | Float32Array)[]): string {
  const before = keys.map((key, j) => `${j === 0 ? '}, {' : ', '}${key}: `), width = columns.length;
  let values = columns[0] as Float64Array | Float32Array;
  if (width > 1) {
    const rows = new Float64Array(width * values.length);
    for (const [j, column] of columns.entries()) for (let i = 0, at = j; i < column.length; i++, at += width) rows[at] = column[i] as number;
    values = rows;
  }
  return `[${floatTexts(values, before).slice(3)}}]`;
}

/** Each cell of a column as JSON text. */
export function cellTexts(col: Column, rules: JsonRules): string[] {
  const { dtype, values, length, validity } = col;
  let out: string[] = [];
  if (isFloat(dtype)) {
    for (let i = 0; i < length; i++) out[i] = jsonNumber(values[i] as number);
  } else if (dtype === 'bool') {
    for (let i = 0; i < length; i++) out[i] = values[i] === 0 ? 'false' : 'true';
  } else if (dtype === 'str') {
    const missing = col.nullable ? '' : 'NaN';
    // Without one the absence of a value may be an error, which is found where it is.
    out = jsonStrings(values as (string | null)[], missing || (values.includes(null as never) ? noValue(rules) : ''));
  } else if (isDatetime(dtype)) {
    const offsets = col.tz === undefined ? undefined : zoneOffsets(col.tz);
    for (let i = 0; i < length; i++) out[i] = timestampText(values[i] as bigint, dtype, offsets);
  } else if (isTimedelta(dtype)) {
    for (let i = 0; i < length; i++) out[i] = values[i] === NAT ? '"NaT"' : refuse('Timedelta');
  } else if (isComplex(dtype)) {
    if (length > 0) refuse('complex');
  } else if (dtype === 'category') {
    const categories = col.categories ? cellTexts(col.categories, rules) : [];
    const missing = col.categories && isDatetime(col.categories.dtype) ? '"NaT"' : 'NaN';
    for (let i = 0; i < length; i++) out[i] = categories[values[i] as number] ?? missing;
  } else if (dtype === 'object' || dtype === 'bytes') {
    for (let i = 0; i < length; i++) out[i] = objectText((values[i] ?? null) as Value, rules);
  } else {
    for (let i = 0; i < length; i++) out[i] = `${values[i]}`;
  }
  if (validity !== null) {
    for (let i = 0; i < length; i++) if (!isValid(validity, i)) out[i] = noValue(rules);
  }
  return out;
}

function noValue(rules: JsonRules): string {
  return rules.pandas3 ? 'null' : refuse('NAType');
}

/** pandas hands object cells out as Python's own types, times of numpy as Timestamp. */
function objectText(value: Value, rules: JsonRules): string {
  if (value instanceof Missing && value.kind === 'NA') return noValue(rules);
  if (value instanceof Scalar) {
    if (isTimedelta(value.dtype)) return refuse('Timedelta');
    if (isDatetime(value.dtype)) return timestampText(BigInt(value.value as bigint), value.dtype, undefined);
    return valueText(value, rules.scalars ? rules : { ...rules, scalars: true });
  }
  return valueText(value, rules);
}

function timestampText(value: bigint, dtype: DatetimeDType, offsets: ((ns: bigint) => number) | undefined): string {
  if (value === NAT) return '"NaT"';
  const ns = datetimeNs(value, dtype);
  if (!offsets) return `"${isoDateTime(ns, null)}"`;
  const offset = offsets(ns);
  return `"${isoDateTime(ns + BigInt(offset) * 1_000_000_000n, offset)}"`;
}
