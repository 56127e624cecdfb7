/** Bodies that are broken or mean harm, against a model with columns of every type that answers what it is given. */
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArrayType, ColSpec, type Enforcement, type Flavor, loadModel, MapType, memoryFiles, Model, ModelSignature, ObjectType, ParamSchema, ParamSpec, Property, registerFlavor, Schema, TensorSpec } from '../../src/index.ts';
import { App } from '../../src/serve/app.ts';
import { ModelHost } from '../../src/serve/model-host.ts';
import { TIME_LIMIT } from './support.ts';

const echo: Flavor = {
  name: 'echo', loaders: ['echo'], inspect: async () => ({ native: true, unsupported: [] }),
  load: async () => ({ accepts: { table: true, tensors: true, params: true }, outputs: ['predict'], predict: (input) => input }),
};
const take = registerFlavor(echo);
afterAll(take);
// Vitest runs each file in a process of its own.
afterAll(() => expect(process.resourceUsage().maxRSS / 1024).toBeLessThan(2500));

const MODES: readonly Enforcement[] = ['mlflow', 'safe', 'strict'];
const SIGNATURES = {
  columns: new ModelSignature({
    inputs: new Schema([
      new ColSpec('long', 'l'), new ColSpec('integer', 'i'), new ColSpec('double', 'd'), new ColSpec('float', 'f'), new ColSpec('boolean', 'b'), new ColSpec('string', 's'), new ColSpec('datetime', 't'),
      new ColSpec('binary', 'y'), new ColSpec(new ArrayType('long'), 'a'), new ColSpec(new ObjectType([new Property('k', 'string'), new Property('o', 'double', false)]), 'o'), new ColSpec(new MapType('long'), 'm'), new ColSpec('string', 'z', false),
    ]),
    params: new ParamSchema([new ParamSpec('p', 'long', 1n), new ParamSpec('q', 'string', 'x')]),
  }),
  scalars: new ModelSignature({ inputs: new Schema([new ColSpec('long', 'l'), new ColSpec('double', 'd'), new ColSpec('string', 's', false)]) }),
  tensor: new ModelSignature({ inputs: new Schema([new TensorSpec('float32', [-1, 2])]) }),
  none: undefined,
} as const;
type Name = keyof typeof SIGNATURES;
const NAMES = Object.keys(SIGNATURES) as Name[];

const SECRET = 'hunter2';
const ROW = { l: 9007199254740993n, i: 7, d: 1.5, f: 0.25, b: true, s: SECRET, t: '2021-03-04T05:06:07', y: 'aHVudGVyMg==', a: [1, 2], o: { k: SECRET, o: 1 }, m: { x: 1 }, z: null };
const CELLS = Object.values(ROW).map((value) => (typeof value === 'bigint' ? String(value) : JSON.stringify(value)));
const KEYS = Object.keys(ROW), RECORD = `{${KEYS.map((key, i) => `"${key}": ${CELLS[i]}`).join(', ')}}`;
const record = (changes: Record<string, string>): string => `{${KEYS.map((key, i) => `"${key}": ${changes[key] ?? CELLS[i]}`).join(', ')}}`;
const split = (columns: string, data: string): string => `{"dataframe_split": {"columns": ${columns}, "data": ${data}}}`;
const VALID: Readonly<Record<Name, readonly string[]>> = {
  columns: [split(JSON.stringify(KEYS), `[[${CELLS.join(', ')}], [${CELLS.join(', ')}]]`), `{"dataframe_records": [${RECORD}, ${RECORD}]}`, `{"inputs": [${RECORD}], "params": {"p": 2, "q": "${SECRET}"}}`, `{"instances": [${RECORD}]}`],
  scalars: [split('["l", "d", "s"]', `[[1, 2.5, "${SECRET}"], [2, 3, null]]`), `{"dataframe_records": [{"l": 1, "d": 2.5, "s": "${SECRET}"}]}`, `{"inputs": {"l": [1], "d": [2.5], "s": ["${SECRET}"]}}`],
  tensor: ['{"inputs": [[1.5, 2], [3, 4]]}', '{"instances": [[1, 2]]}'],
  none: [`{"inputs": {"a": [1, 2.5], "b": ["${SECRET}"]}}`, split('["a"]', `[["${SECRET}"]]`), `{"dataframe_records": [{"a": 1}, {"b": null}]}`],
};

/** An answer, what all of them have in common judged. */
interface Answer {
  readonly status: number;
  readonly text: string;
  /** The code of a refusal. */
  readonly code: string | undefined;
}
type Send = (body: string | Uint8Array, type?: string) => Promise<Answer>;

const hosts: ModelHost[] = [];
const senders = new Map<string, Send>();
const sender = (name: Name, mode: Enforcement): Send => senders.get(`${name} ${mode}`) as Send;

async function serve(name: Name, enforcement: Enforcement): Promise<Send> {
  const signature = SIGNATURES[name], metadata = new Model({ flavors: { echo: {} }, ...(signature ? { signature } : {}) });
  const host = new ModelHost({ scoringProtocol: '2' }), reports: unknown[] = [];
  host.add('model', await loadModel(memoryFiles({ MLmodel: metadata.toYaml() }), { enforcement }));
  hosts.push(host);
  const app = new App(host, { timeout: 60, scoringProtocol: '2', report: (error) => reports.push(error) });
  return async (body, contentType = 'application/json') => {
    const begun = performance.now();
    const response = await app.handle({ method: 'POST', url: '/invocations', contentType, body: typeof body === 'string' ? new TextEncoder().encode(body) : body });
    const text = String(response.body);
    expect(performance.now() - begun).toBeLessThan(TIME_LIMIT);
    expect(reports.map((error) => (error instanceof Error ? error.stack : error))).toEqual([]);
    expect(response.headers['content-type']).toBe('application/json');
    if (response.status === 200) {
      expect(text.startsWith('{"predictions": ') && /^[\x20-\x7e]*$/.test(text)).toBe(true);
      return { status: 200, text, code: undefined };
    }
    // The model gives back what it was given, also what an answer cannot hold.
    if (response.status === 500) expect(text).toContain('"code": "NOT_SERIALIZABLE"');
    else expect([response.status, text.slice(0, 200)]).toEqual([400, expect.any(String)]);
    expect(text.includes(SECRET)).toBe(false);
    expect(text.length).toBeLessThan(30_000);
    const error = JSON.parse(text) as { error_code: string; message: string; code: string };
    expect([error.error_code, error.message, error.code].every((part) => typeof part === 'string' && part !== '')).toBe(true);
    return { status: response.status, text, code: error.code };
  };
}

beforeAll(async () => {
  for (const name of NAMES) for (const mode of MODES) senders.set(`${name} ${mode}`, await serve(name, mode));
});
afterAll(async () => {
  for (const host of hosts) await host.close();
});

const N = 100_000, deep = (open: string, close: string, count = 400): string => open.repeat(count) + close.repeat(count);

describe.each(MODES)('in mode %s', (mode) => {
  it('answers the bodies that the others are made of', async () => {
    for (const name of NAMES) {
      for (const body of VALID[name]) {
        const { status } = await sender(name, mode)(body);
        // MLflow has no way from these forms to dates and bytes of columns.
        if (mode !== 'mlflow' || name !== 'columns' || !body.startsWith('{"in')) expect([body, status]).toEqual([body, 200]);
      }
    }
  });

  it('holds keys of prototypes for names', async () => {
    const send = sender('columns', mode);
    for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__', 'valueOf', 'length', '0']) {
      const extra = `"${key}": {"polluted": 1, "length": 1e9}`;
      expect((await send(`{"dataframe_records": [${RECORD.slice(0, -1)}, ${extra}}]}`)).status).toBe(mode === 'strict' ? 400 : 200);
      expect((await send(`{"dataframe_records": [${record({ m: `{"${key}": 5}` })}]}`)).text).toContain(`"m": {"${key}": 5}`);
      expect((await send(`{"dataframe_records": [${record({ o: `{"k": "v", ${extra}}` })}]}`)).status).toBe(400);
      expect((await send(`{"dataframe_records": [${RECORD}], ${extra}}`)).status).toBe(200);
      expect((await send(`{"dataframe_records": [${RECORD}], "params": {${extra}}}`)).status).toBe(mode === 'strict' ? 400 : 200);
      expect((await send(`{"${key}": {"dataframe_records": [${RECORD}]}}`)).status).toBe(400);
      expect((await sender('none', mode)(`{"dataframe_records": [{"${key}": 1}]}`)).text).toBe(`{"predictions": [{"${key}": 1}]}`);
      for (const form of ['inputs', 'instances', 'dataframe_split', 'dataframe_records']) await send(`{"${form}": {${extra}}}`);
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('does not choose between equal keys where nothing may be lost', async () => {
    const expected = mode === 'mlflow' ? undefined : 'JSON_INVALID';
    const twice = [
      [`{"dataframe_records": [${RECORD.slice(0, -1)}, "l": 1}]}`, 'columns'], [`{"dataframe_records": [${record({ o: '{"k": "a", "k": "b"}' })}]}`, 'columns'], [`{"dataframe_records": [${record({ m: '{"x": 1, "x": 2}' })}]}`, 'columns'],
      [`{"dataframe_records": [${RECORD}], "params": {"p": 1, "\\u0070": 2}}`, 'columns'], ['{"dataframe_records": [{"l": 1, "d": 1, "l": 2}]}', 'scalars'], ['{"inputs": {"l": [1], "d": [1], "l": [2]}}', 'scalars'],
      ['{"dataframe_split": {"columns": ["l", "d"], "data": [[1, 1]], "columns": ["d", "l"]}}', 'scalars'], ['{"inputs": [[1, 2]], "inputs": [[3, 4]]}', 'tensor'], ['{"inputs": [{"a": 1, "a": 2}]}', 'none'], ['{"inputs": [[1, 2]], "params": {}, "params": {}}', 'tensor'],
    ] as const;
    for (const [body, name] of twice) expect([body, (await sender(name, mode)(body)).code]).toEqual([body, expected]);
  });

  it('keeps NULs and lone surrogates of text, or refuses them', async () => {
    for (const name of ['columns', 'scalars'] as const) {
      for (const escaped of ['\\u0000a', '\\ud800', '\\udfff\\ud800', 'a\\u0000b', '\\ud83d\\ude00', '\\ufffe']) {
        const body = name === 'columns' ? `{"dataframe_records": [${record({ s: `"${escaped}"`, z: `"${escaped}"` })}]}` : `{"dataframe_records": [{"l": 1, "d": 1, "s": "${escaped}"}]}`;
        const { status, text } = await sender(name, mode)(body);
        if (status === 200) expect(text).toContain(`"s": "${escaped}"`);
      }
    }
  });

  it('reads no byte that is not UTF-8 for another', async () => {
    for (const bad of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0x80], [0xf8, 0x88, 0x80, 0x80, 0x80]]) {
      const [head, tail] = `{"dataframe_records": [{"l": 1, "d": 1, "s": "@"}]}`.split('@').map((part) => [...Buffer.from(part)]) as [number[], number[]];
      const { status, text } = await sender('scalars', mode)(new Uint8Array([...head, ...bad, ...tail]));
      // Python decodes surrogates on their own; everything else is refused.
      if (status === 200) expect([bad, text]).toEqual([[0xed, 0xa0, 0x80], '{"predictions": [{"l": 1, "d": 1.0, "s": "\\ud800"}]}']);
      expect((await sender('scalars', mode)(new Uint8Array([...Buffer.from('l,d,s\n1,1,'), ...bad, 10]), 'text/csv')).status).toBe(400);
    }
  });

  it('never gives another number than it was given', async () => {
    for (const number of ['9223372036854775807', '9223372036854775808', '-9223372036854775809', '18446744073709551616', `1${'0'.repeat(4000)}`, '1e308', '1e309', '-1e400', '1e-400', '2.5', '9007199254740993.0', '1E18', '-0', '0e0', '1e999999999999']) {
      const { status, text } = await sender('scalars', mode)(`{"dataframe_records": [{"l": ${number}, "d": 1}]}`);
      if (status === 200 && mode !== 'mlflow') expect(BigInt(/"l": (-?\d+)/.exec(text)?.[1] ?? '')).toBe(/^-?\d+$/.test(number) ? BigInt(number) : BigInt(Number(number)));
      await sender('columns', mode)(`{"dataframe_records": [${record({ l: number, i: number, d: number, f: number, a: `[${number}]` })}]}`);
      for (const body of [`{"inputs": ${number}}`, `{"inputs": [[${number}, ${number}]]}`, split('["a"]', `[[${number}]]`)]) for (const name of NAMES) await sender(name, mode)(body);
    }
    expect((await sender('scalars', mode)(`{"dataframe_records": [{"l": ${'9'.repeat(10_000_000)}, "d": 1}]}`)).code).toBe('JSON_INVALID');
  });

  it('ends in time with lists without end', async () => {
    const empties = (item: string, count = N): string => `[${`${item},`.repeat(count - 1)}${item}]`;
    const wide = `[${Array.from({ length: N }, (_, i) => `"c${i}"`).join(',')}]`;
    for (const name of NAMES) {
      const send = sender(name, mode);
      for (const item of ['{}', '[]', 'null', '""', '0']) {
        for (const form of ['inputs', 'instances', 'dataframe_records']) await send(`{"${form}": ${empties(item)}}`);
        await send(split('["l"]', empties(item)));
      }
      await send(split(wide, '[]'));
      await send(split(wide, `[${wide}]`));
      await send(split(empties('"l"'), '[[1]]'));
      await send(`{"dataframe_records": [{${Array.from({ length: N }, (_, i) => `"c${i}":${i}`).join(',')}}]}`);
      await send(`{"dataframe_records": [${Array.from({ length: 3000 }, (_, i) => `{"c${i}":${i}}`).join(',')}]}`);
      await send(`{"inputs": {${Array.from({ length: N }, (_, i) => `"c${i}":[${i}]`).join(',')}}}`);
      await send(`{"inputs": ${deep('[', ']')}}`);
      await send(`{"inputs": ${'[[[[[[[[]],[]]]]]]],'.slice(0, -1)}}`);
    }
  }, 120_000);

  it('refuses other nesting than the form has', async () => {
    const wrong = ['1', '"x"', 'true', '[1]', '[[1]]', '[[[1]]]', '{}', '{"a": {}}', '{"columns": 1}', '{"data": 1}', '{"columns": [[1]], "data": [[1]]}', '{"columns": {"a": 1}, "data": {"b": 2}}', '{"columns": ["l"], "data": [1]}', '{"columns": ["l"], "data": [[[1]]]}', '{"columns": ["l", "d"], "data": [[1]]}', '{"columns": ["l"], "data": "x"}', '{"columns": ["l"], "index": 5, "data": [[1]]}', deep('{"a":', '', 300) + '1' + '}'.repeat(300)];
    for (const form of ['dataframe_split', 'dataframe_records', 'inputs', 'instances']) {
      for (const value of wrong) {
        expect([form, value, (await sender('columns', mode)(`{"${form}": ${value}}`)).status]).toEqual([form, value, 400]);
        for (const name of NAMES) await sender(name, mode)(`{"${form}": ${value}, "params": ${value}}`);
      }
    }
  });

  it('reads no CSV for another', async () => {
    const send = (body: string | Uint8Array, name: Name = 'scalars'): Promise<Answer> => sender(name, mode)(body, 'text/csv');
    for (const body of ['', '\n', '\n\n\n', 'l,d\n"1,2\n', 'l,d\n1,"2', 'l,d\n"', '"l,d\n1,2', 'l,d\n1,2,3\n1\n', 'l\0,d\n1,2', ',,,,\n1', '\r\r\r', 'l,d\n1\0,2\n', '"""', 'l;d\n1;2\n', '\t\n\t\n', 'd,s\n1,x\n']) expect([body, (await send(body)).status]).toEqual([body, 400]);
    for (const body of ['l,d\n1,2\n', 'l,d\r1,2', '"l","d"\r\n"1","2"\r\n', 'd,l\n2,1', 'l,d,s\n1,2,""""\n', 'l,d,s\n1,2,"a\nb"\n']) expect([body, (await send(body)).status]).toEqual([body, 200]);
    for (const body of [`${'a,'.repeat(N)}l\n`, `l,d\n${'1,2\n'.repeat(N)}`, `l,d\n"${'a\n'.repeat(N)}`, `l,d\n${'"'.repeat(N)}`, `l,d,s\n1,2,${'"'.repeat(N)}\n`, `l,d\n${'\n'.repeat(N)}`, `l,d\n${','.repeat(N)}`, `${Array.from({ length: N }, (_, i) => `c${i}`).join(',')}\n${'1,'.repeat(N - 1)}1\n`, '"'.repeat(N), '\0'.repeat(N), `l,d\n${'9'.repeat(N)},1\n`]) {
      for (const name of NAMES) await send(body, name);
    }
  }, 60_000);

  it('survives Parquet that is cut or damaged', async () => {
    const whole = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'l', data: [1n, 2n], type: 'INT64' }, { name: 'd', data: [1.5, 2.5], type: 'DOUBLE' }, { name: 's', data: [SECRET, null], type: 'STRING' }] }));
    const send = (body: Uint8Array): Promise<Answer> => sender('scalars', mode)(body, 'application/vnd.apache.parquet');
    expect(await send(whole)).toMatchObject({ status: 200, text: expect.stringContaining('[{"l": 1, "d": 1.5') });
    for (let length = 0; length < whole.length; length += 3) expect((await send(whole.slice(0, length))).code).toBe('PARQUET_INVALID');
    await fc.assert(fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, byte) => {
      const body = whole.slice();
      body[at] = byte;
      await send(body);
    }), { numRuns: 300 });
  });

  it('survives valid bodies that are changed anywhere', async () => {
    const cells = ['null', 'true', '-1', '1.5', '1e400', 'NaN', '"x"', '""', '[]', '{}', '[null]', '{"a": 1}', '9223372036854775808', '"\\u0000"', '"\\ud800"', '[[1], [2, 3]]', '{"k": null}', '"2021-13-01"', '-0.0', '"__proto__"', '', ',', ':', '}', ']', '"', '\\'];
    const change = fc.oneof(
      fc.record({ kind: fc.constant('token' as const), at: fc.nat(), put: fc.constantFrom(...cells) }),
      fc.record({ kind: fc.constant('bytes' as const), at: fc.nat(), cut: fc.nat(6), put: fc.uint8Array({ maxLength: 4 }) }),
      fc.record({ kind: fc.constant('move' as const), at: fc.nat(), from: fc.nat(), size: fc.nat(30) }),
    );
    const encoder = new TextEncoder();
    for (const name of NAMES) {
      await fc.assert(fc.asyncProperty(fc.constantFrom(...VALID[name]), fc.array(change, { minLength: 1, maxLength: 3 }), async (source, changes) => {
        let body = encoder.encode(source);
        for (const one of changes) {
          const at = one.at % (body.length + 1);
          if (one.kind === 'token') {
            const text = new TextDecoder().decode(body), tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|-?[\d.eE+-]+|\w+|[[\]{}:,]/g)], token = tokens[one.at % Math.max(tokens.length, 1)];
            if (token) body = encoder.encode(text.slice(0, token.index) + one.put + text.slice(token.index + token[0].length));
          } else if (one.kind === 'bytes') body = new Uint8Array([...body.subarray(0, at), ...one.put, ...body.subarray(at + one.cut)]);
          else {
            const from = one.from % (body.length + 1);
            body = new Uint8Array([...body.subarray(0, at), ...body.subarray(from, from + one.size), ...body.subarray(at)]);
          }
        }
        await sender(name, mode)(body);
      }), { numRuns: 700 });
    }
  }, 60_000);
});
