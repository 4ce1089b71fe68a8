import type { EventTransport, ForgeEvent, HumanRequest, Lease, RunStore } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { EventLog } from '../../src/log/event-log.ts';
import { genesisHash } from '../../src/log/verify-events.ts';
import { askPerson, type AskDeps } from '../../src/people/ask-person.ts';
import { initialState } from '../../src/run/run-state.ts';
import { manualClock } from '../manual-clock.ts';

const lease: Lease = { runId: 'run', owner: { id: 'o', host: 'h', pid: 1 }, fence: 1, expiresAt: 0 };
const bus: EventTransport = { name: 'none', publish: async () => {}, subscribe: () => () => {} };
const log = { debug() {}, info() {}, warn() {}, error() {} };

function setUp(fault?: Error) {
  const clock = manualClock(1_000);
  const happened: string[] = [];
  const store = {
    async append(_lease: Lease, events: readonly ForgeEvent[]) {
      if (fault !== undefined) throw fault;
      happened.push(...events.map(({ type }) => type));
    },
    listRequests: async () => [],
    getRequest: async () => undefined,
    async openRequest(_lease: Lease, { title }: HumanRequest) {
      happened.push(`asked: ${title}`);
    },
  } as Partial<RunStore> as RunStore;
  const world = { clock, log, newId: () => 'id', mask: (text: string) => text, crashPoint() {} };
  const head = { seq: 0, hash: genesisHash('run') };
  const events = new EventLog({ ...world, store, bus }, () => lease, head);
  const deps: AskDeps = {
    ...world,
    store,
    events,
    state: initialState(),
    lease: () => lease,
    gates: async () => [],
    signal: new AbortController().signal,
    beforeStep() {},
    userName: 'person',
    policy: () => undefined,
  };
  const ask = () => askPerson(deps, { kind: 'question', title: 'Which one?', reason: 'clarification' });
  return { events, happened, ask };
}

it('nobody is asked before what led to the question is durable', async () => {
  const { events, happened, ask } = setUp();
  void events.emitSoon('agent.note', { decision: 'what a call has given' });
  await expect(ask()).rejects.toMatchObject({ code: 'WAITING_FOR_PERSON' });
  expect(happened).toEqual(['agent.note', 'asked: Which one?', 'request.opened']);
});

it('nobody is asked when it could not be written', async () => {
  const { events, happened, ask } = setUp(new Error('the disk is full'));
  void events.emitSoon('agent.note', { decision: 'what a call has given' });
  await expect(ask()).rejects.toThrow('the disk is full');
  expect(happened).toEqual([]);
});
