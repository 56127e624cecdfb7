/**
 * The models of a server by name.
 * @module
 */
import { decoderOf } from '../model/decoder.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { Decoder } from '../wire/decode.ts';
import type { ServeOptions } from './options.ts';

/** A model and what was worked out for its requests when it was added. */
export interface ServedModel {
  readonly name: string;
  readonly model: LoadedModel;
  readonly decode: Decoder;
}

/** Name → model. The first one added answers requests that name none. */
export class ModelHost {
  readonly #models: Map<string, ServedModel> = new Map();
  readonly #options: Pick<ServeOptions, 'scoringProtocol'>;
  constructor(options: Pick<ServeOptions, 'scoringProtocol'>) {
    this.#options = options;
  }

  add(name: string, model: LoadedModel): void {
    this.#models.set(name, { name, model, decode: decoderOf(model, this.#options.scoringProtocol) });
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
