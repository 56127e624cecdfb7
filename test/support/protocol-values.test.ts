import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { writeJson } from '../../src/data/json-write.ts';
import type { Value } from '../../src/data/values.ts';
import { decodeValue, difference, parseLine, valueText } from './protocol-values.ts';

const FILES: Readonly<Record<string, readonly string[]>> = {
  enforce: ['input', 'params', 'expect.data', 'expect.params'],
  infer_signature: ['model_input', 'model_output', 'params'],
  dtype_json: ['value'],
  parse: ['expect.data', 'expect.params'],
};

describe('the value encoding of the recordings', () => {
  for (const [file, paths] of Object.entries(FILES)) {
    it(`${file}: every recorded value is read and written back unchanged`, () => {
      let count = 0;
      for (const text of readFileSync(new URL(`../golden/protocol/${file}.jsonl`, import.meta.url), 'utf8').split('\n')) {
        if (text === '') continue;
        const line = parseLine(text);
        for (const path of paths) {
          const recorded = path.split('.').reduce<Value | undefined>((at, key) => (at as Map<Value, Value> | undefined)?.get(key), line);
          if (recorded === undefined) continue;
          const value = decodeValue(recorded);
          expect(valueText(value), String(line.get('id'))).toBe(writeJson(recorded as string));
          expect(difference(value, recorded)).toBeUndefined();
          count++;
        }
      }
      expect(count).toBeGreaterThan(100);
    });
  }

  it('tells values apart', () => {
    expect(difference(1, 1n)).toMatch(/got/);
    expect(difference([true], [1n])).toMatch(/got/);
    expect(difference(new Map<Value, Value>([['a', 1n], ['b', 2n]]), new Map<Value, Value>([['b', 2n], ['a', 1n]]))).toBeUndefined();
  });
});
