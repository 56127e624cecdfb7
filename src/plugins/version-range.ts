/**
 * Whether a package's version lies in a range: the few forms that our own dependencies are named with.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';

type Version = readonly [major: number, minor: number, patch: number];

/**
 * True when `version` satisfies every comparator of `range`: `^1.20.0`, `>=1.20.0`, `<2.0.0`, `1.30.0`, joined by spaces.
 * A pre-release counts as its release.
 * @throws ModelError INTERNAL for a range written otherwise
 * @example
 * ```ts
 * inRange('1.30.0', '^1.20.0'); // true
 * inRange('2.0.0', '>=1.20.0 <2.0.0'); // false
 * ```
 */
export function inRange(version: string, range: string): boolean {
  const given = parse(version);
  if (!given) return false;
  return range.trim().split(/\s+/).every((comparator) => {
    const match = /^(\^|>=|<|)(.+)$/.exec(comparator), wanted = parse(match?.[2] ?? '');
    if (!match || !wanted) throw new ModelError('INTERNAL', { reason: `the version range ${range} is not understood` });
    const order = compare(given, wanted);
    switch (match[1]) {
      case '>=': return order >= 0;
      case '<': return order < 0;
      case '^': return order >= 0 && compare(given, caretEnd(wanted)) < 0;
      default: return order === 0;
    }
  });
}

function parse(text: string): Version | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** The first version that `^` no longer takes: the leftmost part that is not zero goes up. */
function caretEnd([major, minor, patch]: Version): Version {
  if (major > 0) return [major + 1, 0, 0];
  return minor > 0 ? [0, minor + 1, 0] : [0, 0, patch + 1];
}
