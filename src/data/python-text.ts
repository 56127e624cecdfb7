/**
 * Values as text in Python's manner: str() and repr().
 * @module
 */
import { isoDate, isoDateTime, isoOffset, isoTime } from './iso-text.ts';
import { floatRepr, roundToHalf } from './numbers.ts';
import { ByteArray, Complex, DateTime, Decimal, Missing, PySet, Scalar, Tuple, type Value } from './values.ts';

/** `str(value)`; a float32 or float16 scalar with the shortest digits of its own width. */
export function pythonStr(value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof DateTime) return dateText(value);
  if (value instanceof Decimal) return value.text;
  if (value instanceof Scalar) return scalarText(value);
  return pythonRepr(value);
}

/**
 * `repr(value)` of plain Python values; classes without a short form are given by name.
 * @example
 * ```ts
 * pythonRepr(new Map([['a', [1n, null]]])); // "{'a': [1, None]}"
 * ```
 */
export function pythonRepr(value: Value): string {
  if (value === null) return 'None';
  switch (typeof value) {
    case 'boolean': return value ? 'True' : 'False';
    case 'bigint': return String(value);
    case 'number': return floatRepr(value);
    case 'string': return quoted(value);
    default: return objectRepr(value);
  }
}

function objectRepr(value: Exclude<Value, null | boolean | bigint | number | string>): string {
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (value instanceof Map) return `{${[...value].map(([k, v]) => `${pythonRepr(k)}: ${pythonRepr(v)}`).join(', ')}}`;
  if (value instanceof Tuple) return `(${value.items.map(pythonRepr).join(', ')}${value.items.length === 1 ? ',' : ''})`;
  if (value instanceof PySet) return value.items.length === 0 ? 'set()' : `{${value.items.map(pythonRepr).join(', ')}}`;
  if (value instanceof Uint8Array) return bytesRepr(value);
  if (value instanceof ByteArray) return `bytearray(${bytesRepr(value.bytes)})`;
  if (value instanceof Complex) return complexRepr(value.re, value.im);
  if (value instanceof Decimal) return `Decimal('${value.text}')`;
  if (value instanceof Missing) return value.kind === 'NA' ? '<NA>' : 'NaT';
  if (value instanceof Scalar) return `np.${value.dtype.replace(/\[.*$/, '')}(${typeof value.value === 'string' ? quoted(value.value) : scalarText(value)})`;
  if (value instanceof DateTime) return dateRepr(value);
  return `<${value.constructor.name}>`;
}

function dateText(value: DateTime): string {
  if (value.kind === 'date') return isoDate(value.ns);
  if (value.kind === 'time') return isoTime(value.ns) + (value.offset === null ? '' : isoOffset(value.offset));
  return isoDateTime(value.ns, value.offset).replace('T', ' ');
}

/** `datetime.datetime(2021, 3, 4, 5, 6)`: trailing zero seconds are left out. */
function dateRepr(value: DateTime): string {
  if (value.kind === 'timestamp') return `Timestamp('${dateText(value)}')`;
  const parts = isoDateTime(value.ns, null).split(/[-T:.]/).map(Number);
  const micros = parts[6] === undefined ? [] : [String(parts[6])], seconds = parts[5] === 0 && micros.length === 0 ? [] : [String(parts[5])];
  const time = [...parts.slice(3, 5).map(String), ...seconds, ...micros];
  const zone = value.offset === null ? [] : [`tzinfo=${value.offset === 0 ? 'datetime.timezone.utc' : `datetime.timezone(datetime.timedelta(seconds=${value.offset}))`}`];
  const fields = value.kind === 'date' ? parts.slice(0, 3).map(String) : value.kind === 'time' ? time : [...parts.slice(0, 3).map(String), ...time];
  return `datetime.${value.kind}(${[...fields, ...(value.kind === 'date' ? [] : zone)].join(', ')})`;
}

function scalarText({ dtype, value }: Scalar): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return dtype === 'float32' ? float32Repr(value) : dtype === 'float16' ? float16Repr(value) : dtype === 'float64' ? floatRepr(value) : String(value);
  if (value instanceof Uint8Array) return bytesRepr(value);
  if (typeof value === 'string' || typeof value === 'bigint') return String(value);
  return complexRepr(value[0], value[1]);
}

/** A float32 as numpy writes it: the shortest digits of its width, scientific from 1e6 on and below 1e-4. */
export function float32Repr(x: number): string {
  return narrow(x, Math.fround, 9, 1e6);
}

/** A float16 as numpy writes it: the shortest digits of its width, scientific from 1e3 on and below 1e-4. */
export function float16Repr(x: number): string {
  return narrow(x, roundToHalf, 5, 1e3);
}

function narrow(x: number, round: (x: number) => number, most: number, limit: number): string {
  if (!Number.isFinite(x) || x === 0) return floatRepr(x);
  let digits = 1;
  while (digits < most && round(Number(x.toPrecision(digits))) !== x) digits++;
  const short = Number(x.toPrecision(digits)), size = Math.abs(x);
  return size >= 1e-4 && size < limit ? floatRepr(short) : short.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

function complexRepr(re: number, im: number): string {
  const part = (x: number): string => floatRepr(x).replace(/\.0$/, '');
  if (re === 0 && !Object.is(re, -0)) return `${part(im)}j`;
  return `(${part(re)}${im < 0 || Object.is(im, -0) ? '' : '+'}${part(im)}j)`;
}

const SHORT: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text in single quotes, or double ones when it has only single ones inside; what is not printable is escaped. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = '';
  for (const c of text) {
    if (c === quote) out += `\\${c}`;
    else out += SHORT[c] ?? (/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(c) ? escaped(c.codePointAt(0) ?? 0) : c);
  }
  return quote + out + quote;
}

function escaped(code: number): string {
  const hex = code.toString(16);
  return code < 256 ? `\\x${hex.padStart(2, '0')}` : code < 65536 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

function bytesRepr(bytes: Uint8Array): string {
  let body = '', single = false, double = false;
  for (const b of bytes) {
    if (b === 39) single = true;
    if (b === 34) double = true;
  }
  const quote = single && !double ? 34 : 39;
  for (const b of bytes) {
    const c = String.fromCharCode(b);
    body += b === quote ? `\\${c}` : (SHORT[c] ?? (b < 32 || b > 126 ? escaped(b) : c));
  }
  return `b${String.fromCharCode(quote)}${body}${String.fromCharCode(quote)}`;
}
