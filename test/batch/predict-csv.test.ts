/** A CSV file in parts gives what the whole file gives: answers and errors. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoadedModel } from '../../src/model/loaded-model.ts';
import type { Enforcement, ModelSignature } from '../../src/schema/signature.ts';
import { atOnce, echoModel, inParts, outcome, signatureOf } from './support.ts';

const NUMBERS = ['0', '1', '-1', '7', '1.5', '-2.25', '0.1', '123456.789', '1e3', '-4.5E-7', '0.30000000000000004', '2147483647', '9007199254740991'];
const ODD_NUMBERS = ['-0', '-0.0', '+1', '.5', '5.', '007', ' 2', '3 ', '1e400', '1e-400', '2147483648', '9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775809', '18446744073709551616', '12345678901234567890123', '3.0', 'inf', 'Infinity', '1e39', '0.1234567890123456789012345'];
const WORDS = ['abc', 'é', '😀 x', '"a,b"', '"two\nlines"', '"two\r\nlines"', '"say ""hi"""', '"open"end', 'mid"quote', ' lead', "it's", '2020-01-01', '2020-01-01T10:30:00.123456789', '2020-02-30', 'QUJD', '-', '1_000', '0x10', '"1.5"', '" 1"', 'a"b""c'];
const BOOLEANS = ['True', 'False', 'true', 'false', 'TRUE', 'FALSE', 'tRue', 'Truex', '"True"'];
const MISSING = ['', 'NA', 'NaN', 'null', 'None', '""', '<NA>', 'nan'];
const CELLS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  numbers: fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...NUMBERS) }, { weight: 3, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) }, { weight: 1, arbitrary: fc.constantFrom(...ODD_NUMBERS) }),
  integers: fc.oneof({ weight: 8, arbitrary: fc.integer().map(String) }, { weight: 1, arbitrary: fc.constantFrom('-0', '9007199254740993', '-9007199254740993', '+5', ' 6 ') }),
  tidy: fc.oneof(fc.constantFrom(...NUMBERS, ''), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 }).map(String)),
  whole: fc.oneof(fc.integer().map(String), fc.constantFrom('1.0', '-0', ' 4 ')),
  tidyBooleans: fc.constantFrom('True', 'False', 'true', 'FALSE', '1', '0'),
  gaps: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 1 }).map(String) }, { weight: 1, arbitrary: fc.constantFrom(...MISSING) }),
  booleans: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('True', 'False', 'true') }, { weight: 1, arbitrary: fc.constantFrom(...BOOLEANS) }),
  words: fc.constantFrom(...WORDS, ...MISSING),
  any: fc.constantFrom(...NUMBERS, ...ODD_NUMBERS, ...WORDS, ...BOOLEANS, ...MISSING, '-inf'),
};
const kindOf = fc.constantFrom('numbers', 'numbers', 'integers', 'gaps', 'booleans', 'words', 'any');

/** Records with their line ends, the header first. */
const fileOf = (kindsOf: fc.Arbitrary<string[]>): fc.Arbitrary<string[]> => fc.record({ kinds: kindsOf, rows: fc.nat(12), extra: fc.constantFrom(0, 0, 0, 1, 2), bom: fc.boolean(), cut: fc.boolean() }).chain(({ bom, cut, extra, kinds, rows }) => {
  const names = kinds.map((_, i) => 'abcd'[i] as string), line = fc.constantFrom('\n', '\n', '\r\n', '\r', '\n\n', '\n  \r\n');
  const cells = fc.tuple(...Array.from({ length: extra }, (_, i) => fc.constant(`i${i}`)), ...kinds.map((kind) => CELLS[kind] as fc.Arbitrary<string>));
  // Short rows, and seldom one that is too long.
  const row = fc.tuple(cells, fc.integer({ min: 0, max: 19 })).map(([list, luck]) => (luck === 0 && list.length > 1 ? list.slice(0, -1) : luck === 1 && rows > 6 ? [...list, '9'] : list).join(','));
  const header = fc.constantFrom(names, names, names, [...names].reverse(), names.map((name, i) => (i === 0 ? name : 'a')));
  return fc.tuple(header, fc.array(fc.tuple(row, line), { minLength: rows, maxLength: rows }), line).map(([head, list, end]) => {
    const records = [(bom ? '\ufeff' : '') + head.join(',') + end, ...list.map(([text, mark]) => text + mark)];
    return cut ? [...records.slice(0, -1), (records.at(-1) as string).trimEnd()] : records;
  });
});
const file = fileOf(fc.array(kindOf, { minLength: 1, maxLength: 4 }));
const sizes = fc.record({ windowBytes: fc.integer({ min: 1, max: 90 }), chunkCells: fc.integer({ min: 1, max: 30 }), step: fc.integer({ min: 1, max: 50 }), kernel: fc.boolean() });

const SCALARS = ['double', 'float', 'long', 'integer', 'boolean', 'string', 'datetime', 'binary', 'any'];
const signature = fc.array(fc.tuple(fc.constantFrom(...SCALARS, 'double', 'double'), fc.boolean()), { minLength: 1, maxLength: 4 })
  .chain((specs) => fc.boolean().map((named) => signatureOf(...specs.map(([type, optional], i) => `${type}${optional && named ? '?' : ''}${named ? ` ${'abcd'[i]}` : ''}`))));

const FITTING: Readonly<Record<string, readonly string[]>> = {
  tidy: ['double', 'float', 'double?'], whole: ['integer', 'long', 'double'], gaps: ['long?', 'integer?', 'boolean?', 'double'], tidyBooleans: ['boolean', 'boolean?'], words: ['string', 'string?', 'any'],
};
/** A file and a signature that takes most of its rows. */
const fitting = fc.array(fc.constantFrom('tidy', 'tidy', 'whole', 'gaps', 'tidyBooleans', 'words'), { minLength: 1, maxLength: 4 }).chain((kinds) => fc.tuple(
  fileOf(fc.constant(kinds)),
  fc.tuple(...kinds.map((kind) => fc.constantFrom(...(FITTING[kind] as string[])))).map((types) => signatureOf(...types.map((type, i) => `${type} ${'abcd'[i]}`))),
));

/** What the whole path says of the shortest file with a fault: that of the first in the file. */
async function firstFault(model: LoadedModel, records: readonly string[]): Promise<string> {
  for (let count = 1; count <= records.length; count++) {
    const found = await outcome(atOnce(model, records.slice(0, count).join('')));
    if (found?.startsWith('{"error')) return found;
  }
  throw new Error('no prefix has a fault');
}

async function compare(records: readonly string[], given: ModelSignature | undefined, mode: Enforcement, { step, ...options }: { windowBytes: number; chunkCells: number; step: number; kernel: boolean }): Promise<void> {
  const model = echoModel(given, mode), text = records.join('');
  const parts = await outcome(inParts(model, text, options, step));
  if (parts === undefined) return;
  const whole = await outcome(atOnce(model, text));
  if (parts === whole) return;
  expect(parts).toMatch(/^\{"error_code/);
  expect(whole).toMatch(/^\{"error_code/);
  expect(parts).toBe(await firstFault(model, records));
}

describe('in parts as at once', () => {
  it.each(['safe', 'strict'] as const)('by a signature, %s', async (mode) => {
    await fc.assert(fc.asyncProperty(file, signature, sizes, (records, given, options) => compare(records, given, mode, options)), { numRuns: 500 });
  });

  it.each(['safe', 'strict'] as const)('by a signature that fits, %s', async (mode) => {
    await fc.assert(fc.asyncProperty(fitting, sizes, ([records, given], options) => compare(records, given, mode, options)), { numRuns: 600 });
  });

  it('by the dtypes that are found', async () => {
    await fc.assert(fc.asyncProperty(file, sizes, (records, options) => compare(records, undefined, 'safe', options)), { numRuns: 800 });
  });

  it('by the dtypes that are found, held against a signature as MLflow does', async () => {
    await fc.assert(fc.asyncProperty(file, signature, sizes, (records, given, options) => compare(records, given, 'mlflow', options)), { numRuns: 500 });
  });
});

describe('damaged bytes', () => {
  const damaged = fc.tuple(fitting, fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(10, 13, 34, 44, 45, 46, 48, 101))), { minLength: 1, maxLength: 4 })).map(([[records, given], marks]) => {
    const bytes = new TextEncoder().encode(records.join(''));
    for (const [at, byte] of marks) bytes[at % bytes.length] = byte;
    return { bytes, given };
  });

  it.each([['safe', true], ['safe', false], ['mlflow', true]] as const)('give the same answer, or an error where the whole has one: %s, by its signature: %s', async (mode, by) => {
    await fc.assert(fc.asyncProperty(damaged, sizes, async ({ bytes, given }, { step, ...options }) => {
      const model = echoModel(by ? given : undefined, mode), parts = await outcome(inParts(model, bytes, options, step));
      if (parts === undefined) return;
      const whole = await outcome(atOnce(model, bytes));
      if (!parts.startsWith('{"error') || whole?.startsWith('{"error') !== true) expect(parts).toBe(whole);
    }), { numRuns: 500 });
  });
});

const X = signatureOf('double x');
const rows = (count: number, cell: (i: number) => string = (i) => `${i}.5`): string => `x\n${Array.from({ length: count }, (_, i) => cell(i)).join('\n')}\n`;
const errorOf = async (promise: Promise<unknown>): Promise<Record<string, unknown>> => promise.then(() => ({}), (error: { toJSON(): Record<string, unknown> }) => error.toJSON());

describe('a file', () => {
  it('has its rows counted from its start, and no value told', async () => {
    const text = rows(30_000, (i) => (i === 23_456 ? 'secret' : `${i}`));
    const error = await errorOf(inParts(echoModel(X, 'safe'), text, { chunkCells: 1000 }));
    expect(error).toMatchObject({ code: 'INPUT_VALUE_INVALID', details: { column: 'x', row: 23_456, expected: 'double', given: 'text' } });
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(await errorOf(inParts(echoModel(X, 'safe'), rows(3000, (i) => (i === 2345 ? '-inf' : '1')), { chunkCells: 100 }))).toMatchObject({ code: 'INPUT_ROW_UNSUITABLE', details: { row: 2345 } });
    expect(await errorOf(inParts(echoModel(X, 'safe'), rows(3000, (i) => (i === 2345 ? '1,2' : '1')), { chunkCells: 100 }))).toMatchObject({ message: expect.stringContaining('row 2346 has 2 cells, 1 were expected') });
  });

  it.each([
    ['a faulty cell before one that is not text', rows(50, (i) => (i === 20 ? 'q' : '1')), 30, 'INPUT_VALUE_INVALID'],
    ['one that is not text before a faulty cell', rows(50, (i) => (i === 40 ? 'q' : '1')), 30, 'TEXT_INVALID'],
    ['neither, unseen', `x,name\n${'1,ab\n'.repeat(50)}`, 33, 'TEXT_INVALID'],
  ])('may hold %s', async (_, text, at, code) => {
    const bytes = new TextEncoder().encode(text);
    bytes[at === 33 ? bytes.indexOf(97, 100) : bytes.indexOf(49, text.split('\n').slice(0, at).join('\n').length)] = 0xff;
    for (const kernel of [true, false]) {
      expect(await errorOf(inParts(echoModel(X, 'safe'), bytes, { chunkCells: 8, windowBytes: 64, kernel }))).toMatchObject({ code });
    }
  });

  it('with missing integers has doubles from its first row on', async () => {
    const model = echoModel(signatureOf('long? n', 'boolean? b'), 'safe'), text = `n,b\n${'1,True\n'.repeat(500)},\n`;
    const answer = await inParts(model, text, { chunkCells: 20 });
    expect(answer).toBe(await atOnce(model, text));
    expect(answer).toContain('{"predictions": [{"n": 1.0, "b": true, "": 0, "dtypes": "float64 object"}');
    // Elsewhere they are exact to the last digit, but not beside missing ones.
    const wide = `n\n${'9007199254740993\n'.repeat(3)}`, one = echoModel(signatureOf('long? n'), 'safe');
    expect(await inParts(one, wide, { chunkCells: 1 })).toContain('{"n": 9007199254740993, "": 0, "dtypes": "int64"}');
    const both = `n\n9007199254740993\n${'1\n'.repeat(20)}NA\n`;
    expect(await errorOf(inParts(one, both, { chunkCells: 4 }))).toEqual(await errorOf(atOnce(one, both)));
    expect(await errorOf(inParts(one, both, { chunkCells: 4 }))).toMatchObject({ details: { column: 'n', row: 0 } });
  });

  it('without rows has an empty answer', async () => {
    expect(await inParts(echoModel(X, 'safe'), 'x\n\n', {})).toBe('{"predictions": []}');
    expect(await inParts(echoModel(undefined, 'safe'), 'x\n', {})).toBeUndefined();
    expect(await errorOf(inParts(echoModel(X, 'safe'), ' \n', {}))).toMatchObject({ code: 'CSV_INVALID' });
  });

  it('is for the caller where the model, its signature or a column needs all of it', async () => {
    expect(await inParts(echoModel(X, 'safe', { rowWise: false }), rows(3), {})).toBeUndefined();
    expect(await inParts(echoModel(undefined, 'safe'), rows(3, () => '18446744073709551616'), {})).toBeUndefined();
    expect(await inParts(echoModel(undefined, 'safe'), rows(3, (i) => (i === 1 ? 'NA' : 'True')), {})).toBeUndefined();
  });

  it('may have many columns', async () => {
    const names = Array.from({ length: 60_000 }, (_, i) => `column_${i}`), text = `${names.join(',')}\n${`${names.map((_, i) => i % 10).join(',')}\n`.repeat(3)}`;
    const model = echoModel(signatureOf('double column_59999', 'long column_3'), 'safe');
    expect(await inParts(model, text, { windowBytes: 1 << 16 }, 1 << 16)).toBe(await atOnce(model, text));
  });

  it('has no row without end', async () => {
    const error = await errorOf(inParts(echoModel(X, 'safe'), `x\n1\n"${'a'.repeat(70_000_000)}`, { windowBytes: 1 << 24 }, 1 << 22));
    expect(error).toMatchObject({ code: 'CSV_INVALID', message: expect.stringContaining('a row is longer than 67108864 bytes') });
  });

  it('is not scored by a model that does not answer row by row after all', async () => {
    const model = echoModel(X, 'safe', { predict: () => [1] });
    expect(await errorOf(inParts(model, rows(3), {}))).toMatchObject({ code: 'INTERNAL' });
  });

  it('can be left, and tells how far it is read', async () => {
    const controller = new AbortController(), seen: number[] = [];
    const reading = inParts(echoModel(X, 'safe'), rows(5000), {
      chunkCells: 100, signal: controller.signal,
      onProgress: ({ rows: count, stage }) => {
        expect(stage).toBe('score');
        seen.push(count);
        if (count >= 1000) controller.abort();
      },
    });
    await expect(reading).rejects.toThrow(/abort/);
    expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => 100 * (i + 1)));
  });

  it('answers with another output', async () => {
    const model = echoModel(X, 'safe');
    expect(await inParts(model, rows(50), { chunkCells: 7, output: 'again' })).toBe(await atOnce(model, rows(50), 'again'));
  });
});
