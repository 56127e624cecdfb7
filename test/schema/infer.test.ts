import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { column } from '../../src/data/column.ts';
import { Table } from '../../src/data/table.ts';
import { Tensor } from '../../src/data/tensor.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import { compileEnforcer } from '../../src/schema/enforce.ts';
import { type InferenceWarning, inferSchema, inferSignature } from '../../src/schema/infer.ts';
import { ModelSignature } from '../../src/schema/signature.ts';

describe('inferSignature', () => {
  it('takes rows: whole numbers are long, double where others stand beside them', () => {
    const signature = inferSignature([{ a: 1, b: 1, c: 'x', d: null }, { a: 2, b: 2.5, c: 'y' }]);
    expect(signature.inputs?.toString()).toBe("['a': long (required), 'b': double (required), 'c': string (required), 'd': Any (optional)]");
  });

  it('takes columns: an object of arrays or typed arrays', () => {
    expect(inferSignature({ a: [1, 2], b: ['x', null] }).inputs?.toString()).toBe("['a': long (required), 'b': string (optional)]");
    expect(inferSignature({ a: Float32Array.of(1), b: Uint8Array.of(1), c: [true] }).inputs?.toString()).toBe("['a': float (required), 'b': integer (required), 'c': boolean (required)]");
  });

  it('takes typed arrays, tensors and dicts of tensors', () => {
    expect(inferSignature(Float32Array.of(1, 2), [1.5, 2]).toDict()).toEqual({
      inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1]}}]', outputs: '[{"type": "double", "required": true}]', params: null,
    });
    const tensor = new Tensor('uint8', [2, 3], new Uint8Array(6));
    expect(inferSignature({ images: tensor }).inputs?.toString()).toBe("['images': Tensor('uint8', (-1, 3))]");
  });

  it('takes text, nested objects and params', () => {
    const signature = inferSignature('What is MLflow?', undefined, { temperature: 0.5, stop: ['a'], n: 3 });
    expect(signature.inputs?.toString()).toBe('[string (required)]');
    expect(signature.params?.toString()).toBe("['temperature': double (default: 0.5), 'stop': string (default: ['a']) (shape: (-1,)), 'n': long (default: 3)]");
    expect(inferSignature([{ messages: [{ role: 'user', content: 'hi' }] }]).inputs?.toString()).toBe("['messages': Array({content: string (required), role: string (required)}) (required)]");
  });

  it('warns of integer columns and of what it cannot infer', () => {
    const warnings: InferenceWarning[] = [];
    const signature = inferSignature([{ a: 1 }], [1, 'x'], undefined, { onWarning: (warning) => warnings.push(warning) });
    expect(warnings.map((warning) => [warning.part, warning.kind])).toEqual([['inputs', 'integers'], ['outputs', 'any']]);
    expect(signature.outputs?.toString()).toBe('[Any (required)]');
  });

  it('names the parameters it cannot infer, not their values', () => {
    expect(() => inferSignature(undefined, undefined, { deep: [[1]], nothing: null, good: 1 })).toThrow(/deep \(list\), nothing \(None\)/);
    expect(() => inferSignature()).toThrow(ModelError);
  });

  it('infers a schema that lets its own data through', () => {
    const numbers = fc.oneof(fc.double(), fc.integer());
    fc.assert(fc.property(fc.array(fc.record({ a: numbers, b: fc.string(), c: fc.boolean() }), { minLength: 1, maxLength: 5 }), (rows) => {
      const table = new Table(['a', 'b', 'c'], [
        column('float64', Float64Array.from(rows, (row) => row.a)), column('str', rows.map((row) => row.b)), column('bool', Uint8Array.from(rows, (row) => (row.c ? 1 : 0))),
      ]);
      const inputs = inferSchema(table);
      expect(compileEnforcer(new ModelSignature({ inputs }), 'mlflow').input(table)).toBe(table);
    }));
  });
});
