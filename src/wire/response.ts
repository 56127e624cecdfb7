/**
 * A model's answer as the text of MLflow's response (predictions_to_json and unwrapped_predictions_to_json of
 * mlflow/pyfunc/scoring_server): arrays as nested lists, tables and Series as lists of records, floats as Python's repr.
 * @module
 */
import { Table } from '../data/table.ts';
import { Series, type Value } from '../data/values.ts';
import { type JsonRules, SERVER_RULES, SERVER_V1_RULES } from './json-rules.ts';
import { cellTexts, recordsText } from './json-table.ts';
import { valueText } from './json-value.ts';

/** Options of {@link formatPredictions}. */
export interface ResponseOptions {
  /** The bare answer, as for unified chat and completion input. @default false */
  readonly unwrapped?: boolean;
  /** The protocol of the asker; `1` answers bare, as MLflow 1.x. @default '2' */
  readonly protocol?: '1' | '2';
}

/**
 * The body of an answer.
 * @throws ModelError NOT_SERIALIZABLE
 * @example
 * ```ts
 * formatPredictions(new Tensor('float64', [2], new Float64Array([1, 0.5]))); // '{"predictions": [1.0, 0.5]}'
 * ```
 */
export function formatPredictions(output: Value, options: ResponseOptions = {}): string {
  if (options.protocol === '1') return answerText(output, SERVER_V1_RULES);
  const text = answerText(output, SERVER_RULES);
  return options.unwrapped ? text : `{"predictions": ${text}}`;
}

/**
 * The body of an answer to `?output=`: bare nested lists; a table as records.
 * @throws ModelError NOT_SERIALIZABLE
 * @example
 * ```ts
 * formatOutput(new Tensor('float32', [1, 2], new Float32Array([0.25, 0.75]))); // '[[0.25, 0.75]]'
 * ```
 */
export function formatOutput(output: Value): string {
  if (output instanceof Series) return `[${output.table.columns.flatMap((col) => cellTexts(col, SERVER_RULES)).join(', ')}]`;
  return answerText(output, SERVER_RULES);
}

function answerText(output: Value, rules: JsonRules): string {
  if (output instanceof Table) return recordsText(output, rules);
  if (output instanceof Series) return recordsText(new Table([output.name ?? 0n], output.table.columns, output.table.length), rules);
  return valueText(output, rules);
}
