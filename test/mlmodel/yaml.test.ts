import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml12 } from 'yaml';
import { floatRepr } from '../../src/data/numbers.ts';
import { PySet } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import { parseYaml, writeYaml, YamlTimestamp, type YamlValue } from '../../src/mlmodel/yaml.ts';

interface Recorded {
  read: { text: string; value?: unknown; error?: string }[];
  write: { value: unknown; text: string }[];
}
const recorded = JSON.parse(readFileSync(new URL('../golden/data/pyyaml.json', import.meta.url), 'utf8')) as Recorded;

/** A value in the encoding of the recordings. */
function encode(value: YamlValue): unknown {
  if (typeof value === 'bigint') return { $int: String(value) };
  if (typeof value === 'number') return { $float: floatRepr(value) };
  if (value instanceof YamlTimestamp) return { $time: isoOf(value.text) };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(encode);
  if (value instanceof PySet) return { $set: value.items.map((item) => encode(item as YamlValue)) };
  if (value instanceof Map) return { $dict: [...value].map(([k, v]) => [encode(k), encode(v)]) };
  return value;
}

/** What Python's isoformat gives for the timestamp PyYAML makes of a text. */
function isoOf(text: string): string {
  const [, y, mo, d, h, mi, s, fraction, zone, zh, zm] = /^(\d{4})-(\d+)-(\d+)(?:(?:[Tt]|\s+)(\d+):(\d+):(\d+)(?:\.(\d*))?\s*((?:[-+])(\d+)(?::(\d+))?|Z)?)?$/.exec(text) ?? [];
  const two = (part = '0'): string => part.padStart(2, '0');
  const date = `${y}-${two(mo)}-${two(d)}`;
  if (h === undefined) return date;
  const micros = (fraction ?? '').slice(0, 6).padEnd(6, '0');
  const offset = zone === undefined ? '' : zone === 'Z' ? '+00:00' : `${zone[0]}${two(zh)}:${two(zm)}`;
  return `${date}T${two(h)}:${two(mi)}:${two(s)}${Number(micros) === 0 ? '' : `.${micros}`}${offset}`;
}

function decode(value: unknown): YamlValue {
  if (typeof value !== 'object' || value === null) return value as YamlValue;
  if (Array.isArray(value)) return value.map(decode);
  const [[kind, content] = []] = Object.entries(value);
  if (kind === '$int') return BigInt(content as string);
  if (kind === '$float') return Number((content as string).replace('inf', 'Infinity'));
  return new Map((content as unknown[][]).map(([k, v]) => [decode(k), decode(v)]));
}

/** Sets have no order. */
function sortSets(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, item: unknown) => (key === '$set' ? (item as unknown[]).map((x) => JSON.stringify(x)).sort() : item)));
}

function read(text: string): unknown {
  try {
    return { value: sortSets(encode(parseYaml(text))) };
  } catch (error) {
    expect(ModelError.isInstance(error), String(error)).toBe(true);
    return 'refused';
  }
}

/** Read by us, refused by PyYAML, which takes a tab for no space. */
const READ_BY_US_ONLY: ReadonlySet<string> = new Set(['k: \ta\n', 'a:\tb\n']);

describe('parseYaml', () => {
  it(`reads ${recorded.read.length} drawn scalars and documents as PyYAML does`, () => {
    const different = recorded.read.filter(({ text }) => !READ_BY_US_ONLY.has(text)).filter(({ text, value, error }) => {
      const ours = read(text);
      const theirs = error === undefined ? { value: sortSets(value) } : 'refused';
      return JSON.stringify(ours) !== JSON.stringify(theirs);
    }).map(({ text, value, error }) => ({ text, ours: read(text), theirs: error ?? value }));
    expect(different).toEqual([]);
  });

  it('names line and reason of bad syntax, without the text', () => {
    expect(() => parseYaml('a: 1\nb: secret: 2\n', { file: 'conda.yaml' })).toThrow(/^conda\.yaml is not valid YAML at line 2: [a-z ]+\.$/);
  });

  it.each([
    ['an alias bomb', `a: &a [x, x, x, x, x, x, x, x, x, x]\n${[...'bcdefghij'].map((c, i) => `${c}: &${c} [${Array(10).fill(`*${'abcdefghij'[i]}`).join(', ')}]\n`).join('')}`],
    ['deep lists', '['.repeat(50_000)],
    ['deep mappings', '{a: '.repeat(20_000)],
    ['deep blocks', '- '.repeat(50_000)],
    ['a long text', `a: ${'x'.repeat(9 * 2 ** 20)}`],
    ['very many tokens', '['.repeat(2_000_000)],
    ['very many lines', 'a: 1\n'.repeat(500_000)],
    ['very many merges', `x: &a {p: 1}\ny: {<<: [${'*a, '.repeat(300_000)}]}\n`],
    ['a number of very many parts', `x: 1${':1'.repeat(2_000_000)}`],
    ['an alias of itself', 'a: &a [*a]'],
  ])('refuses %s in bounded time', (_, text) => {
    expect(() => parseYaml(text)).toThrow(ModelError);
  }, 5000);
});

describe('writeYaml', () => {
  it(`writes ${recorded.write.length} drawn documents to the byte as PyYAML does`, () => {
    for (const { value, text } of recorded.write) expect(writeYaml(decode(value))).toBe(text);
  });

  it.each(['12345e12', '1e5', '0o17', '08', '1e+3'])('quotes %s, which PyYAML leaves plain and YAML 1.2 reads as a number', (text) => {
    expect(writeYaml(new Map([['run_id', text]]))).toBe(`run_id: '${text}'\n`);
  });

  const scalar = fc.oneof(
    fc.string({ unit: 'grapheme' }), fc.string(), fc.constantFrom('1e5', '12345e12', '0o17', 'yes', '~', '', '<<', '=', '1:30', '2020-01-01', 'a: b', ' #', '0x1F', '.5', '+1'),
    fc.stringMatching(/^[0-9+.eExob:_-]{1,8}$/), fc.bigInt(), fc.double(), fc.boolean(), fc.constant(null),
  );
  const document = fc.letrec<{ node: YamlValue }>((tie) => ({
    node: fc.oneof({ maxDepth: 4 }, scalar, fc.array(tie('node'), { maxLength: 4 }), fc.array(fc.tuple(fc.string({ maxLength: 140 }), tie('node')), { maxLength: 4 }).map((entries) => new Map<YamlValue, YamlValue>(entries))),
  })).node;
  const sameEncoding = (value: YamlValue): string => JSON.stringify(sortKeys(encode(value)));

  it('is read back as the same value', () => {
    fc.assert(fc.property(document, (value) => {
      expect(sameEncoding(parseYaml(writeYaml(value)))).toBe(sameEncoding(value));
    }), { numRuns: 2000 });
  });

  it('means the same to a reader of YAML 1.2', () => {
    fc.assert(fc.property(document, (value) => {
      const core = parseYaml12(writeYaml(value), { version: '1.2', intAsBigInt: true, mapAsMap: true }) as YamlValue;
      expect(sameEncoding(core)).toBe(sameEncoding(value));
    }), { numRuns: 2000 });
  });

  it('keeps a timestamp bare', () => {
    const text = "time_created: 2018-05-25T17:28:53.35\nutc_time_created: '2024-04-10 02:20:44.242248'\n";
    expect(writeYaml(parseYaml(text))).toBe(text);
  });
});

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const dict = (value as { $dict?: [unknown, unknown][] }).$dict;
  return dict ? { $dict: dict.map(([k, v]) => [k, sortKeys(v)]).sort(([a], [b]) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) } : value;
}
