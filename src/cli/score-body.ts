/**
 * Scores one request body without a server.
 * @module
 */
import { decoderOf } from '../model/decoder.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import { formatOutput, formatPredictions } from '../wire/response.ts';

/** What the body is and what is asked for. */
export interface BodyRequest {
  readonly contentType: string;
  readonly scoringProtocol: '1' | '2' | 'auto';
  readonly output?: string | undefined;
}

/** The text of the answer, as the server would send it. */
export async function scoreBody(model: LoadedModel, body: Uint8Array, request: BodyRequest): Promise<string> {
  const { contentType, output, scoringProtocol } = request;
  // MLflow's `models predict` reads CSV without the schema, and holds the table that it finds against it.
  const decode = decoderOf(model, scoringProtocol, contentType !== 'text/csv' || model.enforcement !== 'mlflow' || scoringProtocol !== '2');
  const decoded = await decode(body, contentType);
  const answer = await model.score(decoded.data, { enforced: decoded.enforced, params: decoded.params, output });
  return output === undefined ? formatPredictions(answer, decoded) : `{"predictions": ${formatOutput(answer)}}`;
}
