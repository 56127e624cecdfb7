/**
 * A place in the bytes of a JSON or CSV text, and exact reading of numbers from there.
 *
 * Nothing here throws: a reader that meets what it does not expect answers with its mark of failure and the general path
 * reads the body anew.
 * @module
 */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const POWERS: readonly number[] = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
/** Dekker's splitting of each power into two halves whose products are exact. */
const HIGH: readonly number[] = POWERS.map(upperHalf);
const LOW: readonly number[] = POWERS.map((t, i) => t - (HIGH[i] as number));
const MAX_SAFE = Number.MAX_SAFE_INTEGER;

export const COMMA = 44, OPEN_LIST = 91, OPEN_MAP = 123, CLOSE_MAP = 125;
const QUOTE = 34, COLON = 58, MINUS = 45, PLUS = 43, POINT = 46;

function upperHalf(x: number): number {
  const c = 134217729 * x;
  return c - (c - x);
}

export class Cursor {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  /** Whether the last number was written without fraction and exponent. */
  integral = false;

  /** Skips white space; the byte there, or −1 at the end. */
  peek(): number {
    const bytes = this.bytes;
    let i = this.at, c = i < bytes.length ? (bytes[i] as number) : -1;
    while (c === 32 || c === 10 || c === 13 || c === 9) {
      i++;
      c = i < bytes.length ? (bytes[i] as number) : -1;
    }
    this.at = i;
    return c;
  }

  /** Skips white space and that byte. */
  take(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.at++;
    return true;
  }

  /** Skips white space and a key in quotes equal to these bytes and its colon; else stays. */
  key(name: Uint8Array): boolean {
    if (this.peek() !== QUOTE || !this.matches(name)) return false;
    const back = this.at;
    this.at = back + name.length + 2;
    if (this.take(COLON)) return true;
    this.at = back;
    return false;
  }

  /** Whether these bytes in quotes stand here. */
  matches(name: Uint8Array): boolean {
    const bytes = this.bytes, from = this.at + 1, n = name.length;
    if (bytes[from + n] !== QUOTE) return false;
    for (let i = 0; i < n; i++) if (bytes[from + i] !== name[i]) return false;
    return true;
  }

  /**
   * A JSON number, correctly rounded; NaN when none stands here or it overflows. The integer `-0` is 0, as an int is.
   *
   * Up to 2^53 with a power of ten within 10^±22 one operation is exact (Clinger). Up to 19 digits over 10^k a quotient in
   * double-double arithmetic is, save close to a tie. The rest is left to Number().
   */
  number(): number {
    const bytes = this.bytes, start = this.at;
    let i = start, c = bytes[i] as number;
    const negative = c === MINUS;
    if (negative) c = bytes[++i] as number;
    // head: the first digits, exact in a double; tail: up to four more.
    let head = 0, tail = 0, tailDigits = 0, exponent = 0, lost = false;
    if (c === 48) {
      c = bytes[++i] as number;
      if (c >= 48 && c <= 57) return NaN;
    } else if (c >= 49 && c <= 57) {
      do {
        if (head < 1e14) head = head * 10 + (c - 48);
        else if (tailDigits < 4) {
          tail = tail * 10 + (c - 48);
          tailDigits++;
        } else lost = true;
        c = bytes[++i] as number;
      } while (c >= 48 && c <= 57);
    } else return NaN;
    let integral = true;
    if (c === POINT) {
      integral = false;
      c = bytes[++i] as number;
      if (!(c >= 48 && c <= 57)) return NaN;
      do {
        if (head < 1e14) {
          head = head * 10 + (c - 48);
          exponent--;
        } else if (tailDigits < 4) {
          tail = tail * 10 + (c - 48);
          tailDigits++;
          exponent--;
        } else lost = true;
        c = bytes[++i] as number;
      } while (c >= 48 && c <= 57);
    }
    if (c === 101 || c === 69) {
      integral = false;
      c = bytes[++i] as number;
      const down = c === MINUS;
      if (down || c === PLUS) c = bytes[++i] as number;
      if (!(c >= 48 && c <= 57)) return NaN;
      let power = 0;
      do {
        if (power < 1000) power = power * 10 + (c - 48);
        c = bytes[++i] as number;
      } while (c >= 48 && c <= 57);
      exponent += down ? -power : power;
    }
    this.at = i;
    this.integral = integral;
    const value = lost ? NaN : scaled(head, tail, tailDigits, exponent);
    if (value !== value) return this.#slow(start, i);
    return negative && !(integral && value === 0) ? -value : value;
  }

  #slow(start: number, end: number): number {
    const value = Number(utf8.decode(this.bytes.subarray(start, end)));
    return Number.isFinite(value) ? value : NaN;
  }
}

/** (head · 10^tailDigits + tail) · 10^exponent, or NaN where the simple exact ways do not reach. */
function scaled(head: number, tail: number, tailDigits: number, exponent: number): number {
  let sum = head;
  if (tailDigits > 0) {
    sum = head * (POWERS[tailDigits] as number) + tail;
    if (sum > MAX_SAFE) return exponent === 0 || exponent < -22 || exponent > 0 ? NaN : quotient(head, tail, tailDigits, -exponent);
  }
  if (exponent === 0 || sum === 0) return sum;
  if (exponent < 0) return exponent >= -22 ? sum / (POWERS[-exponent] as number) : NaN;
  return exponent <= 22 ? sum * (POWERS[exponent] as number) : NaN;
}

/** (head · 10^n + tail) / 10^k in double-double arithmetic; NaN where the last bit is not certain. */
function quotient(head: number, tail: number, n: number, k: number): number {
  const t = POWERS[n] as number, product = head * t;
  const a = upperHalf(head), b = head - a;
  // n ≤ 4: the power fits in half a double, so two products give the error exactly.
  const error = (a * t - product) + b * t + tail;
  const high = product + error, low = error - (high - product);
  const d = POWERS[k] as number, q = high / d;
  const back = q * d, qa = upperHalf(q), qb = q - qa, da = HIGH[k] as number, db = LOW[k] as number;
  const rest = (high - back) - (((qa * da - back) + qa * db + qb * da) + qb * db) + low;
  const correction = rest / d, value = q + correction;
  const margin = correction * 1e-13;
  return q + (correction + margin) === value && q + (correction - margin) === value ? value : NaN;
}

/** UTF-8 bytes of a key that stands in JSON as it is; undefined where it needs an escape. */
export function keyBytes(name: string): Uint8Array | undefined {
  // oxlint-disable-next-line no-control-regex
  return /["\\\x00-\x1f]/.test(name) || /\p{Surrogate}/u.test(name) ? undefined : new TextEncoder().encode(name);
}
