/**
 * Data as the body of a request, as MLflow's own clients write it (dump_input_data of mlflow/utils/proto_json_utils.py).
 * @module
 */
import { Table } from '../data/table.ts';
import type { Value } from '../data/values.ts';
import { CLIENT_RULES } from './json-rules.ts';
import { splitText } from './json-table.ts';
import { valueText } from './json-value.ts';

/**
 * The body for a table (`dataframe_split`) or other data (`inputs`), with params where given.
 * @throws ModelError NOT_SERIALIZABLE; bytes are refused, as MLflow's clients refuse them
 * @example
 * ```ts
 * formatRequest(new Tensor('int64', [2], new Float64Array([1, 2]))); // '{"inputs": [1, 2]}'
 * ```
 */
export function formatRequest(data: Value, params?: Map<Value, Value>): string {
  const body = data instanceof Table
    ? `"dataframe_split": ${splitText(data, CLIENT_RULES, { index: true, columns: true })}`
    : `"inputs": ${valueText(data, CLIENT_RULES)}`;
  return `{${body}${params ? `, "params": ${valueText(params, CLIENT_RULES)}` : ''}}`;
}
