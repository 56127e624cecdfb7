/**
 * A signature ⇄ the keys of the MLmodel file that hold it.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { type Enforcement, ModelSignature } from '../schema/signature.ts';
import type { YamlValue } from './yaml.ts';

/** A signature, and whether the file writes it in a form that MLflow itself does not read. */
export interface ReadSignature {
  readonly signature: ModelSignature | undefined;
  readonly foreign: boolean;
}

/**
 * The signature under the key `signature`; undefined where there is none.
 * @throws ModelError MLMODEL_INVALID, SCHEMA_INVALID, SCHEMA_TYPE_INVALID
 */
export function readSignature(entry: YamlValue, enforcement: Enforcement): ReadSignature {
  if (!(entry instanceof Map)) return { signature: undefined, foreign: false };
  const dict = { inputs: entry.get('inputs'), outputs: entry.get('outputs'), params: entry.get('params') };
  try {
    return { signature: ModelSignature.fromDict(dict), foreign: false };
  } catch (error) {
    if (ModelError.isInstance(error) && error.code.startsWith('JSON_')) throw new ModelError('MLMODEL_INVALID', { reason: `the signature: ${error.message}`, key: 'signature' }, { cause: error });
    if (enforcement === 'mlflow') throw error;
    return { signature: ModelSignature.fromDict(dict, { lenient: true }), foreign: true };
  }
}

/** The keys that say the same. */
export function signatureEntries(signature: ModelSignature): Map<YamlValue, YamlValue> {
  return new Map<YamlValue, YamlValue>([
    ['signature', new Map<YamlValue, YamlValue>(Object.entries(signature.toDict()))],
    ['is_signature_from_type_hint', false],
    ['type_hint_from_example', false],
  ]);
}
