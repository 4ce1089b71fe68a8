import assert from 'node:assert/strict';
import type { EventTransport, ForgeEvent } from '@forge/plugin-api';
import type { ContractCase, ContractOptions } from './contract-case.ts';
import { eventually } from './eventually.ts';
import { oddTexts } from './odd-texts.ts';
import { registerContract } from './register-contract.ts';

export interface BusSubject {
  readonly bus: EventTransport;
}

type Type = 'agent.progress' | 'agent.note' | 'run.discarded';

const payloads = {
  'agent.progress': { message: 'working' },
  'agent.note': { decision: 'yes' },
  'run.discarded': { by: 'ada' },
};

function event(seq: number, type: Type = 'agent.progress', traceId = 'r1'): ForgeEvent {
  const around = { id: `${traceId}-${seq}`, traceId, seq, timestamp: seq, source: 'kernel', fence: 1 };
  return { ...around, type, payload: payloads[type], previousHash: `${seq - 1}`, hash: `${seq}` } as ForgeEvent;
}

const events = (count: number, traceId = 'r1') =>
  Array.from({ length: count }, (_, index) => event(index + 1, 'agent.progress', traceId));

/** Collects what a listener gets. */
async function listen(
  bus: EventTransport,
  type = '*',
): Promise<{ readonly got: ForgeEvent[]; readonly stop: () => void }> {
  const got: ForgeEvent[] = [];
  const stop = await bus.subscribe(type, (each) => void got.push(each));
  return { got, stop };
}

const numbers = (got: readonly ForgeEvent[]) => got.map(({ seq }) => seq);

export const busCases: readonly ContractCase<BusSubject>[] = [
  {
    name: 'a listener gets what was published, as it was',
    async run({ bus }) {
      const { got } = await listen(bus);
      await bus.publish([event(1), event(2, 'agent.note')]);
      await eventually(() => got.length === 2, 'two events');
      assert.deepEqual(got, [event(1), event(2, 'agent.note')]);
    },
  },
  {
    name: 'who subscribes gets what is published from then on',
    async run({ bus }) {
      for (const seq of [1, 2, 3]) {
        const { got, stop } = await listen(bus);
        await bus.publish([event(seq)]);
        await eventually(() => got.length > 0, 'the first event after');
        assert.deepEqual(numbers(got), [seq]);
        stop();
      }
    },
  },
  {
    name: 'every listener gets every event',
    async run({ bus }) {
      const listeners = await Promise.all([listen(bus), listen(bus), listen(bus)]);
      await bus.publish(events(3));
      for (const { got } of listeners) {
        await eventually(() => got.length === 3, 'three events');
        assert.deepEqual(numbers(got), [1, 2, 3]);
      }
    },
  },
  {
    name: 'a listener gets the types it asked for: one, those with a prefix, or all',
    async run({ bus }) {
      const all = await listen(bus);
      const one = await listen(bus, 'agent.note');
      const prefix = await listen(bus, 'agent.*');
      const other = await listen(bus, 'agent');
      await bus.publish([event(1, 'agent.progress'), event(2, 'agent.note'), event(3, 'run.discarded')]);
      await eventually(() => all.got.length === 3, 'all events');
      await eventually(() => one.got.length === 1 && prefix.got.length === 2, 'those that were asked for');
      assert.deepEqual([numbers(one.got), numbers(prefix.got), numbers(other.got)], [[2], [1, 2], []]);
    },
  },
  {
    name: 'order is kept per run',
    async run({ bus }) {
      const { got } = await listen(bus);
      const [one, two] = [events(100, 'r1'), events(100, 'r2')];
      await Promise.all(one.flatMap((each, index) => [bus.publish([each]), bus.publish([two[index] as ForgeEvent])]));
      await eventually(() => got.length === 200, '200 events');
      for (const [traceId, log] of [
        ['r1', one],
        ['r2', two],
      ] as const) {
        assert.deepEqual(numbers(got.filter((each) => each.traceId === traceId)), numbers(log));
      }
    },
  },
  {
    name: 'order is kept for a slow listener, which gets one event at a time',
    async run({ bus }) {
      const got: number[] = [];
      let busy = 0;
      let most = 0;
      await bus.subscribe('*', async ({ seq }) => {
        most = Math.max(most, ++busy);
        await new Promise((resolve) => setTimeout(resolve, seq % 2));
        got.push(seq);
        busy--;
      });
      for (const each of events(20)) await bus.publish([each]);
      await eventually(() => got.length === 20, '20 events');
      assert.deepEqual(got, numbers(events(20)));
      assert.equal(most, 1);
    },
  },
  {
    name: 'a listener that throws or rejects harms nobody, and gets the next event',
    async run({ bus }) {
      const failed: number[] = [];
      await bus.subscribe('*', ({ seq }) => {
        failed.push(seq);
        throw new Error('a bad listener');
      });
      await bus.subscribe('*', async ({ seq }) => {
        failed.push(-seq);
        throw new Error('a bad listener, later');
      });
      const { got } = await listen(bus);
      await bus.publish([event(1)]);
      await bus.publish([event(2)]);
      await eventually(() => got.length === 2 && failed.length === 4, 'two events for each');
      assert.deepEqual(
        failed.toSorted((one, other) => one - other),
        [-2, -1, 1, 2],
      );
    },
  },
  {
    name: 'a listener that never ends holds up neither the publisher nor other listeners',
    async run({ bus }) {
      await bus.subscribe('*', () => new Promise(() => {}));
      const { got } = await listen(bus);
      for (const each of events(10)) await bus.publish([each]);
      await eventually(() => got.length === 10, 'ten events');
    },
  },
  {
    name: 'who stops listening gets nothing more',
    async run({ bus }) {
      const [stopped, other] = await Promise.all([listen(bus), listen(bus)]);
      await bus.publish([event(1)]);
      await eventually(() => stopped.got.length === 1 && other.got.length === 1, 'the first event');
      stopped.stop();
      await bus.publish([event(2)]);
      await eventually(() => other.got.length === 2, 'the second event');
      assert.deepEqual(numbers(stopped.got), [1]);
      stopped.stop();
    },
  },
  {
    name: 'a listener may stop itself, start others, and publish',
    async run({ bus }) {
      const inner: number[] = [];
      let publishing: Promise<void> | undefined;
      const stop = await bus.subscribe('*', async ({ seq }) => {
        stop();
        await bus.subscribe('*', (each) => void inner.push(each.seq));
        publishing = bus.publish([event(seq + 1)]);
      });
      const { got } = await listen(bus);
      await bus.publish([event(1)]);
      await eventually(() => got.length === 2 && inner.includes(2), 'the event of the listener');
      await publishing;
    },
  },
  {
    name: 'publishing to nobody, and publishing nothing, is fine',
    async run({ bus }) {
      await bus.publish([event(1)]);
      const { got } = await listen(bus);
      await bus.publish([]);
      await bus.publish([event(2)]);
      await eventually(() => numbers(got).includes(2), 'the event after');
    },
  },
  {
    name: 'every text arrives exactly',
    async run({ bus }) {
      const { got } = await listen(bus);
      const sent = oddTexts.map((message, index) => ({ ...event(index + 1), payload: { message } }) as ForgeEvent);
      await bus.publish(sent);
      await eventually(() => got.length === sent.length, 'all texts');
      assert.deepEqual(got, sent);
    },
  },
  {
    name: 'after close nobody is called, and publishing harms nobody',
    async run({ bus }) {
      assert.ok(bus.close, 'a bus without close skips this case');
      const { got } = await listen(bus);
      await bus.close();
      const before = got.length;
      await bus.publish([event(1)]).catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(got.length, before);
    },
  },
];

/** Registers the contract of `EventTransport`: a fresh bus for every case. */
export function busContract(options: ContractOptions<BusSubject>): void {
  registerContract('bus', busCases, options);
}
