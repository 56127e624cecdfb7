/**
 * Parquet bodies to tables, as pandas.read_parquet gives them.
 * @module
 */
import type { ColumnMetaData, CompressionCodec, Compressors, FileMetaData, SchemaElement, SchemaTree } from 'hyparquet';
import { type Column, column } from '../data/column.ts';
import { Table } from '../data/table.ts';
import { valuesOf } from '../data/value-at.ts';
import { Tuple, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { type ArrowField, arrowFields } from './parquet-arrow.ts';
import { type ChunkRange, checkFooter, checkPages, checkZstd, dictionaryPage, eachDataPage } from './parquet-check.ts';
import { leafColumn, type LeafKind, leafKind, nullableColumn } from './parquet-leaf.ts';
import { checkRuns } from './parquet-runs.ts';
import { type Node, nodeValues } from './parquet-nested.ts';
import { type PandasColumn, type PandasNote, pandasNote } from './parquet-pandas.ts';

/** hyparquet and its decompressors, loaded with the first Parquet body. */
async function library(): Promise<{ hyparquet: typeof import('hyparquet/src/index.js'); compressors: Compressors }> {
  const [hyparquet, { compressors }] = await Promise.all([import('hyparquet/src/index.js'), import('hyparquet-compressors')]);
  // hyparquet's own Snappy is plain JavaScript that checks its bounds: damaged input ends in an error.
  const SNAPPY = (input: Uint8Array, length: number): Uint8Array => {
    const out = new Uint8Array(length);
    hyparquet.snappyUncompress(input, out);
    return out;
  };
  return { hyparquet, compressors: bounded({ ...compressors, SNAPPY }) };
}

/** Decompressors that know empty pages, and that Zstandard must not outgrow its page. */
function bounded(compressors: Compressors): Compressors {
  return Object.fromEntries(Object.entries(compressors).map(([codec, decompress]) => [codec, (input: Uint8Array, length: number): Uint8Array => {
    if (length === 0) return new Uint8Array(0);
    if (codec === 'ZSTD') checkZstd(input, length);
    return decompress(input, length);
  }]));
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
  const chunks = chunksOf(metadata, tree);
  checkPages(bytes, chunks);
  for (const chunk of chunks) checkChunkRuns(bytes, chunk, compressors);
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
  const noted = (wanted: string): string | undefined => metadata.key_value_metadata?.find(({ key }) => key === wanted)?.value;
  const note = pandasNote(noted('pandas')), arrow = arrowFields(noted('ARROW:schema'));
  const columns = new Map(names.map((name) => {
    const groups = (parts.get(name) ?? []).sort((a, b) => a.start - b.start).map(({ data }) => Array.from(data)), count = groups.reduce((sum, group) => sum + group.length, 0);
    if (count !== rows) throw new ModelError('PARQUET_INVALID', { reason: `a column has ${count} values for ${rows} rows` });
    const known = (arrow.get(name)?.dictionary ? chunks : []).filter((chunk) => chunk.column === name).flatMap((chunk) => dictionaryTexts(bytes, chunk, compressors));
    return [name, columnOf(nodes.get(name) as Node, groups, { pandas: note.columns.get(name), arrow: arrow.get(name), known })] as const;
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

/** A column's pages in one row group. */
interface Chunk extends ChunkRange {
  readonly column: string;
  readonly codec: CompressionCodec;
  readonly bytes: boolean;
  readonly boolean: boolean;
  /** Highest levels. */
  readonly repetition: number;
  readonly definition: number;
}

function chunksOf(metadata: FileMetaData, tree: SchemaTree): Chunk[] {
  const flat = new Set(tree.children.filter((child) => child.children.length === 0).map((child) => child.element.name));
  return metadata.row_groups.flatMap((group) => group.columns.map(({ meta_data: meta }) => {
    if (!meta) throw new ModelError('PARQUET_INVALID', { reason: 'a column has no metadata' });
    if (flat.has(meta.path_in_schema[0] ?? '') && meta.num_values !== group.num_rows) throw new ModelError('PARQUET_INVALID', { reason: 'a column and its row group have different lengths' });
    const start = startOf(meta);
    return {
      start, end: start + Number(meta.total_compressed_size), values: Number(meta.num_values),
      column: flat.has(meta.path_in_schema[0] ?? '') ? (meta.path_in_schema[0] ?? '') : '', codec: meta.codec, bytes: meta.type === 'BYTE_ARRAY',
      boolean: meta.type === 'BOOLEAN', ...levelsOf(tree, meta.path_in_schema),
    };
  }));
}

/** Highest repetition and definition levels of a leaf. */
function levelsOf(tree: SchemaTree, path: readonly string[]): { repetition: number; definition: number } {
  let node = tree, repetition = 0, definition = 0;
  for (const name of path) {
    const child = node.children.find(({ element }) => element.name === name);
    if (!child) throw new ModelError('PARQUET_INVALID', { reason: 'a column is not in the schema' });
    if (child.element.repetition_type === 'REPEATED') repetition++;
    if (child.element.repetition_type !== 'REQUIRED') definition++;
    node = child;
  }
  return { repetition, definition };
}

const RUN_ENCODINGS: ReadonlySet<number> = new Set([2, 3, 8]);

/** Decompresses each page once to hold its runs to its size. */
function checkChunkRuns(bytes: Uint8Array, chunk: Chunk, compressors: Compressors): void {
  if (chunk.values === 0) return;
  eachDataPage(bytes, chunk, (page) => {
    const { values, levels } = page, { repetition, definition, boolean } = chunk, indices = RUN_ENCODINGS.has(page.encoding);
    const known = { values, repetition, definition, boolean };
    const unpack = (data: Uint8Array, length: number): Uint8Array => (chunk.codec === 'UNCOMPRESSED' ? data : (compressors[chunk.codec]?.(data, length) ?? data));
    if (!levels) return checkRuns(unpack(page.data, page.uncompressed), { ...known, indices });
    checkRuns(page.data, { ...known, indices: false, levels });
    if (!indices) return;
    const start = levels.repetition + levels.definition, tail = page.data.subarray(start);
    checkRuns(page.compressed ? unpack(tail, page.uncompressed - start) : tail, { ...known, repetition: 0, definition: 0, indices });
  });
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

/** What the file's notes say about one column, and the texts of its dictionaries. */
interface Noted {
  readonly pandas: PandasColumn | undefined;
  readonly arrow: ArrowField | undefined;
  readonly known: readonly string[];
}

function columnOf(node: Node, groups: readonly (readonly unknown[])[], { pandas, arrow, known }: Noted): Column {
  // Structs are converted row group by row group: a gap makes floats of the integers of its group only.
  if (node.is === 'struct') return column('object', groups.flatMap((group) => nodeValues(node, group)));
  const raw = groups.length === 1 ? (groups[0] as unknown[]) : groups.flat();
  if (node.is !== 'leaf') return column('object', nodeValues(node, raw));
  const leaf: LeafKind = arrow?.duration !== undefined && node.leaf.kind === 'int' ? { kind: 'duration', unit: arrow.duration } : node.leaf;
  if (arrow?.dictionary && leaf.kind === 'text') return categories(raw as (string | null)[], known, arrow.ordered);
  if (pandas && /^(?:U?Int\d+|Float\d+|boolean|string.*)$/.test(pandas.numpyType)) return nullableColumn(leaf, raw);
  const col = leafColumn(leaf, raw), zone = arrow?.timezone ?? pandas?.timezone;
  return col.tz !== undefined && zone !== undefined ? { ...col, tz: zone.replace(/^(?=[+-]\d)/, 'UTC') } : col;
}

/** Codes over the file's dictionary, which holds unused categories too; texts it lacks follow as they appear. */
function categories(raw: readonly (string | null | undefined)[], known: readonly string[], ordered: boolean): Column {
  const values = [...new Set([...known, ...raw])].filter((v) => typeof v === 'string');
  const codes = new Map(values.map((v, i) => [v, i] as const));
  return column('category', Int32Array.from(raw, (v) => (typeof v === 'string' ? (codes.get(v) ?? -1) : -1)), { categories: column(values.length === 0 ? 'object' : 'str', values), ordered });
}

/** The texts of a column's dictionary page: each a length of four bytes and its bytes. */
function dictionaryTexts(bytes: Uint8Array, chunk: Chunk, compressors: Compressors): string[] {
  const page = chunk.bytes && chunk.values > 0 ? dictionaryPage(bytes, chunk) : undefined;
  if (!page) return [];
  const data = chunk.codec === 'UNCOMPRESSED' ? page.data : compressors[chunk.codec]?.(page.data, page.uncompressed);
  if (!data) return [];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength), out: string[] = [];
  for (let at = 0, i = 0; i < page.entries; i++) {
    const size = view.getUint32(at, true);
    if (at + 4 + size > data.length) break;
    out.push(new TextDecoder().decode(data.subarray(at + 4, at + 4 + size)));
    at += 4 + size;
  }
  return out;
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
