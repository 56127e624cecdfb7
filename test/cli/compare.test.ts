import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Comparison, type Tolerance, ulpDistance } from '../../src/cli/verify/compare.ts';
import { readRecordings, writeRecordings } from '../../src/cli/verify/recordings.ts';
import { parseJson } from '../../src/data/json-parse.ts';

describe('ulpDistance', () => {
  it('counts doubles between two', () => {
    expect(ulpDistance(1, 1)).toBe(0n);
    expect(ulpDistance(1, 1 + Number.EPSILON)).toBe(1n);
    expect(ulpDistance(-0, 0)).toBe(0n);
    expect(ulpDistance(-Number.MIN_VALUE, Number.MIN_VALUE)).toBe(2n);
  });
  it('is symmetric', () => {
    fc.assert(fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => ulpDistance(a, b) === ulpDistance(b, a) && ulpDistance(a, b) >= 0n));
  });
});

describe('Comparison', () => {
  const compare = (want: string, got: string, tolerance: Tolerance = { absolute: 1e-9, relative: 1e-9 }): { problem: string | undefined; outputs: object } => {
    const comparison = new Comparison(tolerance);
    return { problem: comparison.add(parseJson(want), parseJson(got)), outputs: Object.fromEntries(comparison.outputs) };
  };

  it('takes the largest differences of each output', () => {
    const { outputs, problem } = compare('{"predictions": [{"a": 1.0, "b": 2.0}, {"a": 3.0, "b": 5}]}', '{"predictions": [{"a": 1.0000000000000002, "b": 2.0}, {"a": 3.0, "b": 5}]}');
    expect(problem).toBeUndefined();
    expect(outputs).toEqual({ a: { values: 2, absolute: 2.220446049250313e-16, relative: 2.220446049250313e-16, ulps: 1n }, b: { values: 2, absolute: 0, relative: 0, ulps: 0n } });
  });

  it.each([
    ['[1]', '[1.0]', '$[0]: integer expected, number given'],
    ['[1.0]', '[1.1]', '$[0]: differs by'],
    ['[1.0]', '[1.0, 2.0]', '$: 1 items expected, 2 given'],
    ['[NaN]', '[1.0]', '$[0]: NaN expected, 1 given'],
    ['["a"]', '["b"]', '$[0]: the text differs'],
    ['[null]', '[NaN]', '$[0]: null expected, number given'],
    ['{"a": 1}', '{"b": 1}', 'missing'],
    ['[9007199254740993]', '[9007199254740992]', 'the integer differs'],
  ])('tells %s from %s', (want, got, problem) => {
    expect(compare(want, got).problem).toContain(problem);
  });

  it('allows values of float32 more than others, unless told', () => {
    const near = ['[0.10000000149011612]', '[0.10000000894069672]'] as const, wide = ['[0.1]', '[0.10000000745]'] as const;
    expect(compare(...near, {}).problem).toBeUndefined();
    expect(compare(...wide, {}).problem).toContain('differs by');
    expect(compare(...near).problem).toContain('differs by');
  });

  it.each(['[NaN, Infinity, -Infinity]', '{"predictions": [null, true, "x", 1, -0.0]}', '[]'])('agrees with itself: %s', (text) => {
    expect(compare(text, text).problem).toBeUndefined();
  });
});

describe('recordings', () => {
  it('survive a round trip, bytes that are no text included', () => {
    fc.assert(fc.property(fc.uint8Array(), fc.string(), (body, name) => {
      const [back] = readRecordings(writeRecordings([{ name, contentType: 'text/csv', body, status: 200, response: '[1]' }]), 'x');
      expect(back).toMatchObject({ name, contentType: 'text/csv', status: 200, response: '[1]' });
      expect(new Uint8Array(back?.body ?? [])).toEqual(body);
    }));
  });

  it.each(['{', '1', '{"name": "a"}', '{"body": "x", "status": "200"}'])('names the line of what is none: %s', (line) => {
    expect(() => readRecordings(`{"body": ""}\n${line}`, 'r.jsonl')).toThrow(expect.objectContaining({ code: 'RECORDING_INVALID', data: expect.objectContaining({ line: 2 }) }));
  });
});
