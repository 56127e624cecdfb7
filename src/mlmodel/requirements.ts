/**
 * requirements.txt and constraints files, as MLflow reads them (mlflow/utils/requirements_utils.py), and PEP 508 requirements.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import type { ModelFiles } from './files.ts';
import { decodeText } from './read.ts';

/** One condition on a version, such as `>=1.2`. */
export interface VersionSpecifier {
  readonly operator: '~=' | '==' | '!=' | '<=' | '>=' | '<' | '>' | '===';
  readonly version: string;
}

/** A requirement in the form of PEP 508. */
export interface Requirement {
  /** As written; {@link normalizeName} tells whether two are the same package. */
  readonly name: string;
  readonly extras: readonly string[];
  readonly specifiers: readonly VersionSpecifier[];
  /** Of `name @ url`. */
  readonly url?: string;
  /** The environment marker after `;`. */
  readonly marker?: string;
}

/** One line of a requirements file. */
export interface RequirementLine {
  /** Without comments, continued lines joined. */
  readonly text: string;
  /** From a constraints file. */
  readonly constraint: boolean;
  /** Undefined for options, paths and URLs without a name. */
  readonly requirement: Requirement | undefined;
}

const MAX_FILES = 32;
const NAME = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?)\s*(?:\[([^\]]*)\])?\s*/;
const SPECIFIER = /^(===|~=|==|!=|<=|>=|<|>)\s*([^\s,()]+)$/;

/**
 * A requirement of PEP 508, or undefined where the text is none.
 * @example
 * ```ts
 * parseRequirement('xgboost[scikit-learn]>=2,<3; python_version >= "3.9"')?.specifiers; // [{ operator: '>=', version: '2' }, …]
 * ```
 */
export function parseRequirement(text: string): Requirement | undefined {
  const match = NAME.exec(text.trim());
  if (!match) return undefined;
  const [head, name = '', extrasText] = match;
  const extras = (extrasText ?? '').trim() === '' ? [] : (extrasText ?? '').split(',').map((extra) => extra.trim());
  if (extras.some((extra) => !/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/.test(extra))) return undefined;
  const rest = text.trim().slice(head.length);
  if (rest.startsWith('@')) {
    // The marker of a URL stands after a space.
    const [, url, marker] = /^@\s*(\S+)(?:\s+;\s*(.+))?$/.exec(rest) ?? [];
    return url === undefined ? undefined : { name, extras, specifiers: [], url, ...(marker === undefined ? {} : { marker: marker.trim() }) };
  }
  const at = rest.indexOf(';');
  const versions = (at < 0 ? rest : rest.slice(0, at)).trim().replace(/^\((.*)\)$/, '$1');
  const marker = at < 0 ? undefined : rest.slice(at + 1).trim();
  const specifiers: VersionSpecifier[] = [];
  const parts = versions.split(',').map((part) => part.trim());
  // One comma may stand at the end, and nothing at all is no condition.
  if (parts.at(-1) === '') parts.pop();
  for (const part of parts) {
    const [, operator, version] = SPECIFIER.exec(part) ?? [];
    if (operator === undefined || version === undefined || !isVersion(operator, version)) return undefined;
    specifiers.push({ operator: operator as VersionSpecifier['operator'], version });
  }
  if (marker !== undefined && !isMarker(marker)) return undefined;
  return { name, extras, specifiers, ...(marker === undefined ? {} : { marker }) };
}

/** A package name as PEP 503 compares names. */
export function normalizeName(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase();
}

/**
 * The lines of a requirements file of a model: comments and blank lines dropped, continued lines joined, `-r` and `-c`
 * followed inside the model folder.
 * @throws ModelError FILE_NOT_FOUND, PATH_OUTSIDE_MODEL, ENVIRONMENT_INVALID when files name each other without end
 */
export async function readRequirements(files: ModelFiles, path: string = 'requirements.txt'): Promise<RequirementLine[]> {
  const out: RequirementLine[] = [];
  await follow(files, path, false, out, { count: 0 });
  return out;
}

async function follow(files: ModelFiles, path: string, constraint: boolean, out: RequirementLine[], seen: { count: number }): Promise<void> {
  if (++seen.count > MAX_FILES) throw new ModelError('ENVIRONMENT_INVALID', { file: path, reason: `it leads to more than ${MAX_FILES} requirements files` });
  for (const text of requirementLines(decodeText(await files.read(path), path))) {
    const [, kind, target] = /^(?:-(r|c)\s*|--(requirement|constraint)(?:\s+|=))(\S.*)$/.exec(text)?.filter((part) => part !== undefined) ?? [];
    if (kind === undefined || target === undefined) out.push({ text, constraint, requirement: parseRequirement(text) });
    else await follow(files, path.includes('/') ? `${path.slice(0, path.lastIndexOf('/'))}/${target}` : target, kind.startsWith('c'), out, seen);
  }
}

/** Lines without comments and blanks; a line that ends in a backslash goes on in the next one. */
function requirementLines(text: string): string[] {
  const out: string[] = [];
  let open = '';
  // Where Python's splitlines cuts.
  // oxlint-disable-next-line no-control-regex
  for (const raw of text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/)) {
    const line = stripComment(raw.trim());
    if (line.endsWith('\\')) {
      open += line.replace(/\\+$/, '');
      continue;
    }
    out.push(open + line);
    open = '';
  }
  return [...out, open].filter((line) => line !== '' && !line.startsWith('#'));
}

function stripComment(line: string): string {
  const at = line.indexOf(' #');
  return at < 0 ? line : line.slice(0, at).trimEnd();
}

const MARKER_TOKEN = /\s*(?:([()])|(and|or)\b|(not\s+in\b|in\b|===|~=|==|!=|<=|>=|<|>)|('[^']*'|"[^"]*"|(?:os_name|sys_platform|platform_machine|platform_python_implementation|platform_release|platform_system|platform_version|python_version|python_full_version|python_implementation|implementation_name|implementation_version|extras?|dependency_groups|os\.name|sys\.platform|platform\.version|platform\.machine|platform\.python_implementation)\b))\s*/y;

/** True for an environment marker: comparisons joined by `and` and `or`, in parentheses where wanted. */
function isMarker(text: string): boolean {
  if (text.length > 4096) return false;
  let kinds = '';
  MARKER_TOKEN.lastIndex = 0;
  for (let match = MARKER_TOKEN.exec(text); match !== null; match = MARKER_TOKEN.exec(text)) {
    kinds += match[1] ?? (match[2] ? '&' : match[3] ? '=' : 'v');
    if (MARKER_TOKEN.lastIndex === text.length) break;
  }
  if (MARKER_TOKEN.lastIndex !== text.length) return false;
  for (let before = ''; before !== kinds;) {
    before = kinds;
    kinds = kinds.replaceAll('v=v', 'm').replaceAll('(m)', 'm').replaceAll('m&m', 'm');
  }
  return kinds === 'm';
}

const VERSION = /^v?(?:\d+!)?\d+(?:\.\d+)*(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview)[-_.]?\d*)?(?:-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?(?:[-_.]?dev[-_.]?\d*)?$/i;

/** Versions of PEP 440: `===` takes any text, `==` and `!=` a `.*` or a `+local` at the end, `~=` needs two numbers. */
function isVersion(operator: string, version: string): boolean {
  if (operator === '===') return true;
  if (operator === '~=' && !/^v?(?:\d+!)?\d+\.\d/i.test(version)) return false;
  const exact = operator === '==' || operator === '!=';
  return VERSION.test(exact ? version.replace(/\.\*$|\+[a-z0-9]+(?:[-_.][a-z0-9]+)*$/i, '') : version);
}
