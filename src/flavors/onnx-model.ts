/**
 * Reads an ONNX model's files: the graph, what of it cannot be scored here, and where its external data stands.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { type OnnxGraph, type OnnxModel, type OnnxValueInfo, readOnnxModel, writeOnnxModel } from '../formats/onnx-proto.ts';
import type { OnnxTensor } from '../formats/onnx-tensor.ts';
import { type OnnxType, typeName } from '../formats/onnx-type.ts';
import type { ModelFiles } from '../mlmodel/files.ts';
import { innerPath } from '../mlmodel/paths.ts';
import type { FlavorContext } from './_contract.ts';
import { modelPath } from './_model-path.ts';
import { isKnownOperator } from './onnx-operators.ts';
import type { NamedPlan } from './onnx-outputs.ts';
import { rewriteOutputs } from './onnx-rewrite.ts';
import type { ExternalFile } from './onnx-runtime.ts';
import { type InputSpec, isSupportedElement } from './onnx-tensors.ts';

/** A model that is read and checked. */
export interface OnnxFile {
  /** Path of the model in its folder. */
  readonly path: string;
  /** The model, rewritten where it answers with more than tensors. */
  readonly bytes: Uint8Array;
  readonly inputs: readonly InputSpec[];
  /** Its outputs as MLflow names them, and how each is made from what the session gives. */
  readonly plans: readonly NamedPlan[];
  /** What cannot be scored here, by name. */
  readonly unsupported: readonly string[];
  /** Locations of external data, relative to the model. */
  readonly external: readonly string[];
}

/**
 * Reads the model that MLmodel names.
 * @throws ModelError FLAVOR_CONFIG_INVALID, FILE_NOT_FOUND, FILE_TRUNCATED, FILE_MALFORMED, FILE_LIMIT_EXCEEDED, PATH_OUTSIDE_MODEL
 */
export async function readOnnxFile(context: FlavorContext): Promise<OnnxFile> {
  const { files } = context, path = modelPath(context, 'onnx'), bytes = await files.read(path), model = readOnnxModel(bytes, path);
  const external = await checkExternal(files, path, model);
  const constants = new Set([...model.graph.initializers.map((tensor) => tensor.name), ...model.graph.sparseInitializers]);
  const inputs = model.graph.inputs.filter((input) => !constants.has(input.name));
  const specs = inputs.map(({ name, type }) => ({ name, element: type.kind === 'tensor' ? type.element : 0, shape: type.kind === 'tensor' ? type.shape : undefined }));
  const { model: answering, outputs: plans, left } = rewriteOutputs(model, path);
  return { path, bytes: answering === model ? bytes : writeOnnxModel(answering), inputs: specs, plans, unsupported: lacking(model, inputs, left), external };
}

function lacking(model: OnnxModel, inputs: readonly OnnxValueInfo[], left: readonly OnnxValueInfo[]): readonly string[] {
  const out: string[] = [];
  if (inputs.length === 0) out.push('a graph without inputs');
  if (model.graph.outputs.length === 0) out.push('a graph without outputs');
  for (const { name, type } of inputs) if (!isScorable(type)) out.push(`the input ${name} of type ${typeName(type)}`);
  const unlike = model.graph.outputs.filter(({ type }) => type.kind === 'tensor' && type.element !== 0 && !isSupportedElement(type.element));
  for (const { name, type } of [...left, ...unlike]) {
    const maker = model.graph.nodes.find((node) => node.outputs.includes(name));
    out.push(`the output ${name} of type ${typeName(type)}${maker ? ` (operator ${maker.op})` : ''}`);
  }
  const own = new Set(model.functions.map((fn) => `${fn.domain} ${fn.name}`)), foreign = new Set<string>();
  for (const graph of graphsOf(model)) {
    for (const { op, domain } of graph.nodes) if (!own.has(`${domain} ${op}`) && !isKnownOperator(op, domain, model.opsets)) foreign.add(`the operator ${op} of the domain ${domain || 'ai.onnx'}`);
  }
  return [...out, ...foreign];
}

function isScorable(type: OnnxType): boolean {
  return type.kind === 'tensor' && isSupportedElement(type.element);
}

/** The graph, the bodies in it, and those of the model's functions. */
function* graphsOf(model: OnnxModel): Generator<Pick<OnnxGraph, 'nodes' | 'initializers'>> {
  const open: Pick<OnnxGraph, 'nodes' | 'initializers'>[] = [model.graph, ...model.functions.map(({ nodes }) => ({ nodes, initializers: [] }))];
  for (let graph = open.pop(); graph; graph = open.pop()) {
    yield graph;
    for (const node of graph.nodes) open.push(...node.graphs);
  }
}

/** Checks that every external constant lies inside a file of the model's folder. */
async function checkExternal(files: ModelFiles, path: string, model: OnnxModel): Promise<readonly string[]> {
  const sizes = new Map<string, number>();
  for (const graph of graphsOf(model)) {
    for (const tensor of graph.initializers) await check(tensor);
    for (const node of graph.nodes) for (const tensor of node.tensors) await check(tensor);
  }
  return [...sizes.keys()];

  async function check({ name, external, byteLength = 0 }: OnnxTensor): Promise<void> {
    if (!external) return;
    const beside = besidePath(path, external.location);
    let size = sizes.get(external.location);
    if (size === undefined) {
      size = (await files.stat(beside))?.size;
      if (size === undefined) throw new ModelError('FILE_NOT_FOUND', { path: beside });
      sizes.set(external.location, size);
    }
    const length = external.length ?? size - external.offset;
    if (external.offset + byteLength > size || length !== byteLength) {
      throw new ModelError('FILE_TRUNCATED', { file: beside, offset: external.offset, needed: byteLength, available: Math.max(0, size - external.offset), tensor: name });
    }
  }
}

/** A path relative to the model's file as a path in the folder. @throws ModelError PATH_OUTSIDE_MODEL */
function besidePath(path: string, location: string): string {
  const inner = innerPath(location), slash = path.lastIndexOf('/');
  return slash < 0 ? inner : `${path.slice(0, slash + 1)}${inner}`;
}

/** Where the library finds external data: the model's folder on a disk, else the files' bytes. */
export async function externalData(files: ModelFiles, { path, external }: OnnxFile): Promise<string | readonly ExternalFile[]> {
  if (external.length === 0) return [];
  if (files.directory !== undefined) return [files.directory, ...path.split('/').slice(0, -1)].join('/');
  return Promise.all(external.map(async (location) => ({ path: location, data: await files.read(besidePath(path, location)) })));
}
