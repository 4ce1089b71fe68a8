import { systemClock } from '@forge/core';
import type { ConfigLayer } from '@forge/plugin-api';
import { createForgeClient } from '@forge/sdk';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createTokens } from '../src/auth/tokens.ts';
import { createStateFolder } from '../src/state/state-folder.ts';
import { startWorld } from './support/real-server.ts';

vi.setConfig({ testTimeout: 120_000 });

const task = 'Write a greeting';
const never = { onEvent: () => {} };

test('several people approve over HTTP, each with a token of their own', async () => {
  const levels = [{ approvers: ['ada', 'bob'], minimum: 2, escalate: 'wait' as const }];
  const { client, server, stateFolder } = await startWorld({ flags: { approvals: { levels } } });
  const tokens = createTokens(createStateFolder(stateFolder), systemClock);
  const clientOf = async (name: string) => {
    const { token } = await tokens.create({ name, scopes: ['approve'] });
    return createForgeClient({ url: server.url, token });
  };
  const { id } = await client.runs.start({ task });
  expect(await client.runs.follow(id, never)).toEqual({ status: 'parked' });
  const [request] = (await client.requests.list()).items;
  const yes = { approved: true, subjectHash: request?.subjectHash ?? '' };
  const decide = async (name: string) => (await clientOf(name)).requests.decide(request?.id ?? '', yes);

  await expect(client.requests.decide(request?.id ?? '', yes)).rejects.toMatchObject({ code: 'NOT_AN_APPROVER' });
  const first = await decide('ada');
  expect(first).toMatchObject({ resumed: false, request: { votes: [{ by: 'ada', channel: 'http' }] } });
  expect(first.request.decision).toBeUndefined();
  expect((await client.requests.list()).items[0]?.votes).toHaveLength(1);
  expect(await decide('bob')).toMatchObject({ resumed: true, request: { decision: { approved: true, by: 'bob' } } });
  expect(await client.runs.follow(id, never)).toEqual({ status: 'completed' });
});

const rejecting: ConfigLayer = {
  approvals: { levels: [{ approvers: ['ada'], minimum: 1, timeoutMinutes: 0.01, escalate: 'reject' }] },
};

/** Whatever waits for the next look does not wait long. */
const hasty = {
  ...systemClock,
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 100), signal),
};

test('the server goes on with its own run when the time of a level is up', async () => {
  const { client } = await startWorld({ flags: rejecting });
  const { id } = await client.runs.start({ task });
  await vi.waitFor(async () => expect(await client.runs.get(id)).toMatchObject({ status: 'failed' }), 60_000);
  const events = await client.runs.allEvents(id);
  const decided = events.find(({ type }) => type === 'request.decided');
  expect(decided?.payload).toMatchObject({ decision: { approved: false, by: 'timeout' } });
});

test('and with a run that another process parked', async () => {
  const world = await startWorld({ flags: rejecting, clock: hasty });
  const forge = await world.openRepository();
  onTestFinished(() => forge.close());
  const requirement = { task, constraints: [], acceptanceCriteria: [], images: [] };
  const handle = await (await forge.engine()).start({ requirement, directory: world.repository });
  expect((await handle.finished).record.status).toBe('parked');
  await vi.waitFor(
    async () => expect(await world.client.runs.get(handle.id)).toMatchObject({ status: 'failed' }),
    60_000,
  );
});
