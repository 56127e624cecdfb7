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
  gaps: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 1 }).map(String) }, { weight: 1, arbitrary: fc.constantFrom(...MISSING) }),
  booleans: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('True', 'False', 'true') }, { weight: 1, arbitrary: fc.constantFrom(...BOOLEANS) }),
  words: fc.constantFrom(...WORDS, ...MISSING),
  any: fc.constantFrom(...NUMBERS, ...ODD_NUMBERS, ...WORDS, ...BOOLEANS, ...MISSING, '-inf'),
};
const kindOf = fc.constantFrom('numbers', 'numbers', 'integers', 'gaps', 'booleans', 'words', 'any');

/** Records with their line ends, the header first. */
const file = fc.record({ kinds: fc.array(kindOf, { minLength: 1, maxLength: 4 }), rows: fc.nat(12), extra: fc.constantFrom(0, 0, 0, 1, 2), bom: fc.boolean(), cut: fc.boolean() }).chain(({ bom, cut, extra, kinds, rows }) => {
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
const sizes = fc.record({ windowBytes: fc.integer({ min: 1, max: 90 }), chunkCells: fc.integer({ min: 1, max: 30 }), step: fc.integer({ min: 1, max: 50 }), kernel: fc.boolean() });

const SCALARS = ['double', 'float', 'long', 'integer', 'boolean', 'string', 'datetime', 'binary', 'any'];
const signature = fc.array(fc.tuple(fc.constantFrom(...SCALARS, 'double', 'double'), fc.boolean()), { minLength: 1, maxLength: 4 })
  .chain((specs) => fc.boolean().map((named) => signatureOf(...specs.map(([type, optional], i) => `${type}${optional && named ? '?' : ''}${named ? ` ${'abcd'[i]}` : ''}`))));

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
    await fc.assert(fc.asyncProperty(file, signature, sizes, (records, given, options) => compare(records, given, mode, options)), { numRuns: 1500 });
  });

  it('by the dtypes that are found', async () => {
    await fc.assert(fc.asyncProperty(file, sizes, (records, options) => compare(records, undefined, 'safe', options)), { numRuns: 1500 });
  });

  it('by the dtypes that are found, held against a signature as MLflow does', async () => {
    await fc.assert(fc.asyncProperty(file, signature, sizes, (records, given, options) => compare(records, given, 'mlflow', options)), { numRuns: 1000 });
  });
});
