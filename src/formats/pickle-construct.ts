/**
 * What the constructors of pickles and skops files are given and give.
 * @module
 */
import type { ByteReader } from './byte-reader.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { PyGlobal, PyValue } from './python-object.ts';

/** An object that is made, but whose content is still to come by BUILD. */
export class Unbuilt {
  /** What it will be, for messages. */
  readonly name: string;
  /** Makes the value from the state; undefined where the state is not valid. */
  readonly finish: (state: PyValue) => PyValue | undefined;
  /** Memo indices that hold it. */
  readonly memo: number[] = [];
  constructor(name: string, finish: Unbuilt['finish']) {
    this.name = name;
    this.finish = finish;
  }
}

/** What constructors may use. */
export interface ConstructContext {
  readonly budget: MemoryBudget;
  /** The stream, for joblib, which puts arrays between pickle operations. */
  readonly reader: ByteReader | undefined;
  /** Makes an object of a class as NEWOBJ does. */
  create(type: PyGlobal, args: readonly PyValue[]): PyValue | Unbuilt;
  /** Finds a name, or throws GLOBAL_REFUSED. */
  find(module: string, name: string): PyValue;
  /** Reads a further pickle from the stream. */
  nested?(): PyValue;
}

/** Makes a value from arguments; undefined where they are not valid. */
export type Construct = (args: readonly PyValue[], context: ConstructContext) => PyValue | Unbuilt | undefined;
