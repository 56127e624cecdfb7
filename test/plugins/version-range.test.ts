import { expect, it } from 'vitest';
import { inRange } from '../../src/plugins/version-range.ts';
import { caught } from '../support/caught.ts';

it.each<[string, string, boolean]>([
  ['1.30.0', '^1.30.0', true], ['1.31.2', '^1.30.0', true], ['1.29.9', '^1.30.0', false], ['2.0.0', '^1.30.0', false],
  ['0.8.5', '^0.8.3', true], ['0.9.0', '^0.8.3', false], ['0.0.3', '^0.0.3', true], ['0.0.4', '^0.0.3', false],
  ['1.5.0', '>=1.20.0 <2.0.0', false], ['1.20.0', '>=1.20.0 <2.0.0', true], ['2.0.0', '>=1.20.0 <2.0.0', false],
  ['1.2.3', '1.2.3', true], ['1.2.4', '1.2.3', false], ['1.30.0-rc.1', '^1.30.0', true], ['latest', '^1.0.0', false],
])('%s in %s: %s', (version, range, expected) => expect(inRange(version, range)).toBe(expected));

it('refuses a range it does not understand', () => expect(caught(() => inRange('1.0.0', '1.x || 2.x')).code).toBe('INTERNAL'));
