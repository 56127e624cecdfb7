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
    const group = changetype<Group>(groups);
    for (let r: usize = 0, row = values; r < usize(rows); r++, row += stride) one(group, r, row);
  }
}

// @ts-ignore: decorator
@inline function one(group: Group, r: usize, row: usize): void {
  let hash: u64 = 0;
  for (let at = group.categoricals; at < group.floats; at += 4) hash = M * (hash + M * u64(i64(load<i32>(usize(load<u32>(at)) + r * 4))));
  for (let at = group.floats; at < group.oneHots; at += offsetof<FloatTest>()) {
    const test = changetype<FloatTest>(at), x = load<f32>(row + test.column);
    // No branch on the data.
    hash = M * (hash + (M & -u64(i32(x > test.border) | (i32(x != x) & test.nanPasses))));
  }
  for (let at = group.oneHots; at < group.parts; at += offsetof<OneHotTest>()) {
    const test = changetype<OneHotTest>(at);
    hash = M * (hash + (M & -u64(load<i32>(test.hashes + r * 4) == test.value)));
  }
  for (let at = group.parts; at < group.end; at += offsetof<Part>()) {
    const part = changetype<Part>(at);
    let place = (usize(hash) << 4) & part.mask, entry = load<u32>(part.places + place, 8);
    while (entry != 0 && load<u64>(part.places + place) != hash) {
      place = (place + 16) & part.mask;
      entry = load<u32>(part.places + place, 8);
    }
    store<f32>(row + part.column, load<f32>(part.values + (usize(entry) << 2)));
  }
}
