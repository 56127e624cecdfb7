/**
 * Parquet bodies to tables, as pandas.read_parquet gives them.
 * @module
 */
import type { ColumnMetaData, FileMetaData, SchemaElement, SchemaTree } from 'hyparquet';
import { type Column, column } from '../data/column.ts';
import { Table } from '../data/table.ts';
import { valuesOf } from '../data/value-at.ts';
import { Tuple, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { checkFooter, checkPages } from './parquet-check.ts';
import { leafColumn, type LeafKind, leafKind, nullableColumn } from './parquet-leaf.ts';
import { type Node, nodeValues } from './parquet-nested.ts';
import { type PandasColumn, type PandasNote, pandasNote } from './parquet-pandas.ts';

/** hyparquet and its decompressors, loaded with the first Parquet body. */
async function library(): Promise<{ hyparquet: typeof import('hyparquet/src/index.js'); compressors: (typeof import('hyparquet-compressors'))['compressors'] }> {
  const [hyparquet, { compressors }] = await Promise.all([import('hyparquet/src/index.js'), import('hyparquet-compressors')]);
  return { hyparquet, compressors };
}

/**
 * Reads a Parquet file of any compression: typed columns, gaps as pandas has them, timestamps in their unit, decimals,
 * dates, lists, structs and maps as objects, the index and the dtypes that pandas noted.
 * @throws ModelError PARQUET_INVALID
 * @example
 * ```ts
 * const table = await parquetTable(body);
 * ```
 */
export async function parquetTable(bytes: Uint8Array): Promise<Table> {
  checkFooter(bytes);
  try {
    return await read(bytes);
  } catch (cause) {
    if (ModelError.isInstance(cause)) throw cause;
    throw new ModelError('PARQUET_INVALID', { reason: 'its content is damaged or of a form that is not supported' }, { cause });
  }
}

async function read(bytes: Uint8Array): Promise<Table> {
  const { hyparquet, compressors } = await library();
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const metadata = hyparquet.parquetMetadata(buffer, { geoparquet: false });
  const tree = hyparquet.parquetSchema(metadata);
  const names = tree.children.map((child) => child.element.name), rows = Number(metadata.num_rows);
  if (new Set(names).size < names.length || names.includes('__proto__')) throw new ModelError('PARQUET_INVALID', { reason: 'two columns have one name, or a name is not allowed' });
  checkPages(bytes, chunksOf(metadata, tree));
  const nodes = new Map(tree.children.map((child) => [child.element.name, nodeOf(child)] as const));
  const parts = new Map<string, { start: number; data: ArrayLike<unknown> }[]>(names.map((name) => [name, []]));
  await hyparquet.parquetRead({
    file: { byteLength: buffer.byteLength, slice: (start, end) => buffer.slice(start, end) },
    metadata: { ...metadata, schema: metadata.schema.map(plain) },
    compressors,
    utf8: false,
    parsers: { timestampFromNanoseconds: (ns: bigint) => ns as unknown as Date, stringFromBytes: text },
    onChunk: ({ columnName, columnData, rowStart }) => parts.get(columnName)?.push({ start: rowStart, data: columnData as ArrayLike<unknown> }),
  });
  const note = pandasNote(metadata.key_value_metadata?.find(({ key }) => key === 'pandas')?.value);
  const columns = new Map(names.map((name) => {
    const raw = (parts.get(name) ?? []).sort((a, b) => a.start - b.start).flatMap(({ data }) => Array.from(data));
    if (raw.length !== rows) throw new ModelError('PARQUET_INVALID', { reason: `a column has ${raw.length} values for ${rows} rows` });
    return [name, columnOf(nodes.get(name) as Node, raw, note.columns.get(name))] as const;
  }));
  return tableOf(columns, rows, note);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text must be UTF-8, as pyarrow holds it to. */
function text(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? (undefined as unknown as string) : UTF8.decode(bytes);
}

/** Leaves without their logical types, so that values come as they are stored; text stays text. */
function plain(element: SchemaElement): SchemaElement {
  if (element.type === undefined) return element;
  const { converted_type: _, logical_type: __, ...rest } = element;
  return leafKind(element).kind === 'text' ? { ...rest, converted_type: 'UTF8' } : rest;
}

function chunksOf(metadata: FileMetaData, tree: SchemaTree): { start: number; end: number; values: number }[] {
  const flat = new Set(tree.children.filter((child) => child.children.length === 0).map((child) => child.element.name));
  return metadata.row_groups.flatMap((group) => group.columns.map(({ meta_data: meta }) => {
    if (!meta) throw new ModelError('PARQUET_INVALID', { reason: 'a column has no metadata' });
    if (flat.has(meta.path_in_schema[0] ?? '') && meta.num_values !== group.num_rows) throw new ModelError('PARQUET_INVALID', { reason: 'a column and its row group have different lengths' });
    const start = startOf(meta);
    return { start, end: start + Number(meta.total_compressed_size), values: Number(meta.num_values) };
  }));
}

function startOf(meta: ColumnMetaData): number {
  return Number(meta.dictionary_page_offset || meta.data_page_offset);
}

/** The Arrow reading of a schema node: the three levels of a list and of a map are one. */
function nodeOf({ element, children }: SchemaTree): Node {
  if (children.length === 0) {
    const leaf: Node = { is: 'leaf', leaf: leafKind(element) };
    return element.repetition_type === 'REPEATED' ? { is: 'list', item: leaf } : leaf;
  }
  const [only] = children, kind = element.converted_type ?? element.logical_type?.type;
  if (kind === 'LIST' && only && children.length === 1) {
    const [item] = only.children;
    return { is: 'list', item: only.children.length === 1 && item ? nodeOf(item) : only.children.length === 0 ? { is: 'leaf', leaf: leafKind(only.element) } : structOf(only) };
  }
  if ((kind === 'MAP' || kind === 'MAP_KEY_VALUE') && only?.children[0] && only.children[1]) return { is: 'map', key: nodeOf(only.children[0]), value: nodeOf(only.children[1]) };
  return structOf({ element, children } as SchemaTree);
}

function structOf({ children }: SchemaTree): Node {
  return { is: 'struct', fields: children.map((child) => ({ name: child.element.name, node: nodeOf(child) })) };
}

function columnOf(node: Node, raw: readonly unknown[], noted: PandasColumn | undefined): Column {
  if (node.is !== 'leaf') return column('object', nodeValues(node, raw));
  const leaf = notedKind(node.leaf, noted);
  if (noted?.pandasType === 'categorical' && leaf.kind === 'text') return categories(raw as (string | null)[], noted.ordered);
  if (noted && /^(?:U?Int\d+|Float\d+|boolean|string.*)$/.test(noted.numpyType)) return nullableColumn(leaf, raw);
  const col = leafColumn(leaf, raw);
  return col.tz !== undefined && noted?.timezone !== undefined ? { ...col, tz: noted.timezone.replace(/^(?=[+-]\d)/, 'UTC') } : col;
}

/** Time spans are plain integers in the file; only the note tells. */
function notedKind(leaf: LeafKind, noted: PandasColumn | undefined): LeafKind {
  const span = /^timedelta64\[(s|ms|us|ns)\]$/.exec(noted?.numpyType ?? '');
  return span && leaf.kind === 'int' ? { kind: 'duration', unit: span[1] as 'ns' } : leaf;
}

/** Codes over the values in order of their text, as pandas makes categories. */
function categories(raw: readonly (string | null | undefined)[], ordered: boolean): Column {
  const values = [...new Set(raw)].filter((v) => typeof v === 'string').sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const codes = new Map(values.map((v, i) => [v, i] as const));
  return column('category', Int32Array.from(raw, (v) => (typeof v === 'string' ? (codes.get(v) ?? -1) : -1)), { categories: column('str', values), ordered });
}

function tableOf(columns: ReadonlyMap<string, Column>, rows: number, note: PandasNote): Table {
  const levels = note.indexColumns.map((name) => columns.get(name)).filter((col) => col !== undefined).map(valuesOf);
  const kept = [...columns].filter(([name]) => !note.indexColumns.includes(name));
  const names = kept.map(([name]): Value => (note.integerNames && /^-?\d+$/.test(name) ? BigInt(name) : name));
  return new Table(names, kept.map(([, col]) => col), rows, indexOf(levels, rows, note));
}

function indexOf(levels: readonly Value[][], rows: number, { range }: PandasNote): Value[] | undefined {
  const [first] = levels;
  if (first && levels.length > 1) return first.map((_, i) => new Tuple(levels.map((level) => level[i] ?? null)));
  if (first) return first.every((label, i) => label === BigInt(i)) ? undefined : first;
  if (range === undefined || (range.start === 0n && range.step === 1n)) return undefined;
  return Array.from({ length: rows }, (_, i) => range.start + BigInt(i) * range.step);
}
