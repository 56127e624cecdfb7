/**
 * The text of a CSV cell as the value it writes.
 * @module
 */
import type { Value } from '../data/values.ts';
import type { ColumnType } from './data-types.ts';

const DECIMAL = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,4}))?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** The text as a number or boolean where the column wants one and the text writes one; else the text itself. */
export function csvCell(type: ColumnType, text: string): Value {
  switch (type) {
    case 'boolean': return /^(?:true|True|TRUE)$/.test(text) ? true : /^(?:false|False|FALSE)$/.test(text) ? false : (wholeText(text.trim()) ?? text);
    case 'integer': case 'long': return wholeText(text.trim()) ?? text;
    case 'float': case 'double': return realText(text.trim()) ?? text;
    default: return text;
  }
}

/** A whole number of any size, exactly, however it is written: `3`, `3.0`, `0.3e1`. */
function wholeText(text: string): bigint | undefined {
  const m = DECIMAL.exec(text), whole = m?.[2] ?? '', fraction = (m?.[3] ?? '').replace(/0+$/, '');
  if (!m || whole + (m[3] ?? '') === '' || whole.length > 400) return undefined;
  const shift = Number(m[4] ?? 0) - fraction.length;
  if (shift > 400) return undefined;
  let digits = whole + fraction;
  if (shift >= 0) digits += '0'.repeat(shift);
  else {
    const cut = digits.slice(shift);
    if (/[1-9]/.test(cut)) return undefined;
    digits = digits.slice(0, shift);
  }
  const size = BigInt(digits === '' ? '0' : digits);
  return m[1] === '-' ? -size : size;
}

function realText(text: string): number | undefined {
  const infinite = INFINITE.exec(text);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  const m = DECIMAL.exec(text);
  if (!m || (m[2] ?? '') + (m[3] ?? '') === '') return undefined;
  const x = Number(text);
  return Number.isFinite(x) ? x : undefined;
}
