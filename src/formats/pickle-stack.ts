/**
 * Stack, marks and memo of the pickle machine. Marks are fences: nothing below the last one is touched.
 * @module
 */
import type { ByteReader } from './byte-reader.ts';
import { Unbuilt } from './pickle-construct.ts';
import type { PyValue } from './python-object.ts';

/** What the stack holds. */
export type Item = PyValue | Unbuilt;

/** The stack and memo of one pickle. */
export class PickleStack {
  readonly #reader: ByteReader;
  readonly #items: Item[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, Item>();
  /** Objects whose content has not come yet. */
  unbuilt = 0;

  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  push(item: Item): void {
    if (item instanceof Unbuilt) this.unbuilt++;
    this.#items.push(item);
  }

  pop(): PyValue {
    if (this.#items.length <= this.#fence()) this.#reader.fail('the stack is empty');
    // An object without content may lie in a container for now; load() fails when its content never comes.
    return this.#items.pop() as PyValue;
  }

  top(): Item {
    if (this.#items.length <= this.#fence()) this.#reader.fail('the stack is empty');
    return this.#items.at(-1)!;
  }

  /** Puts `value` in the place of the top object, on the stack and in the memo. */
  replaceTop(was: Unbuilt, value: PyValue): void {
    this.#items[this.#items.length - 1] = value;
    for (const index of was.memo) if (this.#memo.get(index) === was) this.#memo.set(index, value);
    this.unbuilt--;
  }

  mark(): void {
    this.#marks.push(this.#items.length);
  }

  /** Everything above the last mark, and the mark itself. */
  popToMark(): PyValue[] {
    const at = this.#marks.pop();
    if (at === undefined) return this.#reader.fail('there is no mark');
    return this.#items.splice(at) as PyValue[];
  }

  /** POP: drops the top object, or the mark where it is on top. */
  drop(): void {
    if (this.#marks.length > 0 && this.#fence() === this.#items.length) this.#marks.pop();
    else this.pop();
  }

  /** Pushes the top again. */
  duplicate(): void {
    const top = this.top();
    if (top instanceof Unbuilt) this.#reader.fail(`${top.name} is used before its content`);
    this.#items.push(top);
  }

  /** How many objects the memo has; MEMOIZE uses it as the next index. */
  get memoSize(): number {
    return this.#memo.size;
  }

  put(index: number): void {
    const top = this.top();
    if (top instanceof Unbuilt) top.memo.push(index);
    this.#memo.set(index, top);
  }

  get(index: number): void {
    const item = this.#memo.get(index);
    if (item === undefined) return this.#reader.fail(`nothing was remembered as ${index}`);
    if (item instanceof Unbuilt) this.#reader.fail(`${item.name} is used before its content`);
    this.#items.push(item);
  }

  #fence(): number {
    return this.#marks.at(-1) ?? 0;
  }
}
