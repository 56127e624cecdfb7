import { afterEach, describe, expect, it } from 'vitest';
import type { Flavor } from '../../src/flavors/_contract.ts';
import { registerFlavor } from '../../src/flavors/_flavors.ts';
import { memoryFiles } from '../../src/mlmodel/memory-files.ts';
import { Model } from '../../src/mlmodel/model.ts';
import { chooseFlavor, judgeFlavors } from '../../src/model/choose-flavor.ts';

const files = memoryFiles(new Map());
const undo: (() => void)[] = [];
afterEach(() => {
  for (const take of undo.splice(0)) take();
});

function flavor(name: string, parts: Partial<Flavor> & { unsupported?: readonly string[] } = {}): void {
  const { unsupported = [], ...rest } = parts;
  undo.push(registerFlavor({
    name, loaders: [`mlflow.${name}`],
    inspect: async () => ({ native: unsupported.length === 0, unsupported }),
    load: async () => ({ accepts: { table: true, tensors: false, params: false }, outputs: ['predict'], predict: () => null }),
    ...rest,
  }));
}

async function choose(flavors: Record<string, Record<string, unknown>>, named?: string): Promise<string> {
  const choice = await chooseFlavor(new Model({ flavors: flavors as never }), files, named);
  return 'flavor' in choice ? choice.flavor.name : choice.reasons.join(' | ');
}

const pyfunc = (loader: string): Record<string, unknown> => ({ loader_module: loader, python_version: '3.11.7' });

describe('chooseFlavor', () => {
  it('takes the flavor that loader_module names', async () => {
    flavor('aa');
    flavor('bb');
    expect(await choose({ aa: {}, bb: {}, python_function: pyfunc('mlflow.bb') })).toBe('bb');
  });

  it('takes custom code for what it is, whatever flavors stand beside it', async () => {
    flavor('aa');
    expect(await choose({ aa: {}, python_function: pyfunc('mlflow.pyfunc.model') })).toBe('aa: python_function is loaded by mlflow.pyfunc.model, which it does not stand in for');
    expect(await choose({ python_function: pyfunc('my_loader') })).toBe('python_function: loaded by my_loader, which is code');
    expect(await choose({ aa: {}, python_function: {} })).toContain('loaded by none');
  });

  it('takes the one the caller names, even beside custom code', async () => {
    flavor('aa');
    expect(await choose({ aa: {}, python_function: pyfunc('my_loader') }, 'aa')).toBe('aa');
    await expect(choose({ aa: {} }, 'zz')).rejects.toMatchObject({ code: 'MODEL_FLAVOR_UNKNOWN' });
    expect(await choose({ python_function: pyfunc('my_loader') }, 'python_function')).toBe('python_function: not native here');
  });

  it('tries every flavor of a folder without python_function, general formats last', async () => {
    flavor('aa', { priority: 10 });
    flavor('bb', { unsupported: ['some operator'] });
    expect(await choose({ aa: {}, bb: {} })).toBe('aa');
    flavor('cc');
    expect(await choose({ aa: {}, bb: {}, cc: {} })).toBe('cc');
  });

  it('says what each lacks', async () => {
    flavor('aa', { unsupported: ['X', 'Y'] });
    expect(await choose({ aa: {}, zz: {} })).toBe('zz: not native here | aa: X, Y');
    expect(await choose({})).toBe('it has no flavors');
  });
});

describe('judgeFlavors', () => {
  it('tells of each flavor', async () => {
    flavor('aa', { unsupported: ['X'] });
    expect(await judgeFlavors(new Model({ flavors: { aa: {}, zz: {}, python_function: pyfunc('l') } }), files)).toEqual([
      { name: 'aa', native: false, reasons: ['X'] },
      { name: 'zz', native: false, reasons: ['not native here'] },
      { name: 'python_function', native: false, reasons: ['loader_module l'] },
    ]);
  });
});
