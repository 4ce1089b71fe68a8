import 'reflect-metadata';
import { type DependencyContainer, container as global, instanceCachingFactory } from 'tsyringe';
import { describe, expect, it } from 'vitest';
import { createContainer, token } from '../src/container.ts';

const plain = (): DependencyContainer => global.createChildContainer();

const a = token<{ readonly b: unknown }>('a');
const b = token<{ readonly a: unknown }>('b');
const text = token<string>('text');
const service = token<{ readonly text: string }>('service');

describe('a second registration', () => {
  it('is refused', () => {
    const container = createContainer('root');
    container.value(text, 'first');
    expect(() => container.value(text, 'second')).toThrow(
      expect.objectContaining({ code: 'CONTAINER_DUPLICATE', message: expect.stringContaining('"text"') }),
    );
    expect(() => container.factory(text, [], () => 'third')).toThrow(
      expect.objectContaining({ code: 'CONTAINER_DUPLICATE' }),
    );
    expect(container.get(text)).toBe('first');
  });

  it('may shadow in a child', () => {
    const root = createContainer('root');
    root.value(text, 'root');
    const run = root.child('run');
    run.value(text, 'run');
    expect([root.get(text), run.get(text)]).toEqual(['root', 'run']);
  });

  it('wins silently in plain tsyringe', () => {
    const container = plain();
    container.register('text', { useValue: 'first' });
    container.register('text', { useValue: 'second' });
    expect(container.resolve('text')).toBe('second');
  });
});

describe('a cycle', () => {
  it('is named, and does not poison what is asked for next', () => {
    const container = createContainer('root');
    const start = token<unknown>('start');
    container.factory(start, [a], (value) => value);
    container.factory(a, [b], (value) => ({ b: value }));
    container.factory(b, [a], (value) => ({ a: value }));
    container.value(text, 'fine');
    for (let round = 0; round < 2; round++) {
      expect(() => container.get(start)).toThrow(
        expect.objectContaining({ code: 'CONTAINER_CYCLE', message: expect.stringMatching(/: a -> b -> a$/) }),
      );
    }
    expect(container.get(text)).toBe('fine');
  });

  it('is a stack overflow in plain tsyringe', () => {
    const container = plain();
    container.register('a', { useFactory: (inner) => ({ b: inner.resolve('b') }) });
    container.register('b', { useFactory: (inner) => ({ a: inner.resolve('a') }) });
    expect(() => container.resolve('a')).toThrow(RangeError);
  });
});

describe('a singleton of the root, first asked for through a child', () => {
  it('outlives the child', async () => {
    const disposed: string[] = [];
    const root = createContainer('root');
    root.value(text, 'root');
    root.factory(
      service,
      [text],
      (value) => ({ text: value }),
      () => void disposed.push('service'),
    );
    const run = root.child('run');
    const first = run.get(service);
    await run.dispose();
    expect(disposed).toEqual([]);
    expect(root.get(service)).toBe(first);
    await root.dispose();
    expect(disposed).toEqual(['service']);
  });

  it('is disposed with the child by plain tsyringe', async () => {
    let disposed = 0;
    class Service {
      dispose(): void {
        disposed++;
      }
    }
    const root = plain();
    root.registerSingleton('service', Service);
    const run = root.createChildContainer();
    const first = run.resolve('service');
    await run.dispose();
    expect(disposed).toBe(1);
    expect(root.resolve('service')).toBe(first);
  });

  it('is built from what the root has, not from what its first caller has', () => {
    const root = createContainer('root');
    root.value(text, 'root');
    root.factory(service, [text], (value) => ({ text: value }));
    const run = root.child('run');
    run.value(text, 'run');
    expect(run.get(service).text).toBe('root');
    expect(root.get(service).text).toBe('root');
  });

  it('keeps the context of its first caller with instanceCachingFactory', () => {
    const root = plain();
    root.register('text', { useValue: 'root' });
    root.register('service', { useFactory: instanceCachingFactory((inner) => ({ text: inner.resolve('text') })) });
    const run = root.createChildContainer();
    run.register('text', { useValue: 'run' });
    expect(run.resolve('service')).toEqual({ text: 'run' });
    expect(root.resolve('service')).toEqual({ text: 'run' });
  });
});

describe('disposing', () => {
  const order = ['one', 'two', 'three'];

  it('goes in reverse order, one at a time, children first, and gathers every fault', async () => {
    const seen: string[] = [];
    const root = createContainer('root');
    const run = root.child('run');
    const build = (container: typeof root, name: string) => {
      const made = token<string>(name);
      container.factory(
        made,
        [],
        () => name,
        async () => {
          seen.push(`${name} begins`);
          await Promise.resolve();
          seen.push(`${name} ends`);
          if (name !== 'two') throw new Error(`${name} failed`);
        },
      );
      container.get(made);
    };
    for (const name of order) build(root, name);
    build(run, 'of the run');

    await expect(root.dispose()).rejects.toMatchObject({
      name: 'ForgeFaults',
      errors: [{ message: 'of the run failed' }, { message: 'three failed' }, { message: 'one failed' }],
    });
    expect(seen).toEqual(['of the run', 'three', 'two', 'one'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('happens once, and nothing can be had afterwards', async () => {
    let disposed = 0;
    const root = createContainer('root');
    root.factory(
      service,
      [],
      () => ({ text: '' }),
      () => void disposed++,
    );
    const run = root.child('run');
    run.get(service);
    await Promise.all([root.dispose(), root.dispose()]);
    expect(disposed).toBe(1);
    expect(() => run.get(service)).toThrow(expect.objectContaining({ code: 'CONTAINER_MISSING' }));
  });

  it('in plain tsyringe begins with the first built, all at once, and stops at the first that throws', async () => {
    const seen: string[] = [];
    const made = (name: string) =>
      class {
        async dispose(): Promise<void> {
          seen.push(`${name} begins`);
          await Promise.resolve();
          seen.push(`${name} ends`);
        }
      };
    const container = plain();
    for (const name of order) {
      container.register(name, made(name));
      container.resolve(name);
    }
    await container.dispose();
    expect(seen).toEqual([...order.map((name) => `${name} begins`), ...order.map((name) => `${name} ends`)]);

    let later = 0;
    const throwing = plain();
    const throws = class {
      dispose(): void {
        throw new Error('first');
      }
    };
    const counts = class {
      dispose(): void {
        later++;
      }
    };
    throwing.register('throws', throws);
    throwing.register('counts', counts);
    throwing.resolve('throws');
    throwing.resolve('counts');
    await expect(async () => throwing.dispose()).rejects.toThrow('first');
    expect(later).toBe(0);
  });
});

describe('building', () => {
  it('says what needed what is missing', () => {
    const container = createContainer('root');
    container.factory(service, [text], (value) => ({ text: value }));
    expect(() => container.get(service)).toThrow(
      expect.objectContaining({
        code: 'CONTAINER_MISSING',
        details: expect.objectContaining({ where: 'service -> text' }),
      }),
    );
  });

  it('happens once, and again after a failure', () => {
    let calls = 0;
    const container = createContainer('root');
    container.factory(service, [], () => {
      if (++calls === 1) throw new Error('not yet');
      return { text: String(calls) };
    });
    expect(() => container.get(service)).toThrow('not yet');
    expect(container.get(service)).toBe(container.get(service));
    expect(calls).toBe(2);
  });

  it('sees nothing of the container that tsyringe exports', () => {
    global.register(text.key, { useValue: 'global' });
    expect(() => createContainer('root').get(text)).toThrow(expect.objectContaining({ code: 'CONTAINER_MISSING' }));
    global.reset();
  });
});
