/**
 * Powers by which the kernels of assembly/ make numbers of digits; the places are those of assembly/_number.ts.
 * @module
 */
const UNITS = 256, TENS = 512, FIVES = 640;
const LOWEST = -64, HIGHEST = 44;

/** Writes the tables to a kernel's memory: bytes 256 to 2384. */
export function writeNumberTables(memory: ArrayBuffer | SharedArrayBuffer): void {
  new Float64Array(memory).set(Array.from({ length: 23 }, (_, i) => Number(`1e${i}`)), UNITS >> 3);
  new BigUint64Array(memory).set(Array.from({ length: 9 }, (_, i) => 10n ** BigInt(i)), TENS >> 3);
  new BigUint64Array(memory).set(fives(), FIVES >> 3);
}

let table: BigUint64Array | undefined;

/** The first 128 bits of 5^q, from −27 to −1 rounded up (Lemire 2021, section 5). */
function fives(): BigUint64Array {
  if (table !== undefined) return table;
  table = new BigUint64Array(2 * (HIGHEST - LOWEST + 1));
  for (let q = LOWEST; q <= HIGHEST; q++) {
    const power = 5n ** BigInt(Math.abs(q)), bits = BigInt(power.toString(2).length);
    let x = bits > 128n ? power >> (bits - 128n) : power << (128n - bits);
    if (q < 0) x = (1n << (bits + 127n)) / power + (q < -27 ? 0n : 1n);
    table.set([BigInt.asUintN(64, x), x >> 64n], 2 * (q - LOWEST));
  }
  return table;
}
