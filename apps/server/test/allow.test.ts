import { expect, test, vi } from 'vitest';
import { startWorld } from './support/real-server.ts';

vi.setConfig({ testTimeout: 120_000 });

test('a rule made over HTTP allows, stands in the log, and is asked for again once it is revoked', async () => {
  const { client, repository } = await startWorld();
  const rule = await client.allow.add({ gate: 'deployment', paths: ['greeting.js'], days: 1 });
  expect(rule).toMatchObject({ gate: 'deployment', repository, by: 'person' });
  expect((await client.allow.list()).items).toEqual([rule]);

  const run = async () => {
    const { id } = await client.runs.start({ task: 'Write a greeting' });
    return { id, ...(await client.runs.follow(id, { onEvent: () => {} })) };
  };
  const allowed = await run();
  expect(allowed.status).toBe('completed');
  const decided = (await client.runs.allEvents(allowed.id)).find(({ type }) => type === 'request.decided');
  expect(decided?.payload).toMatchObject({ decision: { rule: rule.id, by: `policy:${rule.id}` } });

  await client.allow.revoke(rule.id);
  await expect(client.allow.revoke(rule.id)).rejects.toMatchObject({ code: 'RULE_NOT_FOUND' });
  expect(await run()).toMatchObject({ status: 'parked' });
  const actions = (await client.audit()).items.map(({ action }) => action);
  expect(actions).toEqual(expect.arrayContaining(['addAllowRule', 'revokeAllowRule']));
});
