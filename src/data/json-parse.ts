/**
 * JSON text to values without loss, as Python's json.loads reads it: 1 (bigint) is not 1.0 (number), integers of any size
 * are exact, NaN and ±Infinity are numbers, the last of duplicate keys wins unless it is told to refuse them. Objects become Maps, so no key is special.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import type { Value } from './values.ts';

/** Limits of {@link parseJson}. */
export interface JsonParseOptions {
  /** Deepest nesting of arrays and objects. @default 512 */
  maxDepth?: number;
  /** A key that an object has twice: the last one counts, or the text is refused. @default 'last' */
  duplicates?: 'last' | 'refuse';
  /** Reads a number's text in another way (as the JSON readers of older libraries do). */
  number?: (text: string, offset: number) => bigint | number;
}

/**
 * Parses JSON text.
 * @throws ModelError JSON_INVALID, JSON_TOO_DEEP
 * @example
 * ```ts
 * parseJson('{"a": [1, 1.0, NaN]}'); // Map { 'a' => [1n, 1, NaN] }
 * ```
 */
export function parseJson(text: string, options: JsonParseOptions = {}): Value {
  return new Reader(text, options).document();
}

const QUOTE = 34, BACKSLASH = 92, COMMA = 44, COLON = 58, OPEN_LIST = 91, CLOSE_LIST = 93, OPEN_MAP = 123, CLOSE_MAP = 125;
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;

class Reader {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #numberOf: JsonParseOptions['number'];
  readonly #refuseDuplicates: boolean;
  #at = 0;
  constructor(text: string, options: JsonParseOptions) {
    this.#text = text;
    this.#maxDepth = options.maxDepth ?? 512;
    this.#numberOf = options.number;
    this.#refuseDuplicates = options.duplicates === 'refuse';
  }

  document(): Value {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#fail('extra data after the value');
    return value;
  }

  #fail(reason: string): never {
    throw new ModelError('JSON_INVALID', { offset: this.#at, reason });
  }

  #space(): void {
    for (;;) {
      const c = this.#text.charCodeAt(this.#at);
      if (c === 32 || c === 10 || c === 13 || c === 9) this.#at++;
      else return;
    }
  }

  #value(depth: number): Value {
    if (depth > this.#maxDepth) throw new ModelError('JSON_TOO_DEEP', { limit: this.#maxDepth });
    this.#space();
    const c = this.#text.charCodeAt(this.#at);
    switch (c) {
      case QUOTE: return this.#string();
      case OPEN_LIST: return this.#list(depth);
      case OPEN_MAP: return this.#map(depth);
      case 116: return this.#word('true', true);
      case 102: return this.#word('false', false);
      case 110: return this.#word('null', null);
      case 78: return this.#word('NaN', NaN);
      case 73: return this.#word('Infinity', Infinity);
      default: return this.#number(c);
    }
  }

  #word<T extends Value>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#fail('expected a value');
    this.#at += word.length;
    return value;
  }

  #number(first: number): bigint | number {
    if (first === 45 && this.#text.charCodeAt(this.#at + 1) === 73) {
      this.#at++;
      return -this.#word('Infinity', Infinity);
    }
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (!match) this.#fail('expected a value');
    this.#at = NUMBER.lastIndex;
    if (this.#numberOf) return this.#numberOf(match[0], this.#at - match[0].length);
    return match[1] === undefined && match[2] === undefined ? this.#integer(match[0]) : Number(match[0]);
  }

  #integer(text: string): bigint {
    // Python refuses longer ones (sys.int_info.default_max_str_digits); the limit also bounds the conversion's time.
    if (text.length > 4301) this.#fail('an integer has more than 4300 digits');
    return BigInt(text);
  }

  #list(depth: number): Value[] {
    const out: Value[] = [];
    this.#at++;
    this.#space();
    if (this.#text.charCodeAt(this.#at) === CLOSE_LIST) {
      this.#at++;
      return out;
    }
    for (;;) {
      out.push(this.#value(depth + 1));
      this.#space();
      const c = this.#text.charCodeAt(this.#at);
      if (c !== COMMA && c !== CLOSE_LIST) this.#fail("expected ',' or ']'");
      this.#at++;
      if (c === CLOSE_LIST) return out;
    }
  }

  #map(depth: number): Map<Value, Value> {
    const out = new Map<Value, Value>();
    this.#at++;
    this.#space();
    if (this.#text.charCodeAt(this.#at) === CLOSE_MAP) {
      this.#at++;
      return out;
    }
    for (;;) {
      this.#space();
      if (this.#text.charCodeAt(this.#at) !== QUOTE) this.#fail('expected a key in double quotes');
      const start = this.#at, key = this.#string();
      if (this.#refuseDuplicates && out.has(key)) {
        this.#at = start;
        this.#fail('an object has this key twice');
      }
      this.#space();
      if (this.#text.charCodeAt(this.#at) !== COLON) this.#fail("expected ':'");
      this.#at++;
      out.set(key, this.#value(depth + 1));
      this.#space();
      const c = this.#text.charCodeAt(this.#at);
      if (c !== COMMA && c !== CLOSE_MAP) this.#fail("expected ',' or '}'");
      this.#at++;
      if (c === CLOSE_MAP) return out;
    }
  }

  #string(): string {
    const text = this.#text, start = ++this.#at;
    for (let i = start; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === QUOTE) {
        this.#at = i + 1;
        return text.slice(start, i);
      }
      if (c === BACKSLASH) return this.#escaped(start, i);
      if (c < 32) {
        this.#at = i;
        this.#fail('a control character in a string');
      }
    }
    return this.#fail('a string without end');
  }

  #escaped(start: number, from: number): string {
    const text = this.#text, parts = [text.slice(start, from)];
    let i = from, run = from;
    for (; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === QUOTE) {
        parts.push(text.slice(run, i));
        this.#at = i + 1;
        return parts.join('');
      }
      if (c < 32) break;
      if (c !== BACKSLASH) continue;
      parts.push(text.slice(run, i));
      const kind = text[i + 1] ?? '';
      if (kind === 'u') {
        const hex = text.slice(i + 2, i + 6);
        if (!/^[0-9a-fA-F]{4}$/.test(hex)) break;
        parts.push(String.fromCharCode(Number.parseInt(hex, 16)));
        i += 5;
      } else {
        const plain = ESCAPES[kind];
        if (plain === undefined) break;
        parts.push(plain);
        i += 1;
      }
      run = i + 1;
    }
    this.#at = i;
    return this.#fail(i < text.length ? 'a control character or bad escape in a string' : 'a string without end');
  }
}
