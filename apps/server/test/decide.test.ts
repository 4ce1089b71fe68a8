import { systemClock } from '@forge/core';
import type { ConfigLayer } from '@forge/plugin-api';
import { startReceiver } from '@forge/testkit/contracts';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createStateFolder, createTokens } from '../src/index.ts';
import { startWorld } from './support/real-server.ts';

vi.setConfig({ testTimeout: 240_000 });

const patient = { timeout: 60_000, interval: 50 };

/** A run that waits for a yes, and the link that Slack was given. */
async function asked(more: ConfigLayer = {}) {
  const flags = { server: { publicUrl: 'https://forge.example.org', privateWebhookHosts: ['127.0.0.1'] } };
  const world = await startWorld({ flags: { ...flags, ...more } });
  const slack = await startReceiver({ status: 200 });
  onTestFinished(() => slack.close());
  await world.client.webhooks.create({ url: slack.url, events: ['request.opened'], use: 'slack' });
  const { id } = await world.client.runs.start({ task: 'Write a greeting <now>' });
  await world.client.runs.follow(id, { onEvent: () => {} });
  await vi.waitFor(() => expect(slack.requests.length).toBe(1), patient);
  const url = /https:\/\/forge\.example\.org(\/decide\/[\w.-]+)/.exec(slack.requests[0]?.body ?? '')?.[1] ?? '';
  const [request] = (await world.client.requests.list()).items;
  const page = (init: RequestInit & { readonly path?: string } = {}) =>
    fetch(`${world.server.url}${init.path ?? url}`, init);
  const post = (body: string, headers: Record<string, string> = {}) =>
    page({ method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } });
  return { ...world, runId: id, request, url, page, post };
}

test('a person decides by the link in a message, and the run goes on', async () => {
  const { client, runId, request, page, post } = await asked();
  // From Slack, as a browser comes, and as a program does that previews links.
  const shown = await page({ headers: { 'sec-fetch-site': 'cross-site', origin: 'https://app.slack.com' } });
  expect(shown.status).toBe(200);
  expect(shown.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
  const text = await shown.text();
  expect(text).toContain('Write a greeting &lt;now&gt;');
  expect(text).toContain('<button name="approved" value="yes">Approve</button>');
  await page({ method: 'HEAD' });
  expect((await client.requests.get(request?.id ?? '')).decision).toBeUndefined();

  const decided = await post('approved=yes&reason=looks+good');
  expect([decided.status, await decided.text()]).toEqual([200, expect.stringContaining('the run goes on')]);
  expect((await client.requests.get(request?.id ?? '')).decision).toMatchObject({
    approved: true,
    reason: 'looks good',
    by: 'decision-link',
    channel: 'link',
    subjectHash: request?.subjectHash,
  });
  await vi.waitFor(async () => expect((await client.runs.get(runId)).status).toBe('completed'), patient);
  expect((await client.audit()).items).toContainEqual(
    expect.objectContaining({ action: 'decideByLink', subject: `/decide/${request?.id}`, status: 200 }),
  );
  // Once.
  for (const again of [await page(), await post('approved=no')]) {
    expect(again.status).toBe(409);
    expect(await again.text()).toContain('This was decided by decision-link');
  }
});

test('where certain people are asked, the page says whom, and takes the token of one of them', async () => {
  const levels = [{ approvers: ['ada', 'bob'], minimum: 2, escalate: 'wait' as const }];
  const { client, runId, request, page, post, stateFolder } = await asked({ approvals: { levels } });
  const tokens = createTokens(createStateFolder(stateFolder), systemClock);
  const tokenOf = async (name: string, scope: 'approve' | 'read' = 'approve') =>
    (await tokens.create({ name, scopes: [scope] })).token;
  const shown = await (await page()).text();
  expect(shown).toContain('It takes the word of: ada, bob.');
  expect(shown).toMatch(/<input name="token" type="password" autocomplete="off"/);

  const ada = await tokenOf('ada');
  const refused = [
    await post('approved=yes'),
    await post(`approved=yes&token=${ada.slice(0, -4)}AAAA`),
    await post(`approved=yes&token=${await tokenOf('bob', 'read')}`),
    await post(`approved=yes&token=${await tokenOf('eve')}`),
  ];
  expect(refused.map(({ status }) => status)).toEqual([401, 401, 403, 403]);
  expect((await client.requests.get(request?.id ?? '')).votes ?? []).toEqual([]);

  expect(await (await post(`approved=yes&token=${ada}`)).text()).toContain('Others have to say theirs, too');
  expect((await post(`approved=yes&token=${ada}`)).status).toBe(403);
  const [reader] = (await tokens.list()).filter(({ name }) => name === 'bob');
  await tokens.revoke(reader?.id ?? '');
  expect(await (await post(`approved=yes&token=${await tokenOf('bob')}`)).text()).toContain('the run goes on');
  expect((await client.requests.get(request?.id ?? '')).decision).toMatchObject({
    approved: true,
    votes: [
      { by: 'ada', channel: 'link' },
      { by: 'bob', channel: 'link' },
    ],
  });
  await vi.waitFor(async () => expect((await client.runs.get(runId)).status).toBe('completed'), patient);
  const audit = (await client.audit()).items.filter(({ action }) => action === 'decideByLink');
  expect(new Set(audit.map(({ actor }) => actor.name))).toEqual(new Set(['ada', 'eve', 'bob']));
  expect(JSON.stringify(audit)).not.toContain(ada);
});

test('nothing else decides: no page of another site, no other link, no empty form', async () => {
  const { client, request, url, page, post } = await asked();
  const refused = [
    await post('approved=yes', { origin: 'https://evil.example' }),
    await post('approved=yes', { 'sec-fetch-site': 'cross-site' }),
    await page({ path: `${url.slice(0, -2)}xx` }),
    await page({ path: url.replace('/decide/', '/decide/x') }),
    await page({ path: '/decide/nothing', method: 'POST' }),
    await page({ path: '/decide/', method: 'POST' }),
    await page({ path: `${url}/..%2f..%2fapi/runs` }),
  ];
  expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 401, 401]);
  for (const form of ['', 'approved=perhaps', 'answer=yes']) expect((await post(form)).status).toBe(422);
  expect((await client.requests.get(request?.id ?? '')).decision).toBeUndefined();
});
