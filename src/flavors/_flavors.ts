/**
 * All flavors that are known: the generated list and what third parties add.
 * @module
 */
import { createRegistry, type Registry } from '../plugins/registry.ts';
import type { Flavor } from './_contract.ts';
import { flavors } from './_registry.ts';

const MEMBERS = ['loaders', 'inspect', 'load'] as const;

/** The registry of flavors. */
export const flavorRegistry: Registry<Flavor> = createRegistry<Flavor>({
  kind: 'flavors',
  builtin: flavors,
  lacks: (flavor) => MEMBERS.find((member) => flavor[member] === undefined),
});

/**
 * Adds a flavor of your own, or replaces one.
 * @returns takes it away again
 * @throws ModelError PLUGIN_INVALID
 * @example
 * ```ts
 * registerFlavor({ name: 'mine', loaders: ['my_package.mlflow'], inspect, load });
 * ```
 */
export function registerFlavor(flavor: Flavor): () => void {
  return flavorRegistry.register(flavor);
}

/** Flavors in the order in which they are tried: by `priority`, then by name. */
export function byPriority(flavors: readonly Flavor[]): readonly Flavor[] {
  return [...flavors].sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0) || (a.name < b.name ? -1 : 1));
}
