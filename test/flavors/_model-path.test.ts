import { describe, expect, it } from 'vitest';
import { modelPath } from '../../src/flavors/_model-path.ts';
import { memoryFiles } from '../../src/mlmodel/memory-files.ts';
import { Model } from '../../src/mlmodel/model.ts';
import { caught } from '../support/caught.ts';

function pathOf(own: Readonly<Record<string, unknown>>, generic?: Readonly<Record<string, unknown>>): string {
  const model = new Model({ flavors: { mine: own, ...(generic ? { python_function: generic } : {}) } });
  return modelPath({ files: memoryFiles({}), config: own, model }, 'mine');
}

describe('modelPath', () => {
  it('is what the flavor or python_function names', () => {
    expect([pathOf({ data: './m.bin' }), pathOf({}, { data: 'a/m.bin' }), pathOf({ data: 'm.bin' }, { data: './m.bin' }), pathOf({ data: null }, { data: 'm' })]).toEqual(['m.bin', 'a/m.bin', 'm.bin', 'm']);
  });

  it.each<[string, string, Record<string, unknown>, Record<string, unknown> | undefined]>([
    ['nothing', 'FLAVOR_CONFIG_INVALID', {}, {}], ['a number', 'FLAVOR_CONFIG_INVALID', { data: 1 }, undefined], ['two files', 'FLAVOR_CONFIG_INVALID', { data: 'a' }, { data: 'b' }],
    ['a way out', 'PATH_OUTSIDE_MODEL', { data: '../m' }, undefined], ['a way out beside a file', 'PATH_OUTSIDE_MODEL', { data: 'm' }, { data: '%2e%2e/m' }],
  ])('refuses %s', (_, code, own, generic) => {
    expect(caught(() => pathOf(own, generic)).code).toBe(code);
  });
});
