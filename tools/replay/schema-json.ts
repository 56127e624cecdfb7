/**
 * Judges schema_json.jsonl: schemas, parameter schemas and signatures in their JSON form.
 * @module
 */
import { pythonStr } from '../../src/data/python-text.ts';
import type { Value } from '../../src/data/values.ts';
import { typeText } from '../../src/schema/data-types.ts';
import { ParamSchema } from '../../src/schema/param-spec.ts';
import { Schema } from '../../src/schema/schema.ts';
import { ModelSignature } from '../../src/schema/signature.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import { difference } from '../../test/support/protocol-values.ts';
import { fail, field, type Handler, judgeRefusal, type Line, pass, type Verdict } from './_handler.ts';

export const handler: Handler = {
  file: 'schema_json',
  async run(line: Line): Promise<Verdict> {
    const refused = field(line, 'expect', 'error');
    let actual: Map<string, Value>;
    try {
      actual = read(line);
    } catch (error) {
      if (refused === undefined) return fail(`refused: ${error instanceof Error ? error.stack : String(error)}`);
      return judgeRefusal(error, field(refused, 'error_code') as string | undefined, [], '', ModelError.isInstance(error) ? error.status : 400);
    }
    if (refused !== undefined) return fail(`accepted, expected ${pythonStr(field(refused, 'message') ?? '')}`);
    const expect = new Map(line.get('expect') as Map<string, Value>);
    expect.delete('warnings');
    const detail = difference(actual, plainErrors(expect));
    return detail === undefined ? pass : fail(detail);
  },
};

/** Errors inside a recording, reduced to their code. */
function plainErrors(expect: Map<string, Value>): Map<string, Value> {
  return new Map([...expect].map(([key, value]) => {
    if (key.endsWith('_error')) return [key, fields({ error_code: field(value, 'error_code') ?? null })];
    return [key, value instanceof Map ? plainErrors(value as Map<string, Value>) : value];
  }) as [string, Value][]);
}

function read(line: Line): Map<string, Value> {
  const text = line.get('text') as string;
  if (line.get('function') === 'Schema.from_json') return new Map([['schema', describeSchema(Schema.fromJson(text))]]);
  if (line.get('function') === 'ParamSchema.from_json') {
    const schema = ParamSchema.fromJson(text);
    return new Map([['params', fields({ to_json: schema.toJson(), repr: schema.toString(), length: BigInt(schema.params.length) })]]);
  }
  const dict = Object.fromEntries(line.get('dict') as Map<string, Value>), signature = ModelSignature.fromDict(dict);
  return new Map<string, Value>([['signature', fields(signature.toDict())], ['repr', signature.toString()]]);
}

function describeSchema(schema: Schema): Map<Value, Value> {
  const types = schema.inputTypes().map((type) => (schema.tensors ? String(type) : typeText(type as Parameters<typeof typeText>[0])));
  return fields({
    to_json: schema.toJson(), repr: schema.toString(), length: BigInt(schema.inputs.length), is_tensor_spec: schema.tensors !== undefined,
    has_input_names: schema.named, input_names: schema.inputNames(), required_input_names: schema.requiredInputNames(),
    optional_input_names: schema.optionalInputNames(), input_types: types,
    ...attempt('numpy_types', () => schema.numpyTypes()), ...attempt('pandas_types', () => schema.pandasTypes()),
  });
}

/** A list, or the error in place of it. */
function attempt(name: string, get: () => string[]): Record<string, Value> {
  try {
    return { [name]: get() };
  } catch (error) {
    if (!ModelError.isInstance(error)) throw error;
    return { [`${name}_error`]: fields({ error_code: error.mlflowCode }) };
  }
}

function fields(of: Record<string, Value>): Map<Value, Value> {
  return new Map(Object.entries(of));
}
