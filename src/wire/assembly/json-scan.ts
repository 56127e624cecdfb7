/**
 * JSON bodies of numbers, words and texts into slots of 8 bytes: numbers and words as doubles, texts as their place.
 *
 * The memory, laid out by ../fast-kernel.ts (the constants are the same there):
 *
 *     0      STATE   results of a call, as 32-bit words
 *     256    tables of _number.ts
 *     2432   BOUNDS  least and greatest number of each integer kind, as f64
 *     4096   PLAN    of the signature: texts of the keys, table of the keys, kinds; then order and stamps, written here
 *     …      the body, 16 zero bytes, the slots; from the end of the memory downwards the slow numbers
 *
 * Every reader takes the address where it begins and gives the one behind what it read, or 0 for whatever is out of the
 * ordinary. Nothing looks past the zeros that follow the body: they are no part of any token. A slot needs at least two bytes
 * of the body, a slow number five; so four times the body's length is room for all of them.
 */
import { FLOAT_LIMIT, integral, MAX_SAFE, number, slow, value } from './_number';

/** STATE: columns found, rows (or numbers of a tensor) read, slow numbers noted. */
const COUNT: usize = 0;
const ROWS: usize = 4;
const SLOW: usize = 8;
/** Given: where the memory ends, how many keys may be compared in search of a column, whether texts may be null. */
const SLOW_END: usize = 12;
const LOOKUPS: usize = 16;
const NULL_TEXT: usize = 20;
/** Marks columns seen in the present list or record; only ever goes up. */
const STAMP: usize = 24;
/** Of the plan: columns; addresses of the table of keys (address, length), of kinds (bytes), order and stamps (words). */
const WIDTH: usize = 28;
const KEYS: usize = 32;
const KINDS: usize = 36;
const ORDER: usize = 40;
const STAMPS: usize = 44;
/** Lengths of a tensor's axes. */
const SHAPE: usize = 64;

const BOUNDS: usize = 2432;

const FLOAT: u32 = 1;
const BOOLEAN: u32 = 2;
const TEXT: u32 = 3;
/** Integers from here on. */
const INTEGER: u32 = 4;

const COMMA: u32 = 44;
const COLON: u32 = 58;
const QUOTE: u32 = 34;
const BACKSLASH: u32 = 92;
const OPEN_LIST: u32 = 91;
const CLOSE_LIST: u32 = 93;
const OPEN_MAP: u32 = 123;
const CLOSE_MAP: u32 = 125;
const NULL: u32 = 0x6c6c756e;
const TRUE: u32 = 0x65757274;
const FALS: u32 = 0x736c6166;

// @ts-ignore: decorator
@inline
function space(p: usize): usize {
  let c = load<u8>(p) as u32;
  if (c > 32) return p;
  while (c == 32 || c == 10 || c == 13 || c == 9) c = load<u8>(++p);
  return p;
}

/** Skips white space and that byte, or gives 0. */
// @ts-ignore: decorator
@inline
function take(p: usize, byte: u32): usize {
  p = space(p);
  return load<u8>(p) == byte ? p + 1 : 0;
}

/** The number at p into a slot, as its kind takes it. */
function numeric(p: usize, kind: u32, slot: usize): usize {
  const from = p;
  p = number(p);
  if (p == 0) return 0;
  if (slow) return kind > FLOAT || (kind == FLOAT && integral) ? 0 : noted(p, from, slot);
  let x = value;
  if (kind == FLOAT) {
    // A column of such integers is rounded once from int64, not by way of a double.
    if (!(abs(x) < FLOAT_LIMIT) || (integral && abs(x) > MAX_SAFE)) return 0;
    x = f64(f32(x));
  } else if (kind >= INTEGER) {
    const bounds = BOUNDS + ((kind - INTEGER) << 4);
    if (!integral || x < load<f64>(bounds) || x > load<f64>(bounds + 8)) return 0;
  }
  store<f64>(slot, x);
  return p;
}

function noted(p: usize, from: usize, slot: usize): usize {
  const count = load<u32>(SLOW) + 1, note = load<u32>(SLOW_END) - (count << 3);
  store<u32>(note, slot as u32);
  store<u32>(note + 4, from as u32);
  store<u32>(SLOW, count);
  return p;
}

function boolean(p: usize, slot: usize): usize {
  const word = load<u32>(p);
  if (word == TRUE) {
    store<f64>(slot, 1);
    return p + 4;
  }
  if (word != FALS || load<u8>(p + 4) != 101) return 0;
  store<f64>(slot, 0);
  return p + 5;
}

/** The place of a text: its address, and its length · 4 + 2 where it has escapes + 1 where it is not ASCII; 0 for null. */
function text(p: usize, slot: usize): usize {
  if (load<u8>(p) != QUOTE) {
    if (load<u32>(p) != NULL || load<u32>(NULL_TEXT) == 0) return 0;
    store<u64>(slot, 0);
    return p + 4;
  }
  const from = ++p;
  let marks: u32 = 0;
  for (;;) {
    const c = load<u8>(p) as u32;
    if (c == QUOTE) break;
    if (c < 32) return 0;
    if (c == BACKSLASH) {
      marks |= 2;
      p++;
    } else if (c > 127) marks |= 1;
    p++;
  }
  store<u32>(slot, from as u32);
  store<u32>(slot + 4, (((p - from) as u32) << 2) | marks);
  return p + 1;
}

/** One cell of a column. */
// @ts-ignore: decorator
@inline
function cell(p: usize, kind: u32, slot: usize): usize {
  if (kind <= FLOAT && load<u32>(p) == NULL) {
    store<f64>(slot, NaN);
    return p + 4;
  }
  return kind == TEXT ? text(p, slot) : kind == BOOLEAN ? boolean(p, slot) : numeric(p, kind, slot);
}

/** Whether the key of a column, quotes included, stands at p: the address behind it, or 0. */
// @ts-ignore: decorator
@inline
function keyAt(p: usize, column: u32): usize {
  const entry = (load<u32>(KEYS) as usize) + ((column as usize) << 3), length = load<u32>(entry + 4) as usize;
  const key = load<u32>(entry) as usize;
  let i: usize = 0;
  for (; i + 8 <= length; i += 8) if (load<u64>(p + i) != load<u64>(key + i)) return 0;
  const rest = (length - i) << 3;
  return rest == 0 || ((load<u64>(p + i) ^ load<u64>(key + i)) << (64 - rest)) == 0 ? p + length : 0;
}

/** The key at p as the next column: the one after the last, or any other that was not seen. Gives the address behind it, or 0. */
function next(p: usize): usize {
  const count = load<u32>(COUNT), width = load<u32>(WIDTH), stamp = load<u32>(STAMP);
  const order = load<u32>(ORDER) as usize, stamps = load<u32>(STAMPS) as usize;
  if (count == width) return 0;
  let column: u32 = count == 0 ? 0 : (load<u32>(order + ((count - 1) << 2)) & 0xffffff) + 1;
  let end = column < width ? keyAt(p, column) : 0;
  if (end == 0) {
    let lookups = load<u32>(LOOKUPS);
    for (column = 0; column < width && lookups > 0; column++, lookups--) {
      end = keyAt(p, column);
      if (end != 0) break;
    }
    store<u32>(LOOKUPS, lookups);
  }
  if (end == 0 || load<u32>(stamps + (column << 2)) == stamp) return 0;
  store<u32>(stamps + (column << 2), stamp);
  store<u32>(order + (count << 2), column | (load<u8>(load<u32>(KINDS) + column) as u32) << 24);
  store<u32>(COUNT, count + 1);
  return end;
}

/** A list of column names: COUNT and the order. */
export function names(p: usize): usize {
  store<u32>(STAMP, load<u32>(STAMP) + 1);
  store<u32>(COUNT, 0);
  p = take(p, OPEN_LIST);
  if (p == 0) return 0;
  for (;;) {
    p = next(space(p));
    if (p == 0) return 0;
    p = space(p);
    const c = load<u8>(p) as u32;
    p++;
    if (c == CLOSE_LIST) break;
    if (c != COMMA) return 0;
  }
  return p;
}

/** Columns without names: by position. */
export function positions(): void {
  const width = load<u32>(WIDTH), order = load<u32>(ORDER) as usize, kinds = load<u32>(KINDS) as usize;
  for (let i: u32 = 0; i < width; i++) store<u32>(order + (i << 2), i | (load<u8>(kinds + i) as u32) << 24);
  store<u32>(COUNT, width);
}

/** A list of rows, each a list of COUNT cells, row after row into the slots: ROWS. */
export function rows(p: usize, slot: usize): usize {
  const order = load<u32>(ORDER) as usize, end = order + (load<u32>(COUNT) << 2);
  let row: u32 = 0;
  p = take(p, OPEN_LIST);
  if (p == 0) return 0;
  for (;;) {
    p = take(p, OPEN_LIST);
    if (p == 0) return 0;
    for (let at = order; ;) {
      p = cell(space(p), load<u32>(at) >> 24, slot);
      if (p == 0) return 0;
      slot += 8;
      at += 4;
      if (at == end) break;
      p = take(p, COMMA);
      if (p == 0) return 0;
    }
    p = take(p, CLOSE_LIST);
    if (p == 0) return 0;
    row++;
    p = space(p);
    const c = load<u8>(p) as u32;
    p++;
    if (c == CLOSE_LIST) break;
    if (c != COMMA) return 0;
  }
  store<u32>(ROWS, row);
  return p;
}

/** A list of records, all with the keys of the first, row after row into the slots: COUNT, the order and ROWS. */
export function records(p: usize, slots: usize): usize {
  const order = load<u32>(ORDER) as usize, stamps = load<u32>(STAMPS) as usize;
  let row: u32 = 0, stamp = load<u32>(STAMP);
  store<u32>(COUNT, 0);
  p = take(p, OPEN_LIST);
  if (p == 0) return 0;
  for (;;) {
    store<u32>(STAMP, ++stamp);
    p = take(p, OPEN_MAP);
    if (p == 0) return 0;
    const count = load<u32>(COUNT);
    let i: u32 = 0;
    for (;;) {
      p = space(p);
      let place = i;
      if (row == 0) p = next(p);
      else {
        if (i == count) return 0;
        let column = load<u32>(order + (i << 2)) & 0xffffff, end = keyAt(p, column);
        if (end == 0) {
          let lookups = load<u32>(LOOKUPS);
          for (place = 0; place < count && lookups > 0; place++, lookups--) {
            column = load<u32>(order + (place << 2)) & 0xffffff;
            end = keyAt(p, column);
            if (end != 0) break;
          }
          store<u32>(LOOKUPS, lookups);
        }
        if (end == 0 || load<u32>(stamps + (column << 2)) == stamp) return 0;
        store<u32>(stamps + (column << 2), stamp);
        p = end;
      }
      if (p == 0) return 0;
      p = take(p, COLON);
      if (p == 0) return 0;
      p = cell(space(p), load<u32>(order + (place << 2)) >> 24, slots + (place << 3));
      if (p == 0) return 0;
      i++;
      p = space(p);
      const c = load<u8>(p) as u32;
      p++;
      if (c == CLOSE_MAP) break;
      if (c != COMMA) return 0;
    }
    if (row != 0 && i != count) return 0;
    slots += i << 3;
    row++;
    p = space(p);
    const c = load<u8>(p) as u32;
    p++;
    if (c == CLOSE_LIST) break;
    if (c != COMMA) return 0;
  }
  store<u32>(ROWS, row);
  return p;
}

/** A list of cells of the column at a place in the order: ROWS. */
export function list(p: usize, place: u32, slot: usize): usize {
  const kind = load<u32>(load<u32>(ORDER) + (place << 2)) >> 24, first = slot;
  p = take(p, OPEN_LIST);
  if (p == 0) return 0;
  for (;;) {
    p = cell(space(p), kind, slot);
    if (p == 0) return 0;
    slot += 8;
    p = space(p);
    const c = load<u8>(p) as u32;
    p++;
    if (c == CLOSE_LIST) break;
    if (c != COMMA) return 0;
  }
  store<u32>(ROWS, ((slot - first) >> 3) as u32);
  return p;
}

/** An object of lists of one length, column after column into the slots: COUNT, the order and ROWS. */
export function columns(p: usize, slots: usize): usize {
  let length: u32 = 0;
  store<u32>(STAMP, load<u32>(STAMP) + 1);
  store<u32>(COUNT, 0);
  p = take(p, OPEN_MAP);
  if (p == 0) return 0;
  for (;;) {
    p = next(space(p));
    if (p == 0) return 0;
    p = take(p, COLON);
    if (p == 0) return 0;
    const count = load<u32>(COUNT);
    p = list(p, count - 1, slots);
    if (p == 0) return 0;
    const rows = load<u32>(ROWS);
    if (count == 1) length = rows;
    else if (rows != length) return 0;
    slots += rows << 3;
    p = space(p);
    const c = load<u8>(p) as u32;
    p++;
    if (c == CLOSE_MAP) break;
    if (c != COMMA) return 0;
  }
  return p;
}

/** A list of the numbers 0, 1, 2, …: ROWS. */
export function index(p: usize): usize {
  let row: u32 = 0;
  p = take(p, OPEN_LIST);
  if (p == 0) return 0;
  for (;;) {
    p = number(space(p));
    if (p == 0 || slow || !integral || value != (row as f64)) return 0;
    row++;
    p = space(p);
    const c = load<u8>(p) as u32;
    p++;
    if (c == CLOSE_LIST) break;
    if (c != COMMA) return 0;
  }
  store<u32>(ROWS, row);
  return p;
}

/** Lists nested `rank` deep, all of one length at each depth, of numbers of one kind: their lengths at SHAPE, ROWS numbers in all. */
export function tensor(p: usize, kind: u32, rank: u32, slots: usize): usize {
  for (let axis: u32 = 0; axis < rank; axis++) store<u32>(SHAPE + (axis << 2), 0);
  store<u32>(ROWS, 0);
  return nested(p, kind, 0, rank - 1, slots);
}

function nested(p: usize, kind: u32, axis: u32, last: u32, slots: usize): usize {
  let length: u32 = 0;
  p = take(p, OPEN_LIST);
  if (p == 0) return 0;
  if (axis == last) {
    let slot = slots + (load<u32>(ROWS) << 3);
    for (;;) {
      p = space(p);
      p = kind == BOOLEAN ? boolean(p, slot) : numeric(p, kind, slot);
      if (p == 0) return 0;
      slot += 8;
      length++;
      p = space(p);
      if (load<u8>(p) != COMMA) break;
      p++;
    }
    store<u32>(ROWS, ((slot - slots) >> 3) as u32);
  } else {
    for (;;) {
      p = nested(p, kind, axis + 1, last, slots);
      if (p == 0) return 0;
      length++;
      p = space(p);
      if (load<u8>(p) != COMMA) break;
      p++;
    }
  }
  if (load<u8>(p) != CLOSE_LIST) return 0;
  const known = load<u32>(SHAPE + (axis << 2));
  if (known == 0) store<u32>(SHAPE + (axis << 2), length);
  else if (known != length) return 0;
  return p + 1;
}
