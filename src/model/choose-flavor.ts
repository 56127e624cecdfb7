/**
 * Which runtime scores a model: the native flavor that stands in for python_function, or a reason why there is none.
 * @module
 */
import type { ThreadPool } from '../engines/threads.ts';
import { ModelError } from '../errors/model-error.ts';
import type { Flavor, FlavorContext } from '../flavors/_contract.ts';
import { byPriority, flavorRegistry } from '../flavors/_flavors.ts';
import type { ModelFiles } from '../mlmodel/files.ts';
import type { Model } from '../mlmodel/model.ts';

/** The flavor and what it is given, or why there is none. */
export type Choice = { readonly flavor: Flavor; readonly context: FlavorContext } | { readonly reasons: readonly string[] };

/** What one flavor of a model can do here. */
export interface FlavorVerdict {
  readonly name: string;
  readonly native: boolean;
  readonly reasons: readonly string[];
}

/** The generic flavors: what they hold is told by `loader_module`, or is code. */
const GENERIC: ReadonlySet<string> = new Set(['python_function', 'crate']);

/** @throws ModelError MODEL_FLAVOR_UNKNOWN when the caller names one the model does not have */
export async function chooseFlavor(model: Model, files: ModelFiles, named?: string, threads?: ThreadPool): Promise<Choice> {
  const own = Object.keys(model.flavors);
  if (named !== undefined && !own.includes(named)) throw new ModelError('MODEL_FLAVOR_UNKNOWN', { flavor: named, flavors: own });
  const reasons: string[] = [];
  for (const flavor of await candidates(model, named, reasons)) {
    const context = { ...contextOf(model, files, flavor.name), threads };
    const { native, unsupported } = await flavor.inspect(context);
    if (native) return { flavor, context };
    reasons.push(`${flavor.name}: ${unsupported.join(', ')}`);
  }
  return { reasons: reasons.length > 0 ? reasons : ['it has no flavors'] };
}

/** Every flavor of a model with what stands against it, for people. */
export async function judgeFlavors(model: Model, files: ModelFiles): Promise<readonly FlavorVerdict[]> {
  const verdicts: FlavorVerdict[] = [];
  for (const name of Object.keys(model.flavors)) {
    const flavor = await flavorRegistry.get(name);
    if (flavor === undefined) verdicts.push({ name, native: false, reasons: [GENERIC.has(name) ? genericNote(model, name) : 'not native here'] });
    else {
      const { native, unsupported } = await flavor.inspect(contextOf(model, files, name));
      verdicts.push({ name, native, reasons: unsupported });
    }
  }
  return verdicts;
}

function genericNote(model: Model, name: string): string {
  const loader = loaderOf(model);
  return name === 'python_function' && loader !== undefined ? `loader_module ${loader}` : 'code that the model carries';
}

/** Flavors to try in turn; what is left out gives its reason. */
async function candidates(model: Model, named: string | undefined, reasons: string[]): Promise<readonly Flavor[]> {
  const loader = loaderOf(model), found: Flavor[] = [];
  for (const name of named === undefined ? Object.keys(model.flavors) : [named]) {
    const flavor = await flavorRegistry.get(name);
    if (flavor === undefined) {
      if (!GENERIC.has(name) || named !== undefined) reasons.push(`${name}: not native here`);
    } else if (named === undefined && loader !== undefined && !flavor.loaders.includes(loader)) {
      reasons.push(`${name}: python_function is loaded by ${loader}, which it does not stand in for`);
    } else {
      found.push(flavor);
    }
  }
  if (found.length === 0 && reasons.length === 0 && loader !== undefined) reasons.push(`python_function: loaded by ${loader}, which is code`);
  return byPriority(found);
}

/** `loader_module` of python_function; undefined in a folder without that flavor. */
function loaderOf(model: Model): string | undefined {
  const config = model.flavors['python_function'];
  return config === undefined ? undefined : String(config['loader_module'] ?? 'none');
}

function contextOf(model: Model, files: ModelFiles, name: string): FlavorContext {
  return { files, config: model.flavors[name] ?? {}, model };
}
