/**
 * Constants of an ONNX graph (TensorProto): their shape, where their data stands, and whether there is as much as the shape says.
 * @module
 */
import { elementBits, elementName, MAX_RANK } from './onnx-type.ts';
import { type ProtoReader, ProtoWriter } from './protobuf.ts';

/** Where an external constant's data stands, relative to the model's file. */
export interface ExternalData {
  readonly location: string;
  readonly offset: number;
  /** Bytes; undefined is up to the end of the file. */
  readonly length: number | undefined;
}

/** A constant. */
export interface OnnxTensor {
  readonly name: string;
  readonly element: number;
  readonly dims: readonly number[];
  /** Bytes its data takes where the element type has a fixed width. */
  readonly byteLength: number | undefined;
  readonly external: ExternalData | undefined;
}

const EXTERNAL = 1;

/**
 * TensorProto: dims = 1, data_type = 2, float_data = 4, int32_data = 5, string_data = 6, int64_data = 7, name = 8,
 * raw_data = 9, double_data = 10, uint64_data = 11, external_data = 13, data_location = 14.
 * @throws ModelError FILE_MALFORMED for negative or absurd dims and for more or less data than the dims say
 */
export function readTensor(message: ProtoReader): OnnxTensor {
  let name = '', element = 0, location = 0, raw: number | undefined, typed = 0;
  const dims: number[] = [], entries = new Map<string, string>();
  while (message.next()) {
    switch (message.field) {
      case 1: for (const dim of message.int64s()) dims.push(toDim(message, dim)); break;
      case 2: element = message.int32(); break;
      case 4: typed += message.size / 4; break;
      case 5: case 7: case 11: typed += message.varintCount; break;
      case 6: typed++; break;
      case 8: name = message.text(); break;
      case 9: raw = message.size; break;
      case 10: typed += message.size / 8; break;
      case 13: readEntry(message.message(), entries); break;
      case 14: location = message.int32(); break;
    }
    if (dims.length > MAX_RANK) message.fail(`a constant has more than ${MAX_RANK} dimensions`);
  }
  const bits = elementBits(element);
  if (bits === undefined) message.fail(`the constant ${JSON.stringify(name)} has the unknown element type ${element}`);
  const count = dims.reduce((n, dim) => n * dim, 1), byteLength = bits === 0 ? undefined : Math.ceil((count * bits) / 8);
  const shown = (): string => `the constant ${JSON.stringify(name)} (${elementName(element)}, shape [${dims.join(', ')}])`;
  if (!Number.isSafeInteger(count) || (byteLength !== undefined && !Number.isSafeInteger(byteLength))) message.fail(`${shown()} is too large`);
  if (location === EXTERNAL) return { name, element, dims, byteLength, external: external(message, entries, byteLength, shown) };
  if (raw !== undefined) {
    if (byteLength === undefined) message.fail(`${shown()} has text in raw bytes`);
    if (raw !== byteLength) message.fail(`${shown()} takes ${byteLength} bytes and has ${raw}`);
  } else if (typed !== expected(element, count)) message.fail(`${shown()} takes ${count} values and has ${typed}`);
  return { name, element, dims, byteLength, external: undefined };
}

/** The bytes of a new TensorProto without a name, of one dimension: int64 values, or none of any element type. */
export function newTensor(element: number, values: readonly bigint[] = []): Uint8Array {
  const out = new ProtoWriter().int64(1, values.length).int64(2, element);
  for (const value of values) out.int64(7, value);
  return out.finish();
}

/** How many numbers the typed fields hold: complex as two, four-bit and two-bit integers packed into bytes. */
function expected(element: number, count: number): number {
  const name = elementName(element), bits = elementBits(element) ?? 8;
  if (name.startsWith('complex')) return 2 * count;
  return bits > 0 && bits < 8 ? Math.ceil((count * bits) / 8) : count;
}

function toDim(message: ProtoReader, dim: bigint): number {
  if (dim < 0n || dim > BigInt(Number.MAX_SAFE_INTEGER)) message.fail(`a constant has the dimension ${dim}`);
  return Number(dim);
}

/** StringStringEntryProto: key = 1, value = 2. */
export function readEntry(message: ProtoReader, into: Map<string, string>): void {
  let key = '', value = '';
  while (message.next()) {
    if (message.field === 1) key = message.text();
    else if (message.field === 2) value = message.text();
  }
  into.set(key, value);
}

function external(message: ProtoReader, entries: ReadonlyMap<string, string>, byteLength: number | undefined, shown: () => string): ExternalData {
  const location = entries.get('location');
  if (!location) message.fail(`${shown()} is in another file and does not say which`);
  if (byteLength === undefined) message.fail(`${shown()} has text in another file`);
  const number = (key: string): number | undefined => {
    const text = entries.get(key);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(value)) message.fail(`${shown()} has an ${key} that is not a number of bytes`);
    return value;
  };
  const length = number('length');
  if (length !== undefined && length !== byteLength) message.fail(`${shown()} takes ${byteLength} bytes and is given ${length} in another file`);
  return { location, offset: number('offset') ?? 0, length };
}
