import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tensor } from '../../src/data/tensor.ts';
import { readNpy, readNpz } from '../../src/formats/npy.ts';
import { readPickle } from '../../src/formats/pickle.ts';
import { parsePythonLiteral } from '../../src/formats/python-literal.ts';
import { Tuple } from '../../src/data/values.ts';
import { caught, givesDataOrModelError } from '../support/caught.ts';
import { golden } from '../support/golden-files.ts';
import { floatArray, fortranArray, objectArray, structuredArray } from './pickle-values.ts';

/** An .npy file of version 1 with this header. */
function npy(header: string, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = new TextEncoder().encode(`${header}\n`);
  return Uint8Array.from([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, text.length & 255, text.length >> 8, ...text, ...data]);
}

describe('readNpy', () => {
  it('reads golden files', () => {
    expect(readNpy(golden('pickle/structured.npy'), { file: 's.npy' })).toEqual(structuredArray);
    expect(readNpy(golden('pickle/fortran.npy'), { file: 'f.npy' })).toEqual(fortranArray);
    expect(readNpz(golden('pickle/arrays.npz'), { file: 'a.npz' })).toEqual(new Map([['a', floatArray], ['b', new Tensor('str', [3], ['aé', 'b😀', ''])]]));
    const packed = readNpz(golden('pickle/arrays-compressed.npz'), { file: 'a.npz' });
    expect(packed.get('a')).toEqual(new Tensor('float64', [1000], new Float64Array(1000)));
  });

  it('reads Python objects only when asked', () => {
    const bytes = golden('pickle/objects.npy');
    expect(caught(() => readNpy(bytes, { file: 'o.npy' })).code).toBe('FILE_MALFORMED');
    expect(readNpy(bytes, { file: 'o.npy', readObjects: (pickle) => readPickle(pickle, { file: 'o.npy' }) })).toEqual(objectArray);
  });

  it.each([
    ['no magic', Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 'FILE_MALFORMED'],
    ['no dict', npy("['<f8']"), 'FILE_MALFORMED'],
    ['an unknown type', npy("{'descr': '<f7', 'fortran_order': False, 'shape': (1,)}"), 'FILE_MALFORMED'],
    ['a negative size', npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}"), 'FILE_MALFORMED'],
    ['a huge size', npy("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}"), 'FILE_MALFORMED'],
    ['more than there is', npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000,)}"), 'FILE_TRUNCATED'],
    ['a billion empty elements', npy("{'descr': '|S0', 'fortran_order': False, 'shape': (1000000000,)}"), 'FILE_LIMIT_EXCEEDED'],
    ['a long double', npy("{'descr': '<f16', 'fortran_order': False, 'shape': (0,)}"), 'DTYPE_UNKNOWN'],
    ['a character past Unicode', npy("{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}", Uint8Array.of(0, 0, 0, 1)), 'DATA_SHAPE_INVALID'],
    ['two fields of one name', npy("{'descr': [('a', '<f8'), ('a', '<f8')], 'fortran_order': False, 'shape': (0,)}"), 'FILE_MALFORMED'],
    ['a type without end', npy(`{'descr': ${'('.repeat(100)}'<f8'${', (1,))'.repeat(100)}, 'fortran_order': False, 'shape': (0,)}`), 'FILE_MALFORMED'],
  ])('refuses %s', (_, bytes, code) => {
    expect(caught(() => readNpy(bytes, { file: 'x.npy' })).code).toBe(code);
  });

  it('gives data or a ModelError for damaged files', () => {
    const files = ['structured.npy', 'fortran.npy', 'arrays.npz', 'arrays-compressed.npz'].map((name) => golden(`pickle/${name}`));
    fc.assert(fc.property(fc.constantFrom(...files), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.option(fc.nat(), { freq: 4 }), (file, edits, cut) => {
      const bytes = file.slice(0, cut === null ? file.length : cut % (file.length + 1));
      for (const [at, value] of edits) if (bytes.length > 0) bytes[at % bytes.length] = value;
      return givesDataOrModelError(() => (file[0] === 0x50 ? readNpz(bytes, { file: 'x' }) : readNpy(bytes, { file: 'x' })));
    }), { numRuns: 4000 });
  });
});

describe('parsePythonLiteral', () => {
  it('reads what numpy writes', () => {
    expect(parsePythonLiteral("{'a': (1, 2L), 'b': [True, None], u'c': ('x',), 'd': (), 'e': 'it\\'s', }  "))
      .toEqual(new Map<unknown, unknown>([['a', new Tuple([1n, 2n])], ['b', [true, null]], ['c', new Tuple(['x'])], ['d', new Tuple([])], ['e', "it's"]]));
    expect(parsePythonLiteral('(1)')).toBe(1n);
  });

  it.each(['', '(', '[1 2]', '{1 2}', '{1: 2 3: 4}', '1 2', "'a", '__import__("os")', "'\\x41'", '['.repeat(100), '1.5'])('gives undefined for %s', (text) => {
    expect(parsePythonLiteral(text)).toBeUndefined();
  });
});
