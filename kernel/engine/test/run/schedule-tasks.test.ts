import type { PlanTask } from '@forge/plugin-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scheduleTasks } from '../../src/run/schedule-tasks.ts';
import { planOrder, withAllNeeded } from '../../src/run/task-graph.ts';
import { createWorkers } from '../../src/run/workers.ts';

function task(id: string, dependencies: readonly string[] = []): PlanTask {
  return { id, title: id, goal: id, files: [], dependencies: [...dependencies], acceptance: [] };
}

/** Ends what it is told to, in the order in which it is told. */
function gates() {
  const open = new Map<string, () => void>();
  return {
    wait: (name: string) => new Promise<void>((resolve) => open.set(name, resolve)),
    waiting: () => [...open.keys()],
    async pass(name: string) {
      const go = open.get(name);
      if (go === undefined) throw new Error(`nothing waits at ${name}; there is ${[...open.keys()].join(', ')}`);
      open.delete(name);
      go();
      await settled();
    },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

interface Play {
  readonly concurrency?: number;
  /** Tasks that fail while they are worked on, or merged. */
  readonly failing?: readonly string[];
  readonly failingMerge?: readonly string[];
  /** Tasks whose dependencies do not fit each other before they are merged. */
  readonly clashing?: readonly string[];
  readonly wait?: (name: string) => Promise<void>;
}

function play(tasks: readonly PlanTask[], options: Play = {}) {
  const { concurrency = 4, failing = [], failingMerge = [], clashing = [], wait } = options;
  const log: string[] = [];
  const workers = createWorkers(concurrency);
  let running = 0;
  const seen = { most: 0 };
  const done = scheduleTasks(tasks, {
    withWorker: (work) => workers.use('run', new AbortController().signal, work),
    begin: async ({ id }, dependencies) =>
      clashing.includes(id) && dependencies === 'worked' ? undefined : dependencies,
    async work({ id }) {
      running += 1;
      seen.most = Math.max(seen.most, running);
      log.push(`work ${id}`);
      await wait?.(`work ${id}`);
      running -= 1;
      if (failing.includes(id)) throw new Error(`${id} failed`);
    },
    async merge({ id }) {
      await wait?.(`merge ${id}`);
      if (failingMerge.includes(id)) throw new Error(`${id} does not fit`);
      log.push(`merge ${id}`);
    },
  });
  const merged = () => log.filter((line) => line.startsWith('merge')).map((line) => line.slice(6));
  return { log, seen, done, merged };
}

const words = (failures: readonly unknown[]) => failures.map((failure) => (failure as Error).message);

describe('scheduleTasks', () => {
  it('merges in plan order although the longest path is worked on first', async () => {
    const tasks = [task('short'), task('long'), task('after', ['long'])];
    const { log, done } = play(tasks, { concurrency: 1 });
    expect(await done).toEqual([]);
    expect(log.filter((line) => line.startsWith('work'))).toEqual(['work long', 'work short', 'work after']);
    expect(log.filter((line) => line.startsWith('merge'))).toEqual(['merge short', 'merge long', 'merge after']);
  });

  it('lets nothing wait for a slow task that it does not depend on', async () => {
    const { wait, pass, waiting } = gates();
    const tasks = [task('slow'), task('quick'), task('after', ['quick']), task('last', ['after'])];
    const { done, merged } = play(tasks, { wait });
    await settled();
    await pass('work quick');
    await pass('work after');
    await pass('work last');
    expect(waiting()).toEqual(['work slow']);
    expect(merged()).toEqual([]);
    await pass('work slow');
    for (const { id } of tasks) await pass(`merge ${id}`);
    expect(await done).toEqual([]);
    expect(merged()).toEqual(['slow', 'quick', 'after', 'last']);
  });

  it('goes on working while something is merged', async () => {
    const { wait, pass, waiting } = gates();
    const { done } = play([task('a'), task('b'), task('c')], { concurrency: 1, wait });
    await settled();
    await pass('work a');
    expect(waiting().toSorted()).toEqual(['merge a', 'work b']);
    await pass('work b');
    await pass('work c');
    for (const id of ['a', 'b', 'c']) await pass(`merge ${id}`);
    expect(await done).toEqual([]);
  });

  it('waits for the merge of dependencies that do not fit each other', async () => {
    const { wait, pass, waiting } = gates();
    const tasks = [task('slow'), task('a'), task('b'), task('both', ['a', 'b'])];
    const { done } = play(tasks, { wait, clashing: ['both'] });
    await settled();
    for (const id of ['a', 'b']) await pass(`work ${id}`);
    expect(waiting()).toEqual(['work slow']);
    await pass('work slow');
    for (const id of ['slow', 'a', 'b']) await pass(`merge ${id}`);
    await pass('work both');
    await pass('merge both');
    expect(await done).toEqual([]);
  });

  it('stops only what depends on a failed task, and tells all failures', async () => {
    const tasks = [
      task('bad'),
      task('child', ['bad']),
      task('grandchild', ['child']),
      task('good'),
      task('worse'),
      task('better', ['good']),
    ];
    const { merged, done } = play(tasks, { concurrency: 2, failing: ['worse', 'bad'] });
    expect(words(await done)).toEqual(['bad failed', 'worse failed']);
    expect(merged()).toEqual(['good', 'better']);
  });

  it('does not merge what was built on a change that could not be merged', async () => {
    const tasks = [task('odd'), task('on-top', ['odd']), task('good')];
    const { merged, done, log } = play(tasks, { failingMerge: ['odd'] });
    expect(words(await done)).toEqual(['odd does not fit']);
    expect(merged()).toEqual(['good']);
    expect(log).toContain('work good');
  });

  it('fails what could not begin, and ends', async () => {
    const over = new AbortController();
    const workers = createWorkers(1);
    const done = scheduleTasks([task('a'), task('b'), task('c', ['b'])], {
      withWorker: (work) => workers.use('run', over.signal, work),
      begin: async () => 'begin',
      work: async () => over.abort(new Error('over')),
      merge: async () => undefined,
    });
    // `b` was worked on first; `a` waited, and `c` would have come after.
    expect(words(await done)).toEqual(['over', 'over']);
  });

  it('finishes every sound graph, never above its concurrency, each after what it depends on', async () => {
    const graph = fc
      .integer({ min: 1, max: 12 })
      .chain((size) =>
        fc.tuple(
          ...Array.from({ length: size }, (_, index) =>
            fc.subarray(Array.from({ length: index }, (_unused, other) => `t${other}`)),
          ),
        ),
      );
    await fc.assert(
      fc.asyncProperty(
        graph,
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 3 }),
        async (edges, concurrency, clashes) => {
          const tasks = edges.map((dependencies, index) => task(`t${index}`, dependencies));
          const wait = () => Promise.resolve();
          const clashing = clashes.map((index) => `t${index}`);
          const { log, seen, merged, done } = play(tasks, { concurrency, clashing, wait });
          expect(await done).toEqual([]);
          expect(seen.most).toBeLessThanOrEqual(concurrency);
          expect(merged()).toEqual(tasks.map(({ id }) => id));
          for (const { id, dependencies } of tasks) {
            const needed = clashing.includes(id) ? 'merge' : 'work';
            for (const other of dependencies)
              expect(log.indexOf(`${needed} ${other}`)).toBeLessThan(log.indexOf(`work ${id}`));
          }
        },
      ),
    );
  });
});

describe('task graph', () => {
  const faulty: Record<string, [PlanTask[], RegExp]> = {
    'two tasks with one id': [[task('a'), task('a')], /another task has the id "a" already/],
    'an unknown dependency': [[task('a', ['b'])], /there is no task "b"/],
    'a circle': [[task('a', ['b']), task('b', ['a']), task('c')], /wait for each other: a -> b -> a/],
  };
  for (const [name, [tasks, words]] of Object.entries(faulty)) {
    it(`names ${name}`, () => {
      expect(() => planOrder({ tasks })).toThrow(
        expect.objectContaining({ code: 'PLAN_INVALID', message: expect.stringMatching(words) }),
      );
    });
  }

  it('orders tasks after what they depend on, otherwise as planned', () => {
    expect(planOrder({ tasks: [task('c', ['b']), task('a'), task('b', ['a'])] }).map(({ id }) => id)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('finds all that a task needs, directly or not', () => {
    const tasks = [task('a'), task('b'), task('c', ['a']), task('d', ['c']), task('e', ['b'])];
    expect(withAllNeeded(tasks, 'd').map(({ id }) => id)).toEqual(['a', 'c', 'd']);
  });
});
