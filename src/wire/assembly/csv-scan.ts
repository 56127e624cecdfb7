/**
 * Rows of a CSV file into slots of 8 bytes: numbers and words as doubles, texts as their place. The rules are those of
 * ../csv-chunks.ts; a row with a cell that is not plain is left to it.
 *
 * The memory, laid out by ../csv-kernel.ts (the constants are the same there):
 *
 *     0      STATE   results of a call and the places of the rest, as 32-bit words
 *     256    tables of _number.ts
 *     4096   kinds (bytes), slots (words) and what was seen (bytes) by position; then the slots of all rows, then the window
 *
 * A line feed stands behind the window's bytes and 16 more are readable behind that; so every reader ends in the memory.
 */
import { FLOAT_LIMIT, integral, isDigit, MAX_SAFE, number, slow, value } from './_number';

/** Rows read in all; whether the next one is not plain; whether bytes outside ASCII were passed. */
const ROWS: usize = 0;
const ODD: usize = 4;
const WIDE: usize = 8;
/** Positions of a row; slots of a row; addresses of kinds, slots, what was seen, and values. */
const WIDTH: usize = 12;
const COUNT: usize = 16;
const KINDS: usize = 20;
const SLOTS: usize = 24;
const SEEN: usize = 28;
const VALUES: usize = 32;

const SKIP: u32 = 0;
const DOUBLE: u32 = 1;
const FLOAT: u32 = 2;
const LONG: u32 = 3;
const INTEGER: u32 = 4;
const BOOLEAN: u32 = 5;
const TEXT: u32 = 6;
const INFER: u32 = 7;
/** Of a kind's byte: an empty cell is NaN. */
const EMPTY: u32 = 16;

/** What is seen in a position whose dtype is to be found. */
const SEEN_INTEGER: u32 = 1;
const SEEN_FLOAT: u32 = 2;
const SEEN_EMPTY: u32 = 4;

const LF: u32 = 10;
const CR: u32 = 13;
const SPACE: u32 = 32;
const TAB: u32 = 9;
const QUOTE: u32 = 34;
const COMMA: u32 = 44;
const MINUS: u32 = 45;
/** Words as they are loaded. */
const TRUE: u32 = 0x65757274;
const FALS: u32 = 0x736c6166;
const NAN: u32 = 0x006e616e;
const NAN_MIXED: u32 = 0x004e614e;
const NA: u32 = 0x414e;

// @ts-ignore: decorator
@inline
function isEnd(c: u32): bool {
  return c == COMMA || c == LF || c == CR;
}

/** Moves behind text without quotes in it, or text in quotes without any inside; 0 for other text. */
function text(p: usize, end: usize, slot: usize): usize {
  let from = p, marks: u32 = 0, c = load<u8>(p) as u32, q: usize;
  if (c == QUOTE) {
    from = ++p;
    c = load<u8>(p);
    while (c != QUOTE) {
      if (p >= end) return 0;
      marks |= c;
      c = load<u8>(++p);
    }
    q = p + 1;
    if (q > end || !isEnd(load<u8>(q))) return 0;
  } else {
    while (!isEnd(c)) {
      marks |= c;
      c = load<u8>(++p);
    }
    q = p;
  }
  if (marks > 127) store<u32>(WIDE, 1);
  if (slot != 0) {
    store<u32>(slot, from as u32);
    store<u32>(slot + 4, ((p - from) as u32) << 1 | (marks > 127 ? 1 : 0));
  }
  return q;
}

/** What the last cell of a position whose dtype is to be found was. */
let mark: u32 = 0;

/** Moves behind a plain number, word or empty cell of a numeric kind, whose value goes to the slot; 0 for any other cell. */
// @ts-ignore: decorator
@inline
function cell(p: usize, kind: u32, flags: u32, slot: usize): usize {
  const c = load<u8>(p) as u32;
  if (c == MINUS || isDigit(c)) {
    const q = number(p);
    if (q == 0 || slow || !isEnd(load<u8>(q))) return 0;
    const x = value;
    // Minus zero is read as an integer there.
    if (kind == DOUBLE) {
      if (x == 0 && integral && c == MINUS) return 0;
    } else if (kind == FLOAT) {
      if ((x == 0 && integral && c == MINUS) || !(abs(x) < FLOAT_LIMIT)) return 0;
    } else if (kind == LONG) {
      if (!integral || !(abs(x) <= MAX_SAFE)) return 0;
    } else if (kind == INTEGER) {
      if (!integral || x > 2147483647 || x < -2147483648) return 0;
    } else if (kind == BOOLEAN) {
      if (!integral || (x != 0 && x != 1)) return 0;
    } else {
      if (integral && !(abs(x) <= MAX_SAFE)) return 0;
      mark = integral ? SEEN_INTEGER : SEEN_FLOAT;
      return q;
    }
    store<f64>(slot, x);
    return q;
  }
  if (isEnd(c)) {
    if (kind == INFER) mark = SEEN_EMPTY;
    else if ((flags & EMPTY) != 0) store<f64>(slot, NaN);
    else return 0;
    return p;
  }
  const word = load<u32>(p);
  if (kind == BOOLEAN) {
    // True, true, False, false.
    if ((word | 0x20) == TRUE && isEnd(load<u8>(p + 4))) {
      store<f64>(slot, 1);
      return p + 4;
    }
    if ((word | 0x20) == FALS && load<u8>(p + 4) == 101 && isEnd(load<u8>(p + 5))) {
      store<f64>(slot, 0);
      return p + 5;
    }
    return 0;
  }
  // nan, NaN and NA.
  if (kind != INFER && (flags & EMPTY) == 0) return 0;
  const three = word & 0xffffff, length: usize = three == NAN || three == NAN_MIXED ? 3 : (word & 0xffff) == NA ? 2 : 0;
  if (length == 0 || !isEnd(load<u8>(p + length))) return 0;
  if (kind == INFER) mark = SEEN_EMPTY;
  else store<f64>(slot, NaN);
  return p + length;
}

/**
 * Reads rows from p on until there are `capacity` (`row` are there), the bytes end at `end` (`last`: the file too) or a row
 * is not plain. Gives the address where the next row begins.
 */
export function rows(p: usize, end: usize, last: u32, row: u32, capacity: u32): usize {
  const width = load<u32>(WIDTH), kinds = load<u32>(KINDS) as usize, slots = load<u32>(SLOTS) as usize, seen = load<u32>(SEEN) as usize;
  const step = (load<u32>(COUNT) as usize) << 3;
  let values = (load<u32>(VALUES) as usize) + (row as usize) * step;
  store<u32>(ODD, 0);
  store<u32>(WIDE, 0);
  for (; row < capacity; row++, values += step) {
    for (;;) {
      let q = p, c = load<u8>(q) as u32;
      while (c == SPACE || c == TAB) c = load<u8>(++q);
      if (q >= end) {
        store<u32>(ROWS, row);
        return p;
      }
      if (c != LF && c != CR) break;
      p = q + 1;
    }
    const start = p;
    store<u32>(ROWS, row);
    for (let j: u32 = 0; ; ) {
      const flags = load<u8>(kinds + (j as usize)) as u32, kind = flags & 15;
      const slot = values + ((load<u32>(slots + ((j as usize) << 2)) as usize) << 3);
      const q = kind == TEXT ? text(p, end, slot) : kind == SKIP ? text(p, end, 0) : cell(p, kind, flags, slot);
      if (q == 0) {
        store<u32>(ODD, 1);
        return start;
      }
      if (q >= end && last == 0) return start;
      if (kind == INFER) store<u8>(seen + (j as usize), load<u8>(seen + (j as usize)) | mark);
      j++;
      const c = load<u8>(q) as u32;
      p = q < end ? q + 1 : end;
      if (q < end && c == COMMA) {
        if (j < width) continue;
      } else if (j == width) {
        if (c == CR && p < end && load<u8>(p) == LF) p++;
        break;
      }
      store<u32>(ODD, 1);
      return start;
    }
  }
  store<u32>(ROWS, row);
  return p;
}
