/**
 * Unified LLM input: chat, completions and embeddings bodies that go to the model as they are.
 * @module
 */
import type { Value } from '../data/values.ts';
import type { ParamSchema } from '../schema/param-spec.ts';

/** True when the body has one of the keys of an LLM request. */
export function isLlmInput(body: ReadonlyMap<Value, Value>): boolean {
  return body.has('messages') || body.has('prompt') || body.has('input');
}

/** Compiles the split of an LLM body: keys that the params schema names become params, the rest is data. */
export function compileLlmSplit(schema: ParamSchema | undefined): (body: ReadonlyMap<Value, Value>) => { data: Value; params: Value } {
  const names = new Set<Value>(schema?.params.map((param) => param.name));
  return (body) => {
    const data = new Map<Value, Value>(), params = new Map<Value, Value>();
    for (const [key, value] of body) (names.has(key) ? params : data).set(key, value);
    return { data, params };
  };
}
