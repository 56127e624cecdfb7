import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeJson, type PlainJson } from '../../src/data/json-write.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import { valuesOf } from '../../src/data/value-at.ts';
import type { Value } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import { ColSpec } from '../../src/schema/col-spec.ts';
import { ArrayType, MapType } from '../../src/schema/data-types.ts';
import { Schema } from '../../src/schema/schema.ts';
import { ModelSignature } from '../../src/schema/signature.ts';
import { TensorSpec } from '../../src/schema/tensor-spec.ts';
import { compileDecoder, type Decoded, type DecoderOptions } from '../../src/wire/decode.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const columns = new ModelSignature({ inputs: new Schema([new ColSpec('double', 'x'), new ColSpec('long', 'n'), new ColSpec('string', 's', false)]) });
const signatures = [
  undefined,
  columns,
  new ModelSignature({ inputs: new Schema([new ColSpec('boolean'), new ColSpec('datetime')]) }),
  new ModelSignature({ inputs: new Schema([new ColSpec(new ArrayType('double'), 'x'), new ColSpec(new MapType('long'), 'n'), new ColSpec('binary', 's')]) }),
  new ModelSignature({ inputs: new Schema([new TensorSpec('float32', [-1, 2])]) }),
  new ModelSignature({ inputs: new Schema([new TensorSpec('int8', [-1], 'x'), new TensorSpec('str', [-1], 's')]) }),
];

async function decode(body: Uint8Array, type: string = 'application/json', signature?: ModelSignature, options: Partial<DecoderOptions> = {}): Promise<Decoded> {
  return compileDecoder(signature, { enforcement: 'mlflow', ...options })(body, type);
}

/** Data or a coded 4xx, nothing else. */
async function settles(body: Uint8Array, type: string, signature: ModelSignature | undefined, options: Partial<DecoderOptions>): Promise<void> {
  try {
    await decode(body, type, signature, options);
  } catch (error) {
    if (!ModelError.isInstance(error)) throw error;
    expect(error.status).toBeGreaterThanOrEqual(400);
    expect(error.status).toBeLessThan(500);
  }
}

describe('values of a body', () => {
  it('keeps 64-bit integers, minus zero and the kinds of numbers', async () => {
    const { data } = await decode(bytes('{"dataframe_split": {"columns": ["i", "f"], "data": [[9223372036854775807, -0.0], [1, 1e400]]}}'));
    expect((data as Table).columns.map((col) => valuesOf(col))).toEqual([[9223372036854775807n, 1n], [-0, Infinity]]);
  });

  it('reads any JSON value back as it was written', async () => {
    const plain = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, fc.constant(null), fc.boolean(), fc.bigInt(), fc.double(), fc.string({ unit: 'binary' }), fc.array(tie('value'), { maxLength: 4 }),
        fc.array(fc.tuple(fc.string(), tie('value')), { maxLength: 4 }).map((entries) => new Map(entries))),
    })).value;
    await fc.assert(fc.asyncProperty(plain, async (value) => {
      const { data, params } = await decode(bytes(writeJson(new Map([['inputs', value], ['params', value]]) as unknown as PlainJson)), 'application/json', columns, { fromTypeHint: true });
      expect(data).toEqual(value);
      expect(params).toEqual(value);
    }), { numRuns: 300 });
  });

  it('has no special keys', async () => {
    const { data } = await decode(bytes('{"dataframe_records": [{"__proto__": 1, "constructor": 2, "toString": 3}]}'));
    expect((data as Table).names).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  it('reads UTF-16, UTF-32 and surrogates on their own', async () => {
    const text = '{"inputs": ["é😀"]}', utf16 = new Uint8Array(2 * text.length), utf32 = new Uint8Array(4 * [...text].length);
    [...text].forEach((c, i) => new DataView(utf32.buffer).setUint32(4 * i, c.codePointAt(0) ?? 0));
    for (let i = 0; i < text.length; i++) new DataView(utf16.buffer).setUint16(2 * i, text.charCodeAt(i), true);
    for (const body of [utf16, utf32]) expect(((await decode(body)).data as Tensor).values).toEqual(['é😀']);
    const lone = Uint8Array.from([...bytes('{"inputs": ["a'), 0xed, 0xa0, 0xbd, ...bytes('b"]}')]);
    expect(((await decode(lone)).data as Tensor).values).toEqual(['a\ud83db']);
  });
});

describe('bad bodies', () => {
  const bodies: Record<string, string> = {
    deep: `{"inputs": ${'['.repeat(100_000)}`,
    deepMap: '{"a":'.repeat(100_000),
    long: `{"inputs": [${'9'.repeat(5000)}]}`,
    sparseRecords: `{"dataframe_records": [${Array.from({ length: 20_000 }, (_, i) => `{"k${i}": 1}`).join(',')}]}`,
    sparseRows: `{"dataframe_split": {"data": [[${'0,'.repeat(20_000)}0]${',[1]'.repeat(20_000)}]}}`,
    constant: `{"dataframe_split": {"data": 1, "columns": [${'0,'.repeat(5000)}0], "index": [${'0,'.repeat(5000)}0]}}`,
    empty: '',
  };
  for (const [name, body] of Object.entries(bodies)) {
    it(`${name}: a coded 4xx in bounded time`, async () => {
      const started = performance.now();
      await expect(decode(bytes(body))).rejects.toMatchObject({ brand: 'mlmodel.ModelError', status: 400 });
      expect(performance.now() - started).toBeLessThan(2000);
    });
  }

  it('short CSV rows under a long header are refused, not filled', async () => {
    await expect(decode(bytes(`${'a,'.repeat(30_000)}a\n${'1\n'.repeat(30_000)}`), 'text/csv')).rejects.toMatchObject({ code: 'CSV_INVALID' });
  });

  it('mutations of every form end in data or a 4xx', async () => {
    const seeds = [
      '{"dataframe_split": {"columns": ["x", "n", "s"], "index": [1, 2], "data": [[1.5, 2, "a"], [null, 9007199254740993, "é"]]}, "params": {"t": 1}}',
      '{"dataframe_records": [{"x": 1, "n": 2, "s": "2021-03-04"}, {"x": [1], "n": {"k": 1}}]}',
      '{"inputs": {"x": [[1, 2], [3, 4]], "s": ["aGVsbG8=", null]}}', '{"instances": [{"x": 0.5, "n": true}, {"x": "1", "n": []}]}', '{"inputs": [[1, 2.5], [null, "x"]]}',
      '{"messages": [{"role": "user"}], "temperature": 1}', 'x,n,s\n1.5,2,"a ""b"""\n,9223372036854775808,NA\r\n"x\ny",True,\n',
    ].map(bytes);
    const pool = fc.oneof(fc.constantFrom(...bytes('{}[]",:0123456789eE.-+\\untrfalse\n\r ')), fc.nat(255));
    await fc.assert(fc.asyncProperty(
      fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(400), pool, fc.nat(2)), { minLength: 1, maxLength: 6 }), fc.constantFrom('application/json', 'text/csv'), fc.constantFrom(...signatures), fc.constantFrom('mlflow', 'safe', 'strict'),
      async (seed, edits, type, signature, enforcement) => {
        const body = [...seed];
        for (const [at, byte, kind] of edits) body.splice(at % (body.length + 1), kind === 0 ? 1 : kind === 1 ? 0 : 3, ...(kind === 2 ? [] : [byte]));
        await settles(Uint8Array.from(body), type, signature, { enforcement: enforcement as 'mlflow' });
      },
    ), { numRuns: 4000 });
  }, 60_000);
});

describe('content types', () => {
  it.each([[undefined, 'CONTENT_TYPE_MISSING'], ['text/plain', 'CONTENT_TYPE_UNSUPPORTED'], ['application/json; charset=latin-1', 'CHARSET_UNSUPPORTED'], ['text/csv; header=present', 'CONTENT_TYPE_PARAMETER'], ['__proto__', 'CONTENT_TYPE_UNSUPPORTED']])('%s: %s', async (type, code) => {
    const decoder = compileDecoder(undefined, { enforcement: 'safe' });
    expect(() => decoder(bytes('{}'), type)).toThrow(expect.objectContaining({ code }) as Error);
  });
});
