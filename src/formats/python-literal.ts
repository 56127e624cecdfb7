/**
 * Python literals as numpy writes them in headers: text, integers, True, False, None, tuples, lists, dicts.
 * @module
 */
import { Tuple, type Value } from '../data/values.ts';

const TOKEN = /\s*(?:([bu]?'(?:[^'\\\n]|\\.)*'|[bu]?"(?:[^"\\\n]|\\.)*")|(-?[0-9]{1,400})L?|(True|False|None)|([()[\]{},:]))/y;
const MAX_DEPTH = 24;

/** Parses a literal; undefined where the text is none. Floats and text escapes other than of quotes are not read. */
export function parsePythonLiteral(text: string): Value | undefined {
  try {
    const reader = new Reader(text);
    const value = reader.value(0);
    return reader.atEnd() ? value : undefined;
  } catch (error) {
    if (error === BAD) return undefined;
    throw error;
  }
}

const BAD: unique symbol = Symbol('bad literal');

class Reader {
  readonly #text: string;
  #at = 0;
  #match: RegExpExecArray | null = null;
  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    return this.#text.slice(this.#at).trim() === '';
  }

  value(depth: number): Value {
    const token = this.#next();
    const [, quoted, integer, word, mark] = token;
    if (quoted !== undefined) return quoted.replace(/^[bu]/, '').slice(1, -1).replace(/\\(.)/g, (_, c: string) => this.#escape(c));
    if (integer !== undefined) return BigInt(integer);
    if (word !== undefined) return word === 'None' ? null : word === 'True';
    if (depth > MAX_DEPTH) throw BAD;
    if (mark === '[') return this.#items(']', depth).items;
    if (mark === '(') {
      const { items, comma } = this.#items(')', depth);
      return items.length === 1 && !comma ? items[0]! : new Tuple(items);
    }
    if (mark === '{') return this.#dict(depth);
    throw BAD;
  }

  #escape(c: string): string {
    if (c !== "'" && c !== '"' && c !== '\\') throw BAD;
    return c;
  }

  #next(): RegExpExecArray {
    TOKEN.lastIndex = this.#at;
    this.#match = TOKEN.exec(this.#text);
    if (!this.#match) throw BAD;
    this.#at = TOKEN.lastIndex;
    return this.#match;
  }

  /** True, and past it, when the next token is that mark. */
  #accept(mark: string): boolean {
    const at = this.#at;
    TOKEN.lastIndex = at;
    if (TOKEN.exec(this.#text)?.[4] !== mark) return false;
    this.#at = TOKEN.lastIndex;
    return true;
  }

  #items(close: string, depth: number): { items: Value[]; comma: boolean } {
    const items: Value[] = [];
    let comma = false;
    while (!this.#accept(close)) {
      if (items.length > 0 && !comma) throw BAD;
      items.push(this.value(depth + 1));
      comma = this.#accept(',');
    }
    return { items, comma };
  }

  #dict(depth: number): Map<Value, Value> {
    const out = new Map<Value, Value>();
    let comma = true;
    while (!this.#accept('}')) {
      if (!comma) throw BAD;
      const key = this.value(depth + 1);
      if (!this.#accept(':')) throw BAD;
      out.set(key, this.value(depth + 1));
      comma = this.#accept(',');
    }
    return out;
  }
}
