import type { ForgeEvent } from '@forge/plugin-api';
import { createRecordingLogger } from '@forge/testkit/fakes';
import { expect, test } from 'vitest';
import { createInProcessBus } from '../src/in-process-bus.ts';
import { capacity } from '../src/mailbox.ts';

const events = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => ({ seq: from + index, type: 'agent.progress' }) as ForgeEvent);
const setUp = () => {
  const log = createRecordingLogger();
  return { log, bus: createInProcessBus(log) };
};

test('a listener that fails is logged, with its error', async () => {
  const { log, bus } = setUp();
  const error = new Error('no');
  await bus.subscribe('agent.*', () => {
    throw error;
  });
  await bus.publish(events(1));
  await bus.close();
  expect(log.entries).toEqual([
    {
      level: 'warn',
      message: 'A listener failed; it gets the next event all the same',
      facts: { listensTo: 'agent.*', error },
    },
  ]);
});

test('close lets listeners take what was published, and does not wait for one that is busy', async () => {
  const { bus } = setUp();
  const got: number[] = [];
  await bus.subscribe('*', () => new Promise(() => {}));
  await bus.subscribe('*', async ({ seq }) => {
    await Promise.resolve();
    got.push(seq);
  });
  await bus.publish(events(100));
  await bus.close();
  expect(got).toHaveLength(100);
});

test('a listener that does not keep up loses the oldest events, which is logged, and memory has a limit', async () => {
  const { log, bus } = setUp();
  const got: number[] = [];
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await bus.subscribe('*', async ({ seq }) => {
    got.push(seq);
    await released;
  });
  await bus.publish(events(1));
  await new Promise((resolve) => setImmediate(resolve));
  await bus.publish(events(capacity + 5, 2));
  release();
  await bus.close();
  expect(got).toEqual([1, ...events(capacity, 7).map(({ seq }) => seq)]);
  expect(log.entries.map(({ message }) => message)).toEqual([
    'A listener is too slow: the 5 oldest events were dropped for it; the store has them',
  ]);
});
