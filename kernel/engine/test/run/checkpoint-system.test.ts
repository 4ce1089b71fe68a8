import type { Checkpoint, EventPayload, EventType, ForgeEvent, HumanRequest, Lease, RunStore } from '@forge/plugin-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../src/log/deep-freeze.ts';
import { createCheckpointSystem, readState } from '../../src/run/checkpoint-system.ts';
import { keepCheckpoints } from '../../src/run/keep-checkpoints.ts';
import { applyEvent, foldEvents } from '../../src/run/fold-events.ts';
import { initialState } from '../../src/run/run-state.ts';
import { verifyCheckpoints } from '../../src/run/verify-checkpoints.ts';

const version = '1.0.0';
const lease: Lease = { runId: 'run', owner: { id: 'o', host: 'h', pid: 1 }, fence: 1, expiresAt: 0 };
const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
const task = (id: string, ...dependencies: string[]) => ({
  id,
  title: id,
  goal: id,
  files: [],
  dependencies,
  acceptance: [],
});
const request: HumanRequest = {
  id: 'q',
  runId: 'run',
  kind: 'question',
  title: 'How?',
  body: '',
  options: [],
  reason: 'clarification',
  subjectHash: 'h',
  createdAt: 1,
};

/** Two agents at once: each event changes something in the state, most of them in what one before put there. */
const story: readonly ForgeEvent[] = [
  event('phase.entered', { phase: 'planning' }),
  event('plan.created', {
    plan: { summary: 's', assessment: { score: 1, gaps: [] }, assumptions: [], tasks: [task('a'), task('b', 'a')] },
  }),
  event('phase.completed', { phase: 'planning', summary: '' }),
  event('phase.entered', { phase: 'implementation' }),
  ...['implementation/a/1', 'implementation/b/1'].flatMap((executionId) => [
    event('execution.started', { agent: 'i', agentType: 'implementer', inputHash: 'i' }, executionId),
    event('llm.requested', { ordinal: 1, requestHash: 'r', provider: 'p', model: 'm', reservedTokens: 2 }, executionId),
  ]),
  event('request.opened', { request, ordinal: 2 }, 'implementation/a/1'),
  event('request.decided', { requestId: 'q', decision: { answer: 'so', by: 'ada', channel: 't', at: 2 } }),
  ...['implementation/b/1', 'implementation/a/1'].flatMap((executionId) => [
    event(
      'llm.responded',
      { ordinal: 1, response: { text: 'ok' }, usage, costUsd: 0.25, estimated: false },
      executionId,
    ),
    event(
      'tool.intent',
      {
        ordinal: 3,
        tool: 'write',
        input: { path: 'x' },
        inputHash: 't',
        effect: 'workspace',
        idempotencyKey: 'k',
        description: '',
      },
      executionId,
    ),
    event('tool.result', { ordinal: 3, tool: 'write', ok: true, text: 'done' }, executionId),
  ]),
  event('execution.completed', { output: { deep: [{ n: 1 }] }, outputHash: 'o' }, 'implementation/a/1'),
  event('task.merged', { taskId: 'a', commit: 'c1' }),
  event('execution.failed', { code: 'TOOL_FAILED', message: 'no' }, 'implementation/b/1'),
  event('run.parked', { reason: 'stopped', detail: '' }),
  event('run.resumed', { owner: 'h:2', fence: 2 }),
].map((each, index) => deepFreeze({ ...each, seq: index + 1, hash: `hash ${index + 1}` }) as ForgeEvent);

function event<T extends EventType>(type: T, payload: EventPayload<T>, executionId?: string): ForgeEvent {
  const around = {
    id: '',
    traceId: 'run',
    seq: 0,
    timestamp: 0,
    source: 'kernel',
    fence: 1,
    previousHash: '',
    hash: '',
  };
  return { ...around, type, payload, ...(executionId === undefined ? {} : { executionId }) } as ForgeEvent;
}

function setUp(forgeVersion = version) {
  const kept = new Map<string, Checkpoint>();
  const reads: number[] = [];
  const store = {
    saveCheckpoint: async (_lease: Lease, checkpoint: Checkpoint) => void kept.set(checkpoint.id, checkpoint),
    listCheckpoints: async (runId: string) =>
      structuredClone([...kept.values()].filter((each) => each.runId === runId)).sort(
        (one, other) => other.seq - one.seq,
      ),
    readEvents: async (_runId: string, { after = 0, limit = 1e6 } = {}) => {
      reads.push(after);
      return story.slice(after, after + limit);
    },
  } satisfies Partial<RunStore>;
  const deps = { store, clock: { now: () => 5 }, forgeVersion, lease: () => lease };
  return { ...deps, kept, reads, checkpoints: createCheckpointSystem(deps) };
}

describe('a checkpoint', () => {
  it('taken anywhere, with the events after it, is the fold of all events', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: story.length }), async (at) => {
        const { checkpoints, reads, ...deps } = setUp();
        const state = foldEvents(story.slice(0, at));
        await checkpoints.save('implementation', state);
        // The run goes on after the copy was taken.
        for (const event of story.slice(at)) applyEvent(state, event);
        expect(await readState(deps, 'run')).toEqual(foldEvents(story));
        expect(reads).toEqual([at - 1]);
        expect(await checkpoints.restore('run/implementation')).toEqual(foldEvents(story.slice(0, at)));
      }),
    );
  });

  it('holds the journal of every agent and the graph of tasks', async () => {
    const { checkpoints } = setUp();
    await checkpoints.save('implementation', foldEvents(story.slice(0, 14)));
    const state = await checkpoints.restore('run/implementation');
    expect(Object.keys(state.executions)).toEqual(['implementation/a/1', 'implementation/b/1']);
    expect(state.executions['implementation/b/1']?.journal).toHaveProperty('3.kind', 'tool');
    expect(state.plan?.tasks.map(({ id, dependencies }) => [id, dependencies])).toEqual([
      ['a', []],
      ['b', ['a']],
    ]);
    expect(await checkpoints.list('run')).toEqual([
      { id: 'run/implementation', traceId: 'run', phase: 'implementation', seq: 14, createdAt: 5 },
    ]);
  });

  it.each([
    { name: 'another version wrote', damage: {}, forgeVersion: '2.0.0' },
    { name: 'belongs to another log', damage: { hash: 'other' }, forgeVersion: version },
    { name: 'says another event than its state', damage: { seq: 3 }, forgeVersion: version },
  ])('that $name is left aside: the events are folded', async ({ damage, forgeVersion }) => {
    const { checkpoints, kept, reads, ...deps } = setUp();
    await checkpoints.save('planning', { ...foldEvents(story.slice(0, 6)), recoveries: 99, ...damage });
    const [checkpoint] = kept.values();
    kept.set('run/planning', { ...(checkpoint as Checkpoint), seq: 6 });
    expect(await readState({ ...deps, forgeVersion }, 'run')).toEqual(foldEvents(story));
    expect(reads.at(-1)).toBe(0);
    await expect(createCheckpointSystem({ ...deps, forgeVersion }).restore('run/planning')).rejects.toMatchObject({
      code: 'CHECKPOINT_UNFIT',
    });
  });

  it('that is not there, or cannot be read, is no obstacle', async () => {
    const { checkpoints, ...deps } = setUp();
    await expect(checkpoints.restore('run/review')).rejects.toMatchObject({ code: 'CHECKPOINT_UNFIT' });
    const store = { ...deps.store, listCheckpoints: () => Promise.reject(new Error('damaged')) };
    expect(await readState({ ...deps, store }, 'run')).toEqual(foldEvents(story));
  });
});

describe('keepCheckpoints', () => {
  it('keeps one for each phase, the newest of it, and a failing store stops nothing', async () => {
    const { checkpoints, kept, store } = setUp();
    const state = initialState();
    const keep = keepCheckpoints(checkpoints, state, { debug() {} });
    const go = (events: readonly ForgeEvent[]) => {
      for (const event of events) {
        applyEvent(state, event);
        keep(event);
      }
    };
    go(story);
    const many = Array.from({ length: 1_200 }, (_, index) => ({
      ...event('agent.progress', { message: 'working' }),
      seq: story.length + index + 1,
      hash: `more ${index}`,
    }));
    go(many);
    await new Promise(setImmediate);
    expect([...kept.values()].map(({ id, seq }) => [id, seq])).toEqual([
      ['run/planning', 3],
      ['run/implementation', story.length - 1 + 1_000],
    ]);
    store.saveCheckpoint = () => Promise.reject(new Error('full'));
    go([{ ...event('run.failed', { code: 'X', message: '' }), seq: 9_999, hash: 'last' }]);
    await new Promise(setImmediate);
  });
});

describe('verifyCheckpoints', () => {
  it('names the oldest that is not the fold of its events', async () => {
    const { checkpoints, kept } = setUp();
    await checkpoints.save('planning', foldEvents(story.slice(0, 3)));
    await checkpoints.save('implementation', { ...foldEvents(story.slice(0, 9)), spentUsd: 0.01 });
    await checkpoints.save('review', { ...foldEvents(story), recoveries: 0 });
    const all = [...kept.values()];
    expect(verifyCheckpoints(story, all.slice(0, 1), version)).toEqual({ ok: true, checkpoints: 1 });
    expect(verifyCheckpoints(story, all, version)).toEqual({ ok: false, id: 'run/implementation', seq: 9 });
    expect(verifyCheckpoints(story, all, '2.0.0')).toEqual({ ok: true, checkpoints: 0 });
  });
});
