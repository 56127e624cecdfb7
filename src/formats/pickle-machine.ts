/**
 * The pickle machine: one operation after another over a stack, a memo and a bounded reader.
 * @module
 */
import { ByteArray, PySet, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import type { ByteReader } from './byte-reader.ts';
import { Unbuilt } from './pickle-construct.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { hashable } from './pickle-globals.ts';
import { latin1, readFloatLine, readIndexLine, readIntLine, readLong, readStringLine, readText, readUnicodeLine } from './pickle-literals.ts';
import { PickleNames, type NamesOptions } from './pickle-names.ts';
import { OP, REFUSED } from './pickle-opcodes.ts';
import { PickleStack, type Item } from './pickle-stack.ts';
import { PyGlobal, PyObject, pyItems, pyTuple, pyTypeName, type PyValue } from './python-object.ts';

/** What a machine is given. */
export interface MachineOptions extends NamesOptions {
  /** How many machines are at work around this one (joblib nests pickles). */
  readonly depth: number;
}

/** What objects take in memory, about. */
const COST = { map: 200, object: 160, list: 64, tuple: 80, text: 40, number: 24, memo: 40 } as const;
const MAX_DEPTH = 16;

/** Runs one pickle. */
export class PickleMachine {
  readonly #reader: ByteReader;
  readonly #options: MachineOptions;
  readonly #budget: MemoryBudget;
  readonly #stack: PickleStack;
  readonly #names: PickleNames;

  constructor(reader: ByteReader, options: MachineOptions) {
    this.#reader = reader;
    this.#options = options;
    this.#budget = options.budget;
    this.#stack = new PickleStack(reader);
    this.#names = new PickleNames(reader, options, () => this.#nested());
  }

  /** Runs to STOP and gives the object. */
  load(): PyValue {
    for (;;) {
      const op = this.#reader.u8();
      if (op === OP.STOP) break;
      this.#step(op);
    }
    const value = this.#stack.pop();
    if (this.#stack.unbuilt > 0) this.#reader.fail(`the content of ${this.#stack.unbuilt} objects is missing`);
    return value;
  }

  #step(op: number): void {
    const r = this.#reader, stack = this.#stack;
    switch (op) {
      case OP.PROTO: if (r.u8() > 5) r.fail('its protocol is not known'); return;
      case OP.FRAME: r.length64(); return;
      case OP.MARK: stack.mark(); return;
      case OP.POP: stack.drop(); return;
      case OP.POP_MARK: stack.popToMark(); return;
      case OP.DUP: stack.duplicate(); return;
      case OP.PUT: this.#put(readIndexLine(r)); return;
      case OP.BINPUT: this.#put(r.u8()); return;
      case OP.LONG_BINPUT: this.#put(r.u32()); return;
      case OP.MEMOIZE: this.#put(stack.memoSize); return;
      case OP.GET: stack.get(readIndexLine(r)); return;
      case OP.BINGET: stack.get(r.u8()); return;
      case OP.LONG_BINGET: stack.get(r.u32()); return;

      case OP.NONE: stack.push(null); return;
      case OP.NEWTRUE: stack.push(true); return;
      case OP.NEWFALSE: stack.push(false); return;
      case OP.BININT: this.#push(BigInt(r.i32()), COST.number); return;
      case OP.BININT1: this.#push(BigInt(r.u8()), COST.number); return;
      case OP.BININT2: this.#push(BigInt(r.u16()), COST.number); return;
      case OP.LONG1: this.#push(readLong(r, r.u8()), COST.number); return;
      case OP.LONG4: this.#push(readLong(r, r.i32()), COST.number); return;
      case OP.INT: this.#push(readIntLine(r, true), COST.number); return;
      case OP.LONG: this.#push(readIntLine(r, false), COST.number); return;
      case OP.FLOAT: this.#push(readFloatLine(r), COST.number); return;
      case OP.BINFLOAT: this.#push(bigEndianDouble(r), COST.number); return;
      case OP.STRING: this.#push(readStringLine(r), COST.text); return;
      case OP.BINSTRING: this.#text(r.i32(), true); return;
      case OP.SHORT_BINSTRING: this.#text(r.u8(), true); return;
      case OP.UNICODE: this.#push(readUnicodeLine(r), COST.text); return;
      case OP.BINUNICODE: this.#text(r.u32()); return;
      case OP.SHORT_BINUNICODE: this.#text(r.u8()); return;
      case OP.BINUNICODE8: this.#text(r.length64()); return;
      case OP.BINBYTES: this.#push(r.bytes(r.u32()), COST.object); return;
      case OP.SHORT_BINBYTES: this.#push(r.bytes(r.u8()), COST.object); return;
      case OP.BINBYTES8: this.#push(r.bytes(r.length64()), COST.object); return;
      case OP.BYTEARRAY8: this.#push(new ByteArray(r.bytes(r.length64())), COST.object); return;

      case OP.EMPTY_TUPLE: this.#tuple([]); return;
      case OP.TUPLE1: this.#tuple([stack.pop()]); return;
      case OP.TUPLE2: this.#tuple([stack.pop(), stack.pop()].reverse()); return;
      case OP.TUPLE3: this.#tuple([stack.pop(), stack.pop(), stack.pop()].reverse()); return;
      case OP.TUPLE: this.#tuple(stack.popToMark()); return;
      case OP.EMPTY_LIST: this.#push([], COST.list); return;
      case OP.LIST: this.#push(stack.popToMark(), COST.list); return;
      case OP.APPEND: this.#append([stack.pop()]); return;
      case OP.APPENDS: this.#append(stack.popToMark()); return;
      case OP.EMPTY_SET: this.#push(new PySet([]), COST.map); return;
      case OP.FROZENSET: this.#push(new PySet(this.#keys(stack.popToMark()) as Value[]), COST.map); return;
      case OP.ADDITEMS: this.#addItems(stack.popToMark()); return;
      case OP.EMPTY_DICT: this.#push(new Map(), COST.map); return;
      case OP.DICT: this.#dict(stack.popToMark()); return;
      case OP.SETITEM: this.#setItems([stack.pop(), stack.pop()].reverse()); return;
      case OP.SETITEMS: this.#setItems(stack.popToMark()); return;
      default: this.#object(op);
    }
  }

  /** Operations that name, make and fill objects. */
  #object(op: number): void {
    const r = this.#reader, stack = this.#stack;
    switch (op) {
      case OP.GLOBAL: stack.push(this.#names.find(r.line(), r.line())); return;
      case OP.STACK_GLOBAL: {
        const name = stack.pop(), module = stack.pop();
        if (typeof module !== 'string' || typeof name !== 'string') return r.fail('a name is not text');
        stack.push(this.#names.find(module, name));
        return;
      }
      case OP.REDUCE: {
        const args = this.#args(stack.pop());
        this.#push(this.#names.call(stack.pop(), args), COST.object);
        return;
      }
      case OP.NEWOBJ: {
        const args = this.#args(stack.pop());
        this.#push(this.#names.create(stack.pop(), args), COST.object);
        return;
      }
      case OP.NEWOBJ_EX: {
        const kwargs = stack.pop(), args = this.#args(stack.pop()), type = stack.pop();
        if (!(kwargs instanceof Map)) return r.fail('keyword arguments are not a dict');
        this.#push(this.#names.createWith(type, args, kwargs), COST.object);
        return;
      }
      case OP.INST: {
        const type = this.#names.find(r.line(), r.line());
        this.#push(this.#names.create(type, stack.popToMark()), COST.object);
        return;
      }
      case OP.OBJ: {
        const [type, ...args] = stack.popToMark();
        this.#push(this.#names.create(type ?? null, args), COST.object);
        return;
      }
      case OP.BUILD: return this.#build(stack.pop());
      default: {
        const refused = REFUSED.get(op);
        if (refused) throw new ModelError('PICKLE_OPCODE_REFUSED', { file: r.file, opcode: refused[0], offset: r.offset - 1, reason: refused[1] });
        r.fail(`0x${op.toString(16)} is no operation`);
      }
    }
  }

  #push(item: Item, cost: number): void {
    this.#budget.charge(cost);
    this.#stack.push(item);
  }

  #put(index: number): void {
    this.#budget.charge(COST.memo);
    this.#stack.put(index);
  }

  #text(length: number, python2: boolean = false): void {
    const r = this.#reader;
    if (length < 0) r.fail('a length is negative');
    this.#budget.charge(COST.text + 2 * r.checkCount(length));
    this.#stack.push(python2 ? latin1(r.bytes(length)) : readText(r, length));
  }

  #tuple(items: PyValue[]): void {
    this.#push(pyTuple(items), COST.tuple);
  }

  #args(value: PyValue): readonly PyValue[] {
    const items = Array.isArray(value) ? undefined : pyItems(value);
    return items ?? this.#reader.fail(`arguments are ${pyTypeName(value)} instead of a tuple`);
  }

  #append(items: readonly PyValue[]): void {
    const top = this.#stack.top();
    const list = Array.isArray(top) ? top : top instanceof PyObject ? (top.items ??= []) : undefined;
    if (!list) return this.#notFilled('items', top);
    for (const item of items) list.push(item);
  }

  #addItems(items: PyValue[]): void {
    const top = this.#stack.top();
    if (top instanceof PyObject) return this.#append(items);
    if (!(top instanceof PySet)) return this.#notFilled('items', top);
    // The set is ours and still being read; outside this machine its items do not change.
    for (const item of this.#keys(items)) (top.items as Value[]).push(item as Value);
  }

  #keys(items: PyValue[]): PyValue[] {
    for (const item of items) if (!hashable(item)) this.#reader.fail(`a set holds ${pyTypeName(item)}`);
    return items;
  }

  #dict(items: PyValue[]): void {
    this.#push(new Map(), COST.map);
    this.#setItems(items);
  }

  #setItems(items: readonly PyValue[]): void {
    const top = this.#stack.top();
    const map = top instanceof Map ? top : top instanceof PyObject ? (top.entries ??= new Map()) : undefined;
    if (!map) return this.#notFilled('entries', top);
    if (items.length % 2 !== 0) this.#reader.fail('a key has no value');
    for (let i = 0; i < items.length; i += 2) {
      if (!hashable(items[i])) this.#reader.fail(`${pyTypeName(items[i])} is used as a key`);
      map.set(items[i]!, items[i + 1]!);
    }
  }

  #notFilled(what: string, top: Item): never {
    return this.#reader.fail(`${top instanceof Unbuilt ? top.name : pyTypeName(top)} is given ${what}`);
  }

  #build(state: PyValue): void {
    const top = this.#stack.top();
    if (top instanceof Unbuilt) {
      const value = top.finish(state);
      if (value === undefined) return this.#reader.fail(`the state of ${top.name} is not valid`);
      this.#stack.replaceTop(top, value);
    } else if (top instanceof PyObject && top.state === undefined) top.state = state;
    else if (top instanceof PyObject) this.#reader.fail(`${top.path} is given a state twice`);
    else this.#reader.fail(`${top instanceof PyGlobal ? `the name ${top.path}` : pyTypeName(top)} is given a state`);
  }

  #nested(): PyValue {
    const depth = this.#options.depth + 1;
    if (depth > MAX_DEPTH) throw new ModelError('FILE_LIMIT_EXCEEDED', { file: this.#reader.file, what: 'the depth of pickles in pickles', value: depth, limit: MAX_DEPTH });
    return new PickleMachine(this.#reader, { ...this.#options, depth }).load();
  }
}

function bigEndianDouble(reader: ByteReader): number {
  const bytes = reader.bytes(8);
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0);
}
