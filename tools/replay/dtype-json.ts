/**
 * dtype_json.jsonl: values and the text MLflow writes for them.
 * @module
 */
import type { Value } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import { formatInputExample } from '../../src/mlmodel/input-example-write.ts';
import { formatRequest } from '../../src/wire/request-body.ts';
import { formatPredictions } from '../../src/wire/response.ts';
import { SERVER_RULES } from '../../src/wire/json-rules.ts';
import { valueText } from '../../src/wire/json-value.ts';
import { decodeValue } from '../../test/support/protocol-values.ts';
import { fail, field, type Handler, type Line, pass, type Verdict } from './_handler.ts';

/** The texts of one function, by their names in the recordings. */
const FUNCTIONS: Readonly<Record<string, (value: Value) => Readonly<Record<string, unknown>>>> = {
  predictions_to_json: (value) => ({ text: formatPredictions(value) }),
  unwrapped_predictions_to_json: (value) => ({ text: formatPredictions(value, { unwrapped: true }) }),
  numpy_encoder: (value) => ({ text: valueText(value, SERVER_RULES) }),
  dataframe_split_request: (value) => ({ text: formatRequest(value) }),
  input_example: (value) => {
    const { text, servingText, info } = formatInputExample(value);
    return { text, serving_text: servingText, info };
  },
};

export const handler: Handler = {
  file: 'dtype_json',
  async run(line: Line): Promise<Verdict> {
    const write = FUNCTIONS[String(line.get('function'))];
    if (!write) return fail(`unknown function ${String(line.get('function'))}`);
    const message = field(line, 'expect', 'error', 'message');
    let got: Readonly<Record<string, unknown>>;
    try {
      got = write(decodeValue(line.get('value') as Value));
    } catch (error) {
      if (!ModelError.isInstance(error)) return fail(`not a coded error: ${String(error)}`);
      return message === undefined ? fail(`refused: ${error.message}`) : judgeRefusal(error, String(message));
    }
    if (message !== undefined) return fail(`${JSON.stringify(got['text'])} where MLflow refuses: ${String(message)}`);
    for (const name of ['text', 'serving_text', 'info']) {
      const want = field(line, 'expect', name);
      const same = want instanceof Map ? JSON.stringify([...want]) === JSON.stringify(Object.entries(got[name] as object)) : want === got[name];
      if (!same) return fail(`${name}: ${JSON.stringify(got[name])}, expected ${JSON.stringify(want instanceof Map ? [...want] : want)}`);
    }
    return pass;
  },
};

/** Where Python's encoder names the type that it cannot write, so must we. */
function judgeRefusal(error: ModelError, message: string): Verdict {
  const type = /^Object of type (\w+) is not/.exec(message)?.[1];
  if (type !== undefined && (error.code !== 'NOT_SERIALIZABLE' || error.data['type'] !== type)) return fail(`${error.message} where MLflow says: ${message}`);
  return error.code === 'NOT_SERIALIZABLE' || error.code === 'INPUT_EXAMPLE_INVALID' ? pass : fail(`${error.code} where MLflow says: ${message}`);
}
