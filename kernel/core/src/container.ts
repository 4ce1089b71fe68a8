import 'reflect-metadata';
import { container as emptyContainer, type DependencyContainer } from 'tsyringe';
import { ForgeFaults, faultsOf, forgeError } from '@forge/plugin-api';

/** A name with a type. Two tokens of the same name are different tokens. */
export interface Token<T> {
  readonly name: string;
  readonly key: symbol;
  /** Never set: it only carries the type. */
  readonly type?: T;
}

export function token<T>(name: string): Token<T> {
  return Object.freeze({ name, key: Symbol(name) });
}

type Values<Needs extends readonly Token<unknown>[]> = {
  [Index in keyof Needs]: Needs[Index] extends Token<infer T> ? T : never;
};

export interface Container {
  readonly name: string;
  /** Rejects a second registration in this container with CONTAINER_DUPLICATE. A child may shadow its parent. */
  value<T>(token: Token<T>, value: T): void;
  /**
   * Built when first asked for, once, from `needs` as the container that owns this registration sees them, whoever
   * asked. `dispose` ends it.
   */
  factory<T, const Needs extends readonly Token<unknown>[]>(
    token: Token<T>,
    needs: Needs,
    make: (...values: Values<Needs>) => T,
    dispose?: (value: T) => Promise<void> | void,
  ): void;
  /** Throws CONTAINER_MISSING for what neither this container nor a parent has, CONTAINER_CYCLE for `a -> b -> a`. */
  get<T>(token: Token<T>): T;
  child(name: string): Container;
  /**
   * Disposes children, then all that was built here, in reverse order of building, one at a time. Every one is tried;
   * rejects with all faults. Calling again waits for the same.
   */
  dispose(): Promise<void>;
}

/** What is shared from a root down to its last child: who is being built right now. */
type Resolution = Token<unknown>[];

class Scope implements Container {
  readonly name: string;
  readonly #inner: DependencyContainer;
  readonly #parent: Scope | undefined;
  readonly #resolution: Resolution;
  readonly #disposers: (() => Promise<void> | void)[] = [];
  readonly #children = new Set<Scope>();
  #disposed: Promise<void> | undefined;

  constructor(name: string, parent: Scope | undefined) {
    this.name = name;
    this.#parent = parent;
    this.#resolution = parent === undefined ? [] : parent.#resolution;
    // tsyringe makes containers only from others. Nothing is ever registered in the one it exports.
    this.#inner = (parent === undefined ? emptyContainer : parent.#inner).createChildContainer();
  }

  value<T>(token: Token<T>, value: T): void {
    this.#refuseSecond(token);
    this.#inner.register<T>(token.key, { useValue: value });
  }

  factory<T, const Needs extends readonly Token<unknown>[]>(
    token: Token<T>,
    needs: Needs,
    make: (...values: Values<Needs>) => T,
    dispose?: (value: T) => Promise<void> | void,
  ): void {
    this.#refuseSecond(token);
    let built: { readonly value: T } | undefined;
    const build = (): T => {
      const values = needs.map((need) => this.get(need)) as Values<Needs>;
      const value = make(...values);
      if (dispose !== undefined) this.#disposers.push(() => dispose(value));
      return value;
    };
    this.#inner.register<T>(token.key, {
      useFactory: () => (built ??= { value: this.#guardCycle(token, build) }).value,
    });
  }

  get<T>(token: Token<T>): T {
    if (this.#disposed !== undefined) throw this.#missing(token, `the container "${this.name}" was disposed`);
    if (this.#inner.isRegistered(token.key)) return this.#inner.resolve<T>(token.key);
    if (this.#parent === undefined) throw this.#missing(token, 'nothing was registered for it');
    return this.#parent.get(token);
  }

  child(name: string): Container {
    const child = new Scope(name, this);
    this.#children.add(child);
    return child;
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#disposeAll();
    return this.#disposed;
  }

  async #disposeAll(): Promise<void> {
    const errors: unknown[] = [];
    const children = [...this.#children].reverse().map((child) => () => child.dispose());
    for (const dispose of [...children, ...this.#disposers.reverse()]) {
      try {
        await dispose();
      } catch (error) {
        errors.push(error);
      }
    }
    if (this.#parent !== undefined) this.#parent.#children.delete(this);
    if (errors.length > 0) throw new ForgeFaults(errors.flatMap(faultsOf));
  }

  #guardCycle<T>(token: Token<T>, build: () => T): T {
    const from = this.#resolution.indexOf(token);
    if (from >= 0) {
      const way = [...this.#resolution.slice(from), token].map((step) => step.name).join(' -> ');
      throw forgeError('CONTAINER_CYCLE', `To build "${token.name}", itself is needed: ${way}`, { where: way });
    }
    this.#resolution.push(token);
    try {
      return build();
    } finally {
      this.#resolution.pop();
    }
  }

  #refuseSecond(token: Token<unknown>): void {
    if (!this.#inner.isRegistered(token.key)) return;
    throw forgeError('CONTAINER_DUPLICATE', `"${token.name}" is registered twice in the container "${this.name}"`);
  }

  #missing(token: Token<unknown>, why: string) {
    const way = [...this.#resolution, token].map((step) => step.name).join(' -> ');
    return forgeError('CONTAINER_MISSING', `The container "${this.name}" cannot give "${token.name}"`, {
      where: way,
      why,
    });
  }
}

/** A container of its own, with no connection to any other. */
export function createContainer(name: string): Container {
  return new Scope(name, undefined);
}
