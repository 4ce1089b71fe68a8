import type { HumanGate, HumanRequest } from '@forge/plugin-api';
import { expect, test } from 'vitest';
import { startGateWorld } from './gate-world.ts';

const ada = { by: 'ada', channel: 'test' } as const;

test('what an approval shows has a hash, part by part', async () => {
  const { start, openRequest } = await startGateWorld();
  await start();
  const { shown = {}, subjectHash } = await openRequest();
  expect(subjectHash).toMatch(/^[0-9a-f]{64}$/);
  expect(shown).toMatchObject({ risk: expect.any(String), stages: 'shelf: to the shelf' });
  for (const part of ['plan', 'diff', 'findings', 'proof']) expect(shown[part]).toMatch(/^sha256:[0-9a-f]{64}$/);
});

test('a decision about what is asked counts, and the log keeps its hash', async () => {
  const { start, resume, engine, openRequest, events } = await startGateWorld();
  const { record } = await start();
  const { id, subjectHash } = await openRequest();
  await engine.decide(id, { approved: true, subjectHash, ...ada });
  expect((await resume(record.id)).record.status).toBe('completed');
  const decided = (await events(record.id)).find(({ type }) => type === 'request.decided');
  expect(decided?.payload).toMatchObject({ decision: { approved: true, by: 'ada', subjectHash } });
});

test('a hash that was never shown is refused, and the request stays open', async () => {
  const { start, engine, openRequest } = await startGateWorld();
  await start();
  const { id } = await openRequest();
  await expect(engine.decide(id, { approved: true, subjectHash: '0'.repeat(64), ...ada })).rejects.toMatchObject({
    code: 'REQUEST_CHANGED',
    details: { why: 'nothing with that hash was shown in this run' },
  });
  expect((await openRequest()).id).toBe(id);
});

test('when what is asked changes, the old request is closed, and a decision about it is told what changed', async () => {
  const { start, resume, engine, openRequest, deployTo, store } = await startGateWorld();
  const { record } = await start();
  const old = await openRequest();
  deployTo('to the window');
  await resume(record.id);
  const now = await openRequest();
  expect(now.id).not.toBe(old.id);

  const changed = {
    code: 'REQUEST_CHANGED',
    details: {
      why: 'stages was shelf: to the shelf and is shelf: to the window',
      data: { requestId: now.id, runId: record.id, subjectHash: now.subjectHash, changed: ['stages'] },
    },
  };
  // By the old id, with the old hash or none, and by the new id with the old hash.
  await expect(engine.decide(old.id, { approved: true, subjectHash: old.subjectHash, ...ada })).rejects.toMatchObject(
    changed,
  );
  await expect(engine.decide(old.id, { approved: true, ...ada })).rejects.toMatchObject(changed);
  await expect(engine.decide(now.id, { approved: true, subjectHash: old.subjectHash, ...ada })).rejects.toMatchObject(
    changed,
  );
  expect((await store.getRequest(old.id))?.decision).toMatchObject({ supersededBy: now.id });

  await engine.decide(now.id, { approved: true, subjectHash: now.subjectHash, ...ada });
  expect((await resume(record.id)).record.status).toBe('completed');
});

test('what is asked again as it was before is a new request, not the closed one', async () => {
  const { start, resume, engine, openRequest, deployTo } = await startGateWorld();
  const { record } = await start();
  const first = await openRequest();
  deployTo('to the window');
  await resume(record.id);
  deployTo('to the shelf');
  await resume(record.id);
  const third = await openRequest();
  expect(third.subjectHash).toBe(first.subjectHash);
  await engine.decide(third.id, { approved: true, subjectHash: third.subjectHash, ...ada });
  expect((await resume(record.id)).record.status).toBe('completed');
});

test('an answer that a gate got to something else is not taken', async () => {
  const late: HumanGate = {
    id: 'late',
    condition: () => true,
    request: async ({ subjectHash }: HumanRequest) => ({ approved: true, subjectHash: `${subjectHash.slice(1)}0` }),
  };
  const { start, openRequest } = await startGateWorld({ gates: [late] });
  const { error } = await start();
  expect(error?.code).toBe('WAITING_FOR_PERSON');
  expect((await openRequest()).decision).toBeUndefined();
});
