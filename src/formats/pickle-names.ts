/**
 * Names in pickles: which are let through, and what calling one makes. Nothing is looked up anywhere but in our tables.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import type { ByteReader } from './byte-reader.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { Unbuilt, type ConstructContext } from './pickle-construct.ts';
import { canonical, constructors, isPlainGlobal, singletons } from './pickle-globals.ts';
import { PyGlobal, PyObject, pyItems, pyTypeName, type PyValue } from './python-object.ts';

/** Which names may occur. */
export interface NamesOptions {
  readonly allow: ReadonlySet<string> | 'all';
  readonly budget: MemoryBudget;
  readonly onGlobal: (path: string, module: string, name: string) => void;
}

/** Resolves and calls names for one file. */
export class PickleNames {
  readonly #file: string;
  readonly #fail: (reason: string) => never;
  readonly #options: NamesOptions;
  readonly #context: ConstructContext;

  /**
   * @param source the pickle's stream, or the file and a way to fail for formats without one
   * @param nested reads a further pickle from the stream
   */
  constructor(source: ByteReader | { readonly file: string; fail(reason: string): never }, options: NamesOptions, nested?: () => PyValue) {
    this.#file = source.file;
    this.#fail = (reason) => source.fail(reason);
    this.#options = options;
    this.#context = {
      budget: options.budget,
      reader: 'u8' in source ? source : undefined,
      create: (type, args) => this.create(type, args),
      find: (module, name) => this.find(module, name),
      ...(nested ? { nested } : {}),
    };
  }

  /**
   * The value a name stands for: a {@link PyGlobal}, or a single value such as pandas' NA.
   * @throws ModelError GLOBAL_REFUSED
   */
  find(module: string, name: string): PyValue {
    const key = canonical(module, name), path = `${module}.${name}`;
    this.#options.onGlobal(path, module, name);
    const single = singletons.get(key);
    if (single !== undefined) return single;
    if (isPlainGlobal(module, name) || this.#allows(path) || this.#allows(key)) {
      this.#options.budget.charge(100);
      return module === '__builtin__' || module === 'copy_reg' ? new PyGlobal(key.slice(0, key.indexOf('.')), key.slice(key.indexOf('.') + 1)) : new PyGlobal(module, name);
    }
    throw new ModelError('GLOBAL_REFUSED', { file: this.#file, global: path });
  }

  #allows(path: string): boolean {
    return this.#options.allow === 'all' || this.#options.allow.has(path);
  }

  /** REDUCE: what calling `callee` would have made. */
  call(callee: PyValue, args: readonly PyValue[]): PyValue | Unbuilt {
    const made = this.#construct(callee, args);
    if (made !== undefined) return made;
    if (callee instanceof PyGlobal) {
      const [first, , content] = args;
      // Helpers of Cython classes: `newObj(class)` and `__pyx_unpickle_X(class, checksum, arguments)`.
      if (callee.name === 'newObj' && first instanceof PyGlobal) return new PyObject(first, args.slice(1));
      if (callee.name.startsWith('__pyx_unpickle_') && first instanceof PyGlobal) return new PyObject(first, pyItems(content) ?? []);
    }
    return this.#inert(callee, args);
  }

  /** NEWOBJ: a new object of the class `type`. */
  create(type: PyValue, args: readonly PyValue[]): PyValue | Unbuilt {
    return this.#construct(type, args) ?? this.#inert(type, args);
  }

  /** NEWOBJ_EX: with keyword arguments, which only inert objects take. */
  createWith(type: PyValue, args: readonly PyValue[], kwargs: ReadonlyMap<PyValue, PyValue>): PyValue | Unbuilt {
    if (kwargs.size === 0) return this.create(type, args);
    if (type instanceof PyGlobal && constructors.has(canonical(type.module, type.name))) this.#fail(`${type.path} is given keyword arguments`);
    this.#inert(type, args);
    return new PyObject(type as PyGlobal | PyObject, args, { kwargs });
  }

  #construct(callee: PyValue, args: readonly PyValue[]): PyValue | Unbuilt | undefined {
    if (!(callee instanceof PyGlobal)) return undefined;
    const construct = constructors.get(canonical(callee.module, callee.name));
    return construct && (construct(args, this.#context) ?? this.#fail(`the arguments of ${callee.path} are not valid`));
  }

  /** Only names that the caller allowed make inert objects; what such an object would make is inert too. */
  #inert(callee: PyValue, args: readonly PyValue[]): PyObject {
    if (callee instanceof PyObject) return new PyObject(callee, args);
    if (!(callee instanceof PyGlobal)) return this.#fail(`${pyTypeName(callee)} is called`);
    const key = canonical(callee.module, callee.name);
    if (!this.#allows(callee.path) && !this.#allows(key)) throw new ModelError('GLOBAL_REFUSED', { file: this.#file, global: `a call of ${callee.path}` });
    return new PyObject(callee, args);
  }
}
