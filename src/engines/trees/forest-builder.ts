/**
 * Builds a {@link Forest} tree by tree and checks everything a kernel relies on: lengths, indices, that each tree is a tree.
 * @module
 */
import { ModelError } from '../../errors/model-error.ts';
import { CATEGORICAL, MISSING_LEFT, MISSING_TYPE, type Forest, type ForestShape, type TreeNodes } from './forest.ts';

/** Node numbers are kept below this, so that kernels may scale them within 31 bits. */
const MAX_NODES = 2 ** 27;
const MAX_OUTPUTS = 2 ** 20;
/** Words of category sets in all: 64 MiB. */
const MAX_SET_WORDS = 2 ** 24;

/**
 * Collects trees into a forest.
 *
 * @throws ModelError FOREST_INVALID from every method
 * @example
 * ```ts
 * const builder = new ForestBuilder({ features: 2, outputs: 1, leafSize: 1, input: 'float64', comparison: '<=', sum: 'float64',
 *   base: new Float64Array(1), divisor: 1, categoriesAbove: -1 });
 * builder.add({ feature: [1], threshold: [0.5], left: [~0], right: [~1], flags: [MISSING_NAN], value: [-1, 2] });
 * const forest = builder.build();
 * ```
 */
export class ForestBuilder {
  readonly #shape: ForestShape;
  readonly #root = new Grow(Int32Array);
  readonly #group = new Grow(Int32Array);
  readonly #weight = new Grow(Float64Array);
  readonly #depth = new Grow(Int32Array);
  readonly #nodeStart = new Grow(Int32Array);
  readonly #leafStart = new Grow(Int32Array);
  readonly #feature = new Grow(Int32Array);
  readonly #threshold = new Grow(Float64Array);
  readonly #left = new Grow(Int32Array);
  readonly #right = new Grow(Int32Array);
  readonly #flags = new Grow(Uint8Array);
  readonly #setStart = new Grow(Int32Array);
  readonly #setWords = new Grow(Uint32Array);
  readonly #value = new Grow(Float64Array);
  readonly #leafId = new Grow(Int32Array);
  readonly #nodeCover: Grow<Floats>;
  readonly #leafCover: Grow<Floats>;
  readonly #linearStart = new Grow(Int32Array);
  readonly #linearFeature = new Grow(Int32Array);
  readonly #coefficient = new Grow(Float64Array);
  readonly #constant = new Grow(Float64Array);
  #weighted = false;
  #categorical = false;
  #linear = false;
  #covered = true;

  constructor(shape: ForestShape) {
    this.#shape = shape;
    const floats: new (length: number) => Floats = shape.sum === 'float32' ? Float32Array : Float64Array;
    this.#nodeCover = new Grow(floats);
    this.#leafCover = new Grow(floats);
    const { features, outputs, leafSize, base, divisor, categoriesAbove } = shape;
    if (!isCount(features, MAX_NODES)) this.#fail(`${features} features`);
    if (!isCount(outputs, MAX_OUTPUTS) || outputs === 0) this.#fail(`${outputs} outputs`);
    if (leafSize !== 1 && leafSize !== outputs) this.#fail(`leaves of ${leafSize} values for ${outputs} outputs`);
    if (base.length !== outputs) this.#fail(`${base.length} base values for ${outputs} outputs`);
    if (!(divisor > 0)) this.#fail(`the divisor is ${divisor}`);
    if (!(categoriesAbove >= -1 && categoriesAbove < 0)) this.#fail(`categories begin above ${categoriesAbove}`);
    this.#nodeStart.push(0);
    this.#leafStart.push(0);
    this.#setStart.push(0);
    this.#linearStart.push(0);
  }

  /** Number of trees so far. */
  get trees(): number {
    return this.#root.length;
  }

  /** Adds one tree. */
  add(tree: TreeNodes): void {
    const { leafSize, outputs } = this.#shape;
    const nodes = tree.feature.length, leaves = tree.value.length / leafSize;
    for (const [name, list] of [['thresholds', tree.threshold], ['left children', tree.left], ['right children', tree.right], ['flags', tree.flags]] as const) {
      if (list.length !== nodes) this.#fail(`${list.length} ${name} for ${nodes} inner nodes`);
    }
    if (leaves !== nodes + 1) this.#fail(`${tree.value.length} leaf values for ${nodes} inner nodes and leaves of ${leafSize}`);
    if (tree.leafId && tree.leafId.length !== leaves) this.#fail(`${tree.leafId.length} leaf numbers for ${leaves} leaves`);
    if (this.#feature.length + nodes > MAX_NODES || this.#value.length + tree.value.length > MAX_NODES) this.#fail(`more than ${MAX_NODES} nodes in all`);
    const group = tree.group ?? 0;
    if (!isCount(group, outputs - 1) || (leafSize > 1 && group !== 0)) this.#fail(`group ${group} of ${outputs}`);

    const depth = this.#depthOf(tree, nodes, leaves);
    this.#nodes(tree, nodes);
    this.#leaves(tree, leaves);
    this.#cover(tree, nodes, leaves);
    const weight = tree.weight ?? 1;
    if (weight !== 1) this.#weighted = true;
    this.#root.push(nodes > 0 ? this.#nodeStart.last : ~this.#leafStart.last);
    this.#group.push(group);
    this.#weight.push(weight);
    this.#depth.push(depth);
    this.#nodeStart.push(this.#feature.length);
    this.#leafStart.push(this.#leafId.length);
  }

  /** The finished forest. */
  build(): Forest {
    return {
      ...this.#shape,
      trees: this.trees,
      root: this.#root.take(),
      group: this.#group.take(),
      weight: this.#weighted ? this.#weight.take() : null,
      depth: this.#depth.take(),
      nodeStart: this.#nodeStart.take(),
      leafStart: this.#leafStart.take(),
      feature: this.#feature.take(),
      threshold: this.#threshold.take(),
      left: this.#left.take(),
      right: this.#right.take(),
      flags: this.#flags.take(),
      categorical: this.#categorical,
      setStart: this.#setStart.take(),
      setWords: this.#setWords.take(),
      value: this.#value.take(),
      leafId: this.#leafId.take(),
      linear: this.#linear ? { start: this.#linearStart.take(), feature: this.#linearFeature.take(), coefficient: this.#coefficient.take(), constant: this.#constant.take() } : null,
      cover: this.#covered ? { node: this.#nodeCover.take(), leaf: this.#leafCover.take() } : null,
    };
  }

  /** Walks the tree once: every node and leaf must be met exactly once. */
  #depthOf(tree: TreeNodes, nodes: number, leaves: number): number {
    if (nodes === 0) return 0;
    // Depth 0 marks what has not been met; children of a met node must not have been met.
    const depth = new Int32Array(nodes), leafMet = new Uint8Array(leaves), stack = [0];
    let deepest = 1, met = 1, leavesMet = 0;
    depth[0] = 1;
    while (stack.length > 0) {
      const node = stack.pop() ?? 0, next = (depth[node] ?? 0) + 1;
      for (const child of [tree.left[node], tree.right[node]]) {
        if (child === undefined || !Number.isInteger(child) || child >= nodes || ~child >= leaves) this.#fail(`node ${node} has the child ${child}, of ${nodes} inner nodes and ${leaves} leaves`);
        if (child < 0) {
          if (leafMet[~child] !== 0) this.#fail(`leaf ${~child} has two parents`);
          leafMet[~child] = 1;
          leavesMet++;
        } else {
          if (depth[child] !== 0) this.#fail(`node ${child} has two parents or is its own ancestor`);
          depth[child] = next;
          met++;
          if (next > deepest) deepest = next;
          stack.push(child);
        }
      }
    }
    if (met !== nodes || leavesMet !== leaves) this.#fail(`${nodes - met} inner nodes and ${leaves - leavesMet} leaves cannot be reached`);
    return deepest;
  }

  #nodes(tree: TreeNodes, nodes: number): void {
    const { features } = this.#shape;
    const firstNode = this.#feature.length, firstLeaf = this.#leafId.length, firstSet = this.#setStart.length - 1;
    const sets = tree.sets ?? [];
    for (let i = 0; i < nodes; i++) {
      const feature = tree.feature[i] as number, threshold = tree.threshold[i] as number, flags = tree.flags[i] as number;
      if (!isCount(feature, features - 1)) this.#fail(`node ${i} tests feature ${feature} of ${features}`);
      if (!isCount(flags, MISSING_TYPE | MISSING_LEFT | CATEGORICAL) || (flags & MISSING_TYPE) === MISSING_TYPE) this.#fail(`node ${i} has the flags ${flags}`);
      if ((flags & CATEGORICAL) !== 0) {
        if (!isCount(threshold, sets.length - 1)) this.#fail(`node ${i} has the category set ${threshold} of ${sets.length}`);
        this.#categorical = true;
        this.#threshold.push(firstSet + threshold);
      } else {
        if (threshold !== threshold) this.#fail(`node ${i} has the threshold ${threshold}`);
        this.#threshold.push(threshold);
      }
      const left = tree.left[i] as number, right = tree.right[i] as number;
      this.#feature.push(feature);
      this.#left.push(left < 0 ? left - firstLeaf : left + firstNode);
      this.#right.push(right < 0 ? right - firstLeaf : right + firstNode);
      this.#flags.push(flags);
    }
    for (const set of sets) {
      if (this.#setWords.length + set.length > MAX_SET_WORDS) this.#fail(`the category sets take more than ${MAX_SET_WORDS} words`);
      this.#setWords.append(set);
      this.#setStart.push(this.#setWords.length);
    }
  }

  #leaves(tree: TreeNodes, leaves: number): void {
    this.#value.append(tree.value);
    if (tree.leafId) this.#leafId.append(tree.leafId);
    else for (let i = 0; i < leaves; i++) this.#leafId.push(i);
    const linear = tree.linear;
    if (!linear) {
      for (let i = 0; i < leaves; i++) this.#term([], [], tree.value[i] as number);
      return;
    }
    if (this.#shape.leafSize !== 1) this.#fail('linear leaves with vector leaves');
    if (linear.features.length !== leaves || linear.coefficients.length !== leaves || linear.constants.length !== leaves) this.#fail(`linear models of ${linear.features.length} leaves for ${leaves}`);
    this.#linear = true;
    for (let i = 0; i < leaves; i++) this.#term(linear.features[i] ?? [], linear.coefficients[i] ?? [], linear.constants[i] as number);
  }

  #term(features: ArrayLike<number>, coefficients: ArrayLike<number>, constant: number): void {
    if (features.length !== coefficients.length) this.#fail(`a leaf has ${features.length} features and ${coefficients.length} coefficients`);
    for (let i = 0; i < features.length; i++) {
      if (!isCount(features[i] as number, this.#shape.features - 1)) this.#fail(`a leaf uses feature ${features[i]} of ${this.#shape.features}`);
    }
    this.#linearFeature.append(features);
    this.#coefficient.append(coefficients);
    this.#linearStart.push(this.#linearFeature.length);
    this.#constant.push(constant);
  }

  /** Covers that cannot be weights do not keep a forest from scoring, so they only go missing. */
  #cover({ cover }: TreeNodes, nodes: number, leaves: number): void {
    if (!this.#covered) return;
    if (cover && (cover.node.length !== nodes || cover.leaf.length !== leaves)) this.#fail(`${cover.node.length} and ${cover.leaf.length} covers for ${nodes} inner nodes and ${leaves} leaves`);
    if (cover && isWeights(cover.node) && isWeights(cover.leaf)) {
      this.#nodeCover.append(cover.node);
      this.#leafCover.append(cover.leaf);
    } else if (nodes === 0) this.#leafCover.push(1);
    else this.#covered = false;
  }

  #fail(reason: string): never {
    throw new ModelError('FOREST_INVALID', { tree: this.trees, reason });
  }
}

/** A whole number from 0 to `max`. */
function isCount(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

/** Whether all are finite and not negative. */
function isWeights(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (!((values[i] as number) >= 0 && (values[i] as number) < Infinity)) return false;
  return true;
}

type Floats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
type Growable = Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint8Array<ArrayBuffer> | Floats;

/** A typed array that grows. */
class Grow<T extends Growable> {
  readonly #make: new (length: number) => T;
  #items: T;
  length = 0;
  constructor(make: new (length: number) => T) {
    this.#make = make;
    this.#items = new make(64);
  }

  get last(): number {
    return this.#items[this.length - 1] ?? 0;
  }

  push(value: number): void {
    if (this.length === this.#items.length) this.#reserve(1);
    this.#items[this.length++] = value;
  }

  append(values: ArrayLike<number>): void {
    this.#reserve(values.length);
    this.#items.set(values, this.length);
    this.length += values.length;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#items.length) return;
    const bigger = new this.#make(Math.max(this.#items.length * 2, this.length + more));
    bigger.set(this.#items);
    this.#items = bigger;
  }

  take(): T {
    return this.#items.slice(0, this.length) as T;
  }
}
