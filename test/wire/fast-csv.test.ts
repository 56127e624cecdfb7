/** The fast path of CSV bodies answers as the general one; errors are the general one's. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Table } from '../../src/data/table.ts';
import type { ColumnType } from '../../src/schema/data-types.ts';
import { ColSpec } from '../../src/schema/col-spec.ts';
import { compileValueEnforcer } from '../../src/schema/enforce-values.ts';
import { Schema } from '../../src/schema/schema.ts';
import { ModelSignature } from '../../src/schema/signature.ts';
import { compileDecoder } from '../../src/wire/decode.ts';
import { readFastCsv } from '../../src/wire/fast-csv.ts';
import { caught } from '../support/caught.ts';

const TYPES = ['double', 'float', 'long', 'integer', 'boolean', 'string'] as const;
const signature = new ModelSignature({ inputs: new Schema(TYPES.map((type) => new ColSpec(type as ColumnType, type))) });
const mostly = (common: fc.Arbitrary<string>, ...odd: string[]): fc.Arbitrary<string> => fc.oneof({ weight: 30, arbitrary: common }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
const cell = {
  double: mostly(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).map(String), fc.constantFrom('', '1', '-0', 'nan', 'NaN', 'NA')), '.5', ' 1', 'inf', '1e999'), float: mostly(fc.float({ noNaN: true, noDefaultInfinity: true }).map(String), '', '3.4028236e38'),
  long: mostly(fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String), fc.maxSafeInteger().map(String)), '3.0', '9223372036854775808', ''), integer: mostly(fc.integer().map(String), '2147483648', '-0', 'x'),
  boolean: mostly(fc.constantFrom('True', 'False', 'true', 'false', '0', '1'), 'TRUE', '2'), string: mostly(fc.string().map((text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)), 'é', 'NA', ''),
};
const row = fc.tuple(...TYPES.map((type) => cell[type])).map((cells) => cells.join(','));
const plain = (table: Table): unknown => ({ names: table.names, columns: table.columns.map(({ dtype, values }) => ({ dtype, values: Array.from(values as ArrayLike<unknown>, (x) => (typeof x === 'bigint' ? Number(x) : x)) })), length: table.length });

describe('CSV bodies', () => {
  it('are read as by the general path', async () => {
    const fast = compileDecoder(signature, { enforcement: 'safe' }), general = compileDecoder(signature, { enforcement: 'safe', fast: false });
    let read = 0;
    await fc.assert(fc.asyncProperty(fc.array(row, { maxLength: 6 }), fc.integer({ min: 1, max: 400 }), fc.boolean(), async (rows, times, crlf) => {
      const body = new TextEncoder().encode([TYPES.join(','), ...Array.from({ length: times }, () => rows).flat()].join(crlf ? '\r\n' : '\n'));
      const outcome = async (decode: typeof fast): Promise<unknown> => {
        try {
          return plain((await decode(body, 'text/csv')).data as Table);
        } catch (error) {
          return (error as { toJSON(): unknown }).toJSON();
        }
      };
      expect(await outcome(fast)).toEqual(await outcome(general));
      const enforcer = compileValueEnforcer(signature, 'safe');
      if (enforcer && readFastCsv(enforcer, body)) read++;
    }), { numRuns: 150 });
    expect(read).toBeGreaterThan(50);
  });

  it('of blank or short lines make no large table', () => {
    const enforcer = compileValueEnforcer(new ModelSignature({ inputs: new Schema(Array.from({ length: 1000 }, (_, i) => new ColSpec('double', `c${i}`))) }), 'safe');
    const header = Array.from({ length: 1000 }, (_, i) => `c${i}`).join(',');
    const before = process.memoryUsage().arrayBuffers;
    for (const line of ['\n', '1\n']) expect(enforcer && readFastCsv(enforcer, new TextEncoder().encode(`${header}\n${line.repeat(200_000)}`))).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100e6);
    expect(caught(() => enforcer?.csv(['c0'], [['1']])).code).toBe('INPUT_MISSING');
  });
});
