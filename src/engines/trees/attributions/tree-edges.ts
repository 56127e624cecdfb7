/**
 * The edges of a tree with covers, each parent before its children.
 * @module
 */
import type { Forest } from '../forest.ts';

/** Children with no more cover than this are as if they were not there. */
const NO_COVER = 1e-13;

/** Edges of one tree; `count` stands for the root where an edge above is meant. */
export interface TreeEdges {
  readonly count: number;
  /** Per edge: the leaf whose value stands at its end (numbered over the forest), or -1. */
  readonly leaf: Int32Array;
  /** Per edge: the node that it comes from (counted from the tree's first), and whether it is the left one. */
  readonly node: Int32Array;
  readonly isLeft: Uint8Array;
  readonly feature: Int32Array;
  /** Per edge: the edge above it; the nearest above it of the same feature, or -1. */
  readonly parent: Int32Array;
  readonly before: Int32Array;
  /** Per edge: the share of training data that goes along all edges of this feature down to it. */
  readonly share: Float64Array;
  /** Most features on one path. */
  readonly tests: number;
}

export const NO_EDGES: TreeEdges = {
  count: 0, tests: 0, leaf: new Int32Array(0), node: new Int32Array(0), isLeft: new Uint8Array(0), feature: new Int32Array(0), parent: new Int32Array(0), before: new Int32Array(0), share: new Float64Array(0),
};

/** How a tree is read. */
export interface EdgeOptions {
  /** Per feature of the forest: what takes its place. */
  readonly players?: Int32Array | null;
  /** Per leaf: 1 where it stands at its parent, so that the test there is not asked for it. */
  readonly atParent?: Uint8Array | null;
}

/** Lists the edges of a tree. */
export function treeEdges({ root, feature, left, right, nodeStart, cover }: Forest, tree: number, { players = null, atParent = null }: EdgeOptions = {}): TreeEdges {
  const first = nodeStart[tree] as number, most = 2 * ((nodeStart[tree + 1] as number) - first);
  const leaf = new Int32Array(most), node = new Int32Array(most), isLeft = new Uint8Array(most), tested = new Int32Array(most), parent = new Int32Array(most), before = new Int32Array(most);
  const share = new Float64Array(most), tests = new Int32Array(most);
  const coverOf = (n: number): number => (n < 0 ? cover?.leaf[~n] : cover?.node[n]) as number;
  let count = 0, mostTests = 0;
  const stack = [root[tree] as number], above = [-1];
  while (stack.length > 0) {
    const from = stack.pop() as number, edge = above.pop() as number;
    if (from < 0) continue;
    for (let side = 0; side < 2; side++) {
      const to = (side === 0 ? left[from] : right[from]) as number, own = feature[from] as number, f = players === null ? own : (players[own] as number);
      if (to < 0 && atParent?.[~to] === 1) {
        if (edge >= 0) leaf[edge] = ~to;
        continue;
      }
      if (coverOf(to) <= NO_COVER) continue;
      let same = edge;
      while (same >= 0 && tested[same] !== f) same = parent[same] as number;
      leaf[count] = to < 0 ? ~to : -1;
      node[count] = from - first;
      isLeft[count] = 1 - side;
      tested[count] = f;
      parent[count] = edge;
      before[count] = same;
      share[count] = (coverOf(to) / coverOf(from)) * (same < 0 ? 1 : (share[same] as number));
      tests[count] = (edge < 0 ? 0 : (tests[edge] as number)) + (same < 0 ? 1 : 0);
      mostTests = Math.max(mostTests, tests[count] as number);
      stack.push(to);
      above.push(count++);
    }
  }
  for (let e = 0; e < count; e++) if (parent[e] === -1) parent[e] = count;
  return { count, leaf, node, isLeft, feature: tested, parent, before, share, tests: mostTests };
}
