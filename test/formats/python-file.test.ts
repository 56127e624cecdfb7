import { describe, expect, it } from 'vitest';
import { readPythonFile, unknownGlobals } from '../../src/formats/python-file.ts';
import { golden } from '../support/golden-files.ts';

describe('readPythonFile', () => {
  it('reads pickles and skops files alike', () => {
    const pickle = readPythonFile(golden('pickle/joblib-numpy2.pkl'), { file: 'a', allow: new Set() }) as Map<string, unknown>;
    const [skops] = readPythonFile(golden('pickle/small.skops'), { file: 'a', allow: new Set(['functools.partial', 'numpy.log1p']) }) as Map<string, unknown>[];
    expect(skops?.get('structured')).toEqual(pickle.get('structured'));
  });
});

describe('unknownGlobals', () => {
  it('lists what would be refused', () => {
    expect(unknownGlobals(golden('pickle/small.skops'), { file: 'a', allow: new Set() })).toEqual(['functools.partial', 'numpy.log1p']);
    expect(unknownGlobals(golden('pickle/small.skops'), { file: 'a', allow: new Set(['numpy.log1p']) })).toEqual(['functools.partial']);
    expect(unknownGlobals(golden('pickle/plain.5.pkl'), { file: 'a', allow: new Set() })).toEqual([]);
    expect(unknownGlobals(golden('models/lgb-clf-multi-pickle/model/model.pkl'), { file: 'a', allow: new Set() }))
      .toEqual(['lightgbm.sklearn.LGBMClassifier', 'lightgbm.basic.Booster', 'sklearn.preprocessing._label.LabelEncoder']);
  });
});
