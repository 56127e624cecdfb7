import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/data/json-parse.ts';
import { indentJson, jsonString, jsonStrings, writeJson } from '../../src/data/json-write.ts';

describe('jsonString', () => {
  it('escapes what Python escapes', () => {
    expect(jsonString('"\\/\b\f\n\r\t\0\x1f\x7fé\u2028😀\ud800')).toBe('"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f\\u00e9\\u2028\\ud83d\\ude00\\ud800"');
  });

  it('is ASCII and reads back', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(jsonString(text)).toMatch(/^"[ -~]*"$/);
      expect(JSON.parse(jsonString(text))).toBe(text);
    }), { numRuns: 2000 });
  });
});

describe('writeJson', () => {
  it('separates, indents and writes numbers as json.dumps does', () => {
    const value = new Map<unknown, unknown>([['a', [1n, 1, null, true]], [2, new Map()], ['b', []]]);
    expect(writeJson(value)).toBe('{"a": [1, 1.0, null, true], "2.0": {}, "b": []}');
    expect(writeJson(value, 2)).toBe('{\n  "a": [\n    1,\n    1.0,\n    null,\n    true\n  ],\n  "2.0": {},\n  "b": []\n}');
    expect(writeJson({ x: NaN, y: -Infinity, z: -0 })).toBe('{"x": NaN, "y": -Infinity, "z": -0.0}');
  });

  it('is read back as the same text', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const text = writeJson(value as null);
      expect(writeJson(parseJson(text) as null)).toBe(text);
    }), { numRuns: 1000 });
  });

  it('is indented from its text as from its value', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      expect(indentJson(writeJson(value as null), 2)).toBe(writeJson(value as null, 2));
    }), { numRuns: 1000 });
    expect(indentJson('{"true": 1, "true": ", [\\""}', 1)).toBe('{\n "true": 1,\n "true": ", [\\""\n}');
  });
});

describe('lists of texts', () => {
  it('are written as each of them', () => {
    const many = Array.from({ length: 1000 }, (_, i) => (i % 7 === 0 ? null : `label ${i % 3 === 0 ? 1 : i} é"`));
    expect(jsonStrings(many, 'NaN')).toEqual(many.map((text) => (text === null ? 'NaN' : jsonString(text))));
    expect(jsonStrings([], 'null')).toEqual([]);
    expect(jsonStrings(['', '', '__proto__'], 'null')).toEqual(['""', '""', '"__proto__"']);
  });
});
