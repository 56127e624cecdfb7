import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/wire/fast-cursor.ts';
import { DOUBLE, FLOAT, INTEGER, openScanner, releaseScanner, ScanPlan, type Scanner, TEXT } from '../../src/wire/fast-kernel.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const NUMBERS = new ScanPlan(new Uint8Array(0));
const TEXTS = new ScanPlan(Uint8Array.of(TEXT));

function open(plan: ScanPlan, body: Uint8Array): Scanner {
  const scanner = openScanner(plan, body);
  if (scanner === undefined) throw new Error('no kernel');
  return scanner;
}

/** The numbers of a list, or undefined. */
function numbers(text: string, kind: number = DOUBLE): number[] | undefined {
  const scanner = open(NUMBERS, bytes(text));
  return scanner.tensor(kind, 1) && scanner.finish(() => kind) ? Array.from(scanner.copy(scanner.rows)) : undefined;
}

function texts(list: Uint8Array): (string | null | undefined)[] | undefined {
  const scanner = open(TEXTS, list);
  scanner.nullText = true;
  scanner.positions();
  return scanner.cells() ? Array.from({ length: scanner.rows }, (_, slot) => scanner.text(slot)) : undefined;
}

const digits = (max: number): fc.Arbitrary<string> => fc.array(fc.nat(9), { minLength: 1, maxLength: max }).map((d) => d.join(''));
const python = (x: number): string => (Object.is(x, -0) ? '-0.0' : JSON.stringify(x));
/** As clients write numbers, and as nobody does. */
const written = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(python),
  fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: -12, max: 12 })).map(([x, e]) => python(x * 10 ** e)),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map(python),
  fc.integer().map(String),
  fc.tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.option(digits(24)), fc.option(fc.integer({ min: -80, max: 60 }))).map(([sign, n, fraction, e]) => `${sign}${n}${fraction === null ? '' : `.${fraction}`}${e === null ? '' : `e${e}`}`),
  // Halfway between two doubles, and beside it, at any scale: the hardest to round.
  fc.tuple(fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n }), fc.integer({ min: -1, max: 1 }), fc.integer({ min: 1, max: 15 })).map(([n, d, cut]) => {
    const text = String(2n * n + 1n + BigInt(d));
    return `${text.slice(0, -cut)}.${text.slice(-cut)}`;
  }),
  fc.tuple(fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n }), fc.integer({ min: 1, max: 40 })).map(([n, by]) => String((2n * n + 1n) << BigInt(by))),
  fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 19n }), fc.integer({ min: -70, max: 50 })).map(([n, e]) => `${n}e${e}`),
  fc.tuple(fc.nat(30), digits(20)).map(([zeros, d]) => `0.${'0'.repeat(zeros)}${d}`),
);
const exact = (text: string): number => (text === '-0' ? 0 : Number(text));

describe('numbers', () => {
  it('are rounded as Number does', () => {
    fc.assert(fc.property(fc.array(written, { minLength: 1, maxLength: 40 }), fc.constantFrom(',', ', ', ' ,\n'), (list, comma) => {
      const expected = list.map(exact);
      const found = numbers(`[${list.join(comma)}]`);
      if (expected.every(Number.isFinite)) expect(found).toEqual(expected);
      else expect(found).toBeUndefined();
    }), { numRuns: 3000 });
  });

  it('of every power of ten are rounded as Number does', () => {
    const list: string[] = [];
    for (let e = -345; e <= 309; e++) for (const digit of ['1', '9', '9007199254740993', '17976931348623157', '4.9406564584124654', '2.2250738585072011']) list.push(`${digit}e${e}`);
    const finite = list.filter((text) => Number.isFinite(Number(text)));
    expect(numbers(`[${finite.join(',')}]`)).toEqual(finite.map(Number));
    for (const text of list) if (!Number.isFinite(Number(text))) expect(numbers(`[${text}]`)).toBeUndefined();
  });

  it('are those of the cursor for one number', () => {
    fc.assert(fc.property(written, (text) => {
      const cursor = new Cursor();
      cursor.bytes = bytes(text);
      expect(numbers(`[${text}]`)?.[0] ?? NaN).toBe(cursor.number());
    }), { numRuns: 3000 });
  });

  it('are rounded to float32 from the double, and not where one is too large for it', () => {
    fc.assert(fc.property(written, (text) => {
      const x = exact(text), whole = /^-?\d+$/.test(text);
      const fits = Math.abs(x) < 3.4028235677973366e38 && !(whole && Math.abs(x) > Number.MAX_SAFE_INTEGER);
      expect(numbers(`[${text}]`, FLOAT)).toEqual(fits ? [Math.fround(x)] : undefined);
    }), { numRuns: 5000 });
    expect(numbers('[3.4028235677973366e38]', FLOAT)).toBeUndefined();
    expect(numbers('[-3.40282356779733600000e38]', FLOAT)).toEqual([-3.4028234663852886e38]);
  });

  it.each([[0, 'int64', -9007199254740991, 9007199254740991], [1, 'int32', -2147483648, 2147483647], [3, 'int8', -128, 127], [7, 'uint8', 0, 255]] as const)('of integer kind %i are %s', (kind, _, low, high) => {
    expect(numbers(`[${low}, ${high}, -0]`, INTEGER + kind)).toEqual([low, high, 0]);
    for (const text of [BigInt(low) - 1n, BigInt(high) + 1n, '1.0', '1e0', '12345678901234567890123', 'true']) expect(numbers(`[${text}]`, INTEGER + kind)).toBeUndefined();
  });

  it.each(['', '-', '+1', '.5', '1.', '1.e5', '1e', '1e+', '01', '-01', '00', 'NaN', 'Infinity', '-Infinity', 'x', '1e400', '-1e999', `1${'0'.repeat(400)}`, '1 2', '1\u0000', '"1"', 'null'])('refuses %s', (text) => {
    expect(numbers(`[${text}]`)).toBeUndefined();
    expect(numbers(`[1, ${text}]`)).toBeUndefined();
    expect(numbers(`[${text}`)).toBeUndefined();
  });

  it('know that 0.0 has a sign and 0 has none', () => {
    expect(numbers('[-0, -0.0, -0e5, 0.0, -0.00000000000000000000000]')).toEqual([0, -0, -0, 0, -0]);
  });

  it('are all had where every one needs more digits than the kernel reads', () => {
    const list = Array.from({ length: 30_000 }, (_, i) => `${i}.00000000000000000000${i}1`);
    expect(numbers(`[${list.join(',')}]`)).toEqual(list.map(Number));
    const short = Array.from({ length: 30_000 }, () => '1e99');
    expect(numbers(`[${short.join(',')}]`)).toEqual(short.map(Number));
  });

  it('are read to the end of the body and no further', () => {
    // What an earlier, longer body left behind is not read.
    for (let n = 1; n < 60; n++) {
      expect(numbers(`[${'7'.repeat(200)}.5]`)).toEqual([Number(`${'7'.repeat(200)}.5`)]);
      expect(numbers(`[${'1'.repeat(n)}`)).toBeUndefined();
    }
  });
});

describe('memory', () => {
  it('grows with the body, is kept up to a size and let go beyond', () => {
    const before = open(NUMBERS, bytes('[1]')).size;
    for (const count of [1e5, 7e6, 10]) {
      const scanner = open(NUMBERS, bytes(`[${Array.from({ length: count }, () => '1').join(',')}]`));
      expect(scanner.tensor(DOUBLE, 1)).toBe(true);
      expect(scanner.rows).toBe(count);
      expect(scanner.view(count).indexOf(0) < 0).toBe(true);
      releaseScanner();
    }
    expect(open(NUMBERS, bytes('[1]')).size).toBeLessThanOrEqual(Math.max(before, 2 ** 26));
  });

  it('serves plans in turn', () => {
    const plans = [['a', 'bc'], ['bc', 'a'], ['a rather long name of a column', 'é']].map((keys) => new ScanPlan(Uint8Array.of(DOUBLE, TEXT), keys.map(bytes)));
    for (let i = 0; i < 20; i++) {
      const scanner = open(plans[i % 3] as ScanPlan, bytes('["bc" , "a"]'));
      expect(scanner.names()).toBe(i % 3 !== 2);
      if (i % 3 !== 2) expect([scanner.count, scanner.column(0), scanner.column(1)]).toEqual(i % 3 === 0 ? [2, 1, 0] : [2, 0, 1]);
    }
  });

  it('of other lists of names is refused', () => {
    const plan = new ScanPlan(Uint8Array.of(DOUBLE, DOUBLE), ['a', 'b'].map(bytes));
    for (const text of ['[]', '["a", "a"]', '["a", "b", "a"]', '["c"]', '["a",]', '["a" "b"]', '["a"', '"a"', '[a]', '["a\\u0062"]', '[""]', '["ab"]']) expect(open(plan, bytes(text)).names()).toBe(false);
  });
});

describe('texts', () => {
  it('are those of JSON', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 60 }), fc.constant(null));
    fc.assert(fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (list) => {
      // numpy drops a NUL at the end: the general path looks at such.
      expect(texts(bytes(JSON.stringify(list)))).toEqual(list.map((item) => (item?.endsWith('\0') ? undefined : item)));
    }), { numRuns: 1500 });
  });

  it.each([[[0x22, 0xff, 0x22]], [[0x22, 0xed, 0xa0, 0x80, 0x22]], [[0x22, 0x5c, 0x78, 0x22]]])('that are none are found when they are asked for: %j', (given) => {
    expect(texts(Uint8Array.from([0x5b, ...given, 0x5d]))).toEqual([undefined]);
  });

  it.each([[[0x22, 0xc3]], [[0x22, 0x0a, 0x22]], [[0x22, 0x00, 0x22]], [[0x22, 0x5c]], [[0x22, 0x5c, 0x22]], [[0x31]], [[0x22]]])('without an end are refused: %j', (given) => {
    expect(texts(Uint8Array.from([0x5b, ...given, 0x5d]))).toBeUndefined();
    expect(texts(Uint8Array.from([0x5b, ...given]))).toBeUndefined();
  });
});
