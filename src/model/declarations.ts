/**
 * TypeScript declarations from a signature.
 * @module
 */
import type { DType } from '../data/dtype.ts';
import { ModelError } from '../errors/model-error.ts';
import type { ColSpec } from '../schema/col-spec.ts';
import { ArrayType, type ColumnType, MapType, ObjectType } from '../schema/data-types.ts';
import type { ParamSchema } from '../schema/param-spec.ts';
import type { Schema } from '../schema/schema.ts';
import type { ModelSignature } from '../schema/signature.ts';
import type { TensorSpec } from '../schema/tensor-spec.ts';

/**
 * Declares `<name>Input` (one row, or the tensors), `<name>Params` and `<name>Output`.
 * @throws ModelError OPTION_INVALID when the name is no identifier
 * @example
 * ```ts
 * declarations(model.signature, 'Wine'); // 'export interface WineInput {\n  alcohol: number;\n …'
 * ```
 */
export function declarations(signature: ModelSignature | undefined, name: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) throw new ModelError('OPTION_INVALID', { option: '--name', expected: 'an identifier of TypeScript' });
  const parts = [
    '// Written by `mlmodel types`.',
    declare(`${name}Input`, signature?.inputs, 'One row of input.'),
    ...(signature?.params ? [declareParams(`${name}Params`, signature.params)] : []),
    declare(`${name}Output`, signature?.outputs, 'One row of output.'),
  ];
  return `${parts.join('\n\n')}\n`;
}

function declare(name: string, schema: Schema | undefined, about: string): string {
  if (schema === undefined) return `/** The model has no signature for this. */\nexport type ${name} = unknown;`;
  if (schema.tensors) return declareTensors(name, schema.tensors);
  const columns = schema.columns ?? [], first = columns[0];
  if (schema.named) return `/** ${about} */\nexport interface ${name} {\n${columns.map((column) => member(column)).join('\n')}\n}`;
  if (columns.length === 1 && first !== undefined) return `/** ${about} */\nexport type ${name} = ${typeText(first.type)};`;
  return `/** ${about} */\nexport type ${name} = [${columns.map((column) => typeText(column.type)).join(', ')}];`;
}

function member({ name, required, type }: ColSpec): string {
  const optional = required === true || required === undefined ? '' : '?';
  return `  /** ${comment(typeName(type))} */\n  ${key(name)}${optional}: ${typeText(type)}${optional ? ' | null' : ''};`;
}

function declareTensors(name: string, tensors: readonly TensorSpec[]): string {
  const only = tensors.length === 1 && tensors[0]?.name === null ? tensors[0] : undefined;
  if (only !== undefined) return `/** ${tensorName(only)} */\nexport type ${name} = ${tensorText(only)};`;
  return `/** Tensors by name. */\nexport interface ${name} {\n${tensors.map((spec) => `  /** ${tensorName(spec)} */\n  ${key(spec.name)}: ${tensorText(spec)};`).join('\n')}\n}`;
}

function declareParams(name: string, schema: ParamSchema): string {
  const members = schema.params.map((param) => `  /** ${comment(typeName(param.type))}${param.shape ? ', a list' : ''} */\n  ${key(param.name)}?: ${typeText(param.type)}${param.shape ? '[]' : ''};`);
  return `/** Inference parameters. */\nexport interface ${name} {\n${members.join('\n')}\n}`;
}

function key(name: unknown): string {
  const text = String(name);
  return /^[A-Za-z_$][\w$]*$/.test(text) ? text : JSON.stringify(text);
}

/** A column type in words. */
export function typeName(type: ColumnType): string {
  if (type instanceof ArrayType) return `array of ${typeName(type.items)}`;
  if (type instanceof ObjectType) return 'object';
  return type instanceof MapType ? `map of ${typeName(type.values)}` : type;
}

function typeText(type: ColumnType): string {
  if (type instanceof ArrayType) return `${group(typeText(type.items))}[]`;
  if (type instanceof MapType) return `Record<string, ${typeText(type.values)}>`;
  if (type instanceof ObjectType) return `{ ${type.properties.map((p) => `${key(p.name)}${p.required ? '' : '?'}: ${typeText(p.type)}`).join('; ')} }`;
  switch (type) {
    case 'boolean': return 'boolean';
    case 'long': return 'number | bigint';
    case 'integer': case 'float': case 'double': return 'number';
    case 'string': return 'string';
    case 'binary': return 'Uint8Array';
    case 'datetime': return 'Date | string';
    case 'sparkml_vector': return 'number[]';
    default: return 'unknown';
  }
}

function tensorName(spec: TensorSpec): string {
  return `${spec.dtype} [${spec.shape.join(', ')}]`;
}

function tensorText({ dtype, shape }: TensorSpec): string {
  return `${group(elementText(dtype))}${'[]'.repeat(Math.max(shape.length, 1))}`;
}

function elementText(dtype: DType): string {
  if (dtype === 'bool') return 'boolean';
  if (dtype === 'str') return 'string';
  if (dtype === 'int64' || dtype === 'uint64') return 'number | bigint';
  if (/^(u?int|float)/.test(dtype)) return 'number';
  return dtype === 'bytes' ? 'Uint8Array' : 'unknown';
}

function group(text: string): string {
  return text.includes(' | ') ? `(${text})` : text;
}

/** Text that cannot end a comment. */
function comment(text: string): string {
  return text.replaceAll('*/', '* /');
}
