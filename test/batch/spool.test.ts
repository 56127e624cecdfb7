import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Spool } from '../../src/batch/spool.ts';

const place = mkdtempSync(join(tmpdir(), 'spool-'));
afterAll(() => rmSync(place, { recursive: true }));

describe('a spool', () => {
  it('gives back what was added, from memory and from a file without a name', async () => {
    vi.stubEnv('TMPDIR', place);
    await fc.assert(fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), fc.nat(100), fc.integer({ min: 1, max: 50 }), async (parts, limit, step) => {
      const spool = new Spool(limit), all = Buffer.concat(parts);
      await spool.add(Buffer.from('cleared'));
      await spool.clear();
      for (const part of parts) await spool.add(part);
      const out = Buffer.alloc(all.length + step);
      let at = 0;
      for (let got = -1; got !== 0; at += got) got = await spool.read(out, at, step, at);
      expect([spool.size, out.subarray(0, at)]).toEqual([all.length, all]);
      await spool.close();
    }), { numRuns: 100 });
    expect(readdirSync(place)).toEqual([]);
    vi.stubEnv('TMPDIR', join(place, 'no-such-folder'));
    await expect(new Spool(0).add(new Uint8Array(1))).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    vi.unstubAllEnvs();
  });
});
