/**
 * Judges infer_signature.jsonl: signatures inferred from data.
 * @module
 */
import type { Value } from '../../src/data/values.ts';
import { type InferenceWarning, inferSchema, inferSignatureOf } from '../../src/schema/infer.ts';
import { decodeValue, difference } from '../../test/support/protocol-values.ts';
import { fail, field, type Handler, judgeRefusal, type Line, pass, type Verdict } from './_handler.ts';

export const handler: Handler = {
  file: 'infer_signature',
  async run(line: Line): Promise<Verdict> {
    const [input, output, params] = ['model_input', 'model_output', 'params'].map((key) => (line.has(key) ? decodeValue(line.get(key) ?? null) : undefined));
    const warnings: InferenceWarning[] = [], expect = line.get('expect') as Map<string, Value>;
    let signature: Record<string, Value>;
    try {
      signature = inferSignatureOf(input, output, params, { onWarning: (warning) => warnings.push(warning) }).toDict();
    } catch (error) {
      if (!expect.has('error')) return fail(`refused: ${error instanceof Error ? error.stack : String(error)}`);
      return judgeRefusal(error, field(expect, 'error', 'error_code') as string | undefined, [params ?? null]);
    }
    if (expect.has('error')) return fail(`accepted, expected ${String(field(expect, 'error', 'message'))}`);
    const detail = difference(new Map(Object.entries(signature)), expect.get('signature') ?? null) ?? judgeParts(expect, input, output);
    if (detail !== undefined) return fail(detail);
    return judgeWarnings(warnings, expect);
  },
};

/** What the inner inference did, which the signature hides where it failed. */
function judgeParts(expect: Map<string, Value>, input: Value | undefined, output: Value | undefined): string | undefined {
  for (const [key, data] of [['model_input_schema', input], ['model_output_schema', output]] as const) {
    if (data === undefined || data === null) continue;
    let tree: Value | undefined;
    try {
      tree = inferSchema(data).toJsonTree();
    } catch {
      tree = undefined;
    }
    if (expect.has(`${key}_error`) !== (tree === undefined)) return `${key}: ${tree === undefined ? 'refused' : 'accepted'}`;
    const detail = tree === undefined ? undefined : difference(tree, expect.get(key) ?? null);
    if (detail !== undefined) return `${key}: ${detail}`;
  }
  return undefined;
}

function judgeWarnings(warnings: readonly InferenceWarning[], expect: Map<string, Value>): Verdict {
  for (const [kind, key] of [['integers', 'warnings'], ['any', 'logs']] as const) {
    const want = (expect.get(key) as Value[] | undefined)?.length ?? 0, got = warnings.filter((warning) => warning.kind === kind).length;
    if (want !== got) return fail(`${got} warnings of kind ${kind}, expected ${want}`);
  }
  return pass;
}
