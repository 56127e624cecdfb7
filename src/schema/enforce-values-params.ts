/**
 * Inference parameters held against a signature without loss, in the modes safe and strict.
 * @module
 */
import { labelText } from '../data/table.ts';
import { DateTime, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { isScalarType, type ObjectType, type ScalarType, typeText } from './data-types.ts';
import type { LosslessMode } from './enforce-values.ts';
import { castValue, givenWords, isoMoment, Refusal, wholeOf } from './enforce-values-cells.ts';
import type { ParamSchema, ParamSpec } from './param-spec.ts';

/**
 * The parameters a model is given: those of the caller in their order, then the defaults of the others in schema order.
 * Unknown names are left out in mode safe and refused in mode strict.
 *
 * @returns null where neither a schema nor parameters are there
 * @throws ModelError PARAM_VALUE_INVALID, PARAM_UNKNOWN
 */
export function enforceParamsLossless(schema: ParamSchema | undefined, params: Value | undefined, mode: LosslessMode): Map<string, Value> | null {
  const specs = schema?.params ?? [];
  const given = params ?? null;
  if (given === null && specs.length === 0) return null;
  if (given !== null && !(given instanceof Map)) throw new ModelError('PARAM_VALUE_INVALID', { param: 'params', expected: 'an object', given: givenWords(given) });
  const byName = new Map(specs.map((spec) => [spec.name, spec] as const)), out = new Map<string, Value>(), unknown: string[] = [];
  for (const [key, value] of given ?? []) {
    const name = labelText(key), spec = byName.get(name);
    if (spec) out.set(name, paramOf(spec, value));
    else unknown.push(name);
  }
  if (mode === 'strict' && unknown.length > 0) throw new ModelError('PARAM_UNKNOWN', { unknown, known: specs.length > 0 ? specs.map((spec) => spec.name) : 'none' });
  for (const spec of specs) if (!out.has(spec.name)) out.set(spec.name, spec.default);
  return out;
}

function paramOf(spec: ParamSpec, value: Value): Value {
  if (value === null) return null;
  if (spec.shape === null) return itemOf(spec, value);
  if (!Array.isArray(value)) return refuse(spec, `a list of ${typeText(spec.type)}`, givenWords(value));
  return value.map((item) => (item === null ? null : itemOf(spec, item)));
}

function itemOf(spec: ParamSpec, value: Value): Value {
  const out = isScalarType(spec.type) ? scalarOf(spec.type, value) : objectOf(spec, spec.type, value);
  return out === undefined ? refuse(spec, typeText(spec.type), givenWords(value)) : out;
}

function objectOf(spec: ParamSpec, type: ObjectType, value: Value): Value {
  try {
    return castValue(type, value, true);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refuse(spec, error.expected, error.given);
  }
}

/** Narrower than the cells of a column, as MLflow is here: no 0 and 1 for booleans, no text for numbers. */
function scalarOf(type: ScalarType, value: Value): Value | undefined {
  switch (type) {
    case 'boolean': return typeof value === 'boolean' ? value : undefined;
    case 'string': return typeof value === 'string' ? value : undefined;
    case 'float': case 'double': {
      const x = typeof value === 'bigint' ? Number(value) : value;
      if (typeof x !== 'number' || (typeof value === 'bigint' && !Number.isFinite(x))) return undefined;
      return type === 'float' && Number.isFinite(x) && !Number.isFinite(Math.fround(x)) ? undefined : x;
    }
    case 'integer': case 'long': {
      const n = wholeOf(value), bits = type === 'integer' ? 32 : 64;
      return n !== undefined && BigInt.asIntN(bits, n) === n ? n : undefined;
    }
    case 'datetime': return momentOf(value);
    case 'binary': return undefined;
  }
}

/** Python's date or datetime of ISO text; datetime holds microseconds, so finer digits would be lost. */
function momentOf(value: Value): Value | undefined {
  if (value instanceof DateTime) return value.offset === null && value.kind !== 'time' ? value : undefined;
  const ns = typeof value === 'string' ? isoMoment(value) : undefined;
  if (ns === undefined || ns % 1000n !== 0n) return undefined;
  return new DateTime((value as string).length <= 10 ? 'date' : 'datetime', ns);
}

function refuse(spec: ParamSpec, expected: string, given: string): never {
  throw new ModelError('PARAM_VALUE_INVALID', { param: spec.name, expected, given });
}
