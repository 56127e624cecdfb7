import { expect, it } from 'vitest';
import { symmetricLevels } from '../../../src/engines/trees/symmetric-trees.ts';
import { drawForest } from '../../support/forests.ts';

it('tells symmetric trees from others', () => {
  const forest = drawForest(3, { trees: 50, leaves: 4096, growth: 'symmetric' }), found = Array.from({ length: 50 }, (_, t) => symmetricLevels(forest, t, 10)?.length ?? 0);
  for (const [t, levels] of found.entries()) {
    const depth = forest.depth[t] as number;
    // Trees of one node are symmetric however they were drawn.
    if (depth < 1 || depth > 10) expect(levels).toBe(0);
    else if (t % 5 !== 4 || depth === 1) expect(levels).toBe(depth);
    else expect(levels).toBe(0);
  }
  expect(found.filter((levels) => levels > 0).length).toBeGreaterThan(20);
  const ragged = drawForest(3, { trees: 50, leaves: 30, growth: 'ragged' });
  expect(Array.from({ length: 50 }, (_, t) => symmetricLevels(ragged, t, 10)?.length ?? 0).every((levels) => levels <= 1)).toBe(true);
});
