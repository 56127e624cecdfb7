import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPickle } from '../../src/formats/pickle.ts';
import { OP } from '../../src/formats/pickle-opcodes.ts';
import { caught, givesDataOrModelError } from '../support/caught.ts';
import { golden } from '../support/golden-files.ts';
import type { ModelError } from '../../src/errors/model-error.ts';

/** The error of a pickle written as text, one character a byte. */
function refusal(text: string, allow: ReadonlySet<string> = new Set()): ModelError {
  return caught(() => readPickle(Uint8Array.from(text, (c) => c.charCodeAt(0)), { file: 'm.pkl', allow }));
}

describe('hostile pickles', () => {
  it.each([
    ['os.system', "cos\nsystem\n(S'id'\ntR."],
    ['posix.system', 'cposix\nsystem\n.'],
    ['builtins.eval', '\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.'],
    ['builtins.getattr', 'cbuiltins\ngetattr\n.'],
    ['builtins.__import__', 'cbuiltins\n__import__\n.'],
    ['__builtin__.apply', 'c__builtin__\napply\n.'],
    ['subprocess.Popen', "(S'id'\nisubprocess\nPopen\n."],
    ['builtins.object.__reduce__', '\x80\x04\x8c\x08builtins\x8c\x11object.__reduce__\x93.'],
    ['numpy.core.multiarray.fromfile', 'cnumpy.core.multiarray\nfromfile\n.'],
    ['__main__.constructor', 'c__main__\nconstructor\n.'],
    ['.__proto__', 'c\n__proto__\n.'],
  ])('refuses %s by its name', (global, text) => {
    const error = refusal(text);
    expect([error.code, error.data['global']]).toEqual(['GLOBAL_REFUSED', global]);
    expect(error.message).toContain(global);
  });

  it('does not call names that only stand as values', () => {
    expect(refusal('cbuiltins\nint\nK\x01\x85R.').data['global']).toBe('a call of builtins.int');
    expect(refusal('cbuiltins\ntype\n)\x81.').code).toBe('GLOBAL_REFUSED');
    expect(refusal('cnumpy\nfloat64\n)R.').code).toBe('GLOBAL_REFUSED');
  });

  it.each([['PERSID', 'P1\n.'], ['BINPERSID', 'K\x01Q.'], ['EXT1', '\x82\x01.'], ['EXT2', '\x83\x01\0.'], ['EXT4', '\x84\x01\0\0\0.'], ['NEXT_BUFFER', '\x97.'], ['READONLY_BUFFER', 'C\x01a\x98.']])(
    'refuses %s', (name, text) => {
      const error = refusal(text);
      expect([error.code, error.data['opcode']]).toEqual(['PICKLE_OPCODE_REFUSED', name]);
    },
  );

  it.each([
    ['a state for a tuple', ')}b.'], ['a state for a number', 'K\x01}b.'], ['a state for a dict', '}}b.'], ['a state for a name', 'cbuiltins\nint\n}b.'],
    ['a state for a frozenset', '(\x91}b.'], ['items for a dict', '}K\x01a.'], ['items for a tuple', ')K\x01a.'], ['items for a list by ADDITEMS', '](K\x01\x90.'], ['entries for a list', ']K\x01K\x02s.'],
    ['a key that is a list', '}]K\x01s.'], ['a key that is a dict', '}}K\x01s.'], ['a set of lists', '(]\x91.'], ['a key without value', '}(K\x01u.'],
    ['a call of a number', 'K\x01)R.'], ['a call of a list', '])R.'], ['a new object of text', 'X\x01\0\0\0a)\x81.'], ['arguments that are a list', 'cbuiltins\nset\n]R.'],
    ['an empty stack', '.'], ['POP of nothing', '0.'], ['a missing mark', 't.'], ['items below a mark', '](a.'], ['TUPLE2 across a mark', 'K\x01(K\x02\x86.'],
    ['nothing remembered', 'h\x07.'], ['a name that is a number', 'K\x01K\x02\x93.'], ['an unknown operation', '\xff.'], ['a future protocol', '\x80\x06.'],
    ['an array without content', 'cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n)C\x01b\x87R.'],
    ['an array in use before its content', 'cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n)C\x01b\x87Rq\0h\0.'],
    ['an array of another class', 'cnumpy.core.multiarray\n_reconstruct\ncbuiltins\nint\n)C\x01b\x87R.'],
    ['a bad type string', 'cnumpy\ndtype\nX\x02\0\0\0f7\x85R.'], ['a long text index', 'g99999999999\n.'], ['a text number', 'Iabc\n.'], ['an unquoted text', 'Sabc\n.'],
    ['text that is not UTF-8', 'X\x01\0\0\0\xff.'], ['half a surrogate', 'X\x02\0\0\0\xed\xa0.'], ['a bad date', 'cdatetime\ndate\nC\x04\x07\xe5\x02\x1f\x85R.'],
    ['a bad time', 'cdatetime\ntime\nC\x06\x63\0\0\0\0\0\x85R.'], ['too few arguments', 'cbuiltins\ncomplex\n)R.'],
  ])('refuses %s', (_, text) => {
    expect(refusal(text, new Set(['m.C'])).code).toBe('FILE_MALFORMED');
  });

  it('gives an object one state only', () => {
    expect(refusal('cm\nC\n)\x81}b}b.', new Set(['m.C'])).code).toBe('FILE_MALFORMED');
  });

  it.each([
    ['BINBYTES', 'B\xff\xff\xff\xff'], ['BINUNICODE', 'X\xff\xff\xff\x7f'], ['BINUNICODE8', '\x8d\xff\xff\xff\xff\xff\xff\xff\xff'], ['BYTEARRAY8', '\x96\0\0\0\0\0\0\0\x80'], ['FRAME', '\x95\xff\0\0\0\0\0\0\0'],
    ['LONG4', '\x8b\x10\0\0\0\x01'], ['a line', 'Sabc'], ['BINFLOAT', 'G\0'], ['everything', ''], ['PROTO', '\x80'],
  ])('does not read past the end in %s', (_, text) => {
    expect(refusal(text).code).toBe('FILE_TRUNCATED');
  });

  it('refuses negative and huge lengths', () => {
    expect(refusal('T\xff\xff\xff\xff.').code).toBe('FILE_MALFORMED');
    expect(refusal('\x8b\xff\xff\xff\xff.').code).toBe('FILE_MALFORMED');
    expect(refusal(`\x8b\0\0\x01\0${'\x01'.repeat(65536)}.`).code).toBe('FILE_LIMIT_EXCEEDED');
    expect(refusal(`I${'9'.repeat(5000)}\n.`).code).toBe('FILE_MALFORMED');
  });

  it('holds shared parts once, however often they are used', () => {
    // Thirty lists, each of ten references to the one before: 10^30 items if they were copied.
    let text = ']q\0';
    for (let i = 0; i < 30; i++) text += `]q${String.fromCharCode(i + 1)}(${`h${String.fromCharCode(i)}`.repeat(10)}e`;
    const value = readPickle(Uint8Array.from(`${text}.`, (c) => c.charCodeAt(0)), { file: 'x' });
    expect(Array.isArray(value)).toBe(true);
  });

  it('takes deep nesting in its stride', () => {
    const deep = 200_000;
    const lists = Uint8Array.from(`${']'.repeat(deep)}${'a'.repeat(deep - 1)}.`, (c) => c.charCodeAt(0));
    expect(Array.isArray(readPickle(lists, { file: 'x' }))).toBe(true);
    const tuples = Uint8Array.from(`N${'\x85'.repeat(deep)}.`, (c) => c.charCodeAt(0));
    expect(readPickle(tuples, { file: 'x' })).toBeDefined();
    const marks = Uint8Array.from('('.repeat(deep), (c) => c.charCodeAt(0));
    expect(caught(() => readPickle(marks, { file: 'x' })).code).toBe('FILE_TRUNCATED');
  });

  it('refuses more memory than the file warrants', () => {
    expect(refusal(`${'}'.repeat(2_000_000)}.`).code).toBe('FILE_LIMIT_EXCEEDED');
    // One megabyte of bytes, decoded again and again as an array.
    const size = 1 << 20;
    const array = `h\0cnumpy\ndtype\nX\x02\0\0\0S1\x85R(K\x03X\x01\0\0\0|NNNK\x01K\x01K\0tbJ\0\0\x10\0\x85X\x01\0\0\0Ct`;
    const text = `B\0\0\x10\0${'a'.repeat(size)}q\x000cnumpy.core.numeric\n_frombuffer\nq\x010${`h\x01(${array}R0`.repeat(60)}N.`;
    expect(refusal(text).code).toBe('FILE_LIMIT_EXCEEDED');
  });

  it('bounds types that share their parts', () => {
    // Each type has sixteen fields of the type before: 16^20 fields in all.
    let text = `cnumpy\ndtype\nq\x000h\0X\x02\0\0\0u1\x85R(K\x03X\x01\0\0\0|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tbq\x01`;
    for (let level = 1; level <= 20; level++) {
      const previous = `h${String.fromCharCode(level)}`;
      const names = Array.from({ length: 16 }, (_, i) => `X\x01\0\0\0${String.fromCharCode(97 + i)}`);
      text += `0h\0X\x02\0\0\0V0\x85R(K\x03X\x01\0\0\0|N(${names.join('')}t}(${names.map((name) => `${name}${previous}K\0\x86`).join('')}uK\x01K\x01K\0tbq${String.fromCharCode(level + 1)}`;
    }
    expect(refusal(`${text}.`).code).toBe('FILE_MALFORMED');
  });

  it('bounds compressed files', () => {
    expect(refusal('BZh91AY').data['reason']).toContain('bzip2');
    expect(refusal('\xfd7zXZ\0').data['reason']).toContain('xz');
    expect(refusal('x\x9cnot zlib').code).toBe('FILE_MALFORMED');
  });
});

describe('damaged pickles', () => {
  const files = [...[0, 2, 4, 5].map((n) => `plain.${n}.pkl`), 'arrays-numpy1.2.pkl', 'arrays-numpy1.5.pkl', 'arrays-numpy2.4.pkl', 'joblib-numpy2.pkl', 'joblib-numpy2-zlib.pkl']
    .map((name) => golden(`pickle/${name}`));
  const options = { file: 'm.pkl', allow: new Set(['m.C']) };

  it('gives data or a ModelError for bit flips, cuts and joins', () => {
    fc.assert(fc.property(
      fc.constantFrom(...files), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.option(fc.nat(), { freq: 4 }),
      (file, edits, cut) => {
        const bytes = file.slice(0, cut === null ? file.length : cut % (file.length + 1));
        for (const [at, value] of edits) if (bytes.length > 0) bytes[at % bytes.length] = value;
        return givesDataOrModelError(() => readPickle(bytes, options));
      },
    ), { numRuns: 6000 });
  });

  it('gives data or a ModelError for any run of operations', () => {
    const operation = fc.oneof(
      fc.constantFrom(...Object.values(OP)).map((op) => [op]),
      fc.constantFrom('cbuiltins\nset\n', 'cnumpy\ndtype\n', 'cnumpy.core.multiarray\n_reconstruct\n', 'cnumpy\nndarray\n', 'cm\nC\n', 'ccollections\nOrderedDict\n', 'cdatetime\ndatetime\n', 'ccopyreg\n_reconstructor\n',
        'X\x02\0\0\0f8', 'C\x08\0\0\0\0\0\0\xf0?', 'K\x01', 'K\x03', '(', '}', ']', ')', 'h\0', 'q\0', '\x94', 'X\x01\0\0\0<', 'J\xff\xff\xff\xff').map((text) => Array.from(text, (c) => c.charCodeAt(0))),
    );
    fc.assert(fc.property(fc.array(operation, { maxLength: 40 }), (operations) => givesDataOrModelError(() => readPickle(Uint8Array.from([...operations.flat(), 0x2e]), options))), { numRuns: 6000 });
  });
});
