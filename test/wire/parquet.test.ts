import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { valuesOf } from '../../src/data/value-at.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import { checkZstd } from '../../src/wire/parquet-check.ts';
import { parquetTable } from '../../src/wire/parquet.ts';
import { decodeValue, parseLine } from '../support/protocol-values.ts';

const recorded = readFileSync(new URL('../golden/wire/parquet.jsonl', import.meta.url), 'utf8').split('\n').filter((text) => text !== '')
  .map((text) => decodeValue(parseLine(text).get('body') as string) as Uint8Array);

describe('parquet bodies', () => {
  it('read what another writer wrote', async () => {
    const file = parquetWriteBuffer({ columnData: [{ name: 'x', data: [1.5, null, -0], type: 'DOUBLE' }, { name: 's', data: ['a', 'é', null], type: 'STRING' }, { name: 'n', data: [1n, 2n, 2n ** 62n], type: 'INT64' }] });
    const table = await parquetTable(new Uint8Array(file));
    expect(table.names).toEqual(['x', 's', 'n']);
    expect(table.columns.map((col) => [col.dtype, valuesOf(col)])).toEqual([['float64', [1.5, NaN, -0]], ['str', ['a', 'é', NaN]], ['int64', [1n, 2n, 2n ** 62n]]]);
  });

  it('damaged files end in a table or a coded 400', async () => {
    await fc.assert(fc.asyncProperty(fc.constantFrom(...recorded), fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.boolean(), async (file, edits, cut) => {
      const body = cut ? file.slice(0, (edits[0]?.[0] ?? 0) % file.length) : file.slice();
      for (const [at, byte] of edits) if (body.length > 0) body[at % body.length] = byte;
      try {
        await parquetTable(body);
      } catch (error) {
        if (!ModelError.isInstance(error)) throw error;
        expect(error.code).toBe('PARQUET_INVALID');
      }
    }), { numRuns: 3000 });
  }, 120_000);

  it('levels that are longer than their page are refused', async () => {
    const file = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'l', data: [1n, 2n], type: 'INT64' }] }));
    // The length of the definition levels in the header of the first page: 0x80 takes the next byte into the number.
    file[20] = 0x80;
    await expect(parquetTable(file)).rejects.toMatchObject({ code: 'PARQUET_INVALID', data: { reason: 'the levels of a page are longer than the page' } });
  });

  it('a Zstandard frame that outgrows its page is refused', () => {
    const runs = Array.from({ length: 3000 }, () => [...[(131_071 << 3) | 2].flatMap((n) => [n & 255, (n >> 8) & 255, (n >> 16) & 255]), 7]).flat();
    expect(() => checkZstd(Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, ...runs]), 100)).toThrow(expect.objectContaining({ code: 'PARQUET_INVALID' }) as Error);
  });
});
