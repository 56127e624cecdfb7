import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CatboostAttributions } from '../../../../src/engines/trees/catboost/catboost-attributions.ts';
import { catboostColumns } from '../../../../src/engines/trees/catboost/catboost-columns.ts';
import { readCatboostCbm } from '../../../../src/formats/catboost-cbm.ts';
import type { CatboostModel, CatboostTree } from '../../../../src/formats/catboost-model.ts';
import { caught } from '../../../support/caught.ts';

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, '../../../golden/contributions/catboost-1.2.10.json'), 'utf8')) as { cases: { name: string; file: string }[] };

function modelOf(name: string): CatboostModel {
  const found = recorded.cases.find((one) => one.name === name);
  if (!found) throw new Error(`no case ${name}`);
  return readCatboostCbm(Uint8Array.from(Buffer.from(found.file, 'base64')), name);
}

/** A model whose trees have been changed. */
function changed(name: string, change: (tree: CatboostTree) => Partial<CatboostTree>): CatboostModel {
  const model = modelOf(name);
  return { ...model, trees: model.trees.map((tree) => ({ ...tree, ...change(tree) }) as CatboostTree) };
}

describe('attributions of CatBoost are refused', () => {
  it.each<[string, CatboostModel]>([
    ['where the model is scaled', { ...modelOf('squares.cbm'), scale: 2 }],
    ['without weights of leaves', changed('squares.cbm', () => ({ weights: null }))],
    ['where leaves without weight hold values', changed('squares.cbm', ({ values }) => ({ weights: new Float64Array(values.length).map((_, i) => i % 2), values: values.map(() => 1) }))],
    ['where no leaf has a weight', changed('depthwise.cbm', ({ values }) => ({ weights: new Float64Array(values.length), values: values.map(() => 0) }))],
    ['where a weight is negative', changed('squares.cbm', ({ values }) => ({ weights: new Float64Array(values.length).fill(-1) }))],
    ['where a weight is not a number', changed('squares.cbm', ({ values }) => ({ weights: new Float64Array(values.length).fill(NaN) }))],
  ])('%s', (_, model) => {
    expect(caught(() => new CatboostAttributions(model, catboostColumns(model))).code).toBe('ATTRIBUTIONS_UNAVAILABLE');
  });

  it('for an input with fewer columns than the features that count', () => {
    const model = modelOf('squares.cbm'), own = new CatboostAttributions(model, catboostColumns(model));
    const matrix = { rows: 1, columns: catboostColumns(model).count, values: new Float32Array(catboostColumns(model).count) };
    expect(caught(() => own.contributions(matrix, 2).next()).code).toBe('INPUT_UNSUITABLE');
    expect(caught(() => own.interactions(matrix, 2).next()).code).toBe('INPUT_UNSUITABLE');
  });
});
