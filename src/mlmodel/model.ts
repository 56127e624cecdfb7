/**
 * The MLmodel file as an object (mlflow.models.Model).
 * @module
 */
import type { ModelSignature } from '../schema/signature.ts';

/** The MLmodel file: flavors, signature and everything else it says. */
export class Model {
  /** Flavor name → its keys. */
  readonly flavors: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly signature: ModelSignature | undefined;
  constructor(parts: { flavors: Model['flavors']; signature?: ModelSignature | undefined }) {
    this.flavors = parts.flavors;
    this.signature = parts.signature;
  }
}
