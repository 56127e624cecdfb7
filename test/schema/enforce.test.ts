import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { column } from '../../src/data/column.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import type { Value } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import { ColSpec } from '../../src/schema/col-spec.ts';
import { ArrayType, ObjectType, Property, type ScalarType } from '../../src/schema/data-types.ts';
import { compileEnforcer, type Enforcer } from '../../src/schema/enforce.ts';
import { ParamSchema, ParamSpec } from '../../src/schema/param-spec.ts';
import { Schema } from '../../src/schema/schema.ts';
import { ModelSignature } from '../../src/schema/signature.ts';
import { TensorSpec } from '../../src/schema/tensor-spec.ts';
import { caught } from '../support/caught.ts';
import { valueText } from '../support/protocol-values.ts';

const enforcerOf = (specs: readonly ColSpec[] | readonly TensorSpec[]): Enforcer => compileEnforcer(new ModelSignature({ inputs: new Schema(specs) }), 'mlflow');
const doubles = (...values: number[]) => column('float64', Float64Array.from(values));

const kinds: fc.Arbitrary<Value>[] = [
  fc.constant(null), fc.boolean(), fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), fc.integer().map(BigInt), fc.double(), fc.string(), fc.uint8Array({ maxLength: 3 }) as fc.Arbitrary<Value>,
  fc.array(fc.integer().map(BigInt), { maxLength: 3 }) as fc.Arbitrary<Value>, fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }).map((d) => new Map(Object.entries(d)) as Value),
];
const cell = fc.oneof(...kinds);
// Cells of one kind, some missing: MLflow turns a mix such as [2, false] into integers that it refuses the next time.
const cells = fc.oneof(...kinds.map((kind) => fc.array(fc.option(kind, { freq: 4 }), { minLength: 1, maxLength: 4 })));
const types: ScalarType[] = ['boolean', 'integer', 'long', 'float', 'double', 'string', 'binary', 'datetime'];

describe('enforcement', () => {
  it('returns the very same table where nothing changes', () => {
    const table = new Table(['x', 'y'], [doubles(1, NaN), column('str', ['a', null])]);
    expect(enforcerOf([new ColSpec('double', 'x'), new ColSpec('string', 'y')]).input(table)).toBe(table);
  });

  it('finds columns by name, drops extra ones and leaves out absent optional ones', () => {
    const table = new Table(['extra', 'b', 'a'], [doubles(0), doubles(2), doubles(1)]);
    const out = enforcerOf([new ColSpec('double', 'a'), new ColSpec('double', 'b'), new ColSpec('double', 'c', false)]).input(table) as Table;
    expect(out.names).toEqual(['a', 'b']);
    expect(out.columns[0]?.values).toEqual(Float64Array.of(1));
  });

  it('names what is missing and what is extra', () => {
    const error = caught(() => enforcerOf([new ColSpec('double', 'a'), new ColSpec('double', 'b')]).input(new Table(['A', 'b'], [doubles(1), doubles(2)])));
    expect(error.code).toBe('INPUT_MISSING');
    expect(error.message).toBe('The model needs a, which the input does not have. Names that the model does not know: A.');
  });

  it('says which column has which type, never its values', () => {
    const error = caught(() => enforcerOf([new ColSpec('long', 'age')]).input(new Table(['age'], [column('str', ['secret value'])])));
    expect(error.message).toMatch(/Column age: expected long, given str/);
    expect(JSON.stringify(error)).not.toMatch(/secret/);
  });

  it('hints at missing values where only they keep a column from being whole', () => {
    const error = caught(() => enforcerOf([new ColSpec('long', 'age')]).input(new Table(['age'], [doubles(1, NaN)])));
    expect(error.message).toMatch(/declare the column as double/);
  });

  it('leaves data without a signature alone', () => {
    const data = new Map<Value, Value>([['x', 1n]]);
    expect(compileEnforcer(undefined, 'mlflow').input(data)).toBe(data);
  });

  it('is idempotent: what it lets through once it lets through again, unchanged', () => {
    fc.assert(fc.property(fc.constantFrom(...types), cells, (type, values) => {
      const enforcer = enforcerOf([new ColSpec(type, 'x')]);
      let once: Value;
      try {
        once = enforcer.input(new Table(['x'], [column('object', values)]));
      } catch (error) {
        expect(ModelError.isInstance(error) && error.mlflowCode).toBe('INVALID_PARAMETER_VALUE');
        return;
      }
      expect(valueText(enforcer.input(once))).toBe(valueText(once));
    }), { numRuns: 2000 });
  });

  it('answers any value with data or a coded 400', () => {
    const specs: (ColSpec[] | TensorSpec[])[] = [
      [new ColSpec('double', 'x'), new ColSpec('string', 'y', false)], [new ColSpec('long')], [new ColSpec(new ArrayType('double'), 'x')],
      [new ColSpec(new ObjectType([new Property('k', 'long')]), 'x')], [new TensorSpec('float32', [-1, 2])], [new TensorSpec('float64', [-1], 'x'), new TensorSpec('str', [-1], 'y')],
    ];
    const tensor = fc.array(fc.double(), { maxLength: 6 }).map((list) => new Tensor('float64', [list.length], Float64Array.from(list)) as Value);
    const container = fc.oneof(cell, tensor, fc.array(cell, { maxLength: 3 }) as fc.Arbitrary<Value>, fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z'), fc.oneof(cell, tensor)), { maxLength: 3 }).map((e) => new Map(e) as Value));
    fc.assert(fc.property(fc.constantFrom(...specs), container, (spec, data) => {
      try {
        enforcerOf(spec).input(data);
      } catch (error) {
        expect(ModelError.isInstance(error) && [error.mlflowCode, error.status], String((error as Error).stack)).toEqual(['INVALID_PARAMETER_VALUE', 400]);
      }
    }), { numRuns: 2000 });
  });

  it('never casts a tensor', () => {
    const enforcer = enforcerOf([new TensorSpec('float32', [-1, 2])]), good = new Tensor('float32', [1, 2], Float32Array.of(1, 2));
    expect(enforcer.input(good)).toBe(good);
    expect(caught(() => enforcer.input(new Tensor('float64', [1, 2], Float64Array.of(1, 2)))).message).toMatch(/expected float32, given float64/);
    expect(caught(() => enforcer.input(new Tensor('float32', [2, 1], Float32Array.of(1, 2)))).message).toMatch(/expected the shape \[-1, 2\], given \[2, 1\]/);
  });

  it('fills in the defaults of parameters after those given', () => {
    const params = new ParamSchema([new ParamSpec('a', 'long', 1n), new ParamSpec('b', 'double', 0.5), new ParamSpec('c', 'string', 'x')]);
    const enforcer = compileEnforcer(new ModelSignature({ params }), 'mlflow');
    expect([...(enforcer.params(new Map<Value, Value>([['c', 'y'], ['unknown', 1n], ['b', 2n]])) ?? [])]).toEqual([['c', 'y'], ['b', 2], ['a', 1n]]);
    expect(caught(() => enforcer.params(new Map([['a', 'text that is data']]))).message).toBe('Parameter a: expected long, given str.');
    expect(caught(() => enforcer.params([1n])).message).toMatch(/list was given/);
    expect(compileEnforcer(undefined, 'mlflow').params(new Map([['a', 1n]]))).toEqual(new Map());
    expect(compileEnforcer(undefined, 'mlflow').params(undefined)).toBeNull();
  });
});
