import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Table } from '../../src/data/table.ts';
import type { Decoded } from '../../src/wire/decode.ts';

describe('where there is no WebAssembly', () => {
  beforeAll(() => {
    vi.stubGlobal('WebAssembly', undefined);
    vi.resetModules();
  });
  afterAll(() => {
    vi.unstubAllGlobals();
  });

  it('bodies are read the general way', async () => {
    const { compileDecoder } = await import('../../src/wire/decode.ts'), { ColSpec } = await import('../../src/schema/col-spec.ts');
    const { Schema } = await import('../../src/schema/schema.ts'), { ModelSignature } = await import('../../src/schema/signature.ts');
    const signature = new ModelSignature({ inputs: new Schema([new ColSpec('double', 'x'), new ColSpec('string', 's')]) });
    const decode = compileDecoder(signature, { enforcement: 'safe' });
    for (let i = 0; i < 3; i++) {
      const { data } = decode(new TextEncoder().encode(`{"dataframe_records": [{"x": ${i}.5, "s": "a"}]}`), 'application/json') as Decoded;
      expect((data as Table).rows()).toEqual([{ x: i + 0.5, s: 'a' }]);
    }
  });

  it('floats are written one by one', async () => {
    const { floatTexts } = await import('../../src/wire/float-text.ts');
    const values = Array.from({ length: 100 }, (_, i) => i / 8);
    expect(floatTexts(values, ['; ', ', '])).toBe(values.map((x, i) => `${i % 2 === 0 ? '; ' : ', '}${Number.isInteger(x) ? `${x}.0` : x}`).join(''));
  });
});
