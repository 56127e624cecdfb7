import { describe, expect, it } from 'vitest';
import { declarations } from '../../src/model/declarations.ts';
import { ColSpec } from '../../src/schema/col-spec.ts';
import { ArrayType, MapType, ObjectType, Property } from '../../src/schema/data-types.ts';
import { ParamSchema, ParamSpec } from '../../src/schema/param-spec.ts';
import { Schema } from '../../src/schema/schema.ts';
import { ModelSignature } from '../../src/schema/signature.ts';
import { TensorSpec } from '../../src/schema/tensor-spec.ts';

describe('declarations', () => {
  it('declares columns, parameters and outputs', () => {
    const inputs = new Schema([
      new ColSpec('double', 'sepal length (cm)'), new ColSpec('long', 'n', false), new ColSpec(new ArrayType('long'), 'list'),
      new ColSpec(new ObjectType([new Property('b', 'string', false), new Property('a', 'boolean')]), 'object'), new ColSpec(new MapType('datetime'), 'map'), new ColSpec('any', 'any'),
    ]);
    const params = new ParamSchema([new ParamSpec('threshold', 'double', 0.5), new ParamSpec('stop', 'string', [], [-1])]);
    const text = declarations(new ModelSignature({ inputs, outputs: new Schema([new ColSpec('long')]), params }), 'Wine');
    expect(text).toContain('export interface WineInput {\n  /** double */\n  "sepal length (cm)": number;\n  /** long */\n  n?: number | bigint | null;\n');
    expect(text).toContain('  list: (number | bigint)[];');
    expect(text).toMatch(/ {2}object: \{ (b\?: string; a: boolean|a: boolean; b\?: string) \};/);
    expect(text).toContain('  map: Record<string, Date | string>;');
    expect(text).toContain('  any: unknown;');
    expect(text).toContain('export interface WineParams {\n  /** double */\n  threshold?: number;\n  /** string, a list */\n  stop?: string[];\n}');
    expect(text).toContain('export type WineOutput = number | bigint;');
  });

  it('declares tensors, by name or alone', () => {
    const signature = new ModelSignature({ inputs: new Schema([new TensorSpec('float32', [-1, 2], 'x'), new TensorSpec('int64', [-1], 'ids')]), outputs: new Schema([new TensorSpec('float64', [-1, 3])]) });
    const text = declarations(signature, 'Model');
    expect(text).toContain('  x: number[][];');
    expect(text).toContain('  ids: (number | bigint)[];');
    expect(text).toContain('/** float64 [-1, 3] */\nexport type ModelOutput = number[][];');
  });

  it('declares unknown without a signature, and refuses a name that is no identifier', () => {
    expect(declarations(undefined, 'M')).toContain('export type MInput = unknown;');
    expect(() => declarations(undefined, 'a b')).toThrow('identifier');
  });

  it('lets no name of a column out of its quotes', () => {
    const text = declarations(new ModelSignature({ inputs: new Schema([new ColSpec('double', 'a"; } export const x = 1; /* */ //')]) }), 'M');
    expect(text).toContain(`  ${JSON.stringify('a"; } export const x = 1; /* */ //')}: number;`);
  });
});
