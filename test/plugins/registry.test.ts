import { describe, expect, it } from 'vitest';
import { createRegistry, type Registry } from '../../src/plugins/registry.ts';
import { caught } from '../support/caught.ts';

interface Thing {
  readonly name: string;
  readonly go?: () => string;
}

const thing = (name: string, text: string = name): Thing => ({ name, go: () => text });
const registry = (): Registry<Thing> => createRegistry<Thing>({
  kind: 'things',
  builtin: { b: async () => ({ default: thing('b') }), a: async () => ({ default: thing('a') }) },
  lacks: ({ go }) => (go ? undefined : 'go'),
});

describe('createRegistry', () => {
  it('gives what is built in', async () => {
    const things = registry();
    expect(things.names()).toEqual(['a', 'b']);
    expect((await things.get('a'))?.go?.()).toBe('a');
    expect(await things.get('toString')).toBeUndefined();
    expect(things.has('c')).toBe(false);
  });

  it('takes and gives back what is registered', async () => {
    const things = registry(), undo = things.register(thing('a', 'mine')), undoNew = things.register(thing('z'));
    expect((await things.get('a'))?.go?.()).toBe('mine');
    expect(things.names()).toEqual(['a', 'b', 'z']);
    undo();
    undoNew();
    undo();
    expect((await things.get('a'))?.go?.()).toBe('a');
    expect(things.names()).toEqual(['a', 'b']);
  });

  it('takes what a package declares', async () => {
    const things = registry(), asked: string[] = [];
    const added = await things.registerDeclared({ name: 'acme', mlmodel: { things: ['./one.js', './two.js'] } }, async (path) => (asked.push(path), { default: thing(path.slice(2, -3)) }));
    expect(added).toEqual(['one', 'two']);
    expect(asked).toEqual(['./one.js', './two.js']);
    expect((await things.get('two'))?.name).toBe('two');
    for (const manifest of [null, 5, {}, { mlmodel: {} }, { mlmodel: null }, { mlmodel: { others: ['./x.js'] } }]) expect(await things.registerDeclared(manifest, async () => ({}))).toEqual([]);
  });

  it.each<[string, unknown, unknown]>([
    ['a list that is none', { mlmodel: { things: './one.js' } }, {}],
    ['a path out of the package', { mlmodel: { things: ['../one.js'] } }, {}],
    ['a path through ..', { mlmodel: { things: ['./a/../../one.js'] } }, {}],
    ['a module without a default', { name: 'acme', mlmodel: { things: ['./one.js'] } }, {}],
    ['a plug-in without a name', { mlmodel: { things: ['./one.js'] } }, { default: { go() {} } }],
    ['a plug-in that lacks a member', { mlmodel: { things: ['./one.js'] } }, { default: { name: 'c' } }],
  ])('refuses %s', async (_, manifest, module) => {
    await expect(registry().registerDeclared(manifest, async () => module)).rejects.toMatchObject({ code: 'PLUGIN_INVALID' });
  });

  it('refuses a registration that lacks a member', () => {
    expect(caught(() => registry().register({ name: 'c' })).message).toBe('A plug-in of kind things (registered) is not valid: it has no go.');
  });
});
