import type { EventTransport, ForgeEvent, Lease, RunPatch, RunStore } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { EventLog } from '../../src/log/event-log.ts';
import { genesisHash, verifyEvents } from '../../src/log/verify-events.ts';
import { manualClock } from '../manual-clock.ts';

const lease: Lease = { runId: 'run', owner: { id: 'o', host: 'h', pid: 1 }, fence: 3, expiresAt: 0 };
const bus: EventTransport = { name: 'none', publish: async () => {}, subscribe: () => () => {} };

function setUp(append: (events: readonly ForgeEvent[], patch?: RunPatch) => Promise<void> = async () => {}) {
  const batches: (readonly ForgeEvent[])[] = [];
  let id = 0;
  const clock = manualClock(1_000);
  const store = {
    append: async (_lease: Lease, events: readonly ForgeEvent[], patch?: RunPatch) => {
      await append(events, patch);
      batches.push(events);
    },
  } as Partial<RunStore> as RunStore;
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const log = new EventLog(
    {
      store,
      bus,
      clock,
      newId: () => `id-${(id += 1)}`,
      crashPoint() {},
      mask: (text) => text.replaceAll('hunter2', '***'),
      log: silent,
    },
    () => lease,
    { seq: 0, hash: genesisHash('run') },
  );
  return { log, clock, batches, stored: () => batches.flat() };
}

const note = (decision: string) => ({ decision });

describe('EventLog', () => {
  it('chains events in the order of the calls, without gaps', async () => {
    const { log, stored } = setUp();
    await Promise.all(['a', 'b', 'c'].map((word) => log.emit('agent.note', note(word))));
    expect(stored().map(({ seq, payload }) => [seq, payload])).toEqual([
      [1, note('a')],
      [2, note('b')],
      [3, note('c')],
    ]);
    expect(verifyEvents('run', stored())).toEqual({ ok: true, events: 3, lastHash: stored()[2]?.hash });
  });

  it('writes events that arrive together in one go, and those that arrive meanwhile in the next', async () => {
    const { log, batches } = setUp();
    const first = [log.emit('agent.note', note('a')), log.emit('agent.note', note('b'))];
    await Promise.all(first);
    await log.emit('agent.note', note('c'));
    expect(batches.map((batch) => batch.length)).toEqual([2, 1]);
  });

  describe('what a call has given', () => {
    it('is written with the next event', async () => {
      const { log, batches } = setUp();
      void log.emitSoon('agent.note', note('given'));
      await log.emit('agent.note', note('next deed'));
      expect(batches.map((batch) => batch.map(({ payload }) => payload))).toEqual([[note('given'), note('next deed')]]);
    });

    it('is written at the latest in the next turn of the loop, and before a deed that waits for it', async () => {
      const { log, clock, stored } = setUp();
      const given = log.emitSoon('agent.note', note('turn'));
      expect(stored()).toEqual([]);
      await clock.advance(0);
      await given;
      void log.emitSoon('agent.note', note('deed'));
      await log.durable();
      expect(stored().map(({ payload }) => payload)).toEqual([note('turn'), note('deed')]);
    });

    it('stops the next deed when it could not be written', async () => {
      const { log } = setUp(() => Promise.reject(new Error('disk')));
      void log.emitSoon('agent.note', note('given'));
      await expect(log.durable()).rejects.toThrow('disk');
      void log.emitSoon('agent.note', note('more'));
      await expect(log.durable()).rejects.toThrow('disk');
      await expect(log.emit('agent.note', note('next deed'))).rejects.toThrow('disk');
    });
  });

  it('masks secrets before anything is hashed or stored', async () => {
    const patches: unknown[] = [];
    const { log, stored } = setUp(async (_events, patch) => void patches.push(patch));
    await log.emit('agent.note', note('the password is hunter2'));
    await log.emit('agent.note', note('hunter2'), { rationale: 'because of hunter2' }, { reason: 'hunter2' });
    expect(stored()[0]?.payload).toEqual(note('the password is ***'));
    expect(stored()[1]?.rationale).toBe('because of ***');
    expect(patches).toEqual([undefined, { reason: '***' }]);
    expect(verifyEvents('run', stored()).ok).toBe(true);
  });

  it('keeps text without well-formed surrogates out of the log', async () => {
    const { log, stored } = setUp();
    await log.emit('agent.note', note('half \ud800 emoji'));
    expect(JSON.stringify(stored()[0]).isWellFormed()).toBe(true);
    expect(verifyEvents('run', JSON.parse(JSON.stringify(stored()))).ok).toBe(true);
  });

  it('refuses an event of a wrong shape and leaves no gap for it', async () => {
    const { log, stored } = setUp();
    expect(() => log.emit('agent.note', { wrong: 1 } as never)).toThrow(
      expect.objectContaining({ code: 'EVENT_INVALID' }),
    );
    await log.emit('agent.note', note('next'));
    expect(stored().map(({ seq }) => seq)).toEqual([1]);
  });

  it('writes nothing after a failed write, because a log must not have gaps', async () => {
    let fails = true;
    const { log, stored } = setUp(async () => {
      if (fails) throw Object.assign(new Error('lost'), { code: 'LEASE_LOST' });
    });
    const lost = log.emit('agent.note', note('a'));
    await expect(lost).rejects.toMatchObject({ code: 'LEASE_LOST' });
    fails = false;
    await expect(log.emit('agent.note', note('b'))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(stored()).toEqual([]);
  });

  it('gives listeners events only once they are durable, and nobody can change them', async () => {
    const release = Promise.withResolvers<void>();
    const { log } = setUp(() => release.promise);
    const heard: ForgeEvent[] = [];
    log.onStored((event) => heard.push(event));
    const emitted = log.emit('agent.note', note('a'));
    expect(heard).toEqual([]);
    release.resolve();
    await emitted;
    expect(heard).toHaveLength(1);
    expect(() => Object.assign(heard[0]?.payload as object, { decision: 'other' })).toThrow(TypeError);
  });
});

describe('verifyEvents', () => {
  async function sound(): Promise<ForgeEvent[]> {
    const { log, stored } = setUp();
    for (const word of ['a', 'b', 'c', 'd']) await log.emit('agent.note', note(word));
    return structuredClone(stored()) as ForgeEvent[];
  }

  const damages: Record<string, [number, (events: ForgeEvent[]) => ForgeEvent[]]> = {
    'a changed payload': [
      2,
      (events) => events.map((event) => (event.seq === 2 ? ({ ...event, payload: note('x') } as ForgeEvent) : event)),
    ],
    'a changed time': [3, (events) => events.map((event) => (event.seq === 3 ? { ...event, timestamp: 7 } : event))],
    'a changed hash': [
      1,
      (events) => events.map((event) => (event.seq === 1 ? { ...event, hash: 'f'.repeat(64) } : event)),
    ],
    'a missing event': [2, (events) => events.filter(({ seq }) => seq !== 2)],
    'swapped events': [2, ([a, b, c, d]) => [a, c, b, d] as ForgeEvent[]],
    'an inserted event': [3, ([a, b, c, d]) => [a, b, b, c, d] as ForgeEvent[]],
    'an event of another run': [
      4,
      (events) => events.map((event) => (event.seq === 4 ? { ...event, traceId: 'other' } : event)),
    ],
    'a stale fence': [2, (events) => events.map((event) => (event.seq === 2 ? { ...event, fence: 1 } : event))],
  };

  for (const [name, [seq, damage]] of Object.entries(damages)) {
    it(`names the first event after ${name}`, async () => {
      expect(verifyEvents('run', damage(await sound()))).toMatchObject({ ok: false, seq });
    });
  }
});
