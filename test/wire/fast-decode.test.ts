import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column } from '../../src/data/column.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import type { Value } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import { ColSpec } from '../../src/schema/col-spec.ts';
import type { ScalarType } from '../../src/schema/data-types.ts';
import { compileEnforcer } from '../../src/schema/enforce.ts';
import { Schema } from '../../src/schema/schema.ts';
import { type Enforcement, ModelSignature } from '../../src/schema/signature.ts';
import { TensorSpec } from '../../src/schema/tensor-spec.ts';
import { compileDecoder, type Decoded } from '../../src/wire/decode.ts';
import { compileFastDecoder, type FastDecoded } from '../../src/wire/fast-decode.ts';

const MODES: readonly Enforcement[] = ['mlflow', 'safe', 'strict'];
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const signatureOf = (specs: readonly ColSpec[] | readonly TensorSpec[]): ModelSignature => new ModelSignature({ inputs: new Schema(specs) });

/** Everything that a model could see: names, dtypes, storage, each bit. */
function seen(value: Value): unknown {
  if (value instanceof Table) return { names: value.names, index: value.index, length: value.length, columns: value.columns.map(seenColumn) };
  if (value instanceof Tensor) return { dtype: value.dtype, shape: value.shape, ...seenStorage(value.values) };
  if (value instanceof Map) return [...value].map(([key, item]) => [key, seen(item)]);
  return value;
}
const seenColumn = ({ dtype, length, values, validity, tz, nullable }: Column): unknown => ({ dtype, length, validity, tz, nullable: nullable === true, ...seenStorage(values) });
const seenStorage = (values: Column['values']): object => ({ storage: values.constructor.name, values: Array.from(values as ArrayLike<unknown>, (v) => (Object.is(v, -0) ? '-0' : v)) });

function general(signature: ModelSignature, mode: Enforcement): (body: Uint8Array) => FastDecoded | undefined {
  const decode = compileDecoder(signature, { enforcement: mode, fast: false }), enforcer = compileEnforcer(signature, mode);
  return (body) => {
    try {
      const { data, params, enforced } = decode(body, 'application/json') as Decoded;
      return { data: enforced ? data : enforcer.input(data), params };
    } catch (error) {
      if (ModelError.isInstance(error)) return undefined;
      throw error;
    }
  };
}

/** Where the fast path answers, the general path answers the same. Tells whether it answered. */
function agree(signature: ModelSignature, mode: Enforcement, text: string): boolean {
  const fast = compileFastDecoder(signature, mode)?.(bytes(text));
  if (!fast) return false;
  const slow = general(signature, mode)(bytes(text));
  expect(slow, `${mode}: only the fast path takes ${text}`).toBeDefined();
  expect({ data: seen(fast.data), params: fast.params }, `${mode}: ${text}`).toEqual({ data: seen(slow?.data ?? null), params: slow?.params });
  return true;
}

const plainNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (Object.is(x, -0) ? '-0.0' : JSON.stringify(x))),
  fc.integer().map(String), fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 22n }), fc.nat(30), fc.integer({ min: -30, max: 30 })).map(([n, cut, e]) => {
    const digits = String(n), at = Math.max(1, digits.length - cut);
    return `${digits.slice(0, at)}${at < digits.length ? `.${digits.slice(at)}` : ''}${e % 3 === 0 ? `e${e}` : ''}`;
  }),
  fc.constantFrom('0', '-0', '0.0', '-0.0', '1E+2', '9007199254740993', '3.4028235e38', '5e-324'),
);
const numberText = fc.oneof({ weight: 40, arbitrary: plainNumber }, fc.constantFrom('1e400', '1e-400', '3.4028235677973366e38', '01', '1.', '.5', '+1', '-', '1e', '0x1', 'NaN', '-Infinity'));
const textText = fc.oneof({ weight: 20, arbitrary: fc.string({ unit: 'grapheme' }).map((s) => JSON.stringify(s)) }, { weight: 10, arbitrary: fc.string({ unit: 'binary' }).map((s) => JSON.stringify(s)) }, fc.constantFrom('""', '"caf\\u00e9"', '"\\u0000"', '"a\\u0000"', '"\\ud800"', '"\\x"', '"a\nb"', '"\ufeff"'));
const cellText: Readonly<Record<ScalarType, fc.Arbitrary<string>>> = {
  double: fc.oneof({ weight: 9, arbitrary: numberText }, fc.constant('null')), float: fc.oneof({ weight: 9, arbitrary: fc.oneof(numberText, fc.float({ noNaN: true, noDefaultInfinity: true }).map(String)) }, fc.constant('null')),
  long: fc.oneof(fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n }).map(String), fc.integer().map(String)), integer: fc.oneof({ weight: 30, arbitrary: fc.integer().map(String) }, fc.constantFrom('2147483648', '-2147483649')),
  boolean: fc.constantFrom('true', 'false'), string: fc.oneof({ weight: 9, arbitrary: textText }, fc.constant('null')), binary: fc.constant('"aGk="'), datetime: fc.constant('"2021-03-04"'),
};
const anyCell = fc.oneof(numberText, textText, fc.constantFrom('null', 'true', '[]', '{}', '[1]', ''));
const kinds = fc.constantFrom<ScalarType>('double', 'float', 'long', 'integer', 'boolean', 'string');
const name = fc.oneof({ weight: 5, arbitrary: fc.constantFrom('a', 'b', 'ab', 'x y', 'é', '0', 'a"b', '__proto__', 'columns') }, fc.constant(''), fc.string({ minLength: 1, maxLength: 5 }));
const space = fc.constantFrom('', '', '', ' ', '\n', '\t\r');

interface Case {
  readonly specs: ColSpec[];
  readonly body: string;
}

const columnCase: fc.Arbitrary<Case> = fc.record({
  columns: fc.uniqueArray(fc.record({ name, type: kinds, required: fc.constantFrom(true, true, true, false) }), { selector: (c) => c.name, minLength: 1, maxLength: 5 }),
  named: fc.constantFrom(true, true, true, false), wrong: fc.constantFrom(0, 0, 0, 1), rows: fc.constantFrom(0, 1, 1, 2, 3, 4),
  form: fc.constantFrom('split', 'records', 'inputs-records', 'instances-records', 'inputs-dict', 'instances-dict', 'inputs-rows', 'instances-list'),
  seed: fc.infiniteStream(fc.nat()), space, index: fc.constantFrom('', '', '0', '5'), params: fc.constantFrom('', '', '', '{"p": 1}', '{"p": [1.5]}', 'null', '{', '{}, "z": 1'),
}).chain(({ columns, named, wrong, rows, form, seed, space: gap, index, params }) => {
  const specs = columns.map((c) => (named ? new ColSpec(c.type, c.name, c.required) : new ColSpec(c.type)));
  const next = (): number => seed.next().value ?? 0;
  const order = columns.filter((c) => c.required || next() % 2 === 0).sort(() => (next() % 4 === 0 ? 1 : -1));
  const rowTexts = fc.array(fc.tuple(...order.map((c) => (wrong && next() % 5 === 0 ? anyCell : cellText[c.type]))), { minLength: rows, maxLength: rows });
  return rowTexts.map((cells) => ({ specs, body: render(form, order.map((c) => JSON.stringify(c.name)), cells, { gap, index, params, shuffle: next() % 6 === 0 }) }));
});

function render(form: string, names: readonly string[], rows: readonly string[][], { gap, index, params, shuffle }: { gap: string; index: string; params: string; shuffle: boolean }): string {
  const list = (items: readonly string[]): string => `[${gap}${items.join(`${gap},${gap}`)}${gap}]`;
  const dict = (entries: readonly (readonly [string, string])[]): string => `{${gap}${entries.map(([k, v]) => `${k}${gap}:${gap}${v}`).join(',')}${gap}}`;
  const records = list(rows.map((row, i) => {
    const entries = row.map((cell, j) => [names[j] ?? '""', cell] as const);
    return dict(shuffle && i > 0 ? entries.reverse() : entries);
  }));
  const columns = dict(names.map((n, j) => [n, list(rows.map((row) => row[j] ?? ''))] as const));
  const end = params === '' ? '' : `, "params": ${params}`;
  switch (form) {
    case 'split': {
      const labels = index === '' ? '' : `"index": ${list(rows.map((_, i) => String(i + Number(index))))}, `;
      return `{"dataframe_split": {${labels}${shuffle ? '' : `"columns": ${list(names)}, `}"data": ${list(rows.map(list))}}${end}}`;
    }
    case 'records': return `{"dataframe_records": ${records}${end}}`;
    case 'inputs-records': return `{"inputs": ${records}${end}}`;
    case 'instances-records': return `{"instances": ${records}${end}}`;
    case 'inputs-dict': return `{"inputs": ${columns}${end}}`;
    case 'instances-dict': return `${gap}{"instances": ${columns}${end}}${gap}`;
    case 'inputs-rows': return `{"inputs": ${list(rows.map(list))}${end}}`;
    default: return `{"instances": ${list(rows.map((row) => row[0] ?? ''))}${end}}`;
  }
}

describe('the fast path equals the general path', () => {
  it.each(MODES)('for columns, in mode %s', (mode) => {
    let answered = 0;
    fc.assert(fc.property(columnCase, ({ specs, body }) => {
      if (agree(signatureOf(specs), mode, body)) answered++;
    }), { numRuns: 3000 });
    expect(answered).toBeGreaterThan(150);
  });

  it.each(MODES)('for tensors, in mode %s', (mode) => {
    const dtype = fc.constantFrom('float64', 'float32', 'int64', 'int32', 'uint8', 'uint64', 'bool', 'float16', 'str');
    const shape = fc.constantFrom([-1], [-1, 2], [-1, -1], [2, -1], [-1, 2, 1]);
    const nested = (rank: number, cell: fc.Arbitrary<string>): fc.Arbitrary<string> => (rank === 0 ? cell : fc.array(nested(rank - 1, cell), { minLength: 1, maxLength: 3 }).map((items) => `[${items.join(', ')}]`));
    const oneCase = fc.record({ dtype, shape, named: fc.boolean() }).chain(({ dtype: d, shape: s, named }) => {
      const cell = d === 'bool' ? cellText.boolean : d.includes('int') ? fc.oneof(fc.nat(255).map(String), fc.nat(255).map(String), cellText.long) : numberText;
      const rows = s.length === 2 ? fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }).map((items) => `[${items.join(',')}]`), { minLength: 1, maxLength: 3 }).map((items) => `[${items.join(',')}]`) : nested(s.length, cell);
      return fc.tuple(rows, fc.constantFrom('inputs', 'instances'), fc.boolean(), fc.constantFrom('', ', "params": {}')).map(([text, form, asDict, end]) => ({
        spec: new TensorSpec(d as TensorSpec['dtype'], s, named ? 'x' : null), body: `{"${form}": ${asDict ? `{"x": ${text}}` : text}${end}}`,
      }));
    });
    let answered = 0;
    fc.assert(fc.property(oneCase, ({ spec, body }) => {
      if (agree(signatureOf([spec]), mode, body)) answered++;
    }), { numRuns: 2000 });
    expect(answered).toBeGreaterThan(100);
  });

  it.each(MODES)('on mutated bodies, in mode %s', (mode) => {
    const signature = signatureOf([new ColSpec('double', 'x'), new ColSpec('long', 'n'), new ColSpec('string', 's'), new ColSpec('boolean', 'b', false)]);
    const seeds = [
      '{"dataframe_split": {"index": [0, 1], "columns": ["x", "n", "s", "b"], "data": [[1.5, 2, "a", true], [null, -3, "\\u00e9", false]]}}',
      '{"dataframe_records": [{"x": 1, "n": 2, "s": "b"}, {"n": 5, "x": 0.25, "s": null}], "params": {"k": [1]}}',
      '{"inputs": {"x": [1e3], "n": [9007199254740991], "s": ["c d"], "b": [true]}}',
    ];
    const fast = compileFastDecoder(signature, mode), slow = general(signature, mode);
    for (const seed of seeds) expect(agree(signature, mode, seed)).toBe(true);
    fc.assert(fc.property(fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'cut', 'put')), { minLength: 1, maxLength: 3 }), (seed, edits) => {
      let body = [...bytes(seed)];
      for (const [at, byte, how] of edits) {
        const i = at % body.length;
        body = how === 'set' ? body.with(i, byte) : body.toSpliced(i, how === 'cut' ? 1 : 0, ...(how === 'put' ? [byte] : []));
      }
      const given = Uint8Array.from(body), answer = fast?.(given);
      if (!answer) return;
      const expected = slow(given);
      expect({ data: seen(answer.data), params: answer.params }).toEqual({ data: seen(expected?.data ?? null), params: expected?.params });
    }), { numRuns: 4000 });
  });
});

describe('the fast path answers ordinary bodies', () => {
  const signature = signatureOf([new ColSpec('double', 'x'), new ColSpec('long', 'n'), new ColSpec('string', 's')]);
  it.each([
    '{"dataframe_split": {"columns": ["x", "n", "s"], "data": [[1, 2, "a"]]}}',
    '{"dataframe_split":{"index":[0],"columns":["s","x","n"],"data":[["a",1.5,2]]},"params":{"t":0.5}}',
    '{"dataframe_records": [{"x": 1.25, "n": 2, "s": "caf\\u00e9"}, {"s": "b", "n": 3, "x": null}]}',
    '{"inputs": [{"x": 1, "n": 2, "s": "a"}]}', '{"inputs": {"x": [0.1], "n": [2], "s": ["é"]}}', '{"instances": [{"x": 1, "n": 2, "s": "a"}]}', '{"instances": {"x": [1], "n": [2], "s": ["a"]}}',
  ])('%s', (body) => {
    for (const mode of MODES) expect(agree(signature, mode, body)).toBe(true);
  });

  it.each([
    '{"dataframe_split": {"columns": ["x", "n"], "data": [[1, 2]]}}', '{"dataframe_split": {"columns": ["x", "n", "s", "x"], "data": [[1, 2, "a", 1]]}}', '{"dataframe_split": {"columns": ["x", "n", "s"], "data": []}}',
    '{"dataframe_records": [{"x": 1, "n": 2, "s": "a", "z": 1}]}', '{"dataframe_records": [{"x": 1, "n": 2, "\\u0073": "a"}]}', '{"dataframe_records": [{"x": 1, "n": 2, "s": "a", "x": 1}]}', '{"dataframe_records": [{"x": 1, "n": 2.0, "s": "a"}]}',
    '{"dataframe_records": [{"x": 1, "n": 2, "s": "a"}, {"x": 1, "n": 2}]}', '{"dataframe_records": [{"x": "1", "n": 2, "s": "a"}]}', '{"messages": [], "inputs": {"x": [1], "n": [1], "s": ["a"]}}', '{"inputs": {"x": [1], "n": [1], "s": ["a"]}, "prompt": 1}',
    '{"inputs": {"x": [1], "n": [1, 2], "s": ["a"]}}', '{"inputs": {"x": [1], "n": [1], "s": ["a"]}} x', '\ufeff{"inputs": {"x": [1], "n": [1], "s": ["a"]}}', '[]', '', '{"dataframe_split": {"columns": ["x", "n", "s"], "data": [[1, 2, "a"]], "index": [7]}}',
  ])('and leaves %s to the general path', (body) => {
    for (const mode of MODES) expect(compileFastDecoder(signature, mode)?.(bytes(body))).toBeUndefined();
  });

  it('whatever was decoded before', () => {
    const optional = signatureOf([new ColSpec('double', 'x'), new ColSpec('long', 'n', false), new ColSpec('string', 's', false)]);
    const bodies = [
      '{"dataframe_split": {"columns": ["x", "n", "s"], "data": [[1, 2, "a"]]}}', '{"dataframe_split": {"columns": ["s", "x"], "data": [["a", 1]]}}', '{"dataframe_split": {"columns": ["s", "x"], "data": [["b", 7], ["c", 8]]}}',
      '{"dataframe_split": {"columns": ["s", "x"], "data": [["b", 7', '{"dataframe_split": {"columns": ["n"], "data": [[1]]}}', '{"dataframe_records": [{"n": 1, "x": 2}, {"x": 3, "n": 4}]}', '{"inputs": {"s": ["q"], "x": [9]}}', '{"dataframe_split": {"columns": ["x"], "data": [[1], [2], [3]]}}',
    ];
    const dump = (answer: FastDecoded | undefined): unknown => answer && { data: seen(answer.data), params: answer.params };
    for (const mode of MODES) {
      const reused = compileFastDecoder(optional, mode);
      fc.assert(fc.property(fc.array(fc.constantFrom(...bodies), { minLength: 1, maxLength: 8 }), (sequence) => {
        for (const body of sequence) expect(dump(reused?.(bytes(body)))).toEqual(dump(compileFastDecoder(optional, mode)?.(bytes(body))));
      }), { numRuns: 100 });
    }
  });

  it('and makes no room for absent optional columns', () => {
    const wide = signatureOf(Array.from({ length: 2000 }, (_, i) => new ColSpec('double', `c${i}`, false)));
    const body = (rows: number): string => `{"dataframe_split": {"columns": ["c5"], "data": [${Array.from({ length: rows }, () => '[1]').join(', ')}]}}`;
    const table = compileFastDecoder(wide, 'safe')?.(bytes(body(50_000)))?.data as Table;
    expect([table.names, table.length, table.columns.length]).toEqual([['c5'], 50_000, 1]);
    expect(agree(wide, 'safe', body(20))).toBe(true);
  });

  it('not where thousands of names are in an order of their own', () => {
    const wide = signatureOf(Array.from({ length: 20_000 }, (_, i) => new ColSpec('double', `c${i}`)));
    const names = Array.from({ length: 20_000 }, (_, i) => `"c${19_999 - i}"`);
    expect(compileFastDecoder(wide, 'safe')?.(bytes(`{"dataframe_split": {"columns": [${names}], "data": [[${names.map(() => '1')}]]}}`))).toBeUndefined();
  });

  it('not for nested types, dates, several tensors or no signature', () => {
    expect(compileFastDecoder(undefined, 'safe')).toBeUndefined();
    expect(compileFastDecoder(signatureOf([new ColSpec('datetime', 'd')]), 'safe')).toBeUndefined();
    expect(compileFastDecoder(signatureOf([new ColSpec('any', 'd')]), 'safe')).toBeUndefined();
    expect(compileFastDecoder(signatureOf([new ColSpec('double', 'a'), new ColSpec('double', 'a')]), 'safe')).toBeUndefined();
    expect(compileFastDecoder(signatureOf([new TensorSpec('float32', [-1], 'a'), new TensorSpec('float32', [-1], 'b')]), 'safe')).toBeUndefined();
  });
});
