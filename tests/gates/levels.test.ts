import { approvalStanding, type ApprovalLevel, type HumanGate, type StoredRequest } from '@forge/plugin-api';
import { createVirtualClock } from '@forge/testkit/fakes';
import { expect, test } from 'vitest';
import { startGateWorld } from './gate-world.ts';

const minute = 60_000;
const level = (approvers: string[], more: Partial<ApprovalLevel> = {}): ApprovalLevel => ({
  approvers,
  minimum: 1,
  escalate: 'wait',
  ...more,
});
const team = level(['ada', 'bob', 'eve'], { minimum: 2 });
const boss = level(['zoe']);

/** A run that waits for these levels, at a time that stands still. */
async function waiting(levels: ApprovalLevel[], gates: readonly HumanGate[] = []) {
  const clock = createVirtualClock();
  const world = await startGateWorld({ clock, gates, config: { approvals: { levels } } });
  const { record, error } = await world.start();
  const { id, subjectHash } = await world.openRequest();
  return {
    ...world,
    clock,
    record,
    error,
    requestId: id,
    say: (by: string, approved = true) => world.engine.decide(id, { approved, subjectHash, by, channel: 'test' }),
    told: async () =>
      (await world.events(record.id)).flatMap(({ type, payload }) =>
        type === 'request.voted'
          ? [`${payload.vote.by} at ${payload.level}`]
          : type === 'request.escalated'
            ? [`from ${payload.from} to ${payload.level}`]
            : [],
      ),
  };
}

test('as many people as it takes say yes, level after level, and the log has each of them', async () => {
  const { say, resume, record, told, events } = await waiting([team, boss]);
  expect((await say('ada')).decision).toBeUndefined();
  expect((await say('eve')).decision).toBeUndefined();
  const last = await say('zoe');
  expect(last.decision).toMatchObject({
    approved: true,
    by: 'zoe',
    votes: [{ by: 'ada' }, { by: 'eve' }, { by: 'zoe' }],
  });
  expect((await resume(record.id)).record.status).toBe('completed');
  expect(await told()).toEqual(['ada at 1', 'eve at 1', 'zoe at 2']);
  const decided = (await events(record.id)).find(({ type }) => type === 'request.decided');
  expect(decided?.payload).toMatchObject({ decision: { by: 'zoe', votes: expect.any(Array) } });
});

test('who is not asked, or has said yes already, is refused', async () => {
  const { say, openRequest } = await waiting([team, level(['*'])]);
  for (const stranger of ['mallory', 'zoe'])
    await expect(say(stranger)).rejects.toMatchObject({
      code: 'NOT_AN_APPROVER',
      details: { why: 'level 1 of 2 takes 2 of: ada, bob, eve' },
    });
  await say('ada');
  await expect(say('ada')).rejects.toMatchObject({ code: 'NOT_AN_APPROVER' });
  await say('bob');
  // Anybody may at the last level, but for those who did.
  await expect(say('ada')).rejects.toMatchObject({ message: 'ada has decided already, at level 1' });
  expect((await openRequest()).votes).toHaveLength(2);
  expect((await say('mallory')).decision?.approved).toBe(true);
});

test('one no ends it', async () => {
  const { say, resume, record } = await waiting([team, boss]);
  await say('ada');
  expect((await say('bob', false)).decision).toMatchObject({ approved: false, by: 'bob' });
  await expect(say('eve')).rejects.toMatchObject({ code: 'REQUEST_DECIDED' });
  expect((await resume(record.id)).error?.code).toBe('GATE_REJECTED');
});

test('when nobody decides in time the next level is asked, with nobody awake for it', async () => {
  const { say, resume, record, clock, told } = await waiting([
    { ...team, timeoutMinutes: 60, escalate: 'next-level' },
    boss,
  ]);
  expect(record.wakeAt).toBe(clock.now() + 60 * minute);
  await say('ada');
  await clock.advance(60 * minute);
  // No process has looked at it since, and still:
  await expect(say('bob')).rejects.toMatchObject({ code: 'NOT_AN_APPROVER' });
  const parked = await resume(record.id);
  expect(parked.error?.code).toBe('WAITING_FOR_PERSON');
  expect(parked.record.wakeAt).toBeUndefined();
  expect(await told()).toEqual(['ada at 1', 'from 1 to 2']);
  await resume(record.id);
  expect(await told()).toHaveLength(2);
  expect((await say('zoe')).decision?.approved).toBe(true);
  expect((await resume(record.id)).record.status).toBe('completed');
});

test('when nobody decides in time it is rejected, and a late yes is told so', async () => {
  const { say, resume, record, clock, store, requestId } = await waiting([
    { ...boss, timeoutMinutes: 10, escalate: 'reject' },
  ]);
  await clock.advance(10 * minute);
  await expect(say('zoe')).rejects.toMatchObject({ code: 'REQUEST_DECIDED' });
  expect((await store.getRequest(requestId))?.decision).toMatchObject({ approved: false, by: 'timeout' });
  expect((await resume(record.id)).error).toMatchObject({
    code: 'GATE_REJECTED',
    message: expect.stringContaining('nobody of level 1 decided within 10 minutes'),
  });
});

test('two that vote at once are both counted, and one decision comes of it', async () => {
  const { say, store, requestId } = await waiting([team]);
  await Promise.all([say('ada'), say('bob')]);
  expect((await store.getRequest(requestId))?.decision).toMatchObject({ approved: true });
});

test('who is asked in the process of the run counts by name, and cannot decide alone', async () => {
  const gate: HumanGate = {
    id: 'chat',
    condition: () => true,
    request: async () => ({ approved: true, by: 'ada' }),
  };
  const { error, say, resume, record } = await waiting([team], [gate]);
  expect(error?.code).toBe('WAITING_FOR_PERSON');
  // Asked again, ada is told that she has decided; nothing is counted twice.
  expect((await resume(record.id)).error?.code).toBe('WAITING_FOR_PERSON');
  expect((await say('bob')).decision?.votes).toHaveLength(2);
});

test('--yes is nobody of a level', async () => {
  const { engine, record, openRequest } = await waiting([boss]);
  await (await engine.resume(record.id, { approve: true })).finished;
  expect((await openRequest()).votes).toBeUndefined();
});

test('where it stands follows from the request, the votes and the time alone', () => {
  const request: Pick<StoredRequest, 'levels' | 'votes' | 'createdAt'> = {
    createdAt: 0,
    levels: [
      { ...team, timeoutMinutes: 1, escalate: 'next-level' },
      { ...team, timeoutMinutes: 1, escalate: 'next-level' },
      boss,
    ],
    votes: [
      { approved: true, by: 'ada', channel: 'test', at: 30_000 },
      // After the time of the first level: counts for the second.
      { approved: true, by: 'bob', channel: 'test', at: minute },
      { approved: true, by: 'mallory', channel: 'test', at: minute + 1 },
    ],
  };
  expect(approvalStanding({ createdAt: 0 }, 1)).toBeUndefined();
  expect(approvalStanding(request, minute + 2)).toMatchObject({
    level: 2,
    of: 3,
    approvedBy: ['bob'],
    dueAt: 2 * minute,
    passedOver: [{ level: 1, at: minute }],
  });
  const late = approvalStanding(request, 10 * minute);
  expect(late).toMatchObject({ level: 3, approvedBy: [], passedOver: [{ level: 1 }, { level: 2, at: 2 * minute }] });
  expect(late?.outcome).toBeUndefined();
});
