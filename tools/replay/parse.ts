/**
 * parse.jsonl: request bodies and what MLflow's server hands to the model before schema enforcement.
 * @module
 */
import { type PlainJson, writeJson } from '../../src/data/json-write.ts';
import type { Value } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import { compileEnforcer } from '../../src/schema/enforce.ts';
import { ModelSignature } from '../../src/schema/signature.ts';
import { type Decoded, compileDecoder } from '../../src/wire/decode.ts';
import { decodeValue, difference, encodeValue } from '../../test/support/protocol-values.ts';
import { fail, field, type Handler, judgeRefusal, type Line, pass, type Verdict } from './_handler.ts';

const UTF8 = new TextEncoder();

/** The body's bytes; text may hold surrogates on their own, which Python's recorder wrote as UTF-8 of its own kind. */
function bodyOf(line: Line): Uint8Array {
  const body = decodeValue(line.get('body') as Value);
  return typeof body === 'string' ? UTF8.encode(body) : (body as Uint8Array);
}

function signatureOf(line: Line): ModelSignature | undefined {
  const text = (name: string): string | undefined => {
    const part = line.get(name);
    return part === undefined || part === null ? undefined : writeJson(part as PlainJson);
  };
  const dict = { inputs: text('schema'), params: text('params_schema') };
  return dict.inputs === undefined && dict.params === undefined ? undefined : ModelSignature.fromDict(dict);
}

async function decode(line: Line, fast: boolean): Promise<Decoded> {
  const decoder = compileDecoder(signatureOf(line), { enforcement: 'mlflow', fromTypeHint: line.get('signature_from_type_hint') === true, fast });
  const type = line.get('content_type');
  return decoder(bodyOf(line), type === null || type === undefined ? undefined : String(type));
}

/** Where the fast path answers, it must give what enforcement makes of the general path's data. */
async function judgeFast(line: Line, general: Decoded): Promise<Verdict> {
  const quick = await decode(line, true);
  if (!quick.enforced) return pass;
  const enforced = compileEnforcer(signatureOf(line), 'mlflow').input(general.data);
  const detail = difference(quick.data, encodeValue(enforced)) ?? difference(quick.params ?? null, encodeValue(general.params ?? null));
  return detail === undefined ? pass : fail(`the fast path: ${detail}`);
}

/** Judges one line; a plain 500 of the real server must be any coded 4xx. */
export async function judgeParse(line: Line): Promise<Verdict> {
  const status = Number(field(line, 'expect', 'status'));
  let decoded: Decoded;
  try {
    decoded = await decode(line, false);
  } catch (error) {
    if (status === 200) return fail(`refused: ${error instanceof Error ? error.message : String(error)}`);
    if (status === 500) return ModelError.isInstance(error) && error.status >= 400 && error.status < 500 ? pass : fail(`not a 4xx: ${String(error)}`);
    const code = field(line, 'expect', 'error', 'error_code');
    return judgeRefusal(error, code === undefined ? undefined : String(code), [line.get('body') as Value], '', status);
  }
  if (status !== 200) return fail(`read where MLflow answers ${status}: ${String(field(line, 'expect', 'error', 'message') ?? field(line, 'expect', 'text'))}`);
  const data = difference(decoded.data, field(line, 'expect', 'data') as Value) ?? difference(decoded.params ?? null, field(line, 'expect', 'params') as Value);
  if (data !== undefined) return fail(data);
  const unwrapped = field(line, 'expect', 'unwrapped_response') === true;
  return decoded.unwrapped === unwrapped ? judgeFast(line, decoded) : fail(`unwrapped is ${decoded.unwrapped}, expected ${unwrapped}`);
}

export const handler: Handler = { file: 'parse', run: judgeParse };
