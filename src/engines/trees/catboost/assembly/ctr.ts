/**
 * Statistics of categories for a block of rows: the hash of each combination, its entry in the table, the number made of it.
 *
 * Nothing is checked here: src/engines/trees/ctr-kernel.ts lays the memory out from what catboost-columns.ts has proven.
 */

/** One combination. All fields are addresses and ends of lists. */
@unmanaged class Group {
  /** u32 each: where the hashes of a categorical feature are, an i32 a row. */
  categoricals: usize;
  floats: usize;
  oneHots: usize;
  parts: usize;
  end: usize;
}

@unmanaged class FloatTest {
  /** Bytes from the start of a row. */
  column: usize;
  border: f32;
  nanPasses: i32;
}

@unmanaged class OneHotTest {
  hashes: usize;
  value: i32;
}

@unmanaged class Part {
  /** Bytes from the start of a row. */
  column: usize;
  /** Places of 16 bytes: u64 hash, u32 entry and one (0 where free). */
  places: usize;
  /** Bytes of all places less one place. */
  mask: usize;
  /** f32: that of no entry, then those of the entries. */
  values: usize;
}

const M: u64 = 0x4906ba494954cb65;

/** Fills the columns of `count` combinations; rows are `stride` bytes apart. */
export function fill(groups: usize, count: i32, values: usize, stride: usize, rows: i32): void {
  for (let g = 0; g < count; g++, groups += offsetof<Group>()) {
    const group = changetype<Group>(groups), categoricals = group.categoricals, floats = group.floats, oneHots = group.oneHots, parts = group.parts, end = group.end;
    for (let r: usize = 0, row = values; r < usize(rows) * 4; r += 4, row += stride) {
      let hash: u64 = 0;
      for (let at = categoricals; at < floats; at += 4) hash = M * (hash + M * u64(i64(load<i32>(usize(load<u32>(at)) + r))));
      for (let at = floats; at < oneHots; at += offsetof<FloatTest>()) {
        const test = changetype<FloatTest>(at), x = load<f32>(row + test.column);
        // No branch on the data.
        hash = M * (hash + (M & -u64(i32(x > test.border) | (i32(x != x) & test.nanPasses))));
      }
      for (let at = oneHots; at < parts; at += offsetof<OneHotTest>()) {
        const test = changetype<OneHotTest>(at);
        hash = M * (hash + (M & -u64(load<i32>(test.hashes + r) == test.value)));
      }
      for (let at = parts; at < end; at += offsetof<Part>()) lookUp(changetype<Part>(at), hash, row);
    }
  }
}

// @ts-ignore: decorator
@inline function lookUp(part: Part, hash: u64, row: usize): void {
  const places = part.places, mask = part.mask;
  let place = (usize(hash) << 4) & mask, entry = load<u32>(places + place, 8);
  while (entry != 0 && load<u64>(places + place) != hash) {
    place = (place + 16) & mask;
    entry = load<u32>(places + place, 8);
  }
  store<f32>(row + part.column, load<f32>(part.values + (usize(entry) << 2)));
}
