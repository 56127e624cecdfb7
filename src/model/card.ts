/**
 * A card of a model: what it is and what scores it, worked out without loading it.
 * @module
 */
import { isPlainValue, valueText } from './card-values.ts';
import { ModelError } from '../errors/model-error.ts';
import type { ModelFiles } from '../mlmodel/files.ts';
import type { Model } from '../mlmodel/model.ts';
import type { Schema } from '../schema/schema.ts';
import { chooseFlavor, judgeFlavors } from './choose-flavor.ts';
import { typeName } from './declarations.ts';
import { openModel } from './load.ts';

/** One column, tensor or parameter of a signature. */
export interface CardField {
  readonly name: string | null;
  readonly type: string;
  readonly required?: boolean;
  readonly default?: string;
}

/** One flavor. */
export interface CardFlavor {
  readonly name: string;
  readonly native: boolean;
  /** What it lacks, or what it is. */
  readonly reasons: readonly string[];
  /** Its keys that hold plain values: versions, files, options. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** What {@link modelCard} gives. */
export interface ModelCard {
  readonly source: string;
  readonly files: number;
  readonly bytes: number;
  readonly mlflowVersion?: string | undefined;
  readonly created?: string | undefined;
  readonly runId?: string | undefined;
  readonly modelId?: string | undefined;
  readonly flavors: readonly CardFlavor[];
  /** The flavor that scores it here, or null. */
  readonly scoredBy: string | null;
  /** Why nothing scores it. */
  readonly notScored?: readonly string[];
  readonly signature: { readonly inputs: readonly CardField[]; readonly outputs: readonly CardField[]; readonly params: readonly CardField[] } | null;
  readonly inputExample: boolean;
}

/**
 * Looks at a model without loading it.
 * @throws ModelError for a broken folder
 * @example
 * ```ts
 * (await modelCard('./wine-quality')).scoredBy; // 'xgboost'
 * ```
 */
export async function modelCard(source: string | URL | ModelFiles): Promise<ModelCard> {
  const { files, metadata } = await openModel(source);
  const paths = await files.list();
  let bytes = 0;
  for (const path of paths) bytes += (await files.stat(path))?.size ?? 0;
  const choice = await chosen(metadata, files);
  return {
    source: files.name, files: paths.length, bytes,
    mlflowVersion: metadata.mlflowVersion, created: metadata.utcTimeCreated, runId: metadata.runId, modelId: metadata.modelId,
    flavors: (await judgeFlavors(metadata, files)).map((verdict) => ({ ...verdict, config: plainConfig(metadata.flavors[verdict.name] ?? {}) })),
    scoredBy: choice.flavor, ...(choice.reasons.length > 0 ? { notScored: choice.reasons } : {}),
    signature: signatureFields(metadata),
    inputExample: metadata.savedInputExampleInfo !== undefined,
  };
}

async function chosen(metadata: Model, files: ModelFiles): Promise<{ flavor: string | null; reasons: readonly string[] }> {
  try {
    const choice = await chooseFlavor(metadata, files);
    return 'flavor' in choice ? { flavor: choice.flavor.name, reasons: [] } : { flavor: null, reasons: choice.reasons };
  } catch (error) {
    // A broken model file is part of the picture, not the end of it.
    if (!ModelError.isInstance(error)) throw error;
    return { flavor: null, reasons: [error.message] };
  }
}

function plainConfig(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => isPlainValue(value)).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]));
}

function signatureFields({ signature }: Model): ModelCard['signature'] {
  if (signature === undefined) return null;
  const params = (signature.params?.params ?? []).map((p) => ({ name: p.name, type: typeName(p.type) + (p.shape ? ' list' : ''), default: valueText(p.default) }));
  return { inputs: fields(signature.inputs), outputs: fields(signature.outputs), params };
}

function fields(schema: Schema | undefined): readonly CardField[] {
  if (schema?.tensors) return schema.tensors.map((t) => ({ name: nameOf(t.name), type: `tensor ${t.dtype} [${t.shape.join(', ')}]` }));
  return (schema?.columns ?? []).map((c) => ({ name: nameOf(c.name), type: typeName(c.type), required: Boolean(c.required) }));
}

function nameOf(name: unknown): string | null {
  return name === null || name === undefined ? null : String(name);
}
