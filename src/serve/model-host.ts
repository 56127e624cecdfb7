/**
 * The models of a server by name.
 * @module
 */
import { decoderOf } from '../model/decoder.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { Decoder } from '../wire/decode.ts';
import type { AppRequest, AppResponse } from './http.ts';
import type { ServeOptions } from './options.ts';

/** A model that is scored elsewhere, such as in processes of its own. */
export interface HostedModel {
  readonly outputs: readonly string[];
  /** Answers a whole request to /invocations; `deadline` aborts when its time is over. */
  invoke(request: AppRequest, query: string, deadline: AbortSignal): Promise<AppResponse>;
  close(): Promise<void>;
}

/** A model that is scored here, and what was worked out for its requests when it was added. */
export interface LocalModel {
  readonly name: string;
  readonly outputs: readonly string[];
  readonly model: LoadedModel;
  readonly decode: Decoder;
}

/** A model of a server. */
export type ServedModel = LocalModel | { readonly name: string; readonly outputs: readonly string[]; readonly model: HostedModel; readonly decode: undefined };

/** Name → model. The first one added answers requests that name none. */
export class ModelHost {
  readonly #models: Map<string, ServedModel> = new Map();
  readonly #options: Pick<ServeOptions, 'scoringProtocol'>;
  constructor(options: Pick<ServeOptions, 'scoringProtocol'>) {
    this.#options = options;
  }

  add(name: string, model: LoadedModel): void {
    this.#models.set(name, { name, outputs: model.outputs, model, decode: decoderOf(model, this.#options.scoringProtocol) });
  }

  addHosted(name: string, model: HostedModel): void {
    this.#models.set(name, { name, outputs: model.outputs, model, decode: undefined });
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
