import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ColSpec } from '../../src/schema/col-spec.ts';
import { ArrayType, type ColumnType, MapType, ObjectType, Property, sameType, typeText } from '../../src/schema/data-types.ts';
import { ParamSchema, ParamSpec } from '../../src/schema/param-spec.ts';
import { Schema } from '../../src/schema/schema.ts';
import { ModelSignature } from '../../src/schema/signature.ts';
import { TensorSpec } from '../../src/schema/tensor-spec.ts';
import { ModelError } from '../../src/errors/model-error.ts';

const scalar = fc.constantFrom('boolean' as const, 'integer' as const, 'long' as const, 'float' as const, 'double' as const, 'string' as const, 'binary' as const, 'datetime' as const);
const { type } = fc.letrec<{ type: ColumnType }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true }, scalar, fc.constant('any' as const),
    tie('type').map((items) => new ArrayType(items)),
    tie('type').map((values) => new MapType(values)),
    fc.uniqueArray(fc.tuple(fc.string({ unit: 'binary' }), tie('type'), fc.boolean()), { minLength: 1, maxLength: 3, selector: ([name]) => name })
      .map((props) => new ObjectType(props.map(([name, t, required]) => new Property(name, t, required)))),
  ),
}));
const columns = fc.uniqueArray(fc.tuple(fc.string({ unit: 'binary' }), type, fc.boolean()), { minLength: 1, maxLength: 5, selector: ([name]) => name })
  .map((specs) => new Schema(specs.map(([name, t, required]) => new ColSpec(t, name, required))));

describe('schemas', () => {
  it('are written by hand as the documents do it', () => {
    const signature = new ModelSignature({ inputs: new Schema([new ColSpec('double', 'sepal length (cm)')]), outputs: new Schema([new ColSpec('long')]) });
    expect(signature.toDict()).toEqual({
      inputs: '[{"type": "double", "name": "sepal length (cm)", "required": true}]', outputs: '[{"type": "long", "required": true}]', params: null,
    });
    expect(new TensorSpec('uint8', [-1, 28, 28, 1]).toString()).toBe("Tensor('uint8', (-1, 28, 28, 1))");
  });

  it('survive a round trip through JSON', () => {
    fc.assert(fc.property(columns, (schema) => {
      const text = schema.toJson(), again = Schema.fromJson(text);
      expect(again.toJson()).toBe(text);
      expect(again.toString()).toBe(schema.toString());
      expect(again.inputs.every((spec, i) => sameType((spec as ColSpec).type, (schema.inputs[i] as ColSpec).type))).toBe(true);
    }));
  });

  it('read the tensors of the documents only where asked, and never write them so', () => {
    const text = '[{"name": "images", "dtype": "uint8", "shape": [-1, 28, 28, 1]}]';
    expect(() => Schema.fromJson(text)).toThrow(ModelError);
    const written = Schema.fromJson(text, { lenient: true }).toJson();
    expect(written).toBe('[{"name": "images", "type": "tensor", "tensor-spec": {"dtype": "uint8", "shape": [-1, 28, 28, 1]}}]');
    expect(Schema.fromJson(written).toJson()).toBe(written);
    expect(ModelSignature.fromDict({ inputs: text }, { lenient: true }).inputs?.tensors).toHaveLength(1);
  });

  it.each([
    ['nothing', () => new Schema([])],
    ['names for some', () => new Schema([new ColSpec('long', 'a'), new ColSpec('long')])],
    ['tensors beside columns', () => new Schema([new ColSpec('long', 'a'), new TensorSpec('int8', [-1], 'b')] as unknown as ColSpec[])],
    ['two tensors without names', () => new Schema([new TensorSpec('int8', [-1]), new TensorSpec('int8', [-1])])],
    ['an optional column without a name', () => new Schema([new ColSpec('long', null, false)])],
    ['an unknown type', () => new ColSpec('decimal' as 'long')],
    ['an unknown dtype', () => new TensorSpec('bfloat16' as 'int8', [-1])],
    ['text of a fixed length', () => new TensorSpec('U5' as 'str', [-1])],
    ['an object without properties', () => new ObjectType([])],
    ['one property twice', () => new ObjectType([new Property('a', 'long'), new Property('a', 'string')])],
    ['a binary parameter', () => new ParamSpec('p', 'binary', null)],
    ['a default of another type', () => new ParamSpec('p', 'long', 0.5)],
    ['two parameters of one name', () => new ParamSchema([new ParamSpec('p', 'long', 1n), new ParamSpec('p', 'long', 2n)])],
    ['an empty signature', () => new ModelSignature({})],
  ])('refuse %s', (_, make) => {
    expect(make).toThrow(ModelError);
  });

  it('take any JSON without failing otherwise than by a coded error', () => {
    const keys = fc.constantFrom('type', 'name', 'required', 'items', 'values', 'properties', 'tensor-spec', 'dtype', 'shape', '__proto__', 'default');
    const leaf = fc.oneof(fc.constantFrom('long', 'tensor', 'array', 'object', 'map', 'any', 'float32', 'sparkml_vector', ''), fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({ tree: fc.oneof({ depthSize: 'medium' }, leaf, fc.array(tie('tree'), { maxLength: 3 }), fc.dictionary(keys, tie('tree'), { maxKeys: 4 })) }));
    fc.assert(fc.property(fc.array(tree, { maxLength: 3 }), (list) => {
      for (const read of [Schema.fromJson, ParamSchema.fromJson]) {
        try {
          const schema = read(JSON.stringify(list));
          schema.toString();
          schema.toJson();
        } catch (error) {
          expect(ModelError.isInstance(error), String((error as Error).stack)).toBe(true);
        }
      }
    }), { numRuns: 2000 });
  });

  it('sort properties by code points and print every type', () => {
    const object = new ObjectType(['\u{1f600}', '\uffff', 'b', 'a'].map((name) => new Property(name, 'long')));
    expect(object.properties.map((p) => p.name)).toEqual(['a', 'b', '\uffff', '\u{1f600}']);
    expect(typeText(new MapType('long'))).toBe('Map(str -> DataType.long)');
    expect(typeText(new ArrayType(new ObjectType([new Property('k', 'any', false)])))).toBe('Array({k: Any (optional)})');
  });

  it('name their inputs and types', () => {
    const schema = new Schema([new ColSpec('long', 'a'), new ColSpec('string', 'b', false), new ColSpec('binary', 7)]);
    expect(schema.inputNames()).toEqual(['a', 'b', 7n]);
    expect(schema.requiredInputNames()).toEqual(['a', 7n]);
    expect(schema.optionalInputNames()).toEqual(['b']);
    expect(schema.numpyTypes()).toEqual(['int64', 'str', 'bytes']);
    expect(schema.pandasTypes()).toEqual(['int64', 'object', 'object']);
    expect(() => new Schema([new ColSpec('any', 'a')]).numpyTypes()).toThrow(ModelError);
  });
});
