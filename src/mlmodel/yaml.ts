/**
 * YAML files of a model, read as PyYAML's SafeLoader reads them: its resolver, its merge keys, the last of duplicate keys.
 * The package `yaml` parses the syntax; what a scalar means is decided in yaml-scalars.ts.
 * @module
 */
import { type Document, isAlias, isMap, isScalar, isSeq, Lexer, parseDocument, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { PySet } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { constructScalar, resolvePlain, type ScalarTag, YamlTimestamp, type YamlValue } from './yaml-scalars.ts';

export { YamlTimestamp, type YamlValue } from './yaml-scalars.ts';
export { writeYaml } from './yaml-write.ts';

/** Limits of {@link parseYaml}, and the file's name for messages. */
export interface YamlOptions {
  /** @default 'the file' */
  readonly file?: string;
  /** Longest text. @default 8 Mi characters */
  readonly maxLength?: number;
  /** Most tokens of syntax: they, not the length, are what parsing costs time and memory for. @default 200000 */
  readonly maxTokens?: number;
  /** Deepest nesting. @default 100 */
  readonly maxDepth?: number;
  /** Most values, each alias counted as all that it stands for. @default 1000000 */
  readonly maxNodes?: number;
}

const COMMON = 'tag:yaml.org,2002:';
const SCALAR_TAGS: ReadonlySet<string> = new Set<ScalarTag>(['str', 'bool', 'float', 'int', 'null', 'timestamp', 'binary', 'merge', 'value']);
// PyYAML's reader refuses them anywhere in a file.
// oxlint-disable-next-line no-control-regex
const NON_PRINTABLE = /[^\x09\x0a\x0d\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * The value of a YAML document; null for an empty one.
 * @throws ModelError YAML_INVALID, FILE_LIMIT_EXCEEDED
 * @example
 * ```ts
 * parseYaml('a: yes\nb: 010\nc: 12345e12\n'); // Map { a → true, b → 8n, c → '12345e12' }
 * ```
 */
export function parseYaml(text: string, options: YamlOptions = {}): YamlValue {
  const file = options.file ?? 'the file', maxLength = options.maxLength ?? 8 * 2 ** 20;
  if (text.length > maxLength) throw new ModelError('FILE_LIMIT_EXCEEDED', { file, what: 'its length', value: text.length, limit: maxLength });
  const source = text.replace(/^\ufeff/, '').replace(/\r\n?|\x85/g, '\n');
  const bad = NON_PRINTABLE.exec(source);
  if (bad) throw invalid(file, source, bad.index, 'a character that YAML does not allow');
  const maxTokens = options.maxTokens ?? 200_000;
  let tokens = 0;
  for (const _ of new Lexer().lex(source)) {
    if (++tokens > maxTokens) throw new ModelError('FILE_LIMIT_EXCEEDED', { file, what: 'the number of YAML tokens', value: `more than ${maxTokens}`, limit: maxTokens });
  }
  return new Builder(source, file, options.maxDepth ?? 100, options.maxNodes ?? 1_000_000).build();
}

function invalid(file: string, source: string, offset: number, reason: string, cause?: unknown): ModelError {
  let line = 1;
  for (let at = source.indexOf('\n'); at >= 0 && at < offset; at = source.indexOf('\n', at + 1)) line++;
  return new ModelError('YAML_INVALID', { file, line, reason }, { cause });
}

/** A value and how many values it stands for when every alias in it is written out. */
interface Built {
  readonly value: YamlValue;
  readonly weight: number;
}

/** Turns the syntax tree into values in the order of the file. */
class Builder {
  readonly #source: string;
  readonly #file: string;
  readonly #maxDepth: number;
  readonly #maxNodes: number;
  /** Undefined while the node of that anchor is being built. */
  readonly #anchors = new Map<string, Built | undefined>();
  #offset = 0;

  constructor(source: string, file: string, maxDepth: number, maxNodes: number) {
    this.#source = source;
    this.#file = file;
    this.#maxDepth = maxDepth;
    this.#maxNodes = maxNodes;
  }

  build(): YamlValue {
    const parsed = this.#parse();
    const error = parsed.errors[0];
    // The parser's own texts quote the file; its codes say enough.
    if (error) throw invalid(this.#file, this.#source, error.pos[0], error.code.toLowerCase().replaceAll('_', ' '), error);
    return this.#node(parsed.contents, 0).value;
  }

  #parse(): Document.Parsed {
    try {
      return parseDocument(this.#source, { version: '1.1', schema: 'failsafe', resolveKnownTags: false, uniqueKeys: false, prettyErrors: false, logLevel: 'error', merge: false });
    } catch (error) {
      throw invalid(this.#file, this.#source, 0, error instanceof RangeError ? 'nested too deep' : 'it cannot be parsed', error);
    }
  }

  #fail(reason: string): never {
    throw invalid(this.#file, this.#source, this.#offset, reason);
  }

  #node(node: unknown, depth: number): Built {
    if (depth > this.#maxDepth) this.#fail(`nested deeper than ${this.#maxDepth} levels`);
    if (node === null || node === undefined) return { value: null, weight: 1 };
    if (isAlias(node)) return this.#alias(node.source, node.range?.[0]);
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return this.#fail('an unknown kind of node');
    this.#offset = node.range?.[0] ?? this.#offset;
    if (node.anchor !== undefined) {
      if (this.#anchors.has(node.anchor)) this.#fail('an anchor is defined twice');
      // YAML 1.2 takes more into a name, PyYAML would read the rest as the value.
      if (!/^[\w-]+$/.test(node.anchor)) this.#fail('an anchor whose name is not letters, digits, _ and -');
      this.#anchors.set(node.anchor, undefined);
    }
    const built = isScalar(node) ? { value: this.#scalar(this.#textOf(node), node.type === 'PLAIN', node.tag), weight: 1 }
      : isMap(node) ? this.#mapping(node, depth) : this.#sequence(node, depth);
    if (built.weight > this.#maxNodes) this.#fail(`more than ${this.#maxNodes} values, aliases written out`);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, built);
    return built;
  }

  #alias(name: string, offset: number | undefined): Built {
    this.#offset = offset ?? this.#offset;
    const target = this.#anchors.get(name);
    return target ?? this.#fail(this.#anchors.has(name) ? 'an alias stands inside what it names' : 'an alias names no anchor before it');
  }

  /** A block scalar that the end of the file cuts off has no line break of its own to PyYAML. */
  #textOf(node: Scalar): string {
    const text = node.source ?? '';
    const open = node.type?.startsWith('BLOCK_') && node.range?.[1] === this.#source.length && !this.#source.endsWith('\n');
    return open && text.endsWith('\n') ? text.slice(0, -1) : text;
  }

  #scalar(text: string, plain: boolean, tag: string | undefined): YamlValue {
    const known = this.#scalarTag(text, plain, tag);
    const value = constructScalar(known, text);
    return value === undefined ? this.#fail(`a scalar that is not a valid ${known}`) : value;
  }

  #scalarTag(text: string, plain: boolean, tag: string | undefined): ScalarTag {
    if (tag === '!' || (tag === undefined && plain)) return resolvePlain(text);
    if (tag === undefined) return 'str';
    const name = tag.startsWith(COMMON) ? tag.slice(COMMON.length) : '';
    return SCALAR_TAGS.has(name) ? name as ScalarTag : this.#unknownTag(tag);
  }

  #unknownTag(tag: string): never {
    return this.#fail(`the tag ${tag} cannot stand here`);
  }

  #sequence(node: YAMLSeq, depth: number): Built {
    const tag = collectionTag(node.tag);
    if (tag !== 'seq' && tag !== 'omap' && tag !== 'pairs' && tag !== undefined) this.#unknownTag(node.tag ?? '');
    const value: YamlValue[] = [];
    let weight = 1;
    for (const item of node.items) {
      const built = this.#node(item, depth + 1);
      weight = this.#add(weight, built.weight);
      value.push(tag === 'omap' || tag === 'pairs' ? this.#pair(built.value) : built.value);
    }
    return { value, weight };
  }

  /** An entry of !!omap or !!pairs, which Python gives as a tuple: a list of key and value here. */
  #pair(value: YamlValue): YamlValue[] {
    const entry = value instanceof Map && value.size === 1 ? [...value][0] : undefined;
    return entry ? [...entry] : this.#fail('an entry of !!omap or !!pairs that is not one key and its value');
  }

  #mapping(node: YAMLMap, depth: number): Built {
    const tag = collectionTag(node.tag);
    if (tag !== 'map' && tag !== 'set' && tag !== undefined) this.#unknownTag(node.tag ?? '');
    const own = new Entries(), merged: Map<YamlValue, YamlValue>[] = [];
    let weight = 1;
    for (const pair of node.items) {
      const merge = isScalar(pair.key) && this.#isMerge(pair.key.source ?? '', pair.key.type === 'PLAIN', pair.key.tag);
      const key = merge ? { value: null, weight: 1 } : this.#key(pair.key, depth + 1);
      const value = this.#node(pair.value, depth + 1);
      weight = this.#add(weight, key.weight + value.weight);
      if (merge) for (const map of this.#mergeable(value.value)) merged.push(map);
      else own.set(key.value, value.value);
    }
    const all = merged.length === 0 ? own : new Entries();
    if (all !== own) for (const map of [...merged, own.map]) for (const [key, value] of map) all.set(key, value);
    return { value: tag === 'set' ? new PySet([...all.map.keys()] as PySet['items']) : all.map, weight };
  }

  #isMerge(text: string, plain: boolean, tag: string | undefined): boolean {
    return tag === `${COMMON}merge` || (tag === undefined && plain && text === '<<');
  }

  #key(node: unknown, depth: number): Built {
    // A plain `=` is a tag of its own that PyYAML reads as text in keys only.
    if (isScalar(node) && node.source === '=' && node.tag === undefined) return { value: '=', weight: 1 };
    const built = this.#node(node, depth);
    if (Array.isArray(built.value) || built.value instanceof Map || built.value instanceof PySet) this.#fail('a key that is a list or a mapping');
    return built;
  }

  /** What a merge key brings, the weakest first. */
  #mergeable(value: YamlValue): Map<YamlValue, YamlValue>[] {
    if (value instanceof Map) return [value];
    if (Array.isArray(value) && value.every((item) => item instanceof Map)) return [...value].reverse();
    return this.#fail('a merge key whose value is not a mapping or a list of mappings');
  }

  #add(weight: number, more: number): number {
    return weight + more > this.#maxNodes ? this.#fail(`more than ${this.#maxNodes} values, aliases written out`) : weight + more;
  }
}

/** A Python dict: 1, 1.0 and true are one key, equal timestamps and bytes too; the first key stays, the last value wins. */
class Entries {
  readonly map = new Map<YamlValue, YamlValue>();
  readonly #keys = new Map<unknown, YamlValue>();

  set(key: YamlValue, value: YamlValue): void {
    const id = typeof key === 'boolean' || (typeof key === 'number' && Number.isInteger(key)) ? BigInt(key)
      : key instanceof YamlTimestamp ? `\0timestamp ${key.text}` : key instanceof Uint8Array ? `\0binary ${key.join()}` : key;
    const first = this.#keys.get(id);
    if (first === undefined) this.#keys.set(id, key);
    this.map.set(first === undefined ? key : first, value);
  }
}

function collectionTag(tag: string | undefined): string | undefined {
  if (tag === undefined || tag === '!') return undefined;
  return tag.startsWith(COMMON) ? tag.slice(COMMON.length) : tag;
}
