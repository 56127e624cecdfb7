import { describe, expect, it } from 'vitest';
import { readPickle } from '../../src/formats/pickle.ts';
import { PyGlobal, PyObject, type PyValue } from '../../src/formats/python-object.ts';
import { Tuple } from '../../src/data/values.ts';
import { golden } from '../support/golden-files.ts';
import { expectArrays, expectPlain, floatArray, fortranArray, objectArray, structuredArray } from './pickle-values.ts';

const read = (name: string, allow: ReadonlySet<string> | 'all' = new Set()): PyValue => readPickle(golden(`pickle/${name}`), { file: name, allow });

describe('readPickle', () => {
  it.each([0, 1, 2, 3, 4, 5])('reads plain values of protocol %i', (protocol) => {
    expectPlain(read(`plain.${protocol}.pkl`));
  });

  it.each([['numpy1', 2], ['numpy1', 3], ['numpy1', 4], ['numpy1', 5], ['numpy2', 2], ['numpy2', 3], ['numpy2', 4], ['numpy2', 5]])('reads arrays of %s, protocol %i', (name, protocol) => {
    expectArrays(read(`arrays-${name}.${protocol}.pkl`));
  });

  it.each(['numpy1', 'numpy1-zlib', 'numpy1-gzip', 'numpy2', 'numpy2-zlib', 'numpy2-gzip'])('reads joblib files of %s', (name) => {
    const value = read(`joblib-${name}.pkl`) as Map<string, PyValue>;
    expect(value.get('f')).toEqual(floatArray);
    expect(value.get('o')).toEqual(objectArray);
    expect(value.get('again')).toEqual(objectArray);
    expect(value.get('fortran')).toEqual(fortranArray);
    expect(value.get('structured')).toEqual(structuredArray);
    expect(value.get('after')).toBe('end');
  });

  it('gives inert objects for allowed names', () => {
    // class C with state {'a': [C itself]}, made by protocol 2: c__m\nC\n )\x81 q\0 } X a ] q\0 h a s b .
    const bytes = pickle('cm\nC\n)\x81q\0}X\x01\0\0\0a]h\0asb.');
    const object = readPickle(bytes, { file: 'x', allow: new Set(['m.C']) }) as PyObject;
    expect(object.path).toBe('m.C');
    expect(object.args).toEqual([]);
    expect((object.attribute('a') as PyValue[])[0]).toBe(object);
    expect(object.attribute('b')).toBeUndefined();
  });

  it('keeps arguments, keywords, items and entries', () => {
    const allow = new Set(['m.C', 'm.f']);
    const call = readPickle(pickle('cm\nf\nK\x01K\x02\x86R.'), { file: 'x', allow }) as PyObject;
    expect([call.type, call.args]).toEqual([new PyGlobal('m', 'f'), [1n, 2n]]);
    const ex = readPickle(pickle('\x80\x04cm\nC\n)}X\x01\0\0\0kK\x01s\x92.'), { file: 'x', allow }) as PyObject;
    expect(ex.kwargs).toEqual(new Map([['k', 1n]]));
    const filled = readPickle(pickle('cm\nC\n)\x81K\x05aK\x01K\x02sN}X\x01\0\0\0sK\x03s\x86b.'), { file: 'x', allow }) as PyObject;
    expect(filled.items).toEqual([5n]);
    expect(filled.entries).toEqual(new Map([[1n, 2n]]));
    expect(filled.state).toEqual(new Tuple([null, new Map([['s', 3n]])]));
    expect(filled.attribute('s')).toBe(3n);
    const dynamic = readPickle(pickle('cm\nf\n)R)\x81.'), { file: 'x', allow }) as PyObject;
    expect(dynamic.path).toBe('<dynamic>');
    const old = readPickle(pickle('(K\x01im\nC\n.'), { file: 'x', allow }) as PyObject;
    expect(old.args).toEqual([1n]);
    const oldest = readPickle(pickle('(cm\nC\nK\x01o.'), { file: 'x', allow }) as PyObject;
    expect(oldest.args).toEqual([1n]);
  });

  it('makes the class of Cython helpers', () => {
    const allow = new Set(['m.newObj', 'm.__pyx_unpickle_L', 'm.L']);
    expect((readPickle(pickle('cm\nnewObj\ncm\nL\n\x85R.'), { file: 'x', allow }) as PyObject).path).toBe('m.L');
    const loss = readPickle(pickle('cm\n__pyx_unpickle_L\ncm\nL\nK\x07G?\xf0\0\0\0\0\0\0\x85\x87R.'), { file: 'x', allow }) as PyObject;
    expect([loss.path, loss.args]).toEqual(['m.L', [1]]);
  });

  it('tells every name it meets', () => {
    const names: string[] = [];
    readPickle(pickle('cos\nsystem\nX\x01\0\0\0a\x85R.'), { file: 'x', allow: 'all', onGlobal: (path) => names.push(path) });
    expect(names).toEqual(['os.system']);
  });

  it('reads the old text forms', () => {
    expect(readPickle(pickle("(lp0\nI01\naI-5\naL12345678901234567890L\naF1.5\naFnan\naS'a\\x41\\n'\naV\\u00e9\\\na."), { file: 'x' }))
      .toEqual([true, -5n, 12345678901234567890n, 1.5, NaN, 'aA\n', 'é\\']);
    expect(readPickle(pickle('(I1\nI2\nd2.'), { file: 'x' })).toEqual(new Map([[1n, 2n]]));
    expect(readPickle(pickle('(K\x01K\x02t0K\x03.'), { file: 'x' })).toBe(3n);
    expect(readPickle(pickle('K\x03(K\x011.'), { file: 'x' })).toBe(3n);
    expect(readPickle(pickle('U\x02a\xffT\x01\0\0\0b\x86.'), { file: 'x' })).toEqual(new Tuple(['aÿ', 'b']));
  });
});

/** A pickle written as text, one character a byte. */
function pickle(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}
