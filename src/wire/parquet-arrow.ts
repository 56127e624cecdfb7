/**
 * What Arrow notes in a Parquet file about its columns: which are dictionaries, and time zones.
 * Format: the key ARROW:schema holds a base64 IPC message with a Schema flatbuffer (apache/arrow, format/Schema.fbs).
 * @module
 */

/** One top-level field of the noted schema. */
export interface ArrowField {
  readonly dictionary: boolean;
  readonly ordered: boolean;
  readonly timezone: string | undefined;
  /** Unit of a Duration, which Parquet stores as a plain integer. */
  readonly duration: 's' | 'ms' | 'us' | 'ns' | undefined;
}

const TIMESTAMP = 10, DURATION = 18;
const UNITS = ['s', 'ms', 'us', 'ns'] as const;

/** Fields by name; a missing or broken note says nothing. */
export function arrowFields(base64: string | undefined): ReadonlyMap<string, ArrowField> {
  if (base64 === undefined) return new Map();
  try {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    return readFields(new DataView(bytes.buffer, 8));
  } catch {
    return new Map();
  }
}

function readFields(view: DataView): Map<string, ArrowField> {
  const message = view.getUint32(0, true), schema = pointer(view, message, 2), fields = schema === undefined ? undefined : pointer(view, schema, 1);
  const out = new Map<string, ArrowField>();
  if (fields === undefined) return out;
  const count = Math.min(view.getUint32(fields, true), view.byteLength);
  for (let i = 0; i < count; i++) {
    const at = fields + 4 + 4 * i, field = at + view.getUint32(at, true);
    const name = pointer(view, field, 0), kind = slot(view, field, 2), type = pointer(view, field, 3), dictionary = pointer(view, field, 4);
    const code = kind === undefined ? 0 : view.getUint8(kind), zone = code === TIMESTAMP && type !== undefined ? pointer(view, type, 1) : undefined;
    const unit = code === DURATION && type !== undefined ? slot(view, type, 0) : undefined;
    const ordered = dictionary === undefined ? undefined : slot(view, dictionary, 2);
    out.set(name === undefined ? '' : text(view, name), {
      dictionary: dictionary !== undefined,
      ordered: ordered !== undefined && view.getUint8(ordered) === 1,
      timezone: zone === undefined ? undefined : text(view, zone),
      duration: code === DURATION ? UNITS[unit === undefined ? 1 : view.getInt16(unit, true)] : undefined,
    });
  }
  return out;
}

/** Where a table's field is stored; undefined when absent. */
function slot(view: DataView, table: number, field: number): number | undefined {
  const vtable = table - view.getInt32(table, true), size = view.getUint16(vtable, true);
  if (4 + 2 * field >= size) return undefined;
  const offset = view.getUint16(vtable + 4 + 2 * field, true);
  return offset === 0 ? undefined : table + offset;
}

/** What a table's field points to. */
function pointer(view: DataView, table: number, field: number): number | undefined {
  const at = slot(view, table, field);
  return at === undefined ? undefined : at + view.getUint32(at, true);
}

function text(view: DataView, at: number): string {
  return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 4, view.getUint32(at, true)));
}
