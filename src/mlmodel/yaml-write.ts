/**
 * YAML in the style of MLflow's own files, `yaml.safe_dump(…, default_flow_style=False)`: block style, sorted keys, lines
 * folded after 80 characters (yaml/emitter.py), ASCII only. Text that PyYAML or a reader of YAML 1.2 would take for
 * something else is quoted.
 * @module
 */
import { PySet } from '../data/values.ts';
import { floatText, isPlainText, YamlTimestamp, type YamlValue } from './yaml-scalars.ts';

const WIDTH = 80;

/**
 * A document that PyYAML's SafeLoader reads back as the same value.
 * @example
 * ```ts
 * writeYaml(new Map([['run_id', '12345e12'], ['flavors', new Map()]])); // "flavors: {}\nrun_id: '12345e12'\n"
 * ```
 */
export function writeYaml(value: YamlValue): string {
  return new Emitter().document(value);
}

class Emitter {
  #parts: string[] = [];
  #column = 0;

  document(value: YamlValue): string {
    this.#value(value, 0, 'root');
    return `${this.#parts.join('')}\n`;
  }

  #write(text: string): void {
    this.#parts.push(text);
    this.#column += text.length;
  }

  #line(indent: number): void {
    this.#parts.push(`\n${' '.repeat(indent)}`);
    this.#column = indent;
  }

  /** `place` says what stands before: nothing, `key:`, or `- ` (a collection then begins on the same line). */
  #value(value: YamlValue, indent: number, place: 'root' | 'key' | 'dash'): void {
    const inner = place === 'root' ? indent : indent + 2;
    if (Array.isArray(value)) {
      if (value.length === 0) return this.#write(place === 'key' ? ' []' : '[]');
      // A list under a key keeps the key's indent.
      this.#items(value, place === 'key' ? indent : inner, place === 'key');
    } else if (value instanceof Map || value instanceof PySet) {
      const entries: [YamlValue, YamlValue][] = value instanceof Map ? sorted(value) : sorted(new Map(value.items.map((item) => [item as YamlValue, null])));
      if (value instanceof PySet) this.#write(`${place === 'key' ? ' ' : ''}!!set${entries.length === 0 ? ' ' : ''}`);
      if (entries.length === 0) return this.#write(place === 'key' && value instanceof Map ? ' {}' : '{}');
      this.#entries(entries, inner, place === 'key' || value instanceof PySet);
    } else {
      if (place === 'key') this.#write(' ');
      this.#scalar(value, place === 'root' ? indent + 2 : inner, false);
    }
  }

  #items(items: readonly YamlValue[], indent: number, newLine: boolean): void {
    for (const [i, item] of items.entries()) {
      if (newLine || i > 0) this.#line(indent);
      this.#write('- ');
      this.#value(item, indent, 'dash');
    }
  }

  #entries(entries: readonly [YamlValue, YamlValue][], indent: number, newLine: boolean): void {
    for (const [i, [key, value]] of entries.entries()) {
      if (newLine || i > 0) this.#line(indent);
      if (isSimpleKey(key)) {
        this.#scalar(key, indent + 2, true);
        this.#write(':');
        this.#value(value, indent, 'key');
      } else {
        this.#write('? ');
        this.#scalar(key, indent + 2, false);
        this.#line(indent);
        this.#write(': ');
        this.#value(value, indent, 'dash');
      }
    }
  }

  /** `indent` is that of further lines. */
  #scalar(value: YamlValue, indent: number, key: boolean): void {
    if (typeof value === 'string') this.#text(value, indent, key);
    else if (value instanceof Uint8Array) this.#write(`!!binary "${base64(value)}"`);
    else this.#write(value instanceof YamlTimestamp ? value.text : typeof value === 'number' ? floatText(value) : String(value));
  }

  #text(text: string, indent: number, key: boolean): void {
    const style = styleOf(text);
    if (style === 'plain') this.#folded(text, indent, !key);
    else if (style === 'single' && !(key && text.includes('\n'))) this.#single(text, indent, !key);
    else this.#double(text, indent, !key);
  }

  /** Words with a line break in place of a single space where the line is full. */
  #folded(text: string, indent: number, fold: boolean): void {
    for (const part of text.match(/ +|[^ ]+/g) ?? []) {
      if (part === ' ' && fold && this.#column > WIDTH) this.#line(indent);
      else this.#write(part);
    }
  }

  #single(text: string, indent: number, fold: boolean): void {
    this.#write("'");
    let at = 0;
    for (const part of text.match(/ +|\n+|[^ \n]+/g) ?? []) {
      const edge = at === 0 || at + part.length === text.length;
      at += part.length;
      if (part === ' ' && fold && this.#column > WIDTH && !edge) {
        this.#line(indent);
      } else if (part.startsWith('\n')) {
        // One more line break than the text has: a single one would be read as a space.
        this.#parts.push('\n'.repeat(part.length));
        this.#line(indent);
      } else {
        this.#write(part.replaceAll("'", "''"));
      }
    }
    this.#write("'");
  }

  #double(text: string, indent: number, fold: boolean): void {
    this.#write('"');
    const chars = [...text];
    let start = 0;
    const flush = (end: number): void => {
      if (start >= end) return;
      this.#write(chars.slice(start, end).join(''));
      start = end;
    };
    for (let end = 0; end <= chars.length; end++) {
      const c = chars[end];
      if (c === undefined || c === '"' || c === '\\' || c < ' ' || c > '~') {
        flush(end);
        if (c !== undefined) {
          this.#write(escape(c));
          start = end + 1;
        }
      }
      if (fold && end > 0 && end < chars.length - 1 && (c === ' ' || start >= end) && this.#column + (end - start) > WIDTH) {
        flush(end);
        this.#write('\\');
        this.#line(indent);
        if (chars[start] === ' ') this.#write('\\');
      }
    }
    this.#write('"');
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '0', '\x07': 'a', '\b': 'b', '\t': 't', '\n': 'n', '\v': 'v', '\f': 'f', '\r': 'r', '\x1b': 'e', '"': '"', '\\': '\\',
  '\x85': 'N', '\xa0': '_', '\u2028': 'L', '\u2029': 'P',
};

function escape(c: string): string {
  const short = ESCAPES[c];
  if (short !== undefined) return `\\${short}`;
  const hex = (c.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return hex.length <= 2 ? `\\x${hex.padStart(2, '0')}` : hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** Which of the three styles a text gets. */
function styleOf(text: string): 'plain' | 'single' | 'double' {
  if (text === '') return 'single';
  if (/[^\n -~]| \n|\n /.test(text)) return 'double';
  if (!isPlainText(text) || /^[ \n]|[ \n]$|\n/.test(text)) return 'single';
  if (/^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`])|^[?:-](?: |$)|:(?: |$)| #/.test(text)) return 'single';
  return 'plain';
}

/** Keys longer than that, and such of several lines, are written with `?`. */
function isSimpleKey(key: YamlValue): boolean {
  return typeof key !== 'string' || ([...key].length < 123 && key !== '' && !/[\n\x85\u2028\u2029]/.test(key));
}

/** Sorted as Python sorts keys of one type; as they are when the types differ. */
function sorted(map: ReadonlyMap<YamlValue, YamlValue>): [YamlValue, YamlValue][] {
  const entries = [...map];
  const kinds = new Set(entries.map(([key]) => (typeof key === 'bigint' || typeof key === 'boolean' ? 'number' : typeof key)));
  if (kinds.size !== 1 || kinds.has('object')) return entries;
  return entries.sort(([a], [b]) => (typeof a === 'string' ? byCodePoint(a, b as string) : Number(a as number) - Number(b as number)));
}

function byCodePoint(a: string, b: string): number {
  const x = [...a], y = [...b];
  for (let i = 0; i < x.length && i < y.length; i++) {
    const d = (x[i]?.codePointAt(0) ?? 0) - (y[i]?.codePointAt(0) ?? 0);
    if (d !== 0) return d;
  }
  return x.length - y.length;
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
