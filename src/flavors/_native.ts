/**
 * What flavors that score by their own engines have in common: a model is read once for inspect and load, and each output is a
 * method.
 * @module
 */
import type { MaybePromise } from '../data/maybe-promise.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import type { Flavor, FlavorContext, Output, PredictOptions, Predictor } from './_contract.ts';

/** A reading that `inspect` keeps for the load that follows. */
export interface ReadOnce<Model> {
  of(context: FlavorContext): Promise<Model>;
  /** Keeps it no longer. */
  take(context: FlavorContext): Promise<Model>;
}

/** Reads a context's model when it is first asked for. */
export function readOnce<Model>(read: (context: FlavorContext) => Promise<Model>): ReadOnce<Model> {
  const kept = new WeakMap<FlavorContext, Promise<Model>>();
  const of = (context: FlavorContext): Promise<Model> => {
    let model = kept.get(context);
    if (!model) kept.set(context, (model = read(context)));
    return model;
  };
  return {
    of,
    take(context) {
      const model = of(context);
      kept.delete(context);
      return model;
    },
  };
}

/** The parts of a {@link nativeFlavor}. */
export interface NativeFlavor<Model> extends Pick<Flavor, 'name' | 'loaders'> {
  /** Reads the files; a NOT_NATIVE error names what the engine lacks. */
  read(context: FlavorContext): Promise<Model>;
  predictor(model: Model): Predictor;
  /** What another error of `read` says that the engine lacks; undefined for an error as such. */
  lacks?(error: ModelError, context: FlavorContext): Promise<readonly string[] | undefined>;
}

/** A flavor that tells by reading a model whether it can score it. */
export function nativeFlavor<Model>({ name, loaders, read, predictor, lacks }: NativeFlavor<Model>): Flavor {
  const models = readOnce(read);
  return {
    name,
    loaders,
    async inspect(context) {
      try {
        await models.of(context);
        return { native: true, unsupported: [] };
      } catch (error) {
        if (!ModelError.isInstance(error)) throw error;
        const unsupported = error.code === 'NOT_NATIVE' ? [String(error.data['unsupported'])] : await lacks?.(error, context);
        if (unsupported === undefined) throw error;
        return { native: false, unsupported };
      }
    },
    load: async (context) => predictor(await models.take(context)),
  };
}

/** What gives one output. Its options are the call's own: their signal is made when it is asked for. */
export type OutputMethod = (input: Value, options: PredictOptions) => MaybePromise<Output>;

/** A predictor that answers row by row, an output a method; the plain answer is that of `predict`. */
export function methodsPredictor(methods: Readonly<Record<string, OutputMethod>> & { readonly predict: OutputMethod }, close: () => void): Predictor {
  const outputs = Object.keys(methods);
  return {
    accepts: { table: true, tensors: true, params: true },
    rowWise: true,
    outputs,
    predict(input, options) {
      const { output = 'predict' } = options;
      const method = Object.hasOwn(methods, output) ? methods[output] : undefined;
      if (!method) throw new ModelError('OUTPUT_UNKNOWN', { output, outputs });
      return method(input, options);
    },
    async close() {
      close();
    },
  };
}
