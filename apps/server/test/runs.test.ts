import type { ScriptFunction } from '@forge/testkit/model-server';
import { describe, expect, test, vi } from 'vitest';
import { greeting, startWorld } from './support/real-server.ts';

vi.setConfig({ testTimeout: 120_000 });

const task = 'Write a greeting';
const automatic = { automation: { level: 4 } } as const;

test('a run from a task to a branch, over HTTP alone', async () => {
  const { client, repository, modelServer } = await startWorld({ flags: automatic });
  const started = await client.runs.start({ task, approve: true });
  expect(started).toMatchObject({ task, repository });
  const types: string[] = [];
  const end = await client.runs.follow(started.id, { onEvent: ({ type }) => void types.push(type) });
  expect(end).toEqual({ status: 'completed' });
  expect(types.at(0)).toBe('run.started');
  expect(types.at(-1)).toBe('run.completed');
  expect((await client.runs.allEvents(started.id)).map(({ type }) => type)).toEqual(types);
  expect(await client.runs.diff(started.id)).toContain('+export const greeting');
  expect((await client.runs.list()).items).toMatchObject([{ id: started.id, status: 'completed' }]);
  expect(modelServer.complaints).toEqual([]);
});

test('a structured task arrives as it was sent', async () => {
  const { client } = await startWorld();
  const requirement = { task, constraints: ['no classes'], acceptanceCriteria: ['it greets'], images: [] };
  const { id } = await client.runs.start({ task: requirement, planOnly: true });
  await client.runs.follow(id, { onEvent: () => {} });
  const [first] = await client.runs.allEvents(id);
  expect(first?.payload).toMatchObject({ requirement });
});

test('a run that waits for a person goes on when it is answered', async () => {
  const { client } = await startWorld();
  const { id } = await client.runs.start({ task });
  expect(await client.runs.follow(id, { onEvent: () => {} })).toEqual({ status: 'parked' });
  const [request] = (await client.requests.list()).items;
  expect(request).toMatchObject({ runId: id, kind: 'approval', task });
  await expect(client.requests.decide(request?.id ?? '', { answer: 'yes' })).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  });
  await expect(
    client.requests.decide(request?.id ?? '', { approved: true, subjectHash: 'another' }),
  ).rejects.toMatchObject({ code: 'REQUEST_CHANGED' });
  await expect(client.requests.decide(request?.id ?? '', { approved: true })).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  });
  const seen = { subjectHash: request?.subjectHash ?? '' };
  const decided = await client.requests.decide(request?.id ?? '', { approved: true, ...seen });
  expect(decided).toMatchObject({ requestId: request?.id, runId: id, resumed: true, request: { decision: seen } });
  expect(await client.runs.follow(id, { onEvent: () => {} })).toEqual({ status: 'completed' });
  await expect(client.requests.decide(request?.id ?? '', { approved: false, ...seen })).rejects.toMatchObject({
    code: 'REQUEST_DECIDED',
  });
  const events = await client.runs.allEvents(id);
  const decision = events.find(({ type }) => type === 'request.decided');
  expect(decision?.payload).toMatchObject({ decision: { by: 'person', channel: 'http', approved: true, ...seen } });
});

describe('a key', () => {
  test('gives one run for 50 equal posts, and for one after a restart', async () => {
    const world = await startWorld({ flags: automatic });
    const posts = Array.from({ length: 50 }, () => world.client.runs.start({ task, planOnly: true }, 'one key'));
    const ids = new Set((await Promise.all(posts)).map(({ id }) => id));
    expect(ids.size).toBe(1);
    const [id = ''] = ids;
    await world.client.runs.follow(id, { onEvent: () => {} });
    await world.server.close();
    const { client } = await world.restart();
    expect((await client.runs.start({ task, planOnly: true }, 'one key')).id).toBe(id);
    expect((await client.runs.list()).items).toHaveLength(1);
  });

  test('is refused for another request', async () => {
    const { client } = await startWorld();
    const { id } = await client.runs.start({ task, planOnly: true }, 'key');
    await expect(client.runs.start({ task: 'Another' }, 'key')).rejects.toMatchObject({
      code: 'IDEMPOTENCY_MISMATCH',
      details: { data: { runId: id } },
    });
  });

  test('may be used again when the request was refused', async () => {
    const { client } = await startWorld();
    await expect(client.runs.start({ task, provider: 'nobody' }, 'key')).rejects.toMatchObject({
      code: 'CONTRIBUTION_NOT_FOUND',
    });
    expect((await client.runs.list()).items).toEqual([]);
    const { id } = await client.runs.start({ task, planOnly: true }, 'key');
    expect((await client.runs.list()).items).toMatchObject([{ id }]);
  });
});

test('a list has pages, filters, and what could not be looked at', async () => {
  const { client } = await startWorld();
  const ids: string[] = [];
  for (let index = 0; index < 3; index += 1) {
    const { id } = await client.runs.start({ task: `Task ${index}`, planOnly: true });
    await client.runs.follow(id, { onEvent: () => {} });
    ids.unshift(id);
  }
  const first = await client.runs.list({ limit: 2 });
  expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  const second = await client.runs.list({ limit: 2, cursor: first.next });
  expect(second.items.map(({ id }) => id)).toEqual(ids.slice(2));
  expect(second.next).toBeUndefined();
  expect((await client.runs.list({ status: ['failed'] })).items).toEqual([]);
  expect((await client.runs.list({ status: ['failed', 'completed'] })).items).toHaveLength(3);
  await expect(client.runs.list({ repository: 'nowhere' })).rejects.toMatchObject({ code: 'REPOSITORY_UNKNOWN' });
});

describe('more runs than there is room for', () => {
  /** The model says nothing before it is let. */
  function held(): { readonly open: () => void; readonly script: ScriptFunction } {
    const open = Promise.withResolvers<void>();
    return { open: open.resolve, script: (request, index) => open.promise.then(() => greeting(request, index)) };
  }

  test('wait for their turn, and can be taken back', async () => {
    const { open, script } = held();
    const { client } = await startWorld({ runs: 1, script });
    const first = await client.runs.start({ task: 'First', planOnly: true });
    const second = await client.runs.start({ task: 'Second', planOnly: true });
    const third = await client.runs.start({ task: 'Third', planOnly: true });
    expect(second.status).toBe('queued');
    expect((await client.runs.list({ status: ['queued'] })).items.map(({ id }) => id)).toEqual([third.id, second.id]);
    expect((await client.runs.cancel(third.id)).status).toBe('stopped');
    await expect(client.runs.get(third.id)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    open();
    for (const { id } of [first, second])
      expect(await client.runs.follow(id, { onEvent: () => {} })).toEqual({ status: 'completed' });
  });

  test('are still there after a restart, and those under way go on', async () => {
    const { open, script } = held();
    const world = await startWorld({ runs: 1, script, flags: automatic });
    const first = await world.client.runs.start({ task: 'First', approve: true });
    const second = await world.client.runs.start({ task: 'Second', planOnly: true });
    await world.modelServer.waitForRequests(1);
    const closing = world.server.close();
    open();
    await closing;
    const { client } = await world.restart();
    for (const { id } of [first, second])
      expect(await client.runs.follow(id, { onEvent: () => {} })).toEqual({ status: 'completed' });
    const events = await client.runs.allEvents(first.id);
    expect(events.filter(({ type }) => type === 'run.started')).toHaveLength(1);
    expect(events.map(({ type }) => type)).toContain('run.resumed');
    // What was paid for is not paid for again: a plan for each, two turns of the implementer, a review.
    expect(world.modelServer.requests).toHaveLength(5);
  });
});

test('a run whose commits are gone is in conflict with a fork, and the server is well', async () => {
  const { ask, client } = await startWorld();
  const { id } = await client.runs.start({ task });
  expect(await client.runs.follow(id, { onEvent: () => {} })).toEqual({ status: 'parked' });
  await client.runs.discard(id);
  const headers = { 'content-type': 'application/json' };
  const refused = await ask(`/api/runs/${id}/fork`, { method: 'POST', headers, body: '{}' });
  expect([refused.status, await refused.json()]).toEqual([409, expect.objectContaining({ code: 'WORKSPACE_LOST' })]);
});

test('a run stops when it is told to, and can be resumed and discarded', async () => {
  const { client } = await startWorld();
  const { id } = await client.runs.start({ task });
  await client.runs.cancel(id);
  expect(await client.runs.follow(id, { onEvent: () => {} })).toEqual({ status: 'stopped' });
  const resumed = await client.runs.resume(id);
  expect(['queued', 'running', 'parked', 'stopped']).toContain(resumed.status);
  await client.runs.follow(id, { onEvent: () => {} });
  expect((await client.runs.discard(id)).status).toBe('discarded');
  await expect(client.runs.resume(id)).rejects.toMatchObject({ code: 'USAGE' });
});

test('settings of one run hold for it, within what the token may', async () => {
  const { client, clientWith, stateFolder } = await startWorld({ script: greeting });
  const { createStateFolder, createTokens } = await import('../src/index.ts');
  const { systemClock } = await import('@forge/core');
  const { token } = await createTokens(createStateFolder(stateFolder), systemClock).create({
    name: 'ci',
    scopes: ['run'],
  });
  const limited = clientWith(token);
  await expect(limited.runs.start({ task, budgetUsd: 100 })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(limited.runs.start({ task, approve: true })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  const { id } = await limited.runs.start({ task, planOnly: true, budgetUsd: 0.5 });
  await client.runs.follow(id, { onEvent: () => {} });
  expect((await client.runs.allEvents(id))[0]?.payload).toMatchObject({ budgetUsd: 0.5 });
});

test('a run begins as a copy of another', async () => {
  const { client } = await startWorld();
  const { id } = await client.runs.start({ task, planOnly: true });
  await client.runs.follow(id, { onEvent: () => {} });
  const copy = await client.runs.fork(id);
  expect(copy.id).not.toBe(id);
  await client.runs.follow(copy.id, { onEvent: () => {} });
  expect((await client.runs.allEvents(copy.id)).find(({ type }) => type === 'run.started')?.payload).toMatchObject({
    forkedFrom: { runId: id },
  });
  await expect(client.runs.fork(id, { at: 10_000 })).rejects.toMatchObject({ code: 'USAGE' });
  expect((await client.runs.list()).items).toHaveLength(2);
});
