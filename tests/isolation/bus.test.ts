import type { EventTransport, ForgeEvent } from '@forge/plugin-api';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type IsolatedOptions, openIsolated } from './isolated.ts';

const patience = { timeout: 60_000 };

const events = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => ({ seq: from + index, type: 'agent.note', traceId: 'r1' }) as ForgeEvent);

/** A bus that hands everything on at once, waits for no listener, forgets none, and ends when it is told to. */
const code = `
import { definePlugin } from '@forge/plugin-api';
const handlers = [];
export default definePlugin({ buses: [{
  name: 'rude',
  async publish(events) {
    if (events.some(({ seq }) => seq === 13)) process.exit(6);
    for (const event of events) for (const handler of handlers) Promise.resolve(handler(event)).catch(() => {});
  },
  subscribe(type, handler) {
    if (type === 'none') throw new Error('no such type');
    handlers.push(handler);
    return () => {};
  },
}] });
`;
const rude: IsolatedOptions = { code, manifest: { provides: { buses: ['rude'] } } };

async function open(options: IsolatedOptions, name: string): Promise<EventTransport> {
  const isolated = await openIsolated(options);
  onTestFinished(() => isolated.close());
  return isolated.forge.get('bus', name);
}

async function listen(bus: EventTransport) {
  const got: number[] = [];
  const stop = await bus.subscribe('*', ({ seq }) => void got.push(seq));
  return { got, stop };
}

it('carries more than its process may say in a second, and loses nothing of it', { timeout: 120_000 }, async () => {
  const bus = await open({ template: 'bus' }, 'sample-thing');
  const listeners = [await listen(bus), await listen(bus)];
  const all = events(4_000);
  await bus.publish(all);
  for (const { got } of listeners) {
    await vi.waitFor(() => expect(got).toHaveLength(all.length), patience);
    expect(got).toEqual(all.map(({ seq }) => seq));
  }
  await bus.publish(events(1, 9_999));
  await vi.waitFor(() => expect(listeners[0]?.got.at(-1)).toBe(9_999), patience);
});

it('is started again when it was lost, and whoever listened goes on listening', async () => {
  const bus = await open(rude, 'rude');
  const [{ got }, stopped] = [await listen(bus), await listen(bus)];
  await bus.publish(events(1));
  await vi.waitFor(() => expect([got, stopped.got]).toEqual([[1], [1]]), patience);
  stopped.stop();
  await expect(bus.publish(events(1, 13))).rejects.toMatchObject({
    code: 'PLUGIN_LOST',
    details: { plugin: 'somebodys' },
  });
  await bus.publish(events(1, 2));
  await vi.waitFor(() => expect(got).toEqual([1, 2]), patience);
  expect(stopped.got).toEqual([1]);
});

it('reaches nobody who has stopped, even if it goes on calling', async () => {
  const bus = await open(rude, 'rude');
  const one: number[] = [];
  // What was on its way already does not arrive either.
  const stop = await bus.subscribe('*', ({ seq }) => {
    one.push(seq);
    stop();
  });
  const { got } = await listen(bus);
  await bus.publish(events(3));
  await vi.waitFor(() => expect(got).toEqual([1, 2, 3]), patience);
  expect(one).toEqual([1]);
});

it('that does not let somebody listen says so, with its name', async () => {
  const bus = await open(rude, 'rude');
  await expect(Promise.resolve(bus.subscribe('none', () => undefined))).rejects.toMatchObject({
    code: 'PLUGIN_FAULT',
    message: expect.stringContaining('no such type'),
    details: { plugin: 'somebodys' },
  });
});
