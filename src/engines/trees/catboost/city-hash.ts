/**
 * CityHash64 of version 1.0.2, which CatBoost and ClickHouse keep; version 1.1 gives other numbers.
 * Source: G. Pike and J. Alakuijala, CityHash 1.0.2, city.cc.
 * @module
 */

const K0 = 0xc3a5c85c97cb3127n, K1 = 0xb492b66fbe98f273n, K2 = 0x9ae16a3b2f90404fn, K3 = 0xc949d7c7509e6557n, MIX = 0x9ddfea08eb382d69n;

const wrap = (x: bigint): bigint => BigInt.asUintN(64, x);
const rotate = (x: bigint, by: bigint): bigint => (x >> by) | wrap(x << (64n - by));
const shiftMix = (x: bigint): bigint => x ^ (x >> 47n);

function hash16(u: bigint, v: bigint): bigint {
  const a = shiftMix(wrap((u ^ v) * MIX));
  return wrap(shiftMix(wrap((v ^ a) * MIX)) * MIX);
}

/**
 * The hash of bytes as an unsigned 64-bit number.
 *
 * @example
 * ```ts
 * cityHash64(new TextEncoder().encode('Paris'));
 * ```
 */
export function cityHash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), size = bytes.length;
  if (size <= 16) return upTo16(view, size);
  if (size <= 32) return upTo32(view, size);
  return size <= 64 ? upTo64(view, size) : long(view, size);
}

function u64(view: DataView, at: number): bigint {
  return view.getBigUint64(at, true);
}

function upTo16(view: DataView, size: number): bigint {
  const n = BigInt(size);
  if (size > 8) {
    const b = u64(view, size - 8);
    return hash16(u64(view, 0), rotate(wrap(b + n), n)) ^ b;
  }
  if (size >= 4) return hash16(n + (BigInt(view.getUint32(0, true)) << 3n), BigInt(view.getUint32(size - 4, true)));
  if (size === 0) return K2;
  const y = BigInt(view.getUint8(0) + (view.getUint8(size >> 1) << 8)), z = n + (BigInt(view.getUint8(size - 1)) << 2n);
  return wrap(shiftMix(wrap(y * K2) ^ wrap(z * K3)) * K2);
}

function upTo32(view: DataView, size: number): bigint {
  const a = wrap(u64(view, 0) * K1), b = u64(view, 8), c = wrap(u64(view, size - 8) * K2), d = wrap(u64(view, size - 16) * K0);
  return hash16(wrap(rotate(wrap(a - b), 43n) + rotate(c, 30n) + d), wrap(a + rotate(b ^ K3, 20n) - c + BigInt(size)));
}

function upTo64(view: DataView, size: number): bigint {
  const half = (a: bigint, z: bigint, second: bigint, third: bigint): [bigint, bigint] => {
    const b = rotate(wrap(a + z), 52n), more = wrap(a + second), c = rotate(a, 37n) + rotate(more, 7n), last = wrap(more + third);
    return [wrap(last + z), wrap(b + rotate(last, 31n) + c)];
  };
  const [vf, vs] = half(wrap(u64(view, 0) + (BigInt(size) + u64(view, size - 16)) * K0), u64(view, 24), u64(view, 8), u64(view, 16));
  const [wf, ws] = half(wrap(u64(view, 16) + u64(view, size - 32)), u64(view, size - 8), u64(view, size - 24), u64(view, size - 16));
  const r = shiftMix(wrap((vf + ws) * K2 + (wf + vs) * K0));
  return wrap(shiftMix(wrap(r * K0 + vs)) * K2);
}

/** 32 bytes into two seeds. */
function weak32(view: DataView, at: number, a: bigint, b: bigint): [bigint, bigint] {
  const z = u64(view, at + 24), first = wrap(a + u64(view, at)), turned = rotate(wrap(b + first + z), 21n);
  const more = wrap(first + u64(view, at + 8) + u64(view, at + 16));
  return [wrap(more + z), wrap(turned + rotate(more, 44n) + first)];
}

function long(view: DataView, size: number): bigint {
  let x = u64(view, 0), y = u64(view, size - 16) ^ K1, z = u64(view, size - 56) ^ K0;
  let v = weak32(view, size - 64, BigInt(size), y), w = weak32(view, size - 32, wrap(BigInt(size) * K1), K0);
  z = wrap(z + shiftMix(v[1]) * K1);
  x = wrap(rotate(wrap(z + x), 39n) * K1);
  y = wrap(rotate(y, 33n) * K1);
  const end = Math.floor((size - 1) / 64) * 64;
  for (let at = 0; at < end; at += 64) {
    x = wrap(rotate(wrap(x + y + v[0] + u64(view, at + 16)), 37n) * K1) ^ w[1];
    y = wrap(rotate(wrap(y + v[1] + u64(view, at + 48)), 42n) * K1) ^ v[0];
    z = rotate(z ^ w[0], 33n);
    v = weak32(view, at, wrap(v[1] * K1), wrap(x + w[0]));
    w = weak32(view, at + 32, wrap(z + w[1]), y);
    [x, z] = [z, x];
  }
  return hash16(wrap(hash16(v[0], w[0]) + shiftMix(y) * K1 + z), wrap(hash16(v[1], w[1]) + x));
}
