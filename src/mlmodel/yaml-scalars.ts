/**
 * What a YAML scalar means to PyYAML's SafeLoader (yaml/resolver.py, yaml/constructor.py): YAML 1.1 with floats that need a
 * point, octal by a leading zero, sexagesimal numbers, underscores and timestamps.
 * @module
 */
import { floatRepr } from '../data/numbers.ts';
import type { PySet } from '../data/values.ts';

/** A YAML timestamp, kept as it was written. */
export class YamlTimestamp {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What a YAML document holds: null, bool, int (bigint), float (number), text, !!binary, a timestamp, a list, a mapping or a set. */
export type YamlValue = null | boolean | bigint | number | string | Uint8Array | YamlTimestamp | YamlValue[] | Map<YamlValue, YamlValue> | PySet;

/** Tags that SafeLoader knows, without their common `tag:yaml.org,2002:`. */
export type ScalarTag = 'str' | 'bool' | 'float' | 'int' | 'merge' | 'null' | 'timestamp' | 'value' | 'binary';

const BOOL = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const FLOAT = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const INT = /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const NULL = /^(?:~|null|Null|NULL|)$/;
const TIMESTAMP = /^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:[Tt]|[ \t]+)[0-9][0-9]?:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9][0-9]?(?::[0-9]{2})?))?)$/;
const TIMESTAMP_PARTS = /^([0-9]{4})-([0-9][0-9]?)-([0-9][0-9]?)(?:(?:[Tt]|[ \t]+)([0-9][0-9]?):([0-9]{2}):([0-9]{2})(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+]([0-9][0-9]?)(?::([0-9]{2}))?))?)?$/;

/** What a reader of YAML 1.2 (core schema) takes for something other than text, beyond what PyYAML does. */
const CORE_NUMBER = /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** The tag of a plain scalar. */
export function resolvePlain(text: string): ScalarTag {
  if (BOOL.test(text)) return 'bool';
  if (FLOAT.test(text)) return 'float';
  if (INT.test(text)) return 'int';
  if (text === '<<') return 'merge';
  if (NULL.test(text)) return 'null';
  if (TIMESTAMP.test(text)) return 'timestamp';
  return text === '=' ? 'value' : 'str';
}

/** True when this text, written plain, is text to PyYAML and to a reader of YAML 1.2 as well. */
export function isPlainText(text: string): boolean {
  return resolvePlain(text) === 'str' && !CORE_NUMBER.test(text);
}

/** Longest number that is read; Python itself refuses more than 4300 decimal digits. */
const MAX_NUMBER = 4400;

/** The value of a scalar with this tag, or undefined where PyYAML fails on it. */
export function constructScalar(tag: ScalarTag, text: string): YamlValue | undefined {
  if ((tag === 'int' || tag === 'float') && text.length > MAX_NUMBER) return undefined;
  switch (tag) {
    case 'str': return text;
    case 'null': return null;
    case 'bool': return BOOLEANS.get(text.toLowerCase());
    case 'int': return constructInt(text);
    case 'float': return constructFloat(text);
    case 'timestamp': return isMoment(text) ? new YamlTimestamp(text) : undefined;
    case 'binary': return decodeBase64(text);
    default: return undefined;
  }
}

/** A float as PyYAML writes it: repr with a point, `.inf`, `.nan`. */
export function floatText(x: number): string {
  if (x !== x) return '.nan';
  if (x === Infinity || x === -Infinity) return x > 0 ? '.inf' : '-.inf';
  const text = floatRepr(x);
  return text.includes('.') ? text : text.replace('e', '.0e');
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([['yes', true], ['no', false], ['true', true], ['false', false], ['on', true], ['off', false]]);

function constructInt(text: string): bigint | undefined {
  const plain = text.replaceAll('_', '');
  const negative = plain.startsWith('-');
  const digits = /^[-+]/.test(plain) ? plain.slice(1) : plain;
  const size = unsignedInt(digits);
  return size === undefined ? undefined : negative ? -size : size;
}

function unsignedInt(digits: string): bigint | undefined {
  if (digits === '0') return 0n;
  if (/^0b[01]+$/.test(digits) || /^0x[0-9a-fA-F]+$/.test(digits)) return BigInt(digits);
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits.slice(1)}`);
  if (/^[1-9][0-9]*(?::[0-9]+)+$/.test(digits)) return digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n);
  // Python refuses to read more than 4300 decimal digits.
  return /^[1-9][0-9]{0,4299}$/.test(digits) ? BigInt(digits) : undefined;
}

function constructFloat(text: string): number | undefined {
  const plain = text.replaceAll('_', '').toLowerCase();
  const sign = plain.startsWith('-') ? -1 : 1;
  const digits = /^[-+]/.test(plain) ? plain.slice(1) : plain;
  if (digits === '.inf') return sign * Infinity;
  if (digits === '.nan') return NaN;
  if (digits.includes(':')) {
    let value = 0, base = 1;
    for (const part of digits.split(':').reverse()) {
      if (!/^[0-9]+\.?[0-9]*$/.test(part)) return undefined;
      value += Number(part) * base;
      base *= 60;
    }
    return sign * value;
  }
  return /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$/.test(digits) ? sign * Number(digits) : undefined;
}

/** True when Python's date or datetime takes it. */
function isMoment(text: string): boolean {
  const match = TIMESTAMP_PARTS.exec(text);
  if (!match) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] = match.slice(1).map((part) => Number(part ?? 0));
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return year >= 1 && day >= 1 && day <= days && hour < 24 && minute < 60 && second < 60 && zoneHour * 60 + zoneMinute < 1440;
}

function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text.replace(/[^A-Za-z0-9+/=]/g, '')), (c) => c.charCodeAt(0));
  } catch {
    return undefined;
  }
}
