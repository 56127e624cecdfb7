/**
 * Judges http_v1.jsonl: whole exchanges with MLflow 1.30.1's scoring server, over the real app with `--scoring-protocol 1`.
 * @module
 */
import type { Value } from '../../src/data/values.ts';
import { appFor, judge, requestOf } from './http.ts';
import { fail, field, type Handler, type Line, pass } from './_handler.ts';

export const handler: Handler = {
  file: 'http_v1',
  async run(recorded) {
    const line = withoutParams(recorded);
    const { app, reports } = appFor(line, { enforcement: 'mlflow', scoringProtocol: '1' });
    const answer = await app.handle(requestOf(line));
    if (field(line, 'expect', 'status') !== 500n) return judge(line, answer, reports);
    // Their pages for 500: bad input is a 4xx here; an answer that cannot be written stays the model's fault.
    const wanted = field(line, 'model', 'kind') === 'returns' ? answer.status === 500 : answer.status >= 400 && answer.status < 500;
    return wanted ? pass : fail(`got ${answer.status}, expected an error of the right side`);
  },
};

/** Models of 1.x took no params: their echo tells only what it received. */
function withoutParams(line: Line): Line {
  const model = line.get('model') as Map<Value, Value>;
  return model.get('kind') === 'echo' ? new Map([...line, ['model', new Map([...model, ['kind', 'echo_without_params']])]]) : line;
}
