import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_NESTING, ProtoReader, ProtoWriter } from '../../src/formats/protobuf.ts';
import { caught } from '../support/caught.ts';

const over = (bytes: readonly number[] | Uint8Array): ProtoReader => ProtoReader.over(Uint8Array.from(bytes), { file: 'm', format: 'ONNX' });
const first = (bytes: readonly number[]): ProtoReader => {
  const reader = over(bytes);
  reader.next();
  return reader;
};

describe('ProtoReader', () => {
  it('reads the examples of the encoding guide', () => {
    expect(first([0x08, 0x96, 0x01]).integer()).toBe(150);
    expect(first([0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]).text()).toBe('testing');
    expect(first([0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]).int64()).toBe(-2n);
    expect(first([0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05]).int64s()).toEqual([3n, 270n, 86942n]);
  });

  it('passes over what nobody asks for', () => {
    const reader = over(new ProtoWriter().int64(1, 5).text(2, 'a').float(3, 1).int64(9, 7).finish());
    let last = 0;
    while (reader.next()) last = reader.field;
    expect(last).toBe(9);
  });

  it('gives repeated numbers packed or one by one', () => {
    const packed = new ProtoWriter().bytes(7, new Uint8Array(Float32Array.from([1, 2]).buffer)).finish();
    expect(first([...packed]).floats()).toEqual([1, 2]);
    expect(first([...new ProtoWriter().float(7, 1).finish()]).floats()).toEqual([1]);
    expect(first([...new ProtoWriter().int64(7, -1).finish()]).int64s()).toEqual([-1n]);
  });

  it.each<[string, string, readonly number[]]>([
    ['a varint without end', 'FILE_TRUNCATED', [0x08, 0x80]],
    ['a varint that is too long', 'FILE_MALFORMED', [0x08, ...Array.from({ length: 10 }, () => 0x80), 1]],
    ['a length past the end', 'FILE_TRUNCATED', [0x12, 0x7f, 0x00]],
    ['a length past 2^53', 'FILE_TRUNCATED', [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['the field 0', 'FILE_MALFORMED', [0x00, 0x00]],
    ['a group', 'FILE_MALFORMED', [0x0b, 0x0c]],
    ['text that is not UTF-8', 'FILE_MALFORMED', [0x12, 0x01, 0xff]],
  ])('refuses %s', (_, code, bytes) => {
    expect(caught(() => {
      const reader = over(bytes);
      while (reader.next()) if (reader.field === 2) reader.text();
    }).code).toBe(code);
  });

  it('refuses another wire type than is asked for', () => {
    expect(caught(() => first([0x08, 0x01]).text()).code).toBe('FILE_MALFORMED');
    expect(caught(() => first([0x0a, 0x00]).float()).code).toBe('FILE_MALFORMED');
  });

  it('refuses deep nesting without deep recursion', () => {
    let bytes = new Uint8Array(0);
    for (let i = 0; i < MAX_NESTING + 1; i++) bytes = Uint8Array.from(new ProtoWriter().bytes(1, bytes).finish());
    const descend = (reader: ProtoReader): void => {
      while (reader.next()) descend(reader.message());
    };
    expect(caught(() => descend(over(bytes))).code).toBe('FILE_MALFORMED');
  });
});

describe('ProtoWriter', () => {
  it('writes what the reader reads', () => {
    fc.assert(fc.property(fc.array(fc.oneof(
      fc.record({ kind: fc.constant('int'), field: fc.integer({ min: 1, max: 2 ** 29 - 1 }), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
      fc.record({ kind: fc.constant('text'), field: fc.integer({ min: 1, max: 100 }), value: fc.string({ unit: 'grapheme' }) }),
      fc.record({ kind: fc.constant('float'), field: fc.integer({ min: 1, max: 100 }), value: fc.float() }),
    )), (fields) => {
      const writer = new ProtoWriter();
      for (const { kind, field, value } of fields) {
        if (kind === 'int') writer.int64(field, value as bigint);
        else if (kind === 'text') writer.text(field, value as string);
        else writer.float(field, value as number);
      }
      const bytes = writer.finish(), reader = over(bytes), raws: Uint8Array[] = [];
      for (const { kind, field, value } of fields) {
        expect(reader.next()).toBe(true);
        expect(reader.field).toBe(field);
        expect(kind === 'int' ? reader.int64() : kind === 'text' ? reader.text() : reader.float()).toEqual(value);
        raws.push(reader.raw());
      }
      expect(reader.next()).toBe(false);
      const copy = new ProtoWriter();
      for (const raw of raws) copy.raw(raw);
      expect(copy.finish()).toEqual(bytes);
    }));
  });
});
