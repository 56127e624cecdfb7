/**
 * Which way rows go at every inner node of a tree.
 * @module
 */
import type { Forest } from '../forest.ts';
import { goesLeft } from '../plain-walk.ts';
import type { Matrix } from '../predict.ts';

/** Writes, for the rows from `from` up to `to`, a byte for each inner node of the tree: 1 where the row goes left. They begin at `at`. */
export function writeWays(forest: Forest, tree: number, { columns, values }: Matrix, from: number, to: number, out: Uint8Array, at: number = 0): void {
  const { feature, flags, nodeStart } = forest, narrow = forest.input === 'float32';
  const first = nodeStart[tree] as number, nodes = (nodeStart[tree + 1] as number) - first;
  for (let i = 0; i < nodes; i++) {
    const node = first + i, flag = flags[node] as number;
    for (let place = at + i, cell = from * columns + (feature[node] as number), end = to * columns; cell < end; place += nodes, cell += columns) {
      const x = values[cell] as number;
      out[place] = Number(goesLeft(forest, node, flag, narrow ? Math.fround(x) : x));
    }
  }
}
