/**
 * `dataframe_split`: `{"columns": […], "index": […], "data": [[…], …]}` to a table.
 * @module
 */
import { emptyFrame, frameFromColumns, frameFromRows } from '../data/frame.ts';
import { axisLabels, rowIndex } from '../data/labels.ts';
import type { Table } from '../data/table.ts';
import type { Value } from '../data/values.ts';
import { castFailure } from './column-cast.ts';

const KEYS: ReadonlySet<Value> = new Set<Value>(['columns', 'data', 'index']);

/**
 * Builds the table of a split object: `data` is needed, `columns` and `index` are optional, nothing else is allowed.
 * @throws ModelError REQUEST_INVALID, FRAME_INVALID
 */
export function splitTable(split: Value): Table {
  if (!(split instanceof Map)) return castFailure('dataframe_split must be an object');
  const data = split.get('data');
  if (data === undefined || [...split.keys()].some((key) => !KEYS.has(key))) {
    return castFailure("dataframe_split must have 'data' and may have 'columns' and 'index', nothing else");
  }
  const labels = { columns: split.get('columns'), index: split.get('index') };
  if (data === null) return emptyFrame(axisLabels(labels.columns) ?? [], labels.index);
  if (Array.isArray(data)) return frameFromRows(data, labels);
  if (data instanceof Map) return data.size === 0 ? emptyFrame(axisLabels(labels.columns) ?? [], labels.index) : frameFromColumns(data, labels);
  return constant(data, labels);
}

/** One value for every cell, where both labels are given. */
function constant(value: Value, labels: { columns: Value | undefined; index: Value | undefined }): Table {
  const columns = axisLabels(labels.columns), index = rowIndex(labels.index);
  if (columns === undefined || index === undefined) return castFailure("dataframe_split's data must be a list of rows");
  if (columns.length * index.length > 1_000_000) return castFailure('the table is too large for one value');
  return frameFromRows(index.keys.map(() => columns.map(() => value)), labels);
}
