/**
 * `dataframe_records`: a list of `{"column": value}` rows to a table.
 * @module
 */
import { frameFromRows } from '../data/frame.ts';
import type { Table } from '../data/table.ts';
import type { Value } from '../data/values.ts';
import { castFailure } from './column-cast.ts';

/**
 * Builds the table of a record list; lists and single values work as rows too.
 * @throws ModelError REQUEST_INVALID, FRAME_INVALID
 */
export function recordsTable(records: Value): Table {
  return Array.isArray(records) ? frameFromRows(records) : castFailure('dataframe_records must be a list of records');
}
