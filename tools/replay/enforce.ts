/**
 * Judges enforce.jsonl: input and parameters held against a signature in the mode `mlflow`.
 * @module
 */
import { writeJson, type PlainJson } from '../../src/data/json-write.ts';
import type { Value } from '../../src/data/values.ts';
import { compileEnforcer } from '../../src/schema/enforce.ts';
import { ParamSchema } from '../../src/schema/param-spec.ts';
import { Schema } from '../../src/schema/schema.ts';
import { ModelSignature } from '../../src/schema/signature.ts';
import { decodeValue, difference } from '../../test/support/protocol-values.ts';
import { fail, field, type Handler, judgeRefusal, type Line, pass, type Verdict } from './_handler.ts';

export const handler: Handler = {
  file: 'enforce',
  async run(line: Line): Promise<Verdict> {
    const input = line.get('input'), params = line.get('params'), expect = line.get('expect') as Map<string, Value>;
    const decoded = [input, params].map((value) => (value === undefined ? null : decodeValue(value)));
    const schemas = ['schema', 'params_schema'].map((key) => (line.has(key) && line.get(key) !== null ? writeJson(line.get(key) as PlainJson) : undefined));
    const actual = new Map<string, Value>();
    try {
      const enforcer = compileEnforcer(signatureOf(schemas[0], schemas[1]), 'mlflow');
      if (expect.has('params') || (params !== undefined && input === undefined)) actual.set('params', enforcer.params(decoded[1] ?? null) as Value);
      else if (params !== undefined) enforcer.params(decoded[1] ?? null);
      if (input !== undefined) actual.set('data', enforcer.input(decoded[0] ?? null));
    } catch (error) {
      if (!expect.has('error')) return fail(`refused: ${error instanceof Error ? error.stack : String(error)}`);
      return judgeRefusal(error, field(expect, 'error', 'error_code') as string | undefined, decoded as Value[], schemas.join());
    }
    if (expect.has('error')) return fail(`accepted, expected ${String(field(expect, 'cause', 'message') ?? field(expect, 'error', 'message'))}`);
    for (const key of ['data', 'params']) {
      if (!expect.has(key) && !actual.has(key)) continue;
      if (!expect.has(key)) continue;
      const detail = difference(actual.get(key) ?? null, expect.get(key) ?? null);
      if (detail !== undefined) return fail(`${key}: ${detail}`);
    }
    return pass;
  },
};

function signatureOf(schema: string | undefined, params: string | undefined): ModelSignature | undefined {
  if (schema === undefined && params === undefined) return undefined;
  return new ModelSignature({
    inputs: schema === undefined ? undefined : Schema.fromJson(schema),
    params: params === undefined ? undefined : ParamSchema.fromJson(params),
  });
}
