/**
 * POST /invocations: body → data → model → answer.
 * @module
 */
import { jsonString } from '../../data/json-write.ts';
import { isPromise } from '../../data/maybe-promise.ts';
import type { Value } from '../../data/values.ts';
import type { Decoded } from '../../wire/decode.ts';
import { formatOutput, formatPredictions } from '../../wire/response.ts';
import { errorAnswer } from '../errors.ts';
import { type AppRequest, type AppResponse, json, type Route } from '../http.ts';
import type { LocalModel, ModelHost } from '../model-host.ts';

/** What the route needs to know. */
export interface InvocationsOptions {
  /** Seconds; 0 for no limit. */
  readonly timeout: number;
  readonly protocol: '1' | '2' | 'auto';
  /** Key of the answer under protocol 1; empty for the bare value. */
  readonly predictionsKey: string;
  /** Is told of errors that are ours. */
  report(error: unknown): void;
}

// The body and its label are MLflow's.
const TIMED_OUT: AppResponse = json(504, 'Request processing time exceeded limit');

/** The route over a host's first model. */
export function invocationsRoute(host: ModelHost, options: InvocationsOptions): Route {
  const limit = options.timeout > 0 ? options.timeout * 1000 : Infinity;
  const fail = (error: unknown): AppResponse => errorAnswer(error, options.report, options.protocol);
  return {
    readsBody: true,
    handle(request, query) {
      const served = host.get();
      if (served === undefined) return json(404, '\n');
      if (served.decode === undefined) {
        const deadline = new AbortController();
        return limited(served.model.invoke(request, query, deadline.signal), limit, deadline).catch(fail);
      }
      const start = performance.now();
      const call = new Call(request, query, options.predictionsKey);
      try {
        const response = run(served, request, call);
        if (isPromise(response)) return limited(response, limit, call).catch(fail);
        return performance.now() - start > limit ? TIMED_OUT : response;
      } catch (error) {
        return fail(error);
      }
    },
  };
}

/** One request's options for the model. Its signal is made only for a predictor that asks for it. */
class Call {
  readonly output: string | undefined;
  params: Value | undefined;
  enforced = false;
  readonly #request: AppRequest;
  #controller: AbortController | undefined;
  readonly predictionsKey: string;
  constructor(request: AppRequest, query: string, predictionsKey: string) {
    this.#request = request;
    this.predictionsKey = predictionsKey;
    this.output = query === '' ? undefined : (new URLSearchParams(query).get('output') ?? undefined);
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      const gone = this.#request.signal;
      if (gone?.aborted === true) this.#controller.abort();
      else gone?.addEventListener('abort', () => this.abort(), { once: true });
    }
    return this.#controller.signal;
  }

  abort(): void {
    this.#controller?.abort();
  }
}

function run(served: LocalModel, request: AppRequest, call: Call): AppResponse | Promise<AppResponse> {
  const decoded = served.decode(request.body, request.contentType);
  return isPromise(decoded) ? decoded.then((d) => score(served, d, call)) : score(served, decoded, call);
}

function score(served: LocalModel, decoded: Decoded, call: Call): AppResponse | Promise<AppResponse> {
  call.params = decoded.params;
  call.enforced = decoded.enforced;
  const answer = served.model.score(decoded.data, call);
  return isPromise(answer) ? answer.then((value) => format(value, decoded, call)) : format(answer, decoded, call);
}

function format(value: Value, decoded: Decoded, call: Call): AppResponse {
  if (call.output !== undefined) return json(200, `{"predictions": ${formatOutput(value)}}`);
  const text = formatPredictions(value, decoded);
  return json(200, decoded.protocol === '1' && call.predictionsKey !== '' ? `{${jsonString(call.predictionsKey)}: ${text}}` : text);
}

async function limited(response: Promise<AppResponse>, limit: number, call: { abort(): void }): Promise<AppResponse> {
  if (limit === Infinity) return response;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<AppResponse>((resolve) => {
    timer = setTimeout(() => {
      resolve(TIMED_OUT);
      call.abort();
    }, limit);
  });
  try {
    return await Promise.race([response, late]);
  } finally {
    clearTimeout(timer);
  }
}
