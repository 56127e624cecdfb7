/**
 * The models of a server by name.
 * @module
 */
import type { LoadedModel } from '../model/loaded-model.ts';
import { compileDecoder, type Decoded } from '../wire/decode.ts';
import type { ServeOptions } from './options.ts';

/** A model and what was worked out for its requests when it was added. */
export interface ServedModel {
  readonly name: string;
  readonly model: LoadedModel;
  decode(body: Uint8Array, contentType: string | undefined): Decoded | Promise<Decoded>;
}

/** Name → model. The first one added answers requests that name none. */
export class ModelHost {
  readonly #models: Map<string, ServedModel> = new Map();
  readonly #options: Pick<ServeOptions, 'scoringProtocol'>;
  constructor(options: Pick<ServeOptions, 'scoringProtocol'>) {
    this.#options = options;
  }

  add(name: string, model: LoadedModel): void {
    const decode = compileDecoder(model.signature, {
      enforcement: model.enforcement,
      scoringProtocol: this.#options.scoringProtocol,
      fromTypeHint: model.metadata.isSignatureFromTypeHint,
    });
    this.#models.set(name, { name, model, decode });
  }

  get(name?: string): ServedModel | undefined {
    if (name !== undefined) return this.#models.get(name);
    return this.#models.values().next().value;
  }

  async close(): Promise<void> {
    for (const { model } of this.#models.values()) await model.close();
    this.#models.clear();
  }
}
