/**
 * Rewrites a graph so that every output is a tensor, which is all that onnxruntime-node returns ("Non tensor type is temporarily
 * not supported"), and says how the outputs of before are made from those of after (onnx-outputs.ts). No number changes:
 *
 * - ZipMap is cut off, and what it was given becomes the output. Nothing in ONNX takes a list of maps, so ZipMap always stands last.
 * - A sequence of tensors is laid out in three tensors by a loop inside the graph: all values one after another, all shapes one
 *   after another, and the length of each shape. So it does not matter which operators made it.
 * - An optional value becomes a flag, and the value or an empty one.
 * @module
 */
import { nodeAttribute, type OnnxNode, onnxNode } from '../formats/onnx-node.ts';
import { newGraph, type OnnxGraph, type OnnxModel, type OnnxValueInfo, sequenceValue, tensorValue } from '../formats/onnx-proto.ts';
import { newTensor } from '../formats/onnx-tensor.ts';
import type { OnnxType } from '../formats/onnx-type.ts';
import { mapKeys, type NamedPlan, type OutputPlan } from './onnx-outputs.ts';
import { isSupportedElement } from './onnx-tensors.ts';

/** A model whose outputs are tensors as far as that can be, and how its former outputs are made. */
export interface Rewritten {
  readonly model: OnnxModel;
  readonly outputs: readonly NamedPlan[];
  /** Former outputs that have no tensor form. */
  readonly left: readonly OnnxValueInfo[];
}

const FLOAT = 1, INT64 = 7, BOOL = 9;
const ML = 'ai.onnx.ml';
/** The operator sets that brought sequences and optional values. */
const SEQUENCES = 11, OPTIONALS = 15;

/**
 * Rewrites what is not a tensor; a model of tensors comes back as it is.
 * @param file its name, for messages
 * @throws ModelError FILE_MALFORMED for labels of ZipMap that are not text
 */
export function rewriteOutputs(model: OnnxModel, file: string): Rewritten {
  const { graph } = model, makers = makersOf(graph);
  if (graph.outputs.every(({ name, type }) => isTensor(type) && makers.get(name)?.op !== 'ZipMap')) {
    return { model, outputs: graph.outputs.map(({ name }) => ({ name, plan: { kind: 'tensor', tensor: name } })), left: [] };
  }
  const rewrite = new Rewrite(model, makers, file);
  for (const output of graph.outputs) rewrite.add(output);
  return rewrite.finish();
}

/** A tensor, or an output that leaves its type to be inferred. */
function isTensor(type: OnnxType): boolean {
  return type.kind === 'tensor' || type.kind === 'none';
}

/** The node that makes each output of a graph; null where more than one says so. */
function makersOf(graph: OnnxGraph): ReadonlyMap<string, OnnxNode | null> {
  const wanted = new Set(graph.outputs.map(({ name }) => name)), makers = new Map<string, OnnxNode | null>();
  for (const node of graph.nodes) for (const name of node.outputs) if (wanted.has(name)) makers.set(name, makers.has(name) ? null : node);
  return makers;
}

/** What no name of a graph or of the bodies in it begins with. */
function freePrefix(graph: OnnxGraph): string {
  const used = new Set<number>(), take = (name: string): void => {
    const number = /^mlmodel(\d{1,9})_/.exec(name)?.[1];
    if (number !== undefined) used.add(Number(number));
  };
  const open: OnnxGraph[] = [graph];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const { name } of [...next.inputs, ...next.outputs, ...next.initializers]) take(name);
    for (const name of next.sparseInitializers) take(name);
    for (const node of next.nodes) {
      for (const name of node.inputs) take(name);
      for (const name of node.outputs) take(name);
      for (const inner of node.graphs) open.push(inner);
    }
  }
  let free = 0;
  while (used.has(free)) free++;
  return `mlmodel${free}_`;
}

class Rewrite {
  readonly #model: OnnxModel;
  readonly #makers: ReadonlyMap<string, OnnxNode | null>;
  readonly #file: string;
  readonly #prefix: string;
  readonly #removed: Set<OnnxNode> = new Set();
  readonly #nodes: OnnxNode[] = [];
  readonly #values: OnnxValueInfo[] = [];
  readonly #outputs: NamedPlan[] = [];
  readonly #left: OnnxValueInfo[] = [];
  #names = 0;

  constructor(model: OnnxModel, makers: ReadonlyMap<string, OnnxNode | null>, file: string) {
    this.#model = model;
    this.#makers = makers;
    this.#file = file;
    this.#prefix = freePrefix(model.graph);
  }

  add(output: OnnxValueInfo): void {
    const { name, type } = output, plan = this.#zipMap(name, type) ?? this.#planOf(name, type);
    if (plan === undefined || (plan.kind === 'tensor' && plan.tensor === name)) this.#values.push(output);
    if (plan === undefined) this.#left.push(output);
    this.#outputs.push({ name, plan: plan ?? { kind: 'tensor', tensor: name } });
  }

  finish(): Rewritten {
    const { graph } = this.#model, nodes = [...graph.nodes.filter((node) => !this.#removed.has(node)), ...this.#nodes];
    return { model: { ...this.#model, graph: { ...graph, nodes, outputs: this.#values } }, outputs: this.#outputs, left: this.#left };
  }

  /** The labels decide: a list of maps may leave its type to be inferred. Text and int64 labels together are ONNX Runtime's to refuse. */
  #zipMap(name: string, type: OnnxType): OutputPlan | undefined {
    const node = this.#makers.get(name), [input] = node?.inputs ?? [];
    if (!node || !input || node.op !== 'ZipMap' || node.domain !== ML || node.inputs.length !== 1 || node.outputs.length !== 1 || type.kind === 'tensor') return undefined;
    if (this.#model.functions.some((fn) => fn.domain === ML && fn.name === 'ZipMap')) return undefined;
    const integers = nodeAttribute(node, 'classlabels_int64s', this.#file), texts = nodeAttribute(node, 'classlabels_strings', this.#file);
    const labels = integers ?? texts;
    if (!isLabels(labels) || (integers !== undefined && texts !== undefined)) return undefined;
    this.#removed.add(node);
    const tensor = this.#emit('Identity', [input]);
    this.#values.push(tensorValue(tensor, FLOAT, undefined));
    return { kind: 'maps', tensor, width: labels.length, keys: mapKeys(labels) };
  }

  /** The plan of a value of a type; undefined where it has no tensor form. */
  #planOf(name: string, type: OnnxType | undefined): OutputPlan | undefined {
    switch (type?.kind) {
      case 'tensor': case 'none': return { kind: 'tensor', tensor: name };
      case 'sequence': return this.#version >= SEQUENCES && type.item?.kind === 'tensor' && isSupportedElement(type.item.element) ? this.#sequence(name, type.item.element) : undefined;
      case 'optional': return this.#version >= OPTIONALS ? this.#optional(name, type.item) : undefined;
      default: return undefined;
    }
  }

  get #version(): number {
    return this.#model.opsets.get('') ?? 0;
  }

  /** Loop over the sequence: values ++ flat(item), shapes ++ shape(item), ranks ++ shape(shape(item)). */
  #sequence(name: string, element: number): OutputPlan {
    const length = this.#emit('SequenceLength', [name]), flat = this.#constant(newTensor(INT64, [-1n])), none = this.#constant(newTensor(INT64)), empty = this.#constant(newTensor(element));
    const [at, go, going, item, line, shape, rank] = this.#fresh(7) as [string, string, string, string, string, string, string];
    const state = [[element, ...this.#fresh(2)], [INT64, ...this.#fresh(2)], [INT64, ...this.#fresh(2)]] as [number, string, string][];
    const parts = [line, shape, rank];
    const body = newGraph(`${this.#prefix}body`, {
      nodes: [
        onnxNode('SequenceAt', [name, at], [item]), onnxNode('Reshape', [item, flat], [line]), onnxNode('Shape', [item], [shape]), onnxNode('Shape', [shape], [rank]),
        ...state.map(([, before, after], i) => onnxNode('Concat', [before, parts[i] as string], [after], { axis: 0n })),
        onnxNode('Identity', [go], [going]),
      ],
      inputs: [tensorValue(at, INT64, []), tensorValue(go, BOOL, []), ...state.map(([type, before]) => tensorValue(before, type, undefined))],
      outputs: [tensorValue(going, BOOL, []), ...state.map(([type, , after]) => tensorValue(after, type, undefined))],
    });
    const results = this.#fresh(3) as [string, string, string];
    this.#nodes.push(onnxNode('Loop', [length, '', empty, none, none], results, { body: { graph: body } }));
    for (const [i, result] of results.entries()) this.#values.push(tensorValue(result, i === 0 ? element : INT64, undefined));
    const [values, shapes, ranks] = results;
    return { kind: 'list', values, shapes, ranks };
  }

  /** If it has one, the value; else an empty tensor or sequence, which nobody looks at. */
  #optional(name: string, item: OnnxType | undefined): OutputPlan | undefined {
    const isList = item?.kind === 'sequence', tensor = isList ? item.item : item;
    if (tensor?.kind !== 'tensor' || !isSupportedElement(tensor.element)) return undefined;
    const { element } = tensor, present = this.#emit('OptionalHasElement', [name]);
    const [some, other, value] = this.#fresh(3) as [string, string, string];
    const branch = (node: OnnxNode, result: string): { readonly graph: Uint8Array } =>
      ({ graph: newGraph(result, { nodes: [node], outputs: [isList ? sequenceValue(result, element) : tensorValue(result, element, undefined)] }) });
    const nothing = isList ? onnxNode('SequenceEmpty', [], [other], { dtype: BigInt(element) }) : onnxNode('Constant', [], [other], { value: { tensor: newTensor(element) } });
    this.#nodes.push(onnxNode('If', [present], [value], { then_branch: branch(onnxNode('OptionalGetElement', [name], [some]), some), else_branch: branch(nothing, other) }));
    this.#values.push(tensorValue(present, BOOL, []));
    if (isList) return { kind: 'optional', present, value: this.#sequence(value, element) };
    this.#values.push(tensorValue(value, element, undefined));
    return { kind: 'optional', present, value: { kind: 'tensor', tensor: value } };
  }

  #emit(op: string, inputs: readonly string[]): string {
    const [name] = this.#fresh(1) as [string];
    this.#nodes.push(onnxNode(op, inputs, [name]));
    return name;
  }

  #constant(tensor: Uint8Array): string {
    const [name] = this.#fresh(1) as [string];
    this.#nodes.push(onnxNode('Constant', [], [name], { value: { tensor } }));
    return name;
  }

  #fresh(count: number): string[] {
    return Array.from({ length: count }, () => `${this.#prefix}${this.#names++}`);
  }
}

function isLabels(value: unknown): value is readonly bigint[] | readonly string[] {
  return Array.isArray(value) && (typeof value[0] === 'bigint' || typeof value[0] === 'string');
}
