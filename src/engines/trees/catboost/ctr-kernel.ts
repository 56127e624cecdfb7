/**
 * Statistics of categories at work in WebAssembly, which has the 64-bit products that their hashes take.
 * @module
 */
import { startKernel, type Kernel } from '../../../data/wasm.ts';
import type { CtrGroup } from './ctr-groups.ts';
import { ctrWasm } from './ctr-wasm.ts';
import { MemoryPlan } from '../kernel/kernel-memory.ts';

interface CtrExports {
  fill(groups: number, count: number, values: number, stride: number, rows: number): void;
}

/** Rows that go in at once. */
const ROWS = 64;
/** Bytes of a test of a number, of a category, of a part; words of a group. */
const FLOAT_TEST = 12, ONE_HOT_TEST = 8, PART = 16, GROUP_WORDS = 5;

/** Fills the columns of groups in place: rows `count` columns wide, hashes per categorical feature. */
export type FillCtrs = (values: Float32Array, rows: number, hashes: readonly Int32Array[]) => void;

/**
 * Starts the kernel; null where WebAssembly is missing or a table's hashes collide too much for it.
 * @param columns of a row
 * @param slots categorical features
 */
export function startCtrs(groups: readonly CtrGroup[], columns: number, slots: number): FillCtrs | null {
  if (groups.some((group) => group.parts.some(({ table }) => table.places === null))) return null;
  const plan = new MemoryPlan(), values = plan.reserve(ROWS * columns * 4), hashAt = Array.from({ length: slots }, () => plan.reserve(ROWS * 4));
  const places = new Map<Int32Array, number>(), words: number[] = [];
  for (const group of groups) words.push(...placeGroup(plan, group, hashAt, places));
  const header = plan.place(Uint32Array.from(words)), kernel = startKernel<CtrExports>(ctrWasm, plan.size);
  if (kernel === null) return null;
  plan.writeTo(kernel.memory);
  return filler(kernel, { header, groups: groups.length, values, columns, hashAt });
}

/** Lists of one group side by side: the next begins where one ends. */
function placeGroup(plan: MemoryPlan, group: CtrGroup, hashAt: readonly number[], places: Map<Int32Array, number>): number[] {
  const sizes = [4 * group.categoricals.length, FLOAT_TEST * group.floats.length, ONE_HOT_TEST * group.oneHots.length, PART * group.parts.length];
  const record = new ArrayBuffer(sizes.reduce((a, b) => a + b)), view = new DataView(record);
  let at = 0;
  const put = (...numbers: number[]): void => {
    for (const x of numbers) view.setUint32((at += 4) - 4, x, true);
  };
  for (const slot of group.categoricals) put(hashAt[slot] as number);
  for (const { column, border, nanPasses } of group.floats) {
    put(4 * column, 0, Number(nanPasses));
    view.setFloat32(at - 8, border, true);
  }
  for (const { slot, value } of group.oneHots) put(hashAt[slot] as number, value);
  for (const { column, table, values } of group.parts) {
    const list = table.places ?? new Int32Array(4);
    let address = places.get(list);
    if (address === undefined) places.set(list, (address = plan.place(list)));
    put(4 * column, address, 4 * list.length - 16, plan.place(lastFirst(values)));
  }
  const words = [plan.place(new Uint8Array(record))];
  for (const size of sizes) words.push((words.at(-1) as number) + size);
  return words.slice(0, GROUP_WORDS);
}

/** The number of no entry comes first. */
function lastFirst(values: Float32Array): Float32Array {
  const out = new Float32Array(values.length);
  out[0] = values.at(-1) as number;
  out.set(values.subarray(0, -1), 1);
  return out;
}

interface Places {
  readonly header: number;
  readonly groups: number;
  readonly values: number;
  readonly columns: number;
  readonly hashAt: readonly number[];
}

function filler({ run, memory }: Kernel<CtrExports>, { header, groups, values: at, columns, hashAt }: Places): FillCtrs {
  const block = new Float32Array(memory, at, ROWS * columns), own = hashAt.map((address) => new Int32Array(memory, address, ROWS));
  return (values, rows, hashes) => {
    for (let first = 0; first < rows; first += ROWS) {
      const n = Math.min(ROWS, rows - first), part = values.subarray(first * columns, (first + n) * columns);
      block.set(part);
      for (const [slot, hash] of own.entries()) hash.set((hashes[slot] as Int32Array).subarray(first, first + n));
      run.fill(header, groups, at, 4 * columns, n);
      part.set(n === ROWS ? block : block.subarray(0, n * columns));
    }
  };
}
