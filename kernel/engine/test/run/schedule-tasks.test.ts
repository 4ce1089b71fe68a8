import type { PlanTask } from '@forge/plugin-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scheduleTasks } from '../../src/run/schedule-tasks.ts';
import { planOrder } from '../../src/run/task-graph.ts';

function task(id: string, dependencies: readonly string[] = []): PlanTask {
  return { id, title: id, goal: id, files: [], dependencies: [...dependencies], acceptance: [] };
}

async function play(tasks: readonly PlanTask[], concurrency: number, failing: readonly string[] = []) {
  const log: string[] = [];
  let running = 0;
  let most = 0;
  const done = scheduleTasks(tasks, {
    concurrency,
    async work({ id }) {
      running += 1;
      most = Math.max(most, running);
      log.push(`work ${id}`);
      await Promise.resolve();
      running -= 1;
      if (failing.includes(id)) throw new Error(`${id} failed`);
      return id;
    },
    async merge(_task, id) {
      log.push(`merge ${id}`);
    },
  });
  const error = await done.then(
    () => undefined,
    (reason: unknown) => reason as Error,
  );
  return { log, most, error, merged: log.filter((line) => line.startsWith('merge')).map((line) => line.slice(6)) };
}

describe('scheduleTasks', () => {
  it('merges in plan order although the longest path is worked on first', async () => {
    const tasks = [task('short'), task('long'), task('after', ['long'])];
    const { log, error } = await play(tasks, 1);
    expect(error).toBeUndefined();
    expect(log).toEqual(['work long', 'work short', 'merge short', 'merge long', 'work after', 'merge after']);
  });

  it('stops only what depends on a failed task', async () => {
    const tasks = [
      task('bad'),
      task('child', ['bad']),
      task('grandchild', ['child']),
      task('good'),
      task('better', ['good']),
    ];
    const { merged, error } = await play(tasks, 2, ['bad']);
    expect(error?.message).toBe('bad failed');
    expect(merged).toEqual(['good', 'better']);
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
      fc.asyncProperty(graph, fc.integer({ min: 1, max: 5 }), async (edges, concurrency) => {
        const tasks = edges.map((dependencies, index) => task(`t${index}`, dependencies));
        const { log, most, merged, error } = await play(tasks, concurrency);
        expect(error).toBeUndefined();
        expect(most).toBeLessThanOrEqual(concurrency);
        expect(merged).toEqual(tasks.map(({ id }) => id));
        for (const { id, dependencies } of tasks) {
          for (const other of dependencies)
            expect(log.indexOf(`merge ${other}`)).toBeLessThan(log.indexOf(`work ${id}`));
        }
      }),
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
});
