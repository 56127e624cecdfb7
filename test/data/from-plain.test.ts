import { describe, expect, it } from 'vitest';
import { fromPlain } from '../../src/data/from-plain.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import { DateTime, NaT } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';

describe('fromPlain', () => {
  it('reads rows as JSON would mean them', () => {
    expect(fromPlain([{ x: 1, y: 2.5, z: 'a', n: null, u: undefined, b: true, big: 2n ** 60n }])).toEqual([
      new Map<string, unknown>([['x', 1n], ['y', 2.5], ['z', 'a'], ['n', null], ['b', true], ['big', 2n ** 60n]]),
    ]);
    expect(fromPlain([1, -0, 1e300, NaN, undefined])).toEqual([1n, -0, 1e300, NaN, null]);
    expect(fromPlain(3)).toBe(3n);
    expect(fromPlain('x')).toBe('x');
    expect(fromPlain(null)).toBeNull();
  });

  it('keeps no key special', () => {
    expect(fromPlain(JSON.parse('{"__proto__": 1, "constructor": 2}'))).toEqual(new Map([['__proto__', 1n], ['constructor', 2n]]));
  });

  it('reads typed arrays as typed input over the same memory', () => {
    const values = Float32Array.of(1, 2);
    const map = fromPlain({ x: values, y: [1, 2] }) as Map<string, Tensor>;
    expect(map.get('x')).toEqual(new Tensor('float32', [2], values));
    expect(map.get('x')?.values).toBe(values);
    expect(map.get('y')).toEqual([1n, 2n]);
    expect(fromPlain(BigInt64Array.of(1n))).toEqual(new Tensor('int64', [1], BigInt64Array.of(1n)));
    expect(fromPlain(Uint8ClampedArray.of(1, 2))).toEqual(new Tensor('uint8', [2], Uint8Array.of(1, 2)));
    expect((fromPlain(Buffer.from('ab')) as Tensor).dtype).toBe('uint8');
  });

  it('reads them as lists and bytes inside rows', () => {
    expect(fromPlain([{ a: Float64Array.of(1, 2.5), b: Uint8Array.of(1), c: Int32Array.of(1), d: new ArrayBuffer(1) }])).toEqual([
      new Map<string, unknown>([['a', [1, 2.5]], ['b', Uint8Array.of(1)], ['c', [1n]], ['d', Uint8Array.of(0)]]),
    ]);
  });

  it('reads dates as moments in UTC', () => {
    expect(fromPlain([new Date('2021-03-04T05:06:07.5Z'), new Date(NaN)])).toEqual([new DateTime('timestamp', 1614834367500000000n), NaT]);
  });

  it('takes our own values as they are', () => {
    const table = new Table([], []), tensor = new Tensor('bool', [0], new Uint8Array(0));
    expect(fromPlain(table)).toBe(table);
    expect(fromPlain({ x: tensor })).toEqual(new Map([['x', tensor]]));
    expect(fromPlain(new Map([[1, { a: 1 }]]))).toEqual(new Map([[1n, new Map([['a', 1n]])]]));
  });

  it.each([[() => 1], [Symbol('x')], [[/x/]], [{ x: new URL('http://h') }], [new Set([1])]])('refuses what is no data: %s', (data) => {
    expect(() => fromPlain(data)).toThrow(ModelError);
  });

  it('refuses endless nesting', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(() => fromPlain(loop)).toThrow(/512 levels/);
  });
});
