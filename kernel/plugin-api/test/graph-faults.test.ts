import { planTaskSchema } from '../src/index.ts';
import { expect, test } from 'vitest';
import { graphFaults } from '../src/graph-faults.ts';

const graph = (edges: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(edges).map(([id, dependencies]) => planTaskSchema.parse({ id, title: id, goal: id, dependencies }));

test.each([
  ['one task', graph({ a: [] })],
  ['a diamond, written backwards', graph({ d: ['b', 'c'], b: ['a'], c: ['a'], a: [] })],
  ['two that are independent', graph({ a: [], b: [] })],
])('no fault: %s', (_name, tasks) => {
  expect(graphFaults(tasks)).toEqual([]);
});

test.each([
  ['a task that waits for itself', graph({ a: ['a'] }), ['these tasks wait for each other: a -> a']],
  [
    'a cycle behind other tasks',
    graph({ start: [], a: ['start', 'c'], b: ['a'], c: ['b'], end: ['c'] }),
    ['these tasks wait for each other: a -> c -> b -> a'],
  ],
  ['unknown dependencies', graph({ a: ['x'], b: ['a', 'y'] }), ['there is no task "x"', 'there is no task "y"']],
  ['an id twice', [...graph({ a: [] }), ...graph({ a: [] })], ['another task has the id "a" already']],
])('%s', (_name, tasks, messages) => {
  expect(graphFaults(tasks).map(({ message }) => message)).toEqual(messages);
});

test('a fault says where it is', () => {
  expect(graphFaults(graph({ a: [], b: ['a', 'x'] }))).toEqual([
    { path: [1, 'dependencies', 1], message: 'there is no task "x"' },
  ]);
});
