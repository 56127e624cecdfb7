/**
 * Lists, structs and maps of Parquet to object cells, as pyarrow hands them to pandas: a list is an array, a struct a
 * dict, a map a list of pairs.
 * @module
 */
import { column } from '../data/column.ts';
import { Tensor } from '../data/tensor.ts';
import { Tuple, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { leafColumn, type LeafKind, leafObjects, type Raw } from './parquet-leaf.ts';

/** One node of the schema below a column. */
export type Node =
  | { readonly is: 'leaf'; readonly leaf: LeafKind }
  | { readonly is: 'list'; readonly item: Node }
  | { readonly is: 'map'; readonly key: Node; readonly value: Node }
  | { readonly is: 'struct'; readonly fields: readonly { readonly name: string; readonly node: Node }[] };

/** Python values of a node, one for each raw value. */
export function nodeValues(node: Node, raw: Raw): Value[] {
  switch (node.is) {
    case 'leaf': return leafObjects(node.leaf, raw);
    case 'list': return listValues(node.item, raw);
    case 'map': return mapValues(node.key, node.value, raw);
    default: return structValues(node.fields, raw);
  }
}

/** All items are converted together, as a gap anywhere decides the dtype of every list. */
function listValues(item: Node, raw: Raw): Value[] {
  const lists = Array.from(raw, (v) => (Array.isArray(v) ? (v as unknown[]) : null));
  const slice = arraySlices(item, lists.flatMap((list) => list ?? []));
  let at = 0;
  return lists.map((list) => {
    if (list === null) return null;
    const from = at;
    at += list.length;
    return slice(from, at);
  });
}

/** Parts of one long array. */
function arraySlices(item: Node, items: readonly unknown[]): (from: number, to: number) => Tensor {
  if (item.is !== 'leaf') {
    const values = nodeValues(item, items);
    return (from, to) => new Tensor('object', [to - from], values.slice(from, to));
  }
  const col = leafColumn(item.leaf, items);
  const whole = col.dtype === 'str' || col.dtype === 'object' ? column('object', leafObjects(item.leaf, items)) : col;
  return (from, to) => new Tensor(whole.dtype, [to - from], whole.values.slice(from, to) as Float64Array);
}

function structValues(fields: readonly { readonly name: string; readonly node: Node }[], raw: Raw): Value[] {
  const rows = Array.from(raw, (v) => (v !== null && typeof v === 'object' ? (v as Record<string, unknown>) : null));
  const columns = fields.map(({ name, node }) => nodeValues(node, rows.map((row) => (row !== null && Object.hasOwn(row, name) ? row[name] : null))));
  return rows.map((row, i) => (row === null ? null : new Map(fields.map(({ name }, j) => [name, columns[j]?.[i] ?? null] as const))));
}

/** The decoder gives maps as plain objects, whose keys must be text that such an object keeps in order. */
function mapValues(key: Node, value: Node, raw: Raw): Value[] {
  if (key.is !== 'leaf' || key.leaf.kind !== 'text') throw new ModelError('PARQUET_INVALID', { reason: 'maps with keys that are not text are not supported' });
  const rows = Array.from(raw, (v) => (v !== null && typeof v === 'object' ? Object.entries(v as object) : null));
  const entries = rows.flatMap((row) => row ?? []);
  if (entries.some(([name]) => /^\d+$/.test(name))) throw new ModelError('PARQUET_INVALID', { reason: 'maps with whole numbers as keys are not supported' });
  const values = nodeValues(value, entries.map(([, v]) => v));
  let at = 0;
  return rows.map((row) => row && row.map(([name]) => new Tuple([name, values[at++] ?? null])));
}
