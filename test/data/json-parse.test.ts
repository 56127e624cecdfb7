import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/data/json-parse.ts';
import { caught } from '../support/caught.ts';

describe('parseJson', () => {
  it('keeps the last of equal keys, or refuses them at the second', () => {
    const text = '{"a": 1, "b": [{"c": 1, "\\u0063": 2}], "a": 3}';
    expect(parseJson(text)).toEqual(new Map<string, unknown>([['a', 3n], ['b', [new Map([['c', 2n]])]]]));
    expect(caught(() => parseJson(text, { duplicates: 'refuse' })).data['offset']).toBe(text.indexOf('"\\u0063"'));
    expect(parseJson('{"a": {"a": [{"a": 1}, {"a": 2}]}}', { duplicates: 'refuse' })).toBeInstanceOf(Map);
  });

  it('takes no key for more than a name', () => {
    expect(parseJson('{"__proto__": {"constructor": 1}}')).toEqual(new Map([['__proto__', new Map([['constructor', 1n]])]]));
  });
});
